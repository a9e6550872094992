//! `a + t·b` with `t² = 0`, and what is written over it as it is over numbers.

use std::ops::{Add, Mul, Sub};

use crate::oracle::graph::Loss;

/// `value + t·along`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dual {
    pub value: f64,
    pub along: f64,
}

impl Dual {
    pub fn new(value: f64, along: f64) -> Self {
        Dual { value, along }
    }

    pub fn constant(value: f64) -> Self {
        Dual::new(value, 0.0)
    }

    fn scaled(self, factor: f64) -> Self {
        Dual::new(self.value * factor, self.along * factor)
    }

    fn exp(self) -> Self {
        let power = self.value.exp();
        Dual::new(power, power * self.along)
    }

    fn inverse(self) -> Self {
        let inverse = 1.0 / self.value;
        Dual::new(inverse, -inverse * inverse * self.along)
    }

    fn inverse_root(self) -> Self {
        let root = 1.0 / self.value.sqrt();
        Dual::new(root, -0.5 * root / self.value * self.along)
    }
}

impl Add for Dual {
    type Output = Dual;
    fn add(self, other: Dual) -> Dual {
        Dual::new(self.value + other.value, self.along + other.along)
    }
}

impl Sub for Dual {
    type Output = Dual;
    fn sub(self, other: Dual) -> Dual {
        Dual::new(self.value - other.value, self.along - other.along)
    }
}

impl Mul for Dual {
    type Output = Dual;
    fn mul(self, other: Dual) -> Dual {
        let along = self.value * other.along + self.along * other.value;
        Dual::new(self.value * other.value, along)
    }
}

impl std::iter::Sum for Dual {
    fn sum<I: Iterator<Item = Dual>>(terms: I) -> Dual {
        terms.fold(Dual::default(), Add::add)
    }
}

fn mean(numbers: impl ExactSizeIterator<Item = Dual>) -> Dual {
    let share = 1.0 / numbers.len() as f64;
    numbers.sum::<Dual>().scaled(share)
}

/// The mean, and the mean square of what differs from it.
pub(super) fn moments(x: &[Dual]) -> (Dual, Dual) {
    let centre = mean(x.iter().copied());
    let squares = x.iter().map(|&x| (x - centre) * (x - centre));
    (centre, mean(squares))
}

/// One channel of batch normalisation: `x̂ = (x − μ)·r` with `r = 1/√(σ² + ε)`.
pub(super) struct Channel {
    pub normal: Vec<Dual>,
    inverse: Dual,
    of_batch: bool,
}

impl Channel {
    /// With fixed moments, or with those of `x`.
    pub fn new(x: &[Dual], fixed: Option<(f64, f64)>, epsilon: f64) -> Self {
        let (centre, variance) = match fixed {
            Some((centre, variance)) => (Dual::constant(centre), Dual::constant(variance)),
            None => moments(x),
        };
        let inverse = (variance + Dual::constant(epsilon)).inverse_root();
        Channel {
            normal: x.iter().map(|&x| (x - centre) * inverse).collect(),
            inverse,
            of_batch: fixed.is_none(),
        }
    }

    /// The derivative by `x` from that by `x̂` (Ioffe and Szegedy 2015).
    pub fn down(&self, back: &[Dual]) -> Vec<Dual> {
        if !self.of_batch {
            return back.iter().map(|&b| b * self.inverse).collect();
        }
        let centre = mean(back.iter().copied());
        let overlap = mean(back.iter().zip(&self.normal).map(|(&b, &x)| b * x));
        let pairs = back.iter().zip(&self.normal);
        pairs
            .map(|(&b, &x)| (b - centre - x * overlap) * self.inverse)
            .collect()
    }
}

