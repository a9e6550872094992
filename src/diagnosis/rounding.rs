//! The rounding error of f32 products, measured by repeating them in f64.
//!
//! A Lanczos residual shows how far a vector is from an eigenvector of the matrix that f32 computes, but
//! not how far that matrix is from the Hessian. The products with the final vectors are therefore
//! repeated in f64, by code that shares nothing with the f32 engine and takes weights and data as they
//! are in the files. The distance `‖(Ĥ − H)v‖` belongs in the error bar: for a unit vector v and any θ,
//! some eigenvalue of H lies within `‖Hv − θv‖ ≤ ‖Ĥv − θv‖ + ‖(Ĥ − H)v‖` of θ.
//!
//! In f64, a product with H costs as much as about five in f32, and a product with Σ as much as about
//! forty. H is therefore compared over all samples, and Σ only over as many as [`WORK`] allows; that
//! error is scaled by how much more the sum over all samples rounds, as products with H show it. If batch
//! normalisation reads the batch, all activations are in memory at once; if they need more than [`ROOM`],
//! a part of the samples is compared as a batch of its own.

use crate::network::Network;

use super::engines::{Engines, Gap};
use super::mode::Mode;
use super::reading::{Both, Compared, Reading, Rounding, Vectors};
use super::shared_point::SharedPoint;
use super::task::Task;

/// The most numbers that the passes of single samples may touch for one product with Σ in f64.
const WORK: usize = 1 << 27;

/// The most bytes that the activations of a batch may take in f64.
const ROOM: usize = 1 << 30;

/// The number of samples whose quotients are compared.
const QUOTIENTS: usize = 32;

/// How often the passes touch each activation of a sample, which is about as often as a convolution reads
/// it.
const TAPS: usize = 50;

impl Engines<'_> {
    /// The errors of `vᵀH_i v` along a vector, on some of the samples.
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

/// The quotients `vᵀH_i v` of both engines, compared.
struct QuotientGap {
    /// The largest error.
    largest: f64,
    /// The number of samples compared.
    compared: usize,
    /// The quotients of the f32 engine, for all samples.
    single: Vec<f64>,
}

/// The point that both engines measure, over all samples or as many as [`ROOM`] allows.
pub(super) fn shared_point<'a>(task: &Task<'a>, mode: Option<Mode>) -> SharedPoint<'a> {
    let count = task.samples.count;
    let together = match mode {
        Some(Mode::Train | Mode::Frozen) => together(&task.model.network),
        Some(Mode::Eval) | None => count,
    };
    SharedPoint::new(task, mode, spread(count, together))
}

/// The factor from an error over the samples of `shared` to one over all samples; `a` is the gap between
/// the products along the eigenvector of the sharpness. A part of the samples has another Hessian, so that
/// the relative error is what counts.
pub(super) fn relative(
    task: &Task<'_>,
    shared: &SharedPoint<'_>,
    reading: &Reading,
    a: &Gap,
) -> f64 {
    if shared.count() < task.samples.count && a.size > 0.0 {
        (reading.sharpness.value.abs() / a.size).max(1.0)
    } else {
        1.0
    }
}

/// Measures the rounding errors of the products at the eigenvectors of a reading.
pub fn measure(
    task: &Task<'_>,
    mode: Option<Mode>,
    reading: &Reading,
    vectors: &Vectors,
) -> Rounding {
    let shared = shared_point(task, mode);
    let mut engines = Engines::new(&shared, task);
    let a = engines.hessian(&vectors.sharpness);
    let smallest = if vectors.smallest.is_empty() {
        a
    } else {
        engines.hessian(&vectors.smallest)
    };
    let size = relative(task, &shared, reading, &a);
    let mut rounding = Rounding {
        sharpness: size * a.length,
        // By Weyl's inequality an eigenvalue moves by no more than the norm of the error, which is at
        // least the error along the vector of a.
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

/// The errors of quantities that are built from single samples: products with Σ, and `vᵀH_i v`.
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
    // The cancellation between (1/n) Σ H_i² and H² is strongest at the eigenvector of a, and the error of
    // f32 there may hide the true eigenvector of s.
    let vectors = [&vectors.noise, &vectors.sharpness];
    let gap = of_covariance(task, engines, &vectors, &along_s.single, &all);
    rounding.covariance = gap.length;
    rounding.samples = Compared {
        covariance: gap.compared,
        quotients: along_s.compared,
        ..rounding.samples
    };
}

/// The measured error of products with Σ.
pub(super) struct CovarianceGap {
    /// The largest norm of an error.
    pub length: f64,
    /// The number of samples compared.
    pub compared: usize,
}

/// The largest error of the products with Σ along some vectors, compared on as many samples as [`WORK`]
/// allows and scaled up to all of them. For the first vector, `quotients` are the `vᵀH_i v` of f32, and
/// `all` is the gap between the products `Hv` over all samples.
pub(super) fn of_covariance(
    task: &Task<'_>,
    engines: &mut Engines<'_>,
    vectors: &[&Vec<f32>],
    quotients: &[f64],
    all: &Gap,
) -> CovarianceGap {
    let chosen = chosen(quotients, one_by_one(&task.model.network));
    let compared = chosen.len();
    if compared == engines.shared.count() {
        let length = engines.covariance(vectors);
        return CovarianceGap { length, compared };
    }
    let subset = engines.shared.subset(&chosen);
    let mut few = Engines::new(&subset, task);
    let some = few.hessian(vectors[0]);
    let growth = if some.length > 0.0 {
        (all.length / some.length).max(1.0)
    } else {
        1.0
    };
    CovarianceGap {
        length: growth * few.covariance(vectors),
        compared,
    }
}

/// The number of samples, processed one by one, that a product with Σ is compared on.
fn one_by_one(network: &Network) -> usize {
    let work = network.parameters() + TAPS * network.activation_numbers() as usize;
    (WORK / work.max(1)).max(16)
}

/// The number of samples that may be processed together when batch normalisation reads their statistics:
/// values and derivatives, forward and backward, with one extra layer of each.
pub(super) fn together(network: &Network) -> usize {
    let numbers = network.features() + network.activation_numbers() as usize;
    (ROOM / (6 * size_of::<f64>() * numbers.max(1))).max(2)
}

/// At most `most` of `count` indices, evenly spaced.
fn spread(count: usize, most: usize) -> Vec<usize> {
    let taken = most.min(count);
    (0..taken).map(|k| k * count / taken).collect()
}

/// At most `most` samples: half of them have the largest absolute quotients, the others are evenly
/// spaced.
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
