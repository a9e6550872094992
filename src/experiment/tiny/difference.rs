//! Computed against exact.

use num_traits::Zero;
use serde::{Deserialize, Serialize};

use crate::number::Exact;
use crate::oracle::graph::Enclosure;

/// How far computed vectors are from exact ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Difference {
    /// The number of vectors compared. A vector that may be zero is not compared.
    pub compared: u64,
    /// The largest entry of a difference over the largest entry of its exact vector.
    pub relative: f64,
    /// The largest share of its proved bound `γ·terms` that an entry uses; at most 1. Zero where
    /// no bound was given.
    pub share_of_bound: f64,
}

impl Difference {
    /// Compares one vector; an enclosure counts by its farther end.
    pub fn add(&mut self, computed: &[f32], exact: &[Enclosure]) {
        let none = vec![None; exact.len()];
        self.compare(computed, exact, &none);
    }

    /// Compares one vector, also with its bound `γ·terms`.
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

/// # Panics
/// When nothing is known of the number.
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

/// The largest distance of a number from what an interval holds.
fn error(computed: f32, exact: &Enclosure) -> Exact {
    let computed = Exact::from_f32(computed).expect("a finite number");
    let upper = exact.upper().expect("a finite enclosure");
    (&computed - lower(exact))
        .abs()
        .max((computed - upper).abs())
}
