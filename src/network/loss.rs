//! The losses of one sample: value, first and second derivative by the outputs.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};

/// The loss `f_i` of one sample as a function of its `c` outputs `o` and its target `y`. The loss of
/// a batch is the mean over its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// `(1/c)·Σ_k (o_k − y_k)²`: the authors' (no ½, no softmax).
    MeanSquared,
    /// `−Σ_k y_k·log softmax(o)_k`; `y` sums to one.
    CrossEntropy,
    /// `(1/c)·Σ_k max(0, 1 − t_k·o_k)²` with `t = 2y − 1`, so that a one-hot `y` gives signs.
    HingeSquared,
}

impl Loss {
    /// Every loss.
    pub const ALL: [Loss; 3] = [Loss::MeanSquared, Loss::CrossEntropy, Loss::HingeSquared];

    /// The word in architecture files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Loss::MeanSquared => "mean-squared",
            Loss::CrossEntropy => "cross-entropy",
            Loss::HingeSquared => "hinge-squared",
        }
    }

    /// `Σ_i f_i` in f64, and `derivative ← scale·∂f_i/∂o`. All are samples × `c`.
    pub(super) fn compare(
        self,
        isa: Isa,
        (outputs, targets): (&[f32], &[f32]),
        c: usize,
        scale: f32,
        derivative: &mut [f32],
    ) -> f64 {
        derivative.copy_from_slice(outputs);
        match self {
            Loss::MeanSquared => {
                kernel::axpy(isa, -1.0, targets, derivative);
                let squares = kernel::dot_wide(isa, derivative, derivative);
                kernel::scale(isa, scale * 2.0 / c as f32, derivative);
                squares / c as f64
            }
            Loss::HingeSquared => {
                for (o, y) in derivative.iter_mut().zip(targets) {
                    let sign = 2.0 * y - 1.0;
                    *o = -sign * (1.0 - sign * *o).max(0.0);
                }
                let squares = kernel::dot_wide(isa, derivative, derivative);
                kernel::scale(isa, scale * 2.0 / c as f32, derivative);
                squares / c as f64
            }
            Loss::CrossEntropy => {
                let rows = derivative.chunks_exact_mut(c).zip(targets.chunks_exact(c));
                rows.map(|(o, y)| cross_entropy(o, y, scale)).sum()
            }
        }
    }

    /// `second ← (∂²f_i/∂o²)·second` for each sample, where `second` holds a direction of outputs.
    pub(super) fn curve(
        self,
        isa: Isa,
        (outputs, targets): (&[f32], &[f32]),
        c: usize,
        second: &mut [f32],
    ) {
        match self {
            Loss::MeanSquared => kernel::scale(isa, 2.0 / c as f32, second),
            Loss::HingeSquared => {
                let pairs = outputs.iter().zip(targets);
                for (r, (o, y)) in second.iter_mut().zip(pairs) {
                    let sign = 2.0 * y - 1.0;
                    let inside = 1.0 - sign * o > 0.0;
                    *r *= if inside {
                        sign * sign * 2.0 / c as f32
                    } else {
                        0.0
                    };
                }
            }
            Loss::CrossEntropy => {
                let pairs = outputs.chunks_exact(c).zip(targets.chunks_exact(c));
                for (r, (o, y)) in second.chunks_exact_mut(c).zip(pairs) {
                    let mass: f64 = y.iter().map(|&y| f64::from(y)).sum();
                    let p = softmax(o).0;
                    let mean: f64 = p.iter().zip(&*r).map(|(p, &r)| p * f64::from(r)).sum();
                    for (r, p) in r.iter_mut().zip(&p) {
                        *r = (mass * p * (f64::from(*r) - mean)) as f32;
                    }
                }
            }
        }
    }
}

/// One row: the loss, and its scaled derivative written over the outputs.
fn cross_entropy(o: &mut [f32], y: &[f32], scale: f32) -> f64 {
    let (p, logarithm) = softmax(o);
    let mass: f64 = y.iter().map(|&y| f64::from(y)).sum();
    let terms = o.iter().zip(y);
    let loss: f64 = terms
        .map(|(&o, &y)| f64::from(y) * (logarithm - f64::from(o)))
        .sum();
    for ((o, y), p) in o.iter_mut().zip(y).zip(&p) {
        *o = (f64::from(scale) * (mass * p - f64::from(*y))) as f32;
    }
    loss
}

/// `softmax(o)` and `log Σ exp(o_k)`, in f64.
fn softmax(o: &[f32]) -> (Vec<f64>, f64) {
    let largest = o
        .iter()
        .fold(f64::NEG_INFINITY, |m, &o| m.max(f64::from(o)));
    let powers: Vec<f64> = o.iter().map(|&o| (f64::from(o) - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    let p = powers.iter().map(|power| power / sum).collect();
    (p, largest + sum.ln())
}
