//! The floating-point environment: the direction of rounding, and what becomes of subnormal numbers.
//!
//! Each thread has its own. Compiled code expects rounding to nearest and subnormal numbers that count;
//! a kernel that leaves them changed falsifies all that follows it.

/// What a kernel changed in the floating-point environment and did not put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftChanged {
    /// The direction of rounding.
    pub rounding: bool,
    /// Whether subnormal results or operands become zero.
    pub flushing: bool,
}

/// Calls a function and puts the floating-point environment back as it was. Returns what it had changed
/// with the result. Where the environment is [unknown](environment_is_known), nothing is found and nothing is put
/// back.
pub fn watched<T>(call: impl FnOnce() -> T) -> (T, LeftChanged) {
    let before = control::read();
    let result = call();
    let left = before.map_or(LeftChanged::default(), control::put_back);
    (result, left)
}

/// Whether the environment can be read on this machine.
pub fn environment_is_known() -> bool {
    control::read().is_some()
}

#[cfg(target_arch = "x86_64")]
mod control {
    use super::LeftChanged;
    use std::arch::asm;

    /// The flags of MXCSR that record what has happened; every operation may raise them.
    const RAISED: u32 = 0b11_1111;
    /// Subnormal operands are taken as zeros; subnormal results become zeros.
    const FLUSHING: u32 = 1 << 6 | 1 << 15;
    const ROUNDING: u32 = 0b11 << 13;

    pub(super) fn read() -> Option<u32> {
        let mut bits = 0_u32;
        // SAFETY: STMXCSR writes four bytes to the given address, and every x86-64 processor has it.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut bits, options(nostack, preserves_flags)) };
        Some(bits)
    }

    pub(super) fn put_back(before: u32) -> LeftChanged {
        let after = read().unwrap_or(before);
        let changed = (before ^ after) & !RAISED;
        if changed != 0 {
            write(before);
        }
        LeftChanged {
            rounding: changed & ROUNDING != 0,
            flushing: changed & FLUSHING != 0,
        }
    }

    fn write(bits: u32) {
        // SAFETY: LDMXCSR reads four bytes from the given address. The bits came from STMXCSR, so no
        // reserved one is set, and the environment becomes what compiled code had before.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const bits, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod control {
    use super::LeftChanged;

    pub(super) fn read() -> Option<u32> {
        None
    }

    pub(super) fn put_back(_before: u32) -> LeftChanged {
        LeftChanged::default()
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use std::arch::asm;

    /// Sets bits of MXCSR.
    fn set(bits: u32) {
        let mut word = 0_u32;
        // SAFETY: as in `control`; `watched` puts the environment back.
        unsafe {
            asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack));
            word |= bits;
            asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack));
        }
    }

    #[test]
    fn what_is_left_changed_is_found_and_put_back() {
        assert!(environment_is_known());
        let nothing = LeftChanged::default();
        let rounding = LeftChanged {
            rounding: true,
            ..nothing
        };
        let flushing = LeftChanged {
            flushing: true,
            ..nothing
        };
        for (bits, found) in [
            (0, nothing),
            (0b10_0000, nothing), // a raised flag
            (1 << 13, rounding),
            (3 << 13, rounding),
            (1 << 6, flushing),
            (1 << 15, flushing),
            (
                1 << 13 | 1 << 15,
                LeftChanged {
                    rounding: true,
                    flushing: true,
                },
            ),
        ] {
            assert_eq!(watched(|| set(bits)).1, found, "{bits:#x}");
            assert_eq!(watched(|| ()).1, nothing);
        }
        let ((), left) = watched(|| set(1 << 15));
        assert!(left.flushing);
        assert!(std::hint::black_box(f32::MIN_POSITIVE) / 2.0 > 0.0);
    }
}
