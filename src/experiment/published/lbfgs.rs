//! The authors' runs that start at a minimum found by L-BFGS.
//!
//! Source: the result files in the authors' repository (revision 0570d94): 784-500-500-500-10 with ReLU on
//! the first 1000 training images of Fashion-MNIST and 200 more with wrong labels. The sharpness at the end is
//! the mean over the last part of the run.

/// The runs: SGD and gradient descent.
pub const FROM_LBFGS: [LbfgsRow; 2] = [
    LbfgsRow {
        learning_rate: 0.4,
        batch: Some(4),
        sharpness: [6.08, 0.405],
        accuracy: [69.56, 73.25],
    },
    LbfgsRow {
        learning_rate: 0.8,
        batch: None,
        sharpness: [7.07, 2.335],
        accuracy: [69.54, 70.82],
    },
];

/// A row of [`FROM_LBFGS`].
#[derive(Clone, Copy, Debug)]
pub struct LbfgsRow {
    /// The learning rate η.
    pub learning_rate: f64,
    /// The batch size B; `None` for all samples.
    pub batch: Option<usize>,
    /// The sharpness at the minimum and at the end of the run.
    pub sharpness: [f64; 2],
    /// The test accuracy at the minimum and at the end of the run, in percent.
    pub accuracy: [f64; 2],
}

impl LbfgsRow {
    /// `aη/2` at the minimum and at the end of the run.
    pub fn scaled(&self) -> [f64; 2] {
        self.sharpness.map(|a| a * self.learning_rate / 2.0)
    }
}
