//! Normalisation by constants, channel by channel: `z_c = (x_c − mean_c)/deviation_c`.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::channels::add_scaled;
use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site,
    begin,
};

/// The constants of the layer, and the keys of `type = "normalise"` in an architecture file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Normalise {
    /// The means, one per channel.
    pub mean: Vec<f64>,
    /// The deviations, one per channel.
    pub deviation: Vec<f64>,
}

impl Normalise {
    /// The constants that change nothing: mean 0, deviation 1.
    pub(in crate::network) fn identity(channels: usize) -> Self {
        Normalise {
            mean: vec![0.0; channels],
            deviation: vec![1.0; channels],
        }
    }

    /// The layer with these constants, if there is one of each per channel and f32 can divide by the
    /// deviations.
    pub(in crate::network) fn fit(self, shape: Shape) -> Result<Fitted<Self>, Fault> {
        let Normalise { mean, deviation } = &self;
        if mean.len() != shape.channels || deviation.len() != shape.channels {
            return Err(format!(
                "{} means and {} deviations for {} channels",
                mean.len(),
                deviation.len(),
                shape.channels
            ));
        }
        let is_good = |d: &f64| (*d as f32).is_finite() && *d as f32 > 0.0;
        if !deviation.iter().all(is_good) || !mean.iter().all(|m| (*m as f32).is_finite()) {
            return Err("means must be finite and deviations positive".to_owned());
        }
        Ok(Fitted::without_parameters(self, shape))
    }

    fn inverse(&self) -> Vec<f32> {
        self.deviation.iter().map(|&d| 1.0 / d as f32).collect()
    }
}

impl Describe for Normalise {
    fn name(&self) -> &'static str {
        "normalise"
    }
}

impl Operator for Normalise {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        let scale = self.inverse();
        let pairs = self.mean.iter().zip(&scale);
        let shift: Vec<f32> = pairs.map(|(&m, s)| -(m as f32) * s).collect();
        kernel::scale_shift(at.isa, &scale, &shift, false, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        rz.fill(0.0);
        add_scaled(base.at.isa, &self.inverse(), rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        add_scaled(base.at.isa, &self.inverse(), dz, dx);
    }
}
