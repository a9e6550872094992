//! The parameter-free shortcut of a residual network: `z = x + skip(x')`.
//!
//! `skip` takes every `stride`-th row and column of the earlier activation `x'` and fills missing
//! channels with zeros (option A of He et al. 2015). With the layers of a branch before it, the earlier
//! activation is what the branch gives (option B: a projection).

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site,
    begin,
};
use super::words::is_usual;

/// The keys of `type = "shortcut"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct ShortcutItem {
    /// The item of the list whose output is added, counted from 1; 0 is the input.
    pub from: usize,
    /// Where the channels of zeros are.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub zeros: Zeros,
}

/// Where the channels of zeros are that a shortcut to more channels adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zeros {
    /// Behind the channels that there are.
    #[default]
    Behind,
    /// Half of them before the channels that there are, and half behind.
    Around,
}

/// Adds an earlier activation to the input.
#[derive(Clone, Debug)]
pub struct Shortcut {
    /// The earlier activation: 0 is the network's input, `i + 1` the output of layer `i`.
    pub from: usize,
    /// Its shape.
    pub source: Shape,
    /// The step between the rows, and between the columns, that are read.
    pub stride: usize,
    /// The channel of the output to which the first channel is added.
    pub first: usize,
}

impl Shortcut {
    /// The shortcut from activation `from`, of shape `source`, to an activation of shape `target`.
    pub(in crate::network) fn fit(
        from: usize,
        source: Shape,
        target: Shape,
        zeros: Zeros,
    ) -> Result<Fitted<Self>, Fault> {
        let stride = source.height.div_ceil(target.height);
        let fits = source.height.div_ceil(stride) == target.height
            && source.width.div_ceil(stride) == target.width
            && source.channels <= target.channels;
        if !fits {
            return Err(format!("a shortcut from {source} does not fit {target}"));
        }
        let more = target.channels - source.channels;
        let first = match zeros {
            Zeros::Behind => 0,
            Zeros::Around if more.is_multiple_of(2) => more / 2,
            Zeros::Around => {
                return Err(format!(
                    "a shortcut from {source} to {target} lacks {more} channels, which are no two halves;                      write zeros = \"behind\""
                ));
            }
        };
        let shortcut = Shortcut {
            from,
            source,
            stride,
            first,
        };
        Ok(Fitted::without_parameters(shortcut, target))
    }

    /// Pairs each number's position in the earlier activation with its position in the output, sample
    /// after sample.
    fn places(
        &self,
        output: Shape,
        samples: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (source, stride, first) = (self.source, self.stride, self.first);
        (0..samples * output.height * output.width).flat_map(move |position| {
            let (x, row) = (position % output.width, position / output.width);
            let (y, sample) = (row % output.height, row / output.height);
            let source_row = sample * source.height + y * stride;
            let from = (source_row * source.width + x * stride) * source.channels;
            let to = position * output.channels + first;
            (0..source.channels).map(move |channel| (from + channel, to + channel))
        })
    }

    /// The sum of the two inputs, where an empty slice means zero.
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