/// The derivative of the loss of one sample by its outputs.
pub(super) fn loss_gradient(loss: Loss, outputs: &[Dual], targets: &[f64]) -> Vec<Dual> {
    let pairs = outputs.iter().zip(targets);
    let share = 2.0 / outputs.len() as f64;
    match loss {
        Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => {
            let share = 2.0 * unit(loss, outputs.len());
            let residual = |(&o, &y): (&Dual, &f64)| (o - Dual::constant(y)).scaled(share);
            pairs.map(residual).collect()
        }
        Loss::BinaryCrossEntropy => {
            let share = 1.0 / outputs.len() as f64;
            // (1 − y)·σ(o) − y·σ(−o).
            let slope = |(&o, &y): (&Dual, &f64)| {
                let [yes, no] = [o, o.scaled(-1.0)].map(logistic);
                (yes.scaled(1.0 - y) - no.scaled(y)).scaled(share)
            };
            pairs.map(slope).collect()
        }
        Loss::HingeSquared => {
            let slope = |(&o, &y): (&Dual, &f64)| {
                let t = 2.0 * y - 1.0;
                let margin = Dual::constant(1.0) - o.scaled(t);
                match margin.value > 0.0 {
                    true => margin.scaled(-t * share),
                    false => Dual::default(),
                }
            };
            pairs.map(slope).collect()
        }
        Loss::CrossEntropy { smoothing } => {
            let powers = powers(outputs);
            let targets = smoothed(targets, smoothing);
            let mass: f64 = targets.iter().sum();
            let inverse = powers.iter().copied().sum::<Dual>().inverse();
            let pairs = powers.iter().zip(&targets);
            let slope = |(&p, &y): (&Dual, &f64)| (p * inverse).scaled(mass) - Dual::constant(y);
            pairs.map(slope).collect()
        }
    }
}

/// What a square of residuals is multiplied by.
fn unit(loss: Loss, outputs: usize) -> f64 {
    match loss {
        Loss::HalfSumSquared => 0.5,
        Loss::SumSquared => 1.0,
        _ => 1.0 / outputs as f64,
    }
}

/// `1/(1 + exp(−x))`, by the one of two forms that cannot overflow.
fn logistic(x: Dual) -> Dual {
    let one = Dual::constant(1.0);
    match x.value > 0.0 {
        true => (one + x.scaled(-1.0).exp()).inverse(),
        false => x.exp() * (one + x.exp()).inverse(),
    }
}

/// `(1 − ε)·y + ε/c`.
fn smoothed(targets: &[f64], smoothing: f64) -> Vec<f64> {
    let (rest, share) = (1.0 - smoothing, smoothing / targets.len() as f64);
    targets.iter().map(|y| rest * y + share).collect()
}

/// `exp(o_k − max o)`: the maximum changes no quotient of two of them.
fn powers(outputs: &[Dual]) -> Vec<Dual> {
    let values = outputs.iter().map(|o| o.value);
    let largest = Dual::constant(values.fold(f64::NEG_INFINITY, f64::max));
    outputs.iter().map(|&o| (o - largest).exp()).collect()
}

/// The loss of one sample.
pub(super) fn loss_value(loss: Loss, outputs: &[f64], targets: &[f64]) -> f64 {
    let pairs = outputs.iter().zip(targets);
    let count = outputs.len() as f64;
    match loss {
        Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => {
            pairs.map(|(o, y)| (o - y).powi(2)).sum::<f64>() * unit(loss, outputs.len())
        }
        Loss::BinaryCrossEntropy => {
            let term = |(&o, &y): (&f64, &f64)| {
                let beyond = (-o.abs()).exp().ln_1p();
                beyond + o.max(0.0) - y * o
            };
            pairs.map(term).sum::<f64>() / count
        }
        Loss::HingeSquared => {
            let margin = |(o, y): (&f64, &f64)| (1.0 - (2.0 * y - 1.0) * o).max(0.0);
            pairs.map(|pair| margin(pair).powi(2)).sum::<f64>() / count
        }
        Loss::CrossEntropy { smoothing } => {
            let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = outputs.iter().map(|o| (o - largest).exp()).sum();
            let logarithm = largest + sum.ln();
            let targets = smoothed(targets, smoothing);
            let pairs = outputs.iter().zip(&targets);
            pairs.map(|(o, y)| y * (logarithm - o)).sum()
        }
    }
}
