//! Means and variances per channel, and standardising with them: `x̂ = (x − μ)·r` with
//! `r = 1/√(σ² + ε)`.
//!
//! With fixed `μ` and `σ²` this map is affine. With those of the batch it couples the samples. Let `⟨·⟩`
//! be the mean over samples and positions, and `P(u) = u − ⟨u⟩ − x̂·⟨x̂ u⟩`; then
//!
//! ```text
//! jvp        Rx̂ = r·P(Rx)                      and  Rr = −r·m·r,  m = r·⟨x̂ Rx⟩
//! backward   ∂x = r·P(∂x̂)
//! hvp       R∂x = −m·∂x + r·(P(R∂x̂) − Rx̂·⟨x̂ ∂x̂⟩ − x̂·⟨Rx̂ ∂x̂⟩)
//! ```

use crate::kernel::{self, Isa, MatrixMut, Start};

use super::channels::add_scaled;

/// The moments that a layer used in a forward pass, kept for the passes that follow.
#[derive(Clone, Debug, Default)]
pub(in crate::network) struct Moments {
    /// The means μ, one per channel.
    pub mean: Vec<f32>,
    /// The variances σ², one per channel, computed as the sum of squares divided by the count.
    pub variance: Vec<f32>,
    /// The factors r, one per channel.
    pub inverse: Vec<f32>,
    /// Whether the moments are those of the batch.
    pub of_batch: bool,
}

impl Moments {
    /// Sets fixed moments.
    pub fn fix(&mut self, mean: &[f32], variance: &[f32], epsilon: f32) {
        self.mean.clear();
        self.mean.extend_from_slice(mean);
        self.variance.clear();
        self.variance.extend_from_slice(variance);
        self.invert(epsilon);
        self.of_batch = false;
    }

    /// Sets the moments to those of the rows of `x`.
    pub fn measure(&mut self, isa: Isa, x: &[f32], channels: usize, epsilon: f32) {
        let count = (x.len() / channels) as f64;
        let sums = sums(isa, x, channels);
        self.mean = sums.iter().map(|sum| (sum / count) as f32).collect();
        // The numbers are centred first, which keeps the digits of σ² when μ is large.
        let shift: Vec<f32> = self.mean.iter().map(|m| -m).collect();
        let mut centred = vec![0.0; x.len()];
        kernel::scale_shift(isa, &vec![1.0; channels], &shift, false, x, &mut centred);
        let squares = dots(isa, &centred, &centred, channels);
        self.variance = squares.iter().map(|sum| (sum / count) as f32).collect();
        self.invert(epsilon);
        self.of_batch = true;
    }

    fn invert(&mut self, epsilon: f32) {
        let inverse = self.variance.iter().map(|v| 1.0 / (v + epsilon).sqrt());
        self.inverse = inverse.collect();
    }

    /// `y ← (x − μ)·r`.
    pub fn forward(&self, isa: Isa, x: &[f32], y: &mut [f32]) {
        let pairs = self.mean.iter().zip(&self.inverse);
        let shift: Vec<f32> = pairs.map(|(m, r)| -m * r).collect();
        kernel::scale_shift(isa, &self.inverse, &shift, false, x, y);
    }

    /// `y ← y + r·P(x)`, with `P(x) = x` for fixed moments. This multiplies by the Jacobian, which is
    /// symmetric.
    pub fn project(&self, isa: Isa, normal: &[f32], x: &[f32], y: &mut [f32]) {
        add_scaled(isa, &self.inverse, x, y);
        if self.of_batch {
            let mean = self.means(&sums(isa, x, self.channels()), x, -1.0);
            let rows = y.len() / self.channels();
            kernel::add_row(isa, &mean, MatrixMut::new(y, rows, self.channels()));
            let overlap = self.overlap(isa, normal, x, -1.0);
            add_scaled(isa, &overlap, normal, y);
        }
    }

    /// `dx ← dx + R∂x`, the derivative of the backward pass along a direction.
    pub(super) fn add_hvp_backward(&self, isa: Isa, at: &HvpBackward, dx: &mut [f32]) {
        self.project(isa, at.normal, at.delta_tangent, dx);
        if self.of_batch {
            // −m·∂x with ∂x = r·P(∂x̂), computed separately and then scaled.
            let mut back = vec![0.0; dx.len()];
            self.project(isa, at.normal, at.delta, &mut back);
            let m = self.overlap(isa, at.normal, at.x_tangent, -1.0);
            add_scaled(isa, &m, &back, dx);
            let overlap = self.overlap(isa, at.normal, at.delta, -1.0);
            add_scaled(isa, &overlap, at.normal_tangent, dx);
            let overlap = self.overlap(isa, at.normal_tangent, at.delta, -1.0);
            add_scaled(isa, &overlap, at.normal, dx);
        }
    }

    fn channels(&self) -> usize {
        self.inverse.len()
    }

    /// `sign·r·⟨x y⟩`, one number per channel.
    fn overlap(&self, isa: Isa, x: &[f32], y: &[f32], sign: f64) -> Vec<f32> {
        let sums = dots(isa, x, y, self.channels());
        self.means(&sums, x, sign)
    }

    /// `sign·r·(sum/count)`, one number per channel.
    fn means(&self, sums: &[f64], x: &[f32], sign: f64) -> Vec<f32> {
        let count = (x.len() / self.channels()) as f64;
        let pairs = sums.iter().zip(&self.inverse);
        pairs
            .map(|(sum, r)| (sign * sum / count * f64::from(*r)) as f32)
            .collect()
    }
}

/// The inputs to the derivative of the backward pass; each is rows × channels.
pub(super) struct HvpBackward<'a> {
    /// x̂.
    pub normal: &'a [f32],
    /// Rx.
    pub x_tangent: &'a [f32],
    /// Rx̂.
    pub normal_tangent: &'a [f32],
    /// ∂x̂.
    pub delta: &'a [f32],
    /// R∂x̂.
    pub delta_tangent: &'a [f32],
}

/// `Σ x`, one sum per channel.
fn sums(isa: Isa, x: &[f32], channels: usize) -> Vec<f64> {
    let mut sums = vec![0.0; channels];
    kernel::channel_sums(isa, x, Start::Zero, &mut sums);
    sums
}

/// `Σ x·y`, one sum per channel.
fn dots(isa: Isa, x: &[f32], y: &[f32], channels: usize) -> Vec<f64> {
    let mut sums = vec![0.0; channels];
    kernel::channel_dots(isa, x, y, Start::Zero, &mut sums);
    sums
}
