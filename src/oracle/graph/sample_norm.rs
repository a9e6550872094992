//! Normalisation within a sample: which numbers belong together, and which factors they have.

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
    pub(super) fn weights(&self, [channels, height, width]: [usize; 3]) -> (usize, usize) {
        let (count, bias) = match self.scaled {
            Scaled::Not => (0, false),
            Scaled::Channels { bias } => (channels, bias),
            Scaled::Numbers { bias } => (channels * height * width, bias),
        };
        (count, if bias { count } else { 0 })
    }

    /// The indices of the numbers of each set.
    pub(super) fn sets(&self, [channels, height, width]: [usize; 3]) -> Vec<Vec<usize>> {
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
}
