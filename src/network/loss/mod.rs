//! The loss of one sample: its value, and its first and second derivatives with respect to the outputs.

mod entropy;
mod words;

use serde::Deserialize;

use crate::kernel::{self, Isa};

/// The loss `f_i` of one sample as a function of its `c` outputs `o` and its target `y`. The loss of
/// a batch is the mean over its samples.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Loss {
    /// `(1/c)·Σ_k (o_k − y_k)²`: the authors' loss (no ½, no softmax).
    MeanSquared,
    /// `½·Σ_k (o_k − y_k)²`.
    HalfSumSquared,
    /// `Σ_k (o_k − y_k)²`.
    SumSquared,
    /// `−Σ_k y_k·log softmax(o)_k`; `y` sums to one.
    CrossEntropy {
        /// ε in [0, 1]: the target is `(1 − ε)·y + ε/c`.
        smoothing: f64,
    },
    /// `(1/c)·Σ_k (log(1 + exp o_k) − y_k·o_k)`: outputs are logits, `y` is in [0, 1].
    BinaryCrossEntropy,
    /// `(1/c)·Σ_k max(0, 1 − t_k·o_k)²` with `t = 2y − 1`, so that targets of 0 and 1 become −1 and 1.
    HingeSquared,
}

/// The outputs of a network for some samples, with their targets.
#[derive(Clone, Copy)]
pub(super) struct Predictions<'a> {
    /// samples × width.
    pub outputs: &'a [f32],
    /// samples × width.
    pub targets: &'a [f32],
    /// The number of outputs of one sample, `c`.
    pub width: usize,
}

impl Loss {
    /// Cross-entropy without label smoothing.
    pub const CROSS_ENTROPY: Loss = Loss::CrossEntropy { smoothing: 0.0 };

    /// Every loss.
    pub const ALL: [Loss; 6] = [
        Loss::MeanSquared,
        Loss::HalfSumSquared,
        Loss::SumSquared,
        Loss::CROSS_ENTROPY,
        Loss::BinaryCrossEntropy,
        Loss::HingeSquared,
    ];

    /// The three squared losses, which differ only by a factor.
    pub const SQUARED: [Loss; 3] = [Loss::MeanSquared, Loss::HalfSumSquared, Loss::SumSquared];

    /// Whether the loss is a square of residuals.
    pub fn is_squared(self) -> bool {
        Loss::SQUARED.contains(&self)
    }

    /// The divisor of the sum over the outputs: `c` if the loss is a mean, otherwise 1.
    pub fn divisor(self, c: usize) -> f64 {
        match self {
            Loss::MeanSquared | Loss::BinaryCrossEntropy | Loss::HingeSquared => c as f64,
            Loss::HalfSumSquared => 2.0,
            Loss::SumSquared | Loss::CrossEntropy { .. } => 1.0,
        }
    }

    /// Returns the sum `Σ_i f_i` in f64, and sets `gradient ← scale·∂f_i/∂o` for every sample.
    pub(super) fn value_and_gradient(
        self,
        isa: Isa,
        predictions: Predictions<'_>,
        scale: f32,
        gradient: &mut [f32],
    ) -> f64 {
        let Predictions {
            outputs,
            targets,
            width: c,
        } = predictions;
        gradient.copy_from_slice(outputs);
        let divisor = self.divisor(c);
        match self {
            Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => {
                kernel::axpy(isa, -1.0, targets, gradient);
                let squares = kernel::dot_wide(isa, gradient, gradient);
                kernel::scale(isa, scale * 2.0 / divisor as f32, gradient);
                squares / divisor
            }
            Loss::HingeSquared => {
                for (o, y) in gradient.iter_mut().zip(targets) {
                    let sign = 2.0 * y - 1.0;
                    *o = -sign * (1.0 - sign * *o).max(0.0);
                }
                let squares = kernel::dot_wide(isa, gradient, gradient);
                kernel::scale(isa, scale * 2.0 / divisor as f32, gradient);
                squares / divisor
            }
            Loss::CrossEntropy { smoothing } => {
                let rows = gradient.chunks_exact_mut(c).zip(targets.chunks_exact(c));
                rows.map(|(o, y)| entropy::value_and_gradient(o, y, smoothing, scale))
                    .sum()
            }
            Loss::BinaryCrossEntropy => {
                let scale = f64::from(scale) / divisor;
                let pairs = gradient.iter_mut().zip(targets);
                let terms = pairs.map(|(o, &y)| entropy::binary_value_and_gradient(o, y, scale));
                terms.sum::<f64>() / divisor
            }
        }
    }

    /// `tangent ← (∂²f_i/∂o²)·tangent` for every sample, where `tangent` holds a direction in output
    /// space.
    pub(super) fn hvp(self, isa: Isa, predictions: Predictions<'_>, tangent: &mut [f32]) {
        let Predictions {
            outputs,
            targets,
            width: c,
        } = predictions;
        let divisor = self.divisor(c);
        match self {
            Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => {
                kernel::scale(isa, 2.0 / divisor as f32, tangent);
            }
            Loss::HingeSquared => {
                let pairs = outputs.iter().zip(targets);
                for (r, (o, y)) in tangent.iter_mut().zip(pairs) {
                    let sign = 2.0 * y - 1.0;
                    let inside = 1.0 - sign * o > 0.0;
                    *r *= if inside {
                        sign * sign * 2.0 / divisor as f32
                    } else {
                        0.0
                    };
                }
            }
            Loss::CrossEntropy { smoothing } => {
                let pairs = outputs.chunks_exact(c).zip(targets.chunks_exact(c));
                for (r, (o, y)) in tangent.chunks_exact_mut(c).zip(pairs) {
                    entropy::hvp(o, y, smoothing, r);
                }
            }
            Loss::BinaryCrossEntropy => {
                for (r, &o) in tangent.iter_mut().zip(outputs) {
                    *r = (entropy::binary_second_derivative(o) / divisor * f64::from(*r)) as f32;
                }
            }
        }
    }

    /// `∂²f_i/∂o²` of every sample in f64, samples × c × c.
    pub(super) fn second_derivatives(self, predictions: Predictions<'_>) -> Vec<f64> {
        let Predictions {
            outputs,
            targets,
            width: c,
        } = predictions;
        let divisor = self.divisor(c);
        let mut blocks = vec![0.0; outputs.len() * c];
        let rows = outputs.chunks_exact(c).zip(targets.chunks_exact(c));
        for (block, (o, y)) in blocks.chunks_exact_mut(c * c).zip(rows) {
            if let Loss::CrossEntropy { smoothing } = self {
                entropy::second_derivative(o, y, smoothing, block);
                continue;
            }
            for (k, (&o, &y)) in o.iter().zip(y).enumerate() {
                block[k * c + k] = self.curvature_of_output(o, y) / divisor;
            }
        }
        blocks
    }

    /// The second derivative of one output's term, for losses that are sums over the outputs, times the
    /// divisor.
    fn curvature_of_output(self, o: f32, y: f32) -> f64 {
        match self {
            Loss::BinaryCrossEntropy => entropy::binary_second_derivative(o),
            Loss::HingeSquared => {
                let sign = 2.0 * f64::from(y) - 1.0;
                if 1.0 - sign * f64::from(o) > 0.0 {
                    2.0 * sign * sign
                } else {
                    0.0
                }
            }
            _ => 2.0,
        }
    }
}
