//! The layers of a graph: their definitions, the sizes they accept, and their numbers of parameters.

use super::activation::Activation;
use super::sample_norm::SampleNorm;
use super::window::Window;

/// Channels, height and width of one sample between two layers; a plain vector is channels × 1 × 1.
pub type Size = [usize; 3];

/// How many numbers a sample of this size has.
pub fn numbers(size: Size) -> usize {
    size.iter().product()
}

/// A layer, which reads the output of the layer before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// `torch.nn.Linear`: `y = W x + b`, where `W` has the shape outputs × inputs.
    Dense {
        /// The length of `y`.
        outputs: usize,
        /// Whether there is a `b`.
        bias: bool,
    },
    /// `torch.nn.Conv2d`:
    /// `y[o, p] = b[o] + Σ_{i,k} W[o, i, k]·x[g + i, p·stride + k·dilation − padding]`, where `W` has
    /// the shape outputs × inputs/groups × rows × columns, and `g` is the first input channel in the
    /// group of `o`.
    Convolution {
        /// The number of channels of `y`.
        outputs: usize,
        /// The window that `W` covers; `x` is padded with zeros.
        window: Window,
        /// The number of groups of channels.
        groups: usize,
        /// Whether there is a `b`.
        bias: bool,
    },
    /// `torch.nn.BatchNorm2d`: `y_c = γ_c·(x_c − μ_c)/√(σ²_c + ε) + β_c`.
    BatchNorm {
        /// ε.
        epsilon: f64,
        /// Whether there are `γ` and `β`. Without them they are 1 and 0.
        affine: bool,
    },
    /// `torch.nn.GroupNorm`, `torch.nn.LayerNorm` or `torch.nn.RMSNorm`.
    SampleNorm(SampleNorm),
    /// `(x_c − mean_c)/deviation_c` with constants.
    Normalise {
        /// The means, one per channel.
        mean: Vec<f64>,
        /// The deviations, one per channel.
        deviation: Vec<f64>,
    },
    /// A function applied to every number separately.
    Activation(Activation),
    /// `torch.nn.MaxPool2d`: the padding is never the largest number.
    MaxPool(Window),
    /// `torch.nn.AvgPool2d`: the zeros of the padding are included in the mean.
    AveragePool(Window),
    /// `torch.nn.Flatten`.
    Flatten,
    /// `x + a[::stride, ::stride]`, where `a` is an earlier activation; channels that `a` lacks count as
    /// zero.
    Shortcut {
        /// The earlier activation: 0 is the input, `i + 1` the output of layer `i`.
        from: usize,
        /// The step between the rows, and between the columns, of `a` that are read.
        stride: usize,
        /// The channel of `x` to which the first channel of `a` is added.
        first: usize,
    },
    /// `torch.nn.Embedding`: channel c at row t is `W[x_t, c]`, where `W` has the shape vocabulary × width.
    Embedding {
        /// The number of rows of `W`.
        vocabulary: usize,
        /// The number of columns of `W`.
        width: usize,
    },
    /// `x[c, t] + W[t, c]`, where `W` has the shape length × channels.
    Positions {
        /// The number of rows of `W`, at least that of `x`.
        length: usize,
    },
    /// `x` plus constants, channels first.
    Constants(Vec<f32>),
    /// `softmax(Q·Kᵀ/√d)·V` for each head, where Q, K and V are the thirds of the channels of `x`.
    Attention {
        /// The number of heads.
        heads: usize,
        /// Whether a row sees itself and those before it only.
        is_causal: bool,
    },
    /// The channels of one row of an image of one column.
    Row {
        /// The row, from 0.
        position: usize,
    },
    /// An earlier activation again, in place of that of the layer before: a branch begins.
    Recall {
        /// The earlier activation: 0 is the input, `i + 1` the output of layer `i`.
        from: usize,
    },
}

