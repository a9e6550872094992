//! What f32 has rounded in the products, measured: the same products in f64.
//!
//! A Lanczos residual shows how far the vector is from an eigenvector of what f32 computes, and nothing of
//! how far that is from the Hessian. So the products with the final vectors are made again in f64, by
//! an engine that shares nothing with the first and takes weights and data as the files have them.
//! Their distance `‖(Ĥ − H)v‖` belongs into the bar: for a unit vector v and any θ some eigenvalue of H
//! lies within `‖Hv − θv‖ ≤ ‖Ĥv − θv‖ + ‖(Ĥ − H)v‖` of θ.
//!
//! A product with H in f64 costs as much as some five in f32, one with Σ as much as forty. So H is
//! compared over all samples; Σ over those of [`WORK`], with how much more the sum over all samples
//! rounds, which products with H show. Where batch normalisation reads the batch, all activations are
//! in memory at once: beyond [`ROOM`] a part of the samples is compared as a batch of its own.

use crate::network::{Curvature, Network};

use super::mode::Mode;
use super::reading::{Both, Compared, Reading, Rounding, Vectors};
use super::shared_point::SharedPoint;
use super::task::Task;

/// How many numbers the passes of single samples may touch for one product with Σ in f64.
const WORK: usize = 1 << 27;

/// How many bytes the activations of a batch may take in f64.
const ROOM: usize = 1 << 30;

/// How many samples' quotients are compared.
const QUOTIENTS: usize = 32;

/// How often the passes touch each activation of a sample: about as often as a convolution reads it.
const TAPS: usize = 50;

/// How far two products with one vector are apart.
#[derive(Clone, Copy)]
struct Gap {
    /// The length of their difference.
    length: f64,
    /// The length of the one in f64.
    size: f64,
    /// The vector times the difference.
    along: f64,
}

impl Gap {
    fn of(rounded: &[f64], exact: &[f64], vector: &[f64]) -> Self {
        let length =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let difference = || rounded.iter().zip(exact).map(|(x, y)| x - y);
        Gap {
            length: length(&mut difference()),
            size: length(&mut exact.iter().copied()),
            along: difference()
                .zip(vector)
                .map(|(x, v)| x * v)
                .sum::<f64>()
                .abs(),
        }
    }
}

/// Both engines at one point over the same samples.
struct Engines<'a> {
    shared: &'a SharedPoint<'a>,
    single: Curvature<'a>,
}

impl<'a> Engines<'a> {
    fn new(shared: &'a SharedPoint<'a>, task: &Task<'_>) -> Self {
        let effort = task.effort;
        Engines {
            shared,
            single: Curvature::new(effort.isa, shared.point(), shared.batch(), effort.matrix),
        }
    }

    fn hessian(&mut self, vector: &[f32]) -> Gap {
        let mut product = vec![0.0; vector.len()];
        self.single.hessian_product(vector, &mut product);
        let direction = self.shared.in_f64(vector);
        let exact = self.shared.hessian_product(&direction);
        Gap::of(&self.shared.in_f64(&product), &exact, &direction)
    }

    /// The larger length of the two gaps of Σ along the vectors of s and of a: where `(1/n) Σ H_i²` and
    /// `H²` cancel, they do most along that of a, and what f32 loses there may hide the vector of s from
    /// it.
    fn largest_of_covariance(&mut self, vectors: &Vectors) -> f64 {
        let point = self.shared.reference();
        let lengths = [&vectors.noise, &vectors.sharpness].map(|vector| {
            let mut product = vec![0.0; vector.len()];
            self.single.covariance_product(vector, &mut product);
            let direction = self.shared.in_f64(vector);
            let exact = point.covariance_product(&direction);
            Gap::of(&self.shared.in_f64(&product), &exact, &direction).length
        });
        lengths[0].max(lengths[1])
    }

    /// The errors of `vᵀH_i v` along a vector.
    fn quotients(&mut self, vector: &[f32]) -> QuotientGap {
        let single = self.single.sample_quotients(vector);
        let chosen = chosen(&single, QUOTIENTS);
        let subset = self.shared.subset(&chosen);
        let exact = subset.reference().sample_quotients(&subset.in_f64(vector));
        let pairs = chosen.iter().zip(&exact);
        let errors = pairs.map(|(&sample, exact)| (single[sample] - exact).abs());
        QuotientGap {
            largest: errors.fold(0.0, f64::max),
            compared: chosen.len(),
            single,
        }
    }
}

/// `vᵀH_i v` by both engines.
struct QuotientGap {
    /// The largest error.
    largest: f64,
    /// Over how many samples.
    compared: usize,
    /// Those of the engine in f32, of all samples.
    single: Vec<f64>,
}

