//! What PyTorch's modules are told, where that is more than a number.

use crate::kernel::Window;

use super::architecture::EPSILON;

/// What a convolution slides over its input: what `torch.nn.Conv2d` is told.
#[derive(Clone, Copy, Debug)]
pub struct Filters {
    /// Channels of the output.
    pub outputs: usize,
    /// The kernel, as it slides; the padding holds zeros.
    pub window: Window,
    /// Groups of channels that see nothing of each other; 1 joins all.
    pub groups: usize,
    /// Is there a number a channel that is added?
    pub bias: bool,
}

/// What `torch.nn.BatchNorm2d` is told.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// ε ≥ 0, under the root beside the variance.
    pub epsilon: f64,
    /// Is there a scale and a shift a channel, which are parameters?
    pub affine: bool,
    /// Does a checkpoint have running means and variances?
    pub running_statistics: bool,
}

impl Default for BatchNorm {
    /// As PyTorch has it.
    fn default() -> Self {
        BatchNorm {
            epsilon: EPSILON,
            affine: true,
            running_statistics: true,
        }
    }
}
