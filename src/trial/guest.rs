//! A function of one number that may do what it must not, as the trial calls it.

use std::sync::Mutex;

use super::kernels::Unary;
use super::lanes::check_lanes;
use super::recorder::{Example, Recorder};
use super::unary::{self, Options};
use super::verdict::{FaultKind, Verdict};
use crate::error::Result;
use crate::kernel::watched;
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
        let example = |came: &str| Example {
            input: format!("{:#010x} = {x:e}", x.to_bits()),
            came: came.to_owned(),
            right: "the floating-point environment as it was".to_owned(),
            replay: format!("--input {:#010x}", x.to_bits()),
        };
        let mut found = self.found.lock();
        let found = found.as_deref_mut();
        let Ok(found) = found else { return };
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
}
