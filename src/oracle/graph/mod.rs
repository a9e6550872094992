//! A network as PyTorch defines it, and its exact derivatives by a road of its own.
//!
//! The engine derives by hand, keeps channels last and multiplies matrices; here every layer is the
//! plain loop of its definition, channels first, over numbers `a + s·b + t·c + s·t·d` with
//! `s² = t² = 0`. The coefficient of `s·t` of the loss at `w + s·e_j + t·v` is `(H v)_j`. The two
//! roads share no code and no method.
//!
//! | file | what is in it |
//! |---|---|
//! | [`Graph`] | layers, loss, and which statistics normalise |
//! | `jet` | the numbers with two nilpotent directions |
//! | `layers`, `loss` | the definitions |
//! | `pass` | the layers one after the other, the switches of a point |
//! | [`Landscape`] | gradients, Hessians and their products at a point |
//! | [`Bound`] | `γ_m·A`: how far the engine may be away, as a theorem |
//!
//! The scalar is any [`crate::number::Real`]. Over intervals the result is an enclosure; on a
//! dyadic grid, where no root, exponential or third part occurs, it is a single number.

mod bound;
mod jet;
mod landscape;
mod layers;
mod loss;
mod pass;
#[cfg(test)]
mod tests;

pub use bound::Bound;
pub use landscape::{Landscape, Second};

use crate::number::Interval;

/// The scalar of the proofs. On a dyadic grid, 256 bits hold every number of a small network.
pub type Enclosure = Interval<256>;

/// One layer. A layer reads what the layer before it gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// `torch.nn.Linear`: `y = W x + b`, `W` of shape outputs × inputs.
    Dense {
        /// The length of `y`.
        outputs: usize,
        /// Is there a `b`?
        bias: bool,
    },
    /// `torch.nn.Conv2d`: `y[o, p] = b[o] + Σ_{i,k} W[o, i, k]·x[g + i, p·stride + k·dilation − padding]`,
    /// `W` of shape outputs × inputs/groups × rows × columns, `g` the first channel of the group of `o`.
    Convolution {
        /// Channels of `y`.
        outputs: usize,
        /// The kernel; zeros around `x`.
        window: Window,
        /// Groups of channels.
        groups: usize,
        /// Is there a `b`?
        bias: bool,
    },
    /// `torch.nn.BatchNorm2d`: `y_c = γ_c·(x_c − μ_c)/√(σ²_c + ε) + β_c`.
    BatchNorm {
        /// ε.
        epsilon: f64,
        /// Are there `γ` and `β`? Without them they are 1 and 0.
        affine: bool,
    },
    /// `(x_c − mean_c)/deviation_c` with constants.
    Normalise {
        /// One mean a channel.
        mean: Vec<f64>,
        /// One deviation a channel.
        deviation: Vec<f64>,
    },
    /// `max(0, x)`.
    Relu,
    /// `torch.nn.MaxPool2d`: nothing outside of `x` is looked at.
    MaxPool(Window),
    /// `torch.nn.AvgPool2d`: zeros around `x` count.
    AveragePool(Window),
    /// `torch.nn.Flatten`.
    Flatten,
    /// `x + a[::stride, ::stride]` with zero channels behind those that `a` has, where `a` is an
    /// earlier activation.
    Shortcut {
        /// Which one: 0 the input, `i + 1` what layer `i` gives.
        from: usize,
        /// Every so many rows and columns.
        stride: usize,
    },
}

/// A window that slides over an image; rows, then columns. Index `k` of window `p` reads
/// `p·stride + k·dilation − padding`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Indices.
    pub size: [usize; 2],
    /// Steps from one place to the next.
    pub stride: [usize; 2],
    /// How much is added around the image.
    pub padding: [usize; 2],
    /// Steps from index to index.
    pub dilation: [usize; 2],
}

impl Window {
    /// A square.
    pub fn square(side: usize, stride: usize, padding: usize) -> Self {
        Window {
            size: [side; 2],
            stride: [stride; 2],
            padding: [padding; 2],
            dilation: [1; 2],
        }
    }

    /// Numbers of a window.
    pub fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// What index `k` of window `p` reads in direction `d`, where a side has so many numbers.
    pub(super) fn read(&self, d: usize, (p, k): (usize, usize), side: usize) -> Option<usize> {
        let place = (p * self.stride[d] + k * self.dilation[d]).checked_sub(self.padding[d]);
        place.filter(|&place| place < side)
    }

    /// How many windows a side has in direction `d`.
    fn places(&self, d: usize, side: usize) -> usize {
        let reach = self.dilation[d] * (self.size[d] - 1) + 1;
        (side + 2 * self.padding[d] - reach) / self.stride[d] + 1
    }
}

