//! The shortcut of a residual network without parameters: `z = x + skip(x')`.
//!
//! Of the earlier activation `x'` every `stride`-th row and column is taken, with zeros for channels
//! that it does not have (option A of He et al. 2015).

use serde::Deserialize;

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site,
    begin,
};

/// `type = "shortcut"` in an architecture file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct ShortcutItem {
    /// Adds what stands behind this item of the list; 0 is the input.
    pub from: usize,
}

/// An earlier activation, which is added.
#[derive(Clone, Debug)]
pub struct Shortcut {
    /// Which one: 0 the network's input, `i + 1` the output of layer `i`.
    pub from: usize,
    /// Its shape.
    pub source: Shape,
    /// Every so many rows and columns.
    pub stride: usize,
}

impl Shortcut {
    /// The shortcut from activation `from`, of the shape `source`, to one of the shape `target`.
    pub(in crate::network) fn fit(
        from: usize,
        source: Shape,
        target: Shape,
    ) -> Result<Fitted<Self>, Fault> {
        let stride = source.height.div_ceil(target.height);
        let fits = source.height.div_ceil(stride) == target.height
            && source.width.div_ceil(stride) == target.width
            && source.channels <= target.channels;
        if !fits {
            return Err(format!("a shortcut from {source} does not fit {target}"));
        }
        let shortcut = Shortcut {
            from,
            source,
            stride,
        };
        Ok(Fitted::without_parameters(shortcut, target))
    }

    /// Every number's place in the earlier activation and its place in the output, sample after sample.
    fn places(
        &self,
        output: Shape,
        samples: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (source, stride) = (self.source, self.stride);
        (0..samples * output.height * output.width).flat_map(move |position| {
            let (x, row) = (position % output.width, position / output.width);
            let (y, sample) = (row % output.height, row / output.height);
            let source_row = sample * source.height + y * stride;
            let from = (source_row * source.width + x * stride) * source.channels;
            let to = position * output.channels;
            (0..source.channels).map(move |channel| (from + channel, to + channel))
        })
    }

    /// The sum, where an empty slice stands for zero.
    fn add(&self, at: &Site, x: Inputs, z: &mut [f32]) {
        if x.main.is_empty() {
            z.fill(0.0);
        } else {
            z.copy_from_slice(x.main);
        }
        if !x.skip.is_empty() {
            for (from, to) in self.places(at.output, at.samples) {
                z[to] += x.skip[from];
            }
        }
    }
}

impl Describe for Shortcut {
    fn name(&self) -> &'static str {
        "shortcut"
    }

    fn skip(&self) -> Option<usize> {
        Some(self.from)
    }
}

impl Operator for Shortcut {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        self.add(at, x, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        self.add(&base.at, rx, rz);
    }

    fn backward(&self, base: &Recorded, by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        match by {
            Operand::Main => kernel::axpy(base.at.isa, 1.0, dz, dx),
            Operand::Skip => {
                for (from, to) in self.places(base.at.output, base.at.samples) {
                    dx[from] += dz[to];
                }
            }
        }
    }
}
