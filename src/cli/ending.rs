//! Ends that the user asks for.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sgd_stability::error::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// A flag that the first Ctrl-C (or SIGTERM) sets; the second one ends the program.
pub fn asked_to_end() -> Result<Arc<AtomicBool>> {
    let is_over = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let second = flag::register_conditional_default(signal, Arc::clone(&is_over));
        let first = second.and_then(|_| flag::register(signal, Arc::clone(&is_over)));
        first.map_err(Error::internal)?;
    }
    Ok(is_over)
}
