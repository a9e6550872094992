//! Judges the results of one block: by the estimates of the filter where these decide, otherwise by the
//! oracle.
//!
//! An estimate `v̂` with `|v̂ − v| ≤ margin` gives the error of a result up to `ε = margin/ulp`. A result is
//! passed to the oracle if its class of errors, its unit or its sign may depend on this ε, or if its error may be the
//! largest so far. Everything else is decided by the estimate.
//!
//! In a run of inputs with the same result, on a block where the function is strictly monotone and has one
//! unit, `y − f(x)` is monotone. Hence, if the oracle finds the same class and the same sign of `y − f(x)` at both ends of a
//! run, then it holds between them; and the largest error of a run is at an end. This keeps functions that
//! saturate, such as tanh, away from the oracle.

use super::errors::{HUGE, NEAR_OVERFLOW, known_unit, unknown_unit};
use super::tally::{Tally, bin};
use crate::oracle::unary::{Block, Finding, Function, Margin, judge};
use crate::trial::verdict::FaultKind;

/// The number of results that are looked at together.
const CHUNK: usize = 1024;
/// A largest error below this is told by the estimate only, because where a function is nearly linear at
/// zero, millions of results have errors that no estimate tells from 0.
const NEGLIGIBLE: f64 = 1.0 / 1024.0;
/// The error of a result that was judged by the oracle.
pub(super) const DONE: f64 = -1.0;

/// The results of one sign.
pub(super) struct Side<'a> {
    /// The bits to add to those of an input.
    pub sign: u32,
    /// Whether the results are negated, so that they are those of −x for an odd function.
    pub flips: bool,
    /// The results.
    pub y: &'a [f32],
}

impl Side<'_> {
    /// What the kernel returned.
    pub fn came(&self, y: f32) -> f32 {
        if self.flips { -y } else { y }
    }
}

/// Judges blocks, and keeps what it finds.
pub(super) struct Judge {
    pub function: Function,
    pub tally: Tally,
    estimates: Vec<f64>,
    errors: Vec<f64>,
    pub open: Vec<usize>,
}

/// The results of a chunk or block.
#[derive(Clone, Copy)]
pub(super) struct Results<'a> {
    pub block: &'a Block,
    x: &'a [f32],
    pub y: &'a [f32],
    pub side: &'a Side<'a>,
}

impl Results<'_> {
    pub fn input(&self, i: usize) -> u32 {
        self.x[i].to_bits() | self.side.sign
    }

    /// The verdict of the oracle on result `i`.
    pub fn judge(&self, function: Function, tally: &Tally, i: usize) -> Finding {
        let x = f32::from_bits(self.input(i));
        judge(function, x, self.side.came(self.y[i]), tally.edges())
    }
}

impl Judge {
    pub fn new(function: Function, allowed: f64) -> Self {
        Judge {
            function,
            tally: Tally::new(function, allowed),
            estimates: vec![0.0; CHUNK],
            errors: vec![0.0; CHUNK],
            open: Vec::new(),
        }
    }

    /// Judges the results at `x`, the inputs of a block; `start` is the place of the first among the results
    /// of a side.
    pub fn block(&mut self, block: &Block, x: &[f32], sides: &[Side], start: usize) {
        if let Some(right) = block.saturated() {
            for side in sides {
                let y = &side.y[start..start + x.len()];
                self.saturated(Results { block, x, y, side }, right);
            }
            return;
        }
        if block.is_identity() {
            for side in sides {
                let y = &side.y[start..start + x.len()];
                self.identity(Results { block, x, y, side });
            }
            return;
        }
        if !block.has_estimates() {
            for side in sides {
                let y = &side.y[start..start + x.len()];
                let results = Results { block, x, y, side };
                (0..x.len()).for_each(|i| self.single(results, i));
            }
            return;
        }
        for (number, x) in x.chunks(CHUNK).enumerate() {
            let mut estimates = std::mem::take(&mut self.estimates);
            let margin = block.estimate(x, &mut estimates[..x.len()]);
            for side in sides {
                let from = start + number * CHUNK;
                let y = &side.y[from..from + x.len()];
                let results = Results { block, x, y, side };
                self.chunk(results, &estimates[..x.len()], margin);
            }
            self.estimates = estimates;
        }
    }

    fn saturated(&mut self, results: Results, right: f32) {
        let fits = |y: f32| y == right || (y.is_nan() && right.is_nan());
        let fitting = results.y.iter().filter(|y| fits(**y)).count();
        self.tally.add_saturated(fitting as u64);
        if fitting < results.y.len() {
            for i in (0..results.y.len()).filter(|i| !fits(results.y[*i])) {
                self.single(results, i);
            }
        }
    }

    /// Judges results that should be their arguments.
    fn identity(&mut self, results: Results) {
        let fits = |i: &usize| {
            let came = results.side.came(results.y[*i]);
            came.to_bits() == results.input(*i)
        };
        let (fitting, others): (Vec<usize>, Vec<usize>) =
            (0..results.y.len()).partition(|i| fits(i));
        if let Some(first) = fitting.first() {
            let input = results.input(*first);
            self.tally.add_class(bin(input), 0, fitting.len() as u64);
            self.tally.weigh(input, 0.0);
        }
        others.into_iter().for_each(|i| self.single(results, i));
    }

