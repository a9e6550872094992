//! Normalisation within a sample, written as its definition.

use super::forward::{Jets, Own};
use super::jet::{Jet, number};
use super::layer::{Size, numbers};
use crate::number::Real;

/// The numbers of a sample that are normalised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// So many groups of neighbouring channels, each at all rows and columns.
    Groups(usize),
    /// All channels at each row and column.
    Position,
}

/// The factors and shifts behind a normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaled {
    /// None.
    Not,
    /// One per channel.
    Channels {
        /// Whether there are shifts.
        bias: bool,
    },
    /// One per number.
    Numbers {
        /// Whether there are shifts.
        bias: bool,
    },
}

/// `γ_k·(x_k − μ)/√(σ² + ε) + β_k`, where μ and σ² are the mean and the variance (divided by the count)
/// of the numbers that are normalised together with `x_k`. `torch.nn.GroupNorm` has groups, and factors
/// per channel; `torch.nn.LayerNorm` has one group, and factors per number; `torch.nn.RMSNorm` has a mean
/// square in place of the variance, and zero in place of the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleNorm {
    /// Which numbers are normalised together.
    pub together: Together,
    /// Whether there is a mean.
    pub is_centred: bool,
    /// ε.
    pub epsilon: f64,
    /// Which factors and shifts there are.
    pub scaled: Scaled,
}

impl SampleNorm {
    /// How many weights and biases there are for samples of this size.
    pub(super) fn weights(&self, size: Size) -> (usize, usize) {
        let (count, bias) = match self.scaled {
            Scaled::Not => (0, false),
            Scaled::Channels { bias } => (size[0], bias),
            Scaled::Numbers { bias } => (numbers(size), bias),
        };
        (count, if bias { count } else { 0 })
    }

    /// The indices of the numbers of each set.
    fn sets(&self, [channels, height, width]: Size) -> Vec<Vec<usize>> {
        let positions = height * width;
        match self.together {
            Together::Groups(groups) => {
                let size = channels / groups * positions;
                let group = |first: usize| (first * size..(first + 1) * size).collect();
                (0..groups).map(group).collect()
            }
            Together::Position => {
                let column = |place: usize| (0..channels).map(|c| c * positions + place).collect();
                (0..positions).map(column).collect()
            }
        }
    }

    /// The output for one sample.
    pub(super) fn of<T: Real>(&self, own: &Own<'_, T>, read: &[Jet<T>], size: Size) -> Jets<T> {
        let positions = size[1] * size[2];
        let mut out = read.to_vec();
        for set in self.sets(size) {
            let share = T::ratio(1, set.len() as u64);
            let sum = set.iter().fold(Jet::zero(), |sum, &k| sum.plus(&read[k]));
            let mean = if self.is_centred {
                sum.scaled(&share)
            } else {
                Jet::zero()
            };
            let squares = set.iter().fold(Jet::zero(), |mut sum: Jet<T>, &k| {
                let centred = read[k].minus(&mean);
                sum.add_product(&centred, &centred);
                sum
            });
            let epsilon = Jet::constant(number(self.epsilon as f32));
            let inverse = squares.scaled(&share).plus(&epsilon).inverse_root();
            for k in set {
                let place = match self.scaled {
                    Scaled::Numbers { .. } => k,
                    Scaled::Channels { .. } | Scaled::Not => k / positions,
                };
                let normal = read[k].minus(&mean).times(&inverse);
                let factor = own.weights.get(place);
                let scaled = factor.map_or_else(|| normal.clone(), |w| w.times(&normal));
                out[k] = own
                    .biases
                    .get(place)
                    .map_or_else(|| scaled.clone(), |b| scaled.plus(b));
            }
        }
        out
    }
}