/// The loss of one sample, as a function of its `c` outputs `o` and its target `y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// `(1/c)·Σ_k (o_k − y_k)²`.
    MeanSquared,
    /// `½·Σ_k (o_k − y_k)²`.
    HalfSumSquared,
    /// `Σ_k (o_k − y_k)²`.
    SumSquared,
    /// `−Σ_k y'_k·log softmax(o)_k` with `y' = (1 − ε)·y + ε/c`.
    CrossEntropy {
        /// ε.
        smoothing: f64,
    },
    /// `−(1/c)·Σ_k (y_k·log σ(o_k) + (1 − y_k)·log(1 − σ(o_k)))`, σ the logistic function.
    BinaryCrossEntropy,
    /// `(1/c)·Σ_k max(0, 1 − t_k·o_k)²`, `t = 2y − 1`.
    HingeSquared,
}

/// Which means and variances batch normalisation works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistics {
    /// Those of the batch: the samples are coupled.
    Batch,
    /// Given ones.
    Fixed,
}

/// Channels, height and width of one sample between two layers; a plain vector is c × 1 × 1.
pub type Size = [usize; 3];

/// A list of layers with their loss.
#[derive(Clone, Debug)]
pub struct Graph {
    layers: Vec<Layer>,
    loss: Loss,
    weight_decay: f64,
    statistics: Statistics,
    sizes: Vec<Size>,
}

impl Graph {
    /// The graph that reads samples of size `input`.
    ///
    /// # Panics
    /// When a layer does not fit behind the one before it.
    pub fn new(input: Size, layers: Vec<Layer>, loss: Loss, statistics: Statistics) -> Self {
        let mut sizes = vec![input];
        for layer in &layers {
            sizes.push(size_behind(layer, &sizes));
        }
        Graph {
            layers,
            loss,
            weight_decay: 0.0,
            statistics,
            sizes,
        }
    }

    /// The fully connected ReLU network of these widths, input first, with the mean square.
    ///
    /// # Panics
    /// With no widths.
    pub fn chain(widths: &[usize]) -> Self {
        let mut layers = Vec::new();
        for &outputs in &widths[1..] {
            let bias = true;
            layers.extend([Layer::Dense { outputs, bias }, Layer::Relu]);
        }
        layers.pop();
        Graph::new(
            [widths[0], 1, 1],
            layers,
            Loss::MeanSquared,
            Statistics::Fixed,
        )
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The same graph where `(λ/2)·Σ_j w_j²` over all parameters is added to the loss of every sample.
    #[must_use]
    pub fn with_weight_decay(self, weight_decay: f64) -> Self {
        Graph {
            weight_decay,
            ..self
        }
    }

    /// λ.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// The same graph where these statistics normalise.
    #[must_use]
    pub fn with_statistics(self, statistics: Statistics) -> Self {
        Graph { statistics, ..self }
    }

    /// Which statistics normalise.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// The size of activation `activation`: 0 the input, `i + 1` what layer `i` gives.
    pub fn size(&self, activation: usize) -> Size {
        self.sizes[activation]
    }

    /// Numbers of one sample's input.
    pub fn features(&self) -> usize {
        numbers(self.sizes[0])
    }

    /// The number of outputs `c`.
    pub fn outputs(&self) -> usize {
        numbers(self.sizes[self.layers.len()])
    }

    /// How many weights and how many biases layer `layer` has. They stand in this order among the
    /// parameters, layer after layer.
    pub fn weights(&self, layer: usize) -> (usize, usize) {
        let read = self.sizes[layer];
        let biases = |outputs, bias| if bias { outputs } else { 0 };
        match self.layers[layer] {
            Layer::Dense { outputs, bias } => (outputs * numbers(read), biases(outputs, bias)),
            Layer::Convolution {
                outputs,
                window,
                groups,
                bias,
            } => (
                outputs * read[0] / groups * window.area(),
                biases(outputs, bias),
            ),
            Layer::BatchNorm { affine: true, .. } => (read[0], read[0]),
            _ => (0, 0),
        }
    }

    /// The number of parameters.
    pub fn parameters(&self) -> usize {
        let weights = (0..self.layers.len()).map(|layer| self.weights(layer));
        weights.map(|(weights, biases)| weights + biases).sum()
    }

    /// Are the samples of a batch coupled?
    pub fn is_coupled(&self) -> bool {
        let is_norm = |layer: &Layer| matches!(layer, Layer::BatchNorm { .. });
        self.statistics == Statistics::Batch && self.layers.iter().any(is_norm)
    }
}

/// Numbers of one sample.
pub fn numbers(size: Size) -> usize {
    size.iter().product()
}

fn size_behind(layer: &Layer, sizes: &[Size]) -> Size {
    let read = sizes[sizes.len() - 1];
    let [channels, height, width] = read;
    match layer {
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
            read
        }
        Layer::MaxPool(window) | Layer::AveragePool(window) => {
            [channels, window.places(0, height), window.places(1, width)]
        }
        Layer::Flatten => [channels * height * width, 1, 1],
        Layer::Shortcut { from, stride } => {
            let [a, h, w] = sizes[*from];
            let taken = [h.div_ceil(*stride), w.div_ceil(*stride)];
            assert!(taken == [height, width] && a <= channels, "a shortcut fits");
            read
        }
        Layer::BatchNorm { .. } | Layer::Relu => read,
    }
}