/// Measures at the vectors of a reading how far rounding has moved its products.
pub fn measure(
    task: &Task<'_>,
    mode: Option<Mode>,
    reading: &Reading,
    vectors: &Vectors,
) -> Rounding {
    let network = &task.model.network;
    let count = task.samples.count;
    let together = match mode {
        Some(Mode::Train | Mode::Frozen) => together(network),
        Some(Mode::Eval) | None => count,
    };
    let shared = SharedPoint::new(task, mode, spread(count, together));
    let mut engines = Engines::new(&shared, task);
    let [a, smallest] = [&vectors.sharpness, &vectors.smallest].map(|v| engines.hessian(v));
    // A part of the samples has another Hessian: what counts is the share that it loses.
    let size = if shared.count() < count && a.size > 0.0 {
        (reading.sharpness.value.abs() / a.size).max(1.0)
    } else {
        1.0
    };
    let mut rounding = Rounding {
        sharpness: size * a.length,
        // Weyl: an end moves by no more than the whole error, of which the one along a is a part.
        smallest: size * smallest.length.max(a.length),
        covariance: 0.0,
        along: Both {
            sharpness: size * a.along,
            noise: size * a.along,
        },
        samples: Compared {
            hessian: shared.count(),
            ..Compared::default()
        },
    };
    if engines.single.has_samples() && !vectors.noise.is_empty() {
        of_samples(&mut rounding, task, &mut engines, vectors);
    }
    rounding
}

/// The part that belongs to single samples: products with Σ, and `vᵀH_i v`.
fn of_samples(
    rounding: &mut Rounding,
    task: &Task<'_>,
    engines: &mut Engines<'_>,
    vectors: &Vectors,
) {
    let all = engines.hessian(&vectors.noise);
    let along_a = engines.quotients(&vectors.sharpness);
    let along_s = engines.quotients(&vectors.noise);
    rounding.along = Both {
        sharpness: along_a.largest.max(rounding.along.sharpness),
        noise: along_s.largest.max(all.along),
    };
    let chosen = chosen(&along_s.single, one_by_one(&task.model.network));
    rounding.samples = Compared {
        covariance: chosen.len(),
        quotients: along_s.compared,
        ..rounding.samples
    };
    if chosen.len() == engines.shared.count() {
        rounding.covariance = engines.largest_of_covariance(vectors);
        return;
    }
    let subset = engines.shared.subset(&chosen);
    let mut few = Engines::new(&subset, task);
    let some = few.hessian(&vectors.noise);
    let growth = if some.length > 0.0 {
        (all.length / some.length).max(1.0)
    } else {
        1.0
    };
    rounding.covariance = growth * few.largest_of_covariance(vectors);
}

/// How many samples pass one by one for a product with Σ.
fn one_by_one(network: &Network) -> usize {
    let work = network.parameters() + TAPS * network.activation_numbers() as usize;
    (WORK / work.max(1)).max(16)
}

/// How many samples pass together where their statistics are read: forward and backward, values and
/// derivatives, and one layer more of each.
pub(super) fn together(network: &Network) -> usize {
    let numbers = network.features() + network.activation_numbers() as usize;
    (ROOM / (6 * size_of::<f64>() * numbers.max(1))).max(2)
}

/// At most so many of `count` samples, evenly spread.
fn spread(count: usize, most: usize) -> Vec<usize> {
    let taken = most.min(count);
    (0..taken).map(|k| k * count / taken).collect()
}

/// At most so many samples: half of them those whose quotient is the largest in size, half spread.
fn chosen(quotients: &[f64], most: usize) -> Vec<usize> {
    let count = quotients.len();
    if count <= most {
        return (0..count).collect();
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&i, &j| quotients[j].abs().total_cmp(&quotients[i].abs()));
    order.truncate(most / 2);
    order.extend(spread(count, most - most / 2));
    order.sort_unstable();
    order.dedup();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_samples_are_all_taken_and_of_many_the_loudest_and_some_of_all() {
        assert_eq!(chosen(&[3.0, -1.0], 4), [0, 1]);
        let quotients: Vec<f64> = (0..100).map(|i| if i == 37 { -9.0 } else { 1.0 }).collect();
        let taken = chosen(&quotients, 8);
        assert!(
            taken.contains(&37) && taken.contains(&0) && taken.contains(&75),
            "{taken:?}"
        );
        assert!(taken.len() <= 8 && taken.is_sorted());
        assert_eq!(spread(10, 4), [0, 2, 5, 7]);
    }
}
