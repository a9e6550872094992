//! Positions: a vector of its own is added at each position of a sequence, learned or sinusoidal.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::bounds::checked;
use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site,
    begin,
};

/// `type = "positions"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct PositionsItem {
    #[serde(default)]
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
}

/// Where the vectors come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Learned,
    Sinusoidal,
}

/// Adds a vector to each position of a sequence.
#[derive(Clone, Debug)]
pub struct Positions {
    /// What is added.
    pub added: Added,
}

/// The vectors that are added.
#[derive(Clone, Debug)]
pub enum Added {
    /// The first rows of a weight of length × width.
    Learned {
        /// The number of rows of the weight.
        length: usize,
    },
    /// Constants, position after position.
    Constants(Vec<f32>),
}

impl PositionsItem {
    /// Learned positions with a weight of so many rows.
    pub fn learned(length: usize) -> Self {
        PositionsItem {
            kind: Kind::Learned,
            length: Some(length),
        }
    }

    /// The layer behind a sequence of shape `input`.
    pub fn fit(self, input: Shape) -> Result<Fitted<Positions>, Fault> {
        match self.kind {
            Kind::Learned => Positions::learned(input, self.length.unwrap_or(input.positions())),
            Kind::Sinusoidal if self.length.is_some() => {
                Err("sinusoidal positions have no length; leave it out".to_owned())
            }
            Kind::Sinusoidal => Ok(Positions::sinusoidal(input)),
        }
    }
}

impl Positions {
    /// A weight of length × width, of which the sequence uses the first rows.
    pub(in crate::network) fn learned(input: Shape, length: usize) -> Result<Fitted<Self>, Fault> {
        if length < input.positions() {
            return Err(format!(
                "positions of length {length} do not reach over a sequence of {}; give the length that was \
                 trained",
                input.positions()
            ));
        }
        Ok(Fitted {
            operator: Positions {
                added: Added::Learned { length },
            },
            output: input,
            weights: checked(length, input.channels)?,
            biases: 0,
        })
    }

    /// `sin(t·10000^(−i/width))` in channel i, and the cosine of the same in channel i + 1, for even i
    /// (Vaswani et al. 2017).
    fn sinusoidal(input: Shape) -> Fitted<Self> {
        let number = |position: usize, channel: usize| {
            let even = (channel - channel % 2) as f64;
            let angle = position as f64 * 10_000_f64.powf(-even / input.channels as f64);
            (if channel.is_multiple_of(2) {
                angle.sin()
            } else {
                angle.cos()
            }) as f32
        };
        let row = |position| (0..input.channels).map(move |channel| number(position, channel));
        let constants = (0..input.positions()).flat_map(row).collect();
        let added = Added::Constants(constants);
        Fitted::without_parameters(Positions { added }, input)
    }

    /// Adds the rows that are used to the numbers of every sample.
    fn add(at: &Site, rows: &[f32], z: &mut [f32]) {
        let samples = z.chunks_exact_mut(at.input.numbers());
        samples.for_each(|z| kernel::axpy(at.isa, 1.0, &rows[..z.len()], z));
    }
}

impl Describe for Positions {
    fn name(&self) -> &'static str {
        "positions"
    }

    fn weight_multiplies(&self) -> bool {
        false
    }

    fn weight_shape(&self, _input: Shape, output: Shape) -> Vec<usize> {
        match self.added {
            Added::Learned { length } => vec![length, output.channels],
            Added::Constants(_) => Vec::new(),
        }
    }
}

impl Operator for Positions {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        z.copy_from_slice(x.main);
        match &self.added {
            Added::Learned { .. } => Positions::add(at, at.parameters.weight, z),
            Added::Constants(constants) => Positions::add(at, constants, z),
        }
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, direction: LayerParameters, rz: &mut [f32]) {
        if rx.main.is_empty() {
            rz.fill(0.0);
        } else {
            rz.copy_from_slice(rx.main);
        }
        if let Added::Learned { .. } = self.added {
            Positions::add(&base.at, direction.weight, rz);
        }
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        kernel::axpy(base.at.isa, 1.0, dz, dx);
    }

    fn weight_gradient(&self, at: &Site, _x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        // Rows behind the sequence have no part in the loss.
        begin(start, sum);
        let used = &mut sum[..at.input.numbers()];
        let samples = dz.chunks_exact(at.input.numbers());
        samples.for_each(|dz| kernel::axpy(at.isa, 1.0, dz, used));
    }
}