    /// Lets the oracle judge result `i`.
    pub fn single(&mut self, results: Results, i: usize) {
        let finding = results.judge(self.function, &self.tally, i);
        let came = results.side.came(results.y[i]);
        self.tally.add(results.input(i), came, finding);
    }

    fn chunk(&mut self, results: Results, estimates: &[f64], margin: Margin) {
        let mut errors = std::mem::take(&mut self.errors);
        let errors_here = &mut errors[..results.y.len()];
        let unit = match results.block.exponent {
            Some(exponent) => known_unit(results.y, estimates, exponent, errors_here),
            None => unknown_unit(results.y, estimates, margin, errors_here),
        };
        let mut most = unit.most;
        if unit.is_odd {
            self.odd(results, estimates, margin, errors_here);
            most = errors_here.iter().copied().fold(DONE, f64::max);
        }
        // The error of the estimate, and the roundings of the error and of its unit.
        let epsilon = (margin.absolute * unit.per_ulp + margin.relative * 2f64.powi(24))
            * (1.0 + 1e-6)
            + most.max(0.0) * 1e-15;
        self.find_open(results, errors_here, most, epsilon);
        self.settle(results, errors_here);
        self.count(results, errors_here, most);
        self.candidates(results, errors_here, most, epsilon);
        self.errors = errors;
    }

    /// Decides the results whose errors are no numbers that can be compared: NaN, infinities, zeros with the
    /// wrong sign, values near the overflow, and units that depend on the error of the estimate.
    fn odd(&mut self, results: Results, estimates: &[f64], margin: Margin, errors: &mut [f64]) {
        for i in 0..errors.len() {
            let (y, v) = (results.y[i], estimates[i]);
            let (input, came) = (results.input(i), results.side.came(y));
            let bound = (margin.absolute + margin.relative * v.abs()) * (1.0 + 1e-6);
            let is_signed = results.block.is_signed || v.abs() > bound;
            if errors[i] >= 0.0 && errors[i] < HUGE && v.abs() < NEAR_OVERFLOW {
                if y == 0.0 && !is_signed {
                    errors[i] = DONE;
                    self.single(results, i);
                } else if y == 0.0 && y.is_sign_negative() != v.is_sign_negative() {
                    self.tally.fault(FaultKind::SignOfZero, 1, input, came);
                }
                continue;
            }
            errors[i] = DONE;
            let is_number = v.is_finite() && v.abs() + bound < NEAR_OVERFLOW;
            if is_number && y.is_nan() {
                self.tally.add(input, came, Finding::MadeNan);
            } else if is_number && y.is_infinite() {
                self.tally.add(input, came, Finding::Infinity);
            } else {
                self.single(results, i);
            }
        }
    }

    /// Counts the classes of the errors that the estimates decide.
    fn count(&mut self, results: Results, errors: &[f64], most: f64) {
        let bin = bin(results.input(0));
        let mut above = errors.iter().filter(|e| **e >= 0.0).count();
        if above == 0 {
            return;
        }
        let ends = self.tally.edges().ends().to_vec();
        for (class, end) in ends.iter().chain([&f64::INFINITY]).enumerate() {
            let beyond = match class {
                // What may be exact was judged by the oracle.
                0 => above,
                _ if *end >= most => 0,
                _ => errors.iter().filter(|e| **e > *end).count(),
            };
            let count = (above - beyond) as u64;
            if count > 0 {
                self.tally.add_class(bin, class, count);
                if !self.tally.edges().permits(class) {
                    self.too_large(results, errors, ends[class - 1], count);
                }
            }
            above = beyond;
        }
        self.tally.see(bin, most);
    }

    fn too_large(&mut self, results: Results, errors: &[f64], end: f64, count: u64) {
        let i = errors.iter().position(|error| *error > end).unwrap_or(0);
        let came = results.side.came(results.y[i]);
        self.tally
            .fault(FaultKind::TooLarge, count, results.input(i), came);
    }

    /// Lets the oracle measure the errors that may be the largest so far.
    fn candidates(&mut self, results: Results, errors: &[f64], most: f64, epsilon: f64) {
        if most < 0.0 || most + epsilon < self.tally.largest() {
            return;
        }
        if most + epsilon < NEGLIGIBLE {
            let i = errors.iter().position(|error| *error == most).unwrap_or(0);
            self.tally.weigh(results.input(i), most);
            return;
        }
        let may_skip = results.block.direction.is_some() && results.block.exponent.is_some();
        let y = results.y;
        let same = |i: usize, j: usize| y[i].to_bits() == y[j].to_bits() && errors[j] >= 0.0;
        for (i, error) in errors.iter().enumerate() {
            if *error < most - 2.0 * epsilon || error + epsilon < self.tally.largest() {
                continue;
            }
            let is_inside = 0 < i && i + 1 < y.len() && same(i, i - 1) && same(i, i + 1);
            if may_skip && is_inside {
                continue;
            }
            if let Finding::Error { ulps, .. } = results.judge(self.function, &self.tally, i) {
                self.tally.weigh(results.input(i), ulps);
            }
        }
    }
}