impl Layer {
    /// The size of the layer's output, given the sizes of all activations before it.
    ///
    /// # Panics
    /// When the layer does not fit after these activations.
    pub(super) fn output_size(&self, sizes: &[Size]) -> Size {
        let input = sizes[sizes.len() - 1];
        let [channels, height, width] = input;
        match self {
            Layer::Dense { outputs, .. } => {
                assert_eq!([height, width], [1, 1], "a dense layer reads a vector");
                [*outputs, 1, 1]
            }
            Layer::Convolution {
                outputs,
                window,
                groups,
                ..
            } => {
                assert_eq!((channels % groups, outputs % groups), (0, 0), "groups");
                [*outputs, window.places(0, height), window.places(1, width)]
            }
            Layer::Normalise { mean, deviation } => {
                assert_eq!((mean.len(), deviation.len()), (channels, channels));
                input
            }
            Layer::MaxPool(window) | Layer::AveragePool(window) => {
                [channels, window.places(0, height), window.places(1, width)]
            }
            Layer::Flatten => [channels * height * width, 1, 1],
            Layer::Shortcut {
                from,
                stride,
                first,
            } => {
                let [a, h, w] = sizes[*from];
                let taken = [h.div_ceil(*stride), w.div_ceil(*stride)];
                let fits = taken == [height, width] && a + first <= channels;
                assert!(fits, "a shortcut fits");
                input
            }
            Layer::Recall { from } => sizes[*from],
            Layer::Embedding { width, .. } => {
                assert_eq!([height, input[2]], [1, 1], "a vector of tokens");
                [*width, channels, 1]
            }
            Layer::Positions { length } => {
                assert!(height <= *length && input[2] == 1, "a sequence");
                input
            }
            Layer::Constants(constants) => {
                assert_eq!(constants.len(), numbers(input), "constants");
                input
            }
            Layer::Attention { heads, .. } => {
                assert_eq!(channels % (3 * heads), 0, "heads");
                [channels / 3, height, input[2]]
            }
            Layer::Row { position } => {
                assert!(*position < height && input[2] == 1, "a sequence");
                [channels, 1, 1]
            }
            Layer::BatchNorm { .. } | Layer::SampleNorm(_) | Layer::Activation(_) => input,
        }
    }

    /// How many weights and how many biases the layer has when it reads samples of this size.
    pub(super) fn weights(&self, input: Size) -> (usize, usize) {
        let biases = |outputs, bias| if bias { outputs } else { 0 };
        match *self {
            Layer::Dense { outputs, bias } => (outputs * numbers(input), biases(outputs, bias)),
            Layer::Convolution {
                outputs,
                window,
                groups,
                bias,
            } => (
                outputs * input[0] / groups * window.area(),
                biases(outputs, bias),
            ),
            Layer::BatchNorm { affine, .. } => {
                let scales = if affine { input[0] } else { 0 };
                (scales, scales)
            }
            Layer::SampleNorm(norm) => norm.weights(input),
            Layer::Embedding { vocabulary, width } => (vocabulary * width, 0),
            Layer::Positions { length } => (length * input[0], 0),
            Layer::Normalise { .. }
            | Layer::Activation(_)
            | Layer::MaxPool(_)
            | Layer::AveragePool(_)
            | Layer::Flatten
            | Layer::Constants(_)
            | Layer::Attention { .. }
            | Layer::Row { .. }
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => (0, 0),
        }
    }

    /// How many means and variances the layer uses when it reads samples of this size.
    pub(crate) fn statistics(&self, input: Size) -> usize {
        if self.is_batch_norm() {
            2 * input[0]
        } else {
            0
        }
    }

    /// Whether the layer normalises with means and variances over samples.
    pub(crate) fn is_batch_norm(&self) -> bool {
        matches!(self, Layer::BatchNorm { .. })
    }

    /// How many terms are added up for one number of the output.
    pub(super) fn fan_in(&self, input: Size) -> usize {
        match self {
            Layer::Dense { .. } => numbers(input),
            Layer::Convolution { window, groups, .. } => window.area() * input[0] / groups,
            Layer::AveragePool(window) => window.area(),
            Layer::BatchNorm { .. }
            | Layer::SampleNorm(_)
            | Layer::Normalise { .. }
            | Layer::Activation(_)
            | Layer::MaxPool(_)
            | Layer::Flatten
            | Layer::Embedding { .. }
            | Layer::Positions { .. }
            | Layer::Constants(_)
            | Layer::Attention { .. }
            | Layer::Row { .. }
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => 1,
        }
    }

    /// How many terms are added up for the derivative with respect to one number of the input.
    pub(super) fn fan_out(&self, output: Size) -> usize {
        match self {
            Layer::Dense { .. } => numbers(output),
            Layer::Convolution { window, groups, .. } => window.area() * output[0] / groups,
            // Windows may overlap.
            Layer::MaxPool(window) | Layer::AveragePool(window) => window.area(),
            Layer::BatchNorm { .. }
            | Layer::SampleNorm(_)
            | Layer::Normalise { .. }
            | Layer::Activation(_)
            | Layer::Flatten
            | Layer::Embedding { .. }
            | Layer::Positions { .. }
            | Layer::Constants(_)
            | Layer::Attention { .. }
            | Layer::Row { .. }
            | Layer::Shortcut { .. }
            | Layer::Recall { .. } => 1,
        }
    }
}
