//! The difference between computed and exact vectors.

use num_traits::Zero;
use serde::{Deserialize, Serialize};

use crate::number::Exact;
use crate::oracle::graph::Enclosure;

/// The largest differences between computed and exact vectors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Difference {
    /// The number of vectors compared. A vector that may be zero is not compared.
    pub compared: u64,
    /// The largest absolute error of an entry, relative to the largest entry of its exact vector.
    pub relative: f64,
    /// The largest ratio of the error of an entry to its proved bound `γ·terms`; at most 1. Zero if no
    /// bound was given.
    pub share_of_bound: f64,
}

impl Difference {
    /// Compares one vector. If an exact entry is known as an interval, its farther end counts.
    pub fn add(&mut self, computed: &[f32], exact: &[Enclosure]) {
        let none = vec![None; exact.len()];
        self.compare(computed, exact, &none);
    }

    /// Compares one vector, and its errors with their bounds `γ·terms`.
    pub fn add_bounded(
        &mut self,
        computed: &[f32],
        exact: &[Enclosure],
        terms: &[Enclosure],
        gamma: &Exact,
    ) {
        let bound = |terms: &Enclosure| Some(gamma * lower(terms));
        let bounds: Vec<Option<Exact>> = terms.iter().map(bound).collect();
        self.compare(computed, exact, &bounds);
    }

    fn compare(&mut self, computed: &[f32], exact: &[Enclosure], bounds: &[Option<Exact>]) {
        assert_eq!((computed.len(), bounds.len()), (exact.len(), exact.len()));
        let sizes = exact.iter().map(least);
        let size = sizes.max().unwrap_or_else(Exact::zero);
        if size.is_zero() {
            return;
        }
        self.compared += 1;
        for ((computed, exact), bound) in computed.iter().zip(exact).zip(bounds) {
            let error = error(*computed, exact);
            self.relative = self.relative.max((&error / &size).to_f64());
            let share = match bound {
                None => continue,
                Some(_) if error.is_zero() => 0.0,
                Some(bound) if bound.is_zero() => f64::INFINITY,
                Some(bound) => (error / bound).to_f64(),
            };
            self.share_of_bound = self.share_of_bound.max(share);
        }
    }
}

/// The lower end of an enclosure.
///
/// # Panics
/// If nothing is known about the number.
fn lower(x: &Enclosure) -> Exact {
    x.lower().expect("a finite enclosure")
}

/// The smallest absolute value in an interval.
fn least(x: &Enclosure) -> Exact {
    let (low, high) = (lower(x), x.upper().expect("a finite enclosure"));
    if low <= Exact::zero() && high >= Exact::zero() {
        return Exact::zero();
    }
    low.abs().min(high.abs())
}

/// The largest distance from `computed` to a number in the interval.
fn error(computed: f32, exact: &Enclosure) -> Exact {
    let computed = Exact::from_f32(computed).expect("a finite number");
    let upper = exact.upper().expect("a finite enclosure");
    (&computed - lower(exact))
        .abs()
        .max((computed - upper).abs())
}
