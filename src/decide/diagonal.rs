//! Many dimensions and diagonal Hessians: each coordinate is a model of its own.
//!
//! There `T` multiplies `X_jk` by `E[(1 − ηh_j)(1 − ηh_k)]`, by Cauchy and Schwarz no more than the larger of
//! both factors on the diagonal. So Theorem 1 is exact, `η* = η₁ = min_j 2a_j/(a_j² + ps_j²)`, and all ends
//! but that of the non-uniformity are rational.

use super::subject::Subject;
use super::threshold::{Critical, Unbounded, certified};
use super::{CriticalRates, critical};
use crate::criterion::one_dimension;
use crate::matrix::Fractions;
use crate::number::{Exact, Field, Verdict};

/// From this size on. Below, the general road is quick, and its brackets were published.
const FEWEST: usize = 65;

/// The curvatures of the coordinates that have any.
pub(super) struct Diagonal {
    coordinates: Vec<Coordinate>,
    /// The largest entry of any sample.
    largest: Exact,
}

struct Coordinate {
    place: usize,
    sharpness: Exact,
    variance: Exact,
}

impl Diagonal {
    /// `None` when the model is small, or some Hessian is not diagonal or not at hand.
    pub(super) fn of(subject: &Subject) -> Option<Self> {
        let hessians = subject.samples.full_hessians()?;
        let size = subject.samples.size();
        if size < FEWEST || !hessians.iter().all(Fractions::is_diagonal) {
            return None;
        }
        let count = Exact::from(hessians.len() as i64);
        let coordinate = |place: usize| {
            let entries = || hessians.iter().map(|h| h.entry(place, place));
            let sharpness = entries().sum::<Exact>() / &count;
            let square = entries().map(|entry| entry.square()).sum::<Exact>() / &count;
            Coordinate {
                place,
                variance: square - sharpness.square(),
                sharpness,
            }
        };
        let entries = |h: &Fractions| (0..size).map(|i| h.entry(i, i)).max();
        let zero = Exact::from(0);
        Some(Diagonal {
            largest: hessians.iter().filter_map(entries).max()?,
            coordinates: (0..size)
                .map(coordinate)
                .filter(|coordinate| coordinate.sharpness > zero)
                .collect(),
        })
    }

    /// `2a/(a² + ps²)` of the coordinate where that is least; `None` when the loss is flat.
    fn worst(&self, weight: &Exact) -> Option<(Exact, &Coordinate)> {
        let end = |c: &Coordinate| {
            one_dimension::critical(c.sharpness.clone(), c.variance.clone(), weight)
        };
        let ends = self.coordinates.iter().map(|c| (end(c), c));
        ends.min_by(|a, b| a.0.cmp(&b.0))
    }

    /// The critical learning rates.
    pub(super) fn rates(&self, weight: &Exact, width: &Exact) -> CriticalRates {
        let two = Exact::from(2);
        let Some((end, _)) = self.worst(weight) else {
            let flat = || Critical::Unbounded(Unbounded::Flat);
            return CriticalRates {
                single_sample: flat(),
                gradient_descent: flat(),
                non_uniformity: self.non_uniformity(weight, width),
                one_step: flat(),
                mean_square: flat(),
            };
        };
        let sharpness = self.coordinates.iter().map(|c| &c.sharpness).max();
        let sharpness = sharpness.expect("the worst is one of them");
        CriticalRates {
            single_sample: Critical::point(&two / &self.largest),
            gradient_descent: Critical::point(two / sharpness),
            non_uniformity: self.non_uniformity(weight, width),
            one_step: Critical::point(end.clone()),
            mean_square: Critical::point(end),
        }
    }

    /// `1/(s√p)`.
    fn non_uniformity(&self, weight: &Exact, width: &Exact) -> Critical {
        let zero = Exact::from(0);
        if *weight == zero {
            return Critical::Unbounded(Unbounded::FullBatch);
        }
        let variance = self.coordinates.iter().map(|c| &c.variance).max();
        let Some(square) = variance.filter(|s2| **s2 > zero).map(|s2| s2 * weight) else {
            return Critical::Unbounded(Unbounded::EqualSamples);
        };
        let one = Exact::from(1);
        let holds = |eta: &Exact| Verdict::from(eta.square() * &square <= one);
        let bits = critical::digits(width).unsigned_abs();
        let guess = square.reciprocal().root(bits);
        certified(holds, &guess, width, String::new)
            .known_exactly(width, |eta| eta.square() * &square == one)
    }

    /// `E_jj` for a coordinate that is unstable at this learning rate, if one is.
    pub(super) fn unstable(
        &self,
        weight: &Exact,
        learning_rate: &Exact,
        size: usize,
    ) -> Option<Fractions> {
        let (end, worst) = self.worst(weight)?;
        let place = (worst.place, worst.place);
        let unit = |i, j| i64::from((i, j) == place).into();
        (*learning_rate > end).then(|| Fractions::from_fn(size, size, unit))
    }
}
