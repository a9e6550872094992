//! The 16 lanes on x86-64. Each file defines a token type, whose values exist only if the processor was
//! found to have the instructions, and the operations for that type.

mod avx2;
mod avx512;

pub(super) use avx2::Avx2;
pub(super) use avx512::Avx512;

/// Calls intrinsics of the instruction set to which `$token` belongs.
macro_rules! proved {
    ($token:ident, $call:expr) => {{
        let Self { detected: () } = $token;
        // SAFETY: the token exists, so the processor has every feature that `detect` asked for, and
        // each file calls intrinsics of those features only. Pointers come from references to
        // arrays and slices and are used for no more than those hold (under a mask, for its lanes).
        unsafe { $call }
    }};
}
use proved;
