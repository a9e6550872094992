//! The 16 lanes on x86-64. In each file a token type, made only where the processor was found to
//! have the instructions, and the operations bound to them.

mod avx2;
mod avx512;

pub(super) use avx2::Avx2;
pub(super) use avx512::Avx512;

/// Calls intrinsics of the instruction set whose token is `$token`.
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
