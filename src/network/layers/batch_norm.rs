//! Batch normalisation, `torch.nn.BatchNorm2d`, as two layers: [`Standardise`], which subtracts the
//! mean and divides by the deviation, and [`Scale`], which is affine in its parameters.

use serde::{Deserialize, Serialize};

use crate::kernel::Start;
use crate::network::shape::Shape;

use super::moments::HvpBackward;
use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved,
    SecondOrder, Site, begin,
};
use super::scale::Scale;
use super::words::is_yes;

/// The default ε, which is PyTorch's.
const EPSILON: f64 = 1e-5;

/// The arguments of `torch.nn.BatchNorm2d`, and the keys of `type = "batch-norm"` in an architecture
/// file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BatchNorm {
    /// ε ≥ 0, added to the variance under the square root.
    pub epsilon: f64,
    /// Whether each channel has a scale and a shift as parameters.
    #[serde(skip_serializing_if = "is_yes")]
    pub affine: bool,
    /// Whether a checkpoint contains running means and variances.
    #[serde(skip_serializing_if = "is_yes")]
    pub running_statistics: bool,
}

impl Default for BatchNorm {
    /// PyTorch's defaults.
    fn default() -> Self {
        BatchNorm {
            epsilon: EPSILON,
            affine: true,
            running_statistics: true,
        }
    }
}

impl BatchNorm {
    /// The standardising layer, which is the first half.
    pub(in crate::network) fn standardise(
        self,
        shape: Shape,
    ) -> Result<Fitted<Standardise>, Fault> {
        let epsilon = self.epsilon;
        if !((epsilon as f32).is_finite() && epsilon >= 0.0) {
            return Err(format!("epsilon must not be negative, and is {epsilon}"));
        }
        let standardise = Standardise {
            epsilon,
            running_statistics: self.running_statistics,
        };
        Ok(Fitted::without_parameters(standardise, shape))
    }

    /// The scaling layer, which is the second half; `None` if the normalisation is not affine.
    pub(in crate::network) fn scale(self, shape: Shape) -> Option<Fitted<Scale>> {
        self.affine.then(|| Scale::of_channels(shape, true))
    }
}

/// `z_c = (x_c − μ_c)/√(σ²_c + ε)`. [`crate::network::Normalisation`] decides whether `μ` and `σ²` are
/// those of the batch or fixed.
#[derive(Clone, Debug)]
pub struct Standardise {
    /// ε.
    pub epsilon: f64,
    /// Whether a checkpoint contains the fixed `μ` and `σ²`.
    pub running_statistics: bool,
}

impl Describe for Standardise {
    fn name(&self) -> &'static str {
        "standardise"
    }

    fn reads_own_output(&self) -> bool {
        true
    }

    fn statistics(&self, output: Shape) -> usize {
        2 * output.channels
    }
}

impl Operator for Standardise {
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        let (moments, epsilon) = (&mut saved.moments, self.epsilon as f32);
        match at.statistics {
            None => moments.measure(at.isa, x.main, at.output.channels, epsilon),
            Some(statistics) => {
                let (means, variances) = statistics.split_at(at.output.channels);
                moments.fix(means, variances, epsilon);
            }
        }
        moments.forward(at.isa, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        rz.fill(0.0);
        base.saved.moments.project(base.at.isa, base.y, rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        base.saved.moments.project(base.at.isa, base.y, dz, dx);
    }

    fn hvp_backward(
        &self,
        base: &Recorded,
        second: SecondOrder,
        _by: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        begin(start, dx);
        let terms = HvpBackward {
            normal: base.y,
            x_tangent: second.x_tangent,
            normal_tangent: second.y_tangent,
            delta: second.delta,
            delta_tangent: second.delta_tangent,
        };
        base.saved.moments.add_hvp_backward(base.at.isa, &terms, dx);
    }
}
