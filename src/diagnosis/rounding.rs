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

use serde::Serialize;

use crate::network::{Curvature, Network};

use super::answer::Case;
use super::mode::Mode;
use super::reading::{Both, Reading, Vectors};
use super::wide::Wide;

/// Numbers that the passes of single samples touch, for one product with Σ in f64.
const WORK: usize = 1 << 27;

/// Bytes that the activations of a batch may take in f64.
const ROOM: usize = 1 << 30;

/// Samples whose quotients are compared.
const QUOTIENTS: usize = 32;

/// How many times a number is touched for each activation of a sample: a convolution's taps.
const TAPS: usize = 50;

/// In what the products are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits.
    F32,
    /// 53 bits.
    F64,
}

impl Precision {
    /// What remains where nothing else rounds, as a share of the numbers that enter: a value is divided,
    /// a residual subtracted in this precision. 32 units of the last place in f64, 2 in f32.
    pub fn least(self) -> f64 {
        match self {
            Precision::F32 => 2_f64.powi(-23),
            Precision::F64 => 2_f64.powi(-48),
        }
    }
}

/// What the products have rounded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rounding {
    /// `‖(Ĥ − H)v‖` at the vector of a.
    pub sharpness: f64,
    /// The same at the vector of λ_min.
    pub smallest: f64,
    /// `‖(Σ̂ − Σ)v‖` at the vector of s, in the unit of s²; 0 where there is none.
    pub covariance: f64,
    /// The largest error of a `vᵀH_i v`, or of their mean, along both vectors.
    pub along: Both<f64>,
    /// Over how many samples it was measured.
    pub samples: Compared,
}

/// Over how many samples both engines were compared; 0 where there was nothing to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Products with H.
    pub hessian: usize,
    /// Products with Σ.
    pub covariance: usize,
    /// `vᵀH_i v`.
    pub quotients: usize,
}

impl Rounding {
    /// What the products in f64 have rounded, by what those in f32 have: they make sums of the same
    /// numbers, each rounding 2²⁹ times smaller. Sixteen times as much is allowed for other orders of
    /// the sums. Where f32 has lost every digit this is a guess.
    pub fn in_f64(&self) -> Self {
        let share = 16.0 * 2_f64.powi(-29);
        Rounding {
            sharpness: share * self.sharpness,
            smallest: share * self.smallest,
            covariance: share * self.covariance,
            along: self.along.map(|error| share * error),
            samples: self.samples,
        }
    }
}

/// Two products with one vector.
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
    fn of([narrow, exact]: [&[f64]; 2], vector: &[f64]) -> Self {
        let length =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let difference = || narrow.iter().zip(exact).map(|(x, y)| x - y);
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
struct Twin<'a> {
    wide: &'a Wide<'a>,
    narrow: Curvature<'a>,
}

impl<'a> Twin<'a> {
    fn new(wide: &'a Wide<'a>, case: &Case<'_>) -> Self {
        let effort = case.effort;
        Twin {
            wide,
            narrow: Curvature::new(effort.isa, wide.point(), wide.batch(), effort.matrix),
        }
    }

    fn hessian(&mut self, vector: &[f32]) -> Gap {
        let mut product = vec![0.0; vector.len()];
        self.narrow.hessian_product(vector, &mut product);
        let wide = self.wide.vector(vector);
        let exact = self.wide.hessian_product(&wide);
        Gap::of([&self.wide.vector(&product), &exact], &wide)
    }

    /// The larger one along the vectors of s and of a: where `(1/n) Σ H_i²` and `H²` cancel, they do most
    /// along that of a, and what f32 loses there may hide the vector of s from it.
    fn largest_of_covariance(&mut self, vectors: &Vectors) -> f64 {
        let double = self.wide.double();
        let lengths = [&vectors.noise, &vectors.sharpness].map(|vector| {
            let mut product = vec![0.0; vector.len()];
            self.narrow.covariance_product(vector, &mut product);
            let wide = self.wide.vector(vector);
            let exact = double.covariance_product(&wide);
            Gap::of([&self.wide.vector(&product), &exact], &wide).length
        });
        lengths[0].max(lengths[1])
    }
}

/// Measures what f32 has rounded in a reading, at its vectors.
pub fn measure(
    case: &Case<'_>,
    mode: Option<Mode>,
    (reading, vectors): (&Reading, &Vectors),
) -> Rounding {
    let network = &case.model.network;
    let count = case.samples.count;
    let together = match mode {
        Some(Mode::Train | Mode::Frozen) => together(network),
        _ => count,
    };
    let wide = Wide::new(case, mode, spread(count, together));
    let mut twin = Twin::new(&wide, case);
    let [a, smallest] = [&vectors.sharpness, &vectors.smallest].map(|v| twin.hessian(v));
    // A part of the samples has another Hessian: what counts is the share that it loses.
    let size = match wide.count() < count && a.size > 0.0 {
        true => (reading.sharpness.value.abs() / a.size).max(1.0),
        false => 1.0,
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
            hessian: wide.count(),
            ..Compared::default()
        },
    };
    if twin.narrow.has_samples() && !vectors.noise.is_empty() {
        noise(&mut rounding, case, &mut twin, vectors);
    }
    rounding
}

/// What belongs to single samples.
fn noise(rounding: &mut Rounding, case: &Case<'_>, twin: &mut Twin<'_>, vectors: &Vectors) {
    let all = twin.hessian(&vectors.noise);
    let mut quotients = |vector: &Vec<f32>, least: f64| {
        let narrow = twin.narrow.sample_quotients(vector);
        let chosen = chosen(&narrow, QUOTIENTS);
        let part = twin.wide.part(&chosen);
        let exact = part.double().sample_quotients(&part.vector(vector));
        let pairs = chosen.iter().zip(&exact);
        let errors = pairs.map(|(&sample, exact)| (narrow[sample] - exact).abs());
        (errors.fold(least, f64::max), chosen.len(), narrow)
    };
    let (along_a, ..) = quotients(&vectors.sharpness, rounding.along.sharpness);
    let (along_s, compared, narrow) = quotients(&vectors.noise, all.along);
    rounding.along = Both {
        sharpness: along_a,
        noise: along_s,
    };
    let chosen = chosen(&narrow, alone(&case.model.network));
    rounding.samples = Compared {
        covariance: chosen.len(),
        quotients: compared,
        ..rounding.samples
    };
    if chosen.len() == twin.wide.count() {
        rounding.covariance = twin.largest_of_covariance(vectors);
        return;
    }
    let part = twin.wide.part(&chosen);
    let mut few = Twin::new(&part, case);
    let (some, covariance) = (
        few.hessian(&vectors.noise),
        few.largest_of_covariance(vectors),
    );
    let growth = match some.length > 0.0 {
        true => (all.length / some.length).max(1.0),
        false => 1.0,
    };
    rounding.covariance = growth * covariance;
}

/// How many samples pass one by one for a product with Σ.
fn alone(network: &Network) -> usize {
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
