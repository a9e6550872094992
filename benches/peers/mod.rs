//! PyTorch and JAX on the same work (`peers.py`), where `SGD_STABILITY_PEERS` names a Python that
//! has them.

use std::process::{Command, Stdio};

/// One figure of one peer.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was timed.
    pub what: String,
    pub value: f64,
    pub peer: String,
}

/// Is there a Python to ask?
pub fn are_there() -> bool {
    std::env::var_os("SGD_STABILITY_PEERS").is_some()
}

/// What `peers.py` prints when it is called with these words: lines that end with what was timed, the
/// figure and the peer. Nothing where there is no Python, or it has not what it takes.
pub fn ask(words: &[&str]) -> Vec<Figure> {
    let Some(python) = std::env::var_os("SGD_STABILITY_PEERS") else {
        return Vec::new();
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/peers.py");
    let mut command = Command::new(python);
    command.arg(script).args(words).stderr(Stdio::inherit());
    let out = match command.output() {
        Ok(out) => out,
        Err(error) => {
            println!("(the peers did not run: {error})");
            return Vec::new();
        }
    };
    let text = String::from_utf8_lossy(&out.stdout);
    text.lines().filter_map(figure).collect()
}

fn figure(line: &str) -> Option<Figure> {
    match line.split_whitespace().collect::<Vec<_>>()[..] {
        [.., what, value, peer] => Some(Figure {
            what: what.to_owned(),
            value: value.parse().ok()?,
            peer: peer.to_owned(),
        }),
        _ => None,
    }
}
