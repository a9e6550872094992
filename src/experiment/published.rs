//! Numbers that the authors of the theory recorded, for comparison.
//!
//! Source: the result files in the repository of Wu, Ma and E (`sgd.stability`, revision 0570d94), from
//! which Table 1 and the figures of the paper were made. The network is 784-500-500-500-10 with ReLU; the
//! loss is the mean square over samples and outputs of the first 1000 training images of Fashion-MNIST.
//!
//! | file | contents |
//! |---|---|
//! | this one | gradient descent and SGD (Table 1 and figure 4) |
//! | `momentum` | heavy ball, with all samples and with small batches |
//! | `lbfgs` | runs that start at a minimum found by another optimiser |
//! | `silu` | a table by others, of three optimisers and four batch sizes |

pub mod lbfgs;
pub mod momentum;
pub mod silu;

/// Whether a published learning rate is this one, which was an f32.
pub fn is_same_rate(published: f64, learning_rate: f64) -> bool {
    (published - learning_rate).abs() < 1e-6
}

/// The widths of the layers of the network, input first.
pub const WIDTHS: [usize; 5] = [784, 500, 500, 500, 10];

/// The number of training images n of the runs.
pub const SAMPLES: usize = 1000;

/// The largest `aη/2` among the authors' runs without momentum or batch normalisation (VGG on CIFAR-10 at
/// η = 0.5: 4.086/4). When training stops, gradient descent still oscillates around the edge, so a ratio
/// up to this one is evidence neither for nor against the theory.
pub const LARGEST_OVERSHOOT: f64 = 1.022;

/// The authors' runs of gradient descent: learning rate; mean, smallest and largest sharpness of 5 runs;
/// mean test accuracy in percent (paper, Table 1).
#[expect(
    clippy::approx_constant,
    reason = "0.3926 is a measured sharpness, not π/8"
)]
pub const DESCENT: [DescentRow; 6] = [
    DescentRow::new(0.01, 53.48, 47.94, 59.07, 80.36),
    DescentRow::new(0.05, 39.32, 38.45, 39.93, 79.89),
    DescentRow::new(0.1, 19.62, 19.42, 19.83, 80.13),
    DescentRow::new(0.5, 3.857, 3.828, 3.896, 80.47),
    DescentRow::new(1.0, 1.925, 1.881, 1.953, 80.79),
    DescentRow::new(5.0, 0.3968, 0.3926, 0.3987, 81.02),
];

/// A row of [`DESCENT`].
#[derive(Clone, Copy, Debug)]
pub struct DescentRow {
    /// The learning rate η.
    pub learning_rate: f64,
    /// The mean sharpness of the runs.
    pub sharpness: f64,
    /// The smallest and the largest sharpness.
    pub range: [f64; 2],
    /// The mean test accuracy in percent.
    pub accuracy: f64,
}

impl DescentRow {
    const fn new(learning_rate: f64, sharpness: f64, low: f64, high: f64, accuracy: f64) -> Self {
        DescentRow {
            learning_rate,
            sharpness,
            range: [low, high],
            accuracy,
        }
    }
}

/// The authors' runs of SGD: learning rate, batch size, mean sharpness and mean non-uniformity of about 5
/// runs, mean test accuracy in percent.
pub const STOCHASTIC: [StochasticRow; 12] = [
    StochasticRow::new(0.05, 10, 17.23, 35.44, 80.11),
    StochasticRow::new(0.1, 10, 7.853, 20.66, 80.39),
    StochasticRow::new(0.1, 100, 19.49, 44.42, 79.91),
    StochasticRow::new(0.1, 1000, 19.69, 45.06, 80.01),
    StochasticRow::new(0.5, 4, 0.732, 2.268, 80.72),
    StochasticRow::new(0.5, 10, 1.244, 4.270, 80.91),
    StochasticRow::new(0.5, 25, 2.301, 7.941, 80.67),
    StochasticRow::new(0.5, 1000, 3.785, 12.85, 80.47),
    StochasticRow::new(1.0, 10, 0.696, 2.18, 80.80),
    StochasticRow::new(1.0, 100, 1.758, 6.85, 80.83),
    StochasticRow::new(1.0, 1000, 1.933, 7.80, 80.81),
    StochasticRow::new(5.0, 100, 0.392, 1.519, 80.60),
];

/// The law `s = 4.03·a^0.78` that the authors' runs of SGD on Fashion-MNIST follow (fitted to the recorded
/// values of `ln s` and `ln a`, which have a correlation of 0.993).
pub const POWER_LAW: [f64; 2] = [4.03, 0.78];

/// The mean and the largest `q = η(a² + ps²)/(2a)` of the same runs.
pub const ONE_DIRECTION: [f64; 2] = [0.912, 1.124];

/// A row of [`STOCHASTIC`].
#[derive(Clone, Copy, Debug)]
pub struct StochasticRow {
    /// The learning rate η.
    pub learning_rate: f64,
    /// The batch size B, out of n = 1000.
    pub batch: usize,
    /// The mean sharpness a.
    pub sharpness: f64,
    /// The mean non-uniformity s.
    pub non_uniformity: f64,
    /// The mean test accuracy in percent.
    pub accuracy: f64,
}

