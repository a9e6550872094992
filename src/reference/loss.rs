//! The losses in f64, and their gradients over numbers `a + t·b`.

use super::dual::Dual;
use crate::oracle::graph::Loss;

/// The derivative of the loss of one sample with respect to its outputs.
pub(super) fn gradient(loss: Loss, outputs: &[Dual], targets: &[f64]) -> Vec<Dual> {
    let pairs = outputs.iter().zip(targets);
    let count = outputs.len() as f64;
    match loss {
        Loss::MeanSquared => residuals(outputs, targets, 2.0 * (1.0 / count)),
        Loss::HalfSumSquared => residuals(outputs, targets, 2.0 * 0.5),
        Loss::SumSquared => residuals(outputs, targets, 2.0),
        Loss::BinaryCrossEntropy => {
            let share = 1.0 / count;
            // (1 − y)·σ(o) − y·σ(−o).
            let slope = |(&o, &y): (&Dual, &f64)| {
                let [yes, no] = [o, o.scaled(-1.0)].map(logistic);
                (yes.scaled(1.0 - y) - no.scaled(y)).scaled(share)
            };
            pairs.map(slope).collect()
        }
        Loss::HingeSquared => {
            let share = 2.0 / count;
            let slope = |(&o, &y): (&Dual, &f64)| {
                let t = 2.0 * y - 1.0;
                let margin = Dual::constant(1.0) - o.scaled(t);
                if margin.value > 0.0 {
                    margin.scaled(-t * share)
                } else {
                    Dual::default()
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

/// `factor·(o − y)`.
fn residuals(outputs: &[Dual], targets: &[f64], factor: f64) -> Vec<Dual> {
    let pairs = outputs.iter().zip(targets);
    let residual = |(&o, &y): (&Dual, &f64)| (o - Dual::constant(y)).scaled(factor);
    pairs.map(residual).collect()
}

/// `1/(1 + exp(−x))`, computed by whichever of two forms cannot overflow.
fn logistic(x: Dual) -> Dual {
    let one = Dual::constant(1.0);
    if x.value > 0.0 {
        (one + x.scaled(-1.0).exp()).inverse()
    } else {
        x.exp() * (one + x.exp()).inverse()
    }
}

/// `(1 − ε)·y + ε/c`.
fn smoothed(targets: &[f64], smoothing: f64) -> Vec<f64> {
    let (rest, share) = (1.0 - smoothing, smoothing / targets.len() as f64);
    targets.iter().map(|y| rest * y + share).collect()
}

/// `exp(o_k − max o)`. Subtracting the maximum does not change the ratio of any two of them.
fn powers(outputs: &[Dual]) -> Vec<Dual> {
    let values = outputs.iter().map(|o| o.value);
    let largest = Dual::constant(values.fold(f64::NEG_INFINITY, f64::max));
    outputs.iter().map(|&o| (o - largest).exp()).collect()
}

/// The loss of one sample.
pub(super) fn value(loss: Loss, outputs: &[f64], targets: &[f64]) -> f64 {
    let pairs = outputs.iter().zip(targets);
    let count = outputs.len() as f64;
    match loss {
        Loss::MeanSquared => sum_of_squares(outputs, targets) * (1.0 / count),
        Loss::HalfSumSquared => sum_of_squares(outputs, targets) * 0.5,
        Loss::SumSquared => sum_of_squares(outputs, targets),
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

/// `Σ (o − y)²`.
fn sum_of_squares(outputs: &[f64], targets: &[f64]) -> f64 {
    let pairs = outputs.iter().zip(targets);
    pairs.map(|(o, y)| (o - y).powi(2)).sum()
}
