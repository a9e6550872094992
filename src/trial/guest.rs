//! A function of one or two numbers that may do what it must not, as the trial calls it.

use std::sync::Mutex;

use super::kernels::{Binary, Unary};
use super::lanes::check_lanes;
use super::recorder::{Example, Recorder};
use super::unary::{self, Options};
use super::verdict::{FaultKind, Verdict};
use crate::error::Result;
use crate::kernel::{LeftChanged, watched};
use crate::oracle::binary;
use crate::oracle::unary::{Function, nearest};

/// A function of somebody else.
pub struct Guest<'a> {
    /// The function.
    pub kernel: &'a dyn Unary,
    /// What it should compute.
    pub function: Function,
    /// The bits of inputs with which it is not called, because it has ended the process there. They count
    /// as right; the caller says what they are.
    pub skipped: &'a [u32],
    /// Whether it is one call for a whole array, so that a result may depend on the place.
    pub is_over_arrays: bool,
}

/// A guest with what it was found to do beside its results.
struct Watched<'a> {
    guest: &'a Guest<'a>,
    found: Mutex<Recorder>,
}

impl Guest<'_> {
    /// Tries the function as [`unary::check`] does, and looks also whether it leaves the floating-point
    /// environment changed and whether a result depends on its place in an array.
    ///
    /// # Errors
    /// Those of [`unary::check`].
    pub fn check(&self, name: &str, options: &Options) -> Result<Verdict> {
        let watched = Watched {
            guest: self,
            found: Mutex::default(),
        };
        let mut verdict = unary::check(&watched, name, self.function, options)?;
        let mut differing = Recorder::default();
        if self.is_over_arrays {
            check_lanes(&watched, &mut differing);
        }
        let found = watched.found.into_inner();
        let found = found.unwrap_or_else(std::sync::PoisonError::into_inner);
        for fault in [found, differing].into_iter().flat_map(Recorder::faults) {
            verdict.passed = false;
            verdict.faults.push(fault);
        }
        verdict.faults.sort_by_key(|fault| fault.kind);
        Ok(verdict)
    }
}

impl Unary for Watched<'_> {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        if self.guest.skipped.is_empty() {
            return self.call(x, y);
        }
        let is_skipped = |x: &f32| self.guest.skipped.contains(&x.to_bits());
        let mut from = 0;
        while from < x.len() {
            let length = x[from..].iter().position(is_skipped);
            let end = length.map_or(x.len(), |length| from + length);
            if from < end {
                self.call(&x[from..end], &mut y[from..end]);
            }
            if end < x.len() {
                y[end] = nearest(self.guest.function, x[end]);
            }
            from = end + 1;
        }
    }
}

impl Watched<'_> {
    fn call(&self, x: &[f32], y: &mut [f32]) {
        let ((), left) = watched(|| self.guest.kernel.map(x, y));
        if !left.rounding && !left.flushing {
            return;
        }
        // Which input did it? Each alone; if none does, the first of the array is told.
        let alone = |x: &f32| {
            let ((), left) = watched(|| self.guest.kernel.map(&[*x], &mut [0.0]));
            left.rounding || left.flushing
        };
        let x = x.iter().copied().find(alone).unwrap_or(x[0]);
        record(&self.found, left, || {
            let bits = x.to_bits();
            (
                format!("{bits:#010x} = {x:e}"),
                format!("--input {bits:#010x}"),
            )
        });
    }
}

/// A function of two numbers that may do what it must not.
pub struct GuestOfTwo<'a> {
    /// The function.
    pub kernel: &'a dyn Binary,
    /// What it should compute.
    pub function: binary::Function,
    /// The bits of pairs with which it is not called, because it has ended the process there.
    pub skipped: &'a [[u32; 2]],
}

/// A guest with what it was found to do beside its results.
struct WatchedOfTwo<'a> {
    guest: &'a GuestOfTwo<'a>,
    found: Mutex<Recorder>,
}

impl GuestOfTwo<'_> {
    /// Tries the function as [`super::binary::check`] does, and looks also whether it leaves the
    /// floating-point environment changed.
    pub fn check(&self, name: &str, options: &super::binary::Options) -> Verdict {
        let watched = WatchedOfTwo {
            guest: self,
            found: Mutex::default(),
        };
        let mut verdict = super::binary::check(&watched, name, self.function, options);
        let found = watched.found.into_inner();
        let found = found.unwrap_or_else(std::sync::PoisonError::into_inner);
        for fault in found.faults() {
            verdict.passed = false;
            verdict.faults.push(fault);
        }
        verdict.faults.sort_by_key(|fault| fault.kind);
        verdict
    }
}

impl Binary for WatchedOfTwo<'_> {
    fn map(&self, x: &[f32], y: &[f32], z: &mut [f32]) {
        for ((x, y), z) in x.iter().zip(y).zip(z) {
            let bits = [x.to_bits(), y.to_bits()];
            if self.guest.skipped.contains(&bits) {
                *z = binary::nearest(self.guest.function, [*x, *y]);
                continue;
            }
            let call = || self.guest.kernel.map(&[*x], &[*y], std::slice::from_mut(z));
            let ((), left) = watched(call);
            record(&self.found, left, || {
                let [a, b] = bits;
                let input = format!("{a:#010x} = {x:e}, {b:#010x} = {y:e}");
                (input, format!("--input {a:#010x},{b:#010x}"))
            });
        }
    }
}

/// Records what a call left changed; `place` gives its input in words and the flag that replays it.
fn record(found: &Mutex<Recorder>, left: LeftChanged, place: impl Fn() -> (String, String)) {
    let example = |came: &str| {
        let (input, replay) = place();
        Example {
            input,
            came: came.to_owned(),
            right: "the floating-point environment as it was".to_owned(),
            replay,
        }
    };
    let Ok(mut found) = found.lock() else { return };
    let kinds = [
        (
            FaultKind::RoundingMode,
            left.rounding,
            "a changed rounding mode",
        ),
        (
            FaultKind::FlushToZero,
            left.flushing,
            "flush-to-zero, changed",
        ),
    ];
    for (kind, is_so, came) in kinds {
        found.record(kind, u64::from(is_so), || example(came));
    }
}