impl StochasticRow {
    /// `aη/2` and `sη√p`, which are 1 on their bounds.
    pub fn scaled(&self) -> (f64, f64) {
        let (n, b) = (SAMPLES as f64, self.batch as f64);
        let weight = (n - b) / (b * (n - 1.0));
        let eta = self.learning_rate;
        (
            self.sharpness * eta / 2.0,
            self.non_uniformity * eta * weight.sqrt(),
        )
    }

    const fn new(learning_rate: f64, batch: usize, a: f64, s: f64, accuracy: f64) -> Self {
        StochasticRow {
            learning_rate,
            batch,
            sharpness: a,
            non_uniformity: s,
            accuracy,
        }
    }
}

/// The authors' runs of gradient descent on VGG "A" and the first 1000 images of the classes 0 and 1 of CIFAR-10:
/// columns as in [`DESCENT`] (paper, Table 1).
pub const CONVOLUTION_DESCENT: [DescentRow; 4] = [
    DescentRow::new(0.01, 198.93, 197.82, 199.42, 87.49),
    DescentRow::new(0.05, 39.77, 39.37, 40.09, 87.97),
    DescentRow::new(0.1, 19.77, 19.52, 19.95, 88.16),
    DescentRow::new(0.5, 3.644, 3.053, 4.086, 86.56),
];

/// The authors' runs of SGD on the same network and images: columns as in [`STOCHASTIC`] (their file
/// `cifar10_sgd_collect`, without the runs of less than 80 percent accuracy).
pub const CONVOLUTION_STOCHASTIC: [StochasticRow; 12] = [
    StochasticRow::new(0.005, 4, 147.0, 245.0, 87.6),
    StochasticRow::new(0.005, 10, 261.0, 419.0, 87.9),
    StochasticRow::new(0.005, 100, 396.0, 610.0, 87.3),
    StochasticRow::new(0.01, 4, 57.7, 112.0, 88.9),
    StochasticRow::new(0.01, 10, 129.0, 238.0, 88.2),
    StochasticRow::new(0.01, 100, 197.0, 337.0, 87.5),
    StochasticRow::new(0.05, 4, 5.25, 10.3, 89.8),
    StochasticRow::new(0.05, 10, 14.9, 35.7, 89.0),
    StochasticRow::new(0.05, 100, 39.6, 106.0, 87.8),
    StochasticRow::new(0.1, 4, 6.3, 11.7, 89.1),
    StochasticRow::new(0.1, 10, 5.2, 12.2, 88.8),
    StochasticRow::new(0.1, 100, 18.8, 50.1, 88.9),
];

/// The sharpness that the authors recorded for their ResNet on n images of CIFAR-10 after gradient descent with
/// η = 0.01, where 2/η = 200: n and a. Batch normalisation was in evaluation mode.
pub const RESIDUAL: [(usize, f64); 2] = [(1000, 2076.0), (5000, 3394.0)];

/// The smallest and the largest aη/2, roughly, in the authors' files on that ResNet.
pub const RESIDUAL_RANGE: [f64; 2] = [2.0, 40.0];

/// The authors' runs that go on from a minimum at which gradient descent with η = 0.1 had settled (paper, Figure 2),
/// on 1000 images and 200 more with wrong labels.
pub const ESCAPES: [EscapeRow; 4] = [
    EscapeRow::new(0.1, 4, [19.8, 4.70], true, [71.61, 72.42]),
    EscapeRow::new(0.1, 100, [19.83, 19.56], false, [71.61, 70.90]),
    EscapeRow::new(0.3, 1200, [19.8, 6.45], true, [71.61, 72.69]),
    EscapeRow::new(0.5, 1200, [19.8, 3.84], true, [71.61, 72.52]),
];

/// The same on the 1000 images alone; the authors did not record batches of one with the wrong labels.
pub const ESCAPES_WITHOUT_WRONG_LABELS: [EscapeRow; 4] = [
    EscapeRow::new(0.1, 1, [19.65, 0.945], true, [80.04, 80.73]),
    EscapeRow::new(0.1, 4, [19.8, 6.63], true, [80.04, 80.40]),
    EscapeRow::new(0.3, 1000, [19.7, 6.58], true, [80.04, 80.26]),
    EscapeRow::new(0.5, 1000, [19.7, 3.85], true, [80.04, 80.39]),
];

/// The learning rate of the gradient descent from which [`ESCAPES`] go on.
pub const SETTLED_AT: f64 = 0.1;

/// A row of [`ESCAPES`].
#[derive(Clone, Copy, Debug)]
pub struct EscapeRow {
    /// The learning rate η of the run that goes on.
    pub learning_rate: f64,
    /// Its batch size B; all images for gradient descent.
    pub batch: usize,
    /// The sharpness at the start, and its mean over the last part of the run.
    pub sharpness: [f64; 2],
    /// Whether the run left the minimum.
    pub escaped: bool,
    /// The test accuracy in percent at the start and at the end.
    pub accuracy: [f64; 2],
}

impl EscapeRow {
    const fn new(
        learning_rate: f64,
        batch: usize,
        sharpness: [f64; 2],
        escaped: bool,
        accuracy: [f64; 2],
    ) -> Self {
        EscapeRow {
            learning_rate,
            batch,
            sharpness,
            escaped,
            accuracy,
        }
    }
}
