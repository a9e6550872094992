//! Lets the oracle judge the results whose class the estimates of the filter do not decide, runs of the same
//! result together; [`super::chunk`] says why a run is decided by its ends.

use super::chunk::{DONE, Judge, Results};
use crate::oracle::unary::Finding;

impl Judge {
    /// Collects the results whose class depends on the error of the estimate, and marks them as done.
    pub(super) fn find_open(
        &mut self,
        results: Results,
        errors: &mut [f64],
        most: f64,
        epsilon: f64,
    ) {
        self.open.clear();
        let ends = self.tally.edges().ends();
        let is_near = |error: f64| {
            let near = |end: &f64| (error - end).abs() <= epsilon;
            let [zero, rest @ ..] = ends else {
                return false;
            };
            rest.iter().any(near) || (results.block.may_be_exact && near(zero))
        };
        let mut must_look = results.block.may_be_exact && least(errors) <= epsilon;
        for end in &ends[1..] {
            if *end > most + epsilon {
                break;
            }
            let low = errors.iter().filter(|e| **e >= end - epsilon).count();
            let high = errors.iter().filter(|e| **e > end + epsilon).count();
            must_look |= low != high;
        }
        if must_look {
            for (i, error) in errors.iter_mut().enumerate() {
                if *error >= 0.0 && is_near(*error) {
                    self.open.push(i);
                }
            }
        }
    }

    /// Lets the oracle judge the open results, runs of the same result together.
    pub(super) fn settle(&mut self, results: Results, errors: &mut [f64]) {
        let open = std::mem::take(&mut self.open);
        let continues = |a: &usize, b: &usize| {
            a + 1 == *b && results.y[*a].to_bits() == results.y[*b].to_bits()
        };
        for run in open.chunk_by(continues) {
            self.settle_run(results, run);
            run.iter().for_each(|i| errors[*i] = DONE);
        }
        self.open = open;
    }

    fn settle_run(&mut self, results: Results, run: &[usize]) {
        let may_skip = results.block.direction.is_some() && results.block.exponent.is_some();
        let [first, .., last] = run else {
            return run.iter().for_each(|i| self.single(results, *i));
        };
        let ends = [*first, *last].map(|i| results.judge(self.function, &self.tally, i));
        if may_skip && run.len() > 2 && agree(ends) {
            let worse = if ulps(ends[0]) >= ulps(ends[1]) { 0 } else { 1 };
            let i = [*first, *last][worse];
            let came = results.side.came(results.y[i]);
            let count = run.len() as u64;
            self.tally
                .add_many(results.input(i), came, ends[worse], count);
        } else if run.len() > 2 && may_skip {
            let (left, right) = run.split_at(run.len() / 2);
            self.settle_run(results, left);
            self.settle_run(results, right);
        } else {
            run.iter().for_each(|i| self.single(results, *i));
        }
    }
}

fn least(errors: &[f64]) -> f64 {
    let done = |e: &&f64| **e >= 0.0;
    errors
        .iter()
        .filter(done)
        .copied()
        .fold(f64::INFINITY, f64::min)
}

fn ulps(finding: Finding) -> f64 {
    match finding {
        Finding::Error { ulps, .. } => ulps,
        _ => 0.0,
    }
}

/// Whether the verdicts at both ends of a run hold between them.
fn agree(ends: [Finding; 2]) -> bool {
    let key = |finding| match finding {
        Finding::Error {
            class,
            side,
            unit,
            wrong_zero,
            ..
        } => Some((class, side, unit, wrong_zero)),
        _ => None,
    };
    key(ends[0]).is_some() && key(ends[0]) == key(ends[1])
}
