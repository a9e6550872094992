//! Putting layers one behind the other, with every shape checked.

use std::ops::Range;

use crate::kernel::convolution::{self, Convolution};

use super::layer::{Kind, Law, Layer, Tied};
use super::{Loss, Network, Shape};

/// What is wrong with a layer, in words that fit behind "layer 3: ".
pub type Fault = String;

/// A network that is being built: each call adds a layer behind the last one.
#[derive(Clone, Debug)]
pub struct Builder {
    network: Network,
    parameters: usize,
    statistics: usize,
}

/// The square that a layer slides over its input.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Its side.
    pub kernel: usize,
    /// Steps from one place to the next.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
}

impl Builder {
    /// No layer yet.
    pub fn new(name: &str, input: Shape, loss: Loss) -> Self {
        let network = Network {
            name: name.to_owned(),
            input,
            loss,
            layers: Vec::new(),
            moves: vec![false],
            last_reader: vec![0],
        };
        Builder {
            network,
            parameters: 0,
            statistics: 0,
        }
    }

    /// The activation behind the last layer, for [`Builder::shortcut`].
    pub fn here(&self) -> usize {
        self.network.layers.len()
    }

    /// The shape behind the last layer.
    pub fn shape(&self) -> Shape {
        self.shape_of(self.here())
    }

    fn shape_of(&self, activation: usize) -> Shape {
        match activation {
            0 => self.network.input,
            _ => self.network.layers[activation - 1].output,
        }
    }

    fn take(counter: &mut usize, length: usize) -> Range<usize> {
        *counter += length;
        *counter - length..*counter
    }

    fn push(&mut self, kind: Kind, output: Shape, weights: usize, biases: usize) -> &mut Layer {
        let statistics = match kind {
            Kind::Standardise { .. } => 2 * output.channels,
            _ => 0,
        };
        let layer = Layer {
            kind,
            reads: self.here(),
            input: self.shape(),
            output,
            relu: false,
            weight: Self::take(&mut self.parameters, weights),
            bias: Self::take(&mut self.parameters, biases),
            tied: Tied::default(),
            statistics: Self::take(&mut self.statistics, statistics),
            law: Law::FanIn,
            zero_bias: false,
        };
        let moves = weights > 0 || layer.all_reads().any(|read| self.network.moves[read]);
        for read in layer.all_reads() {
            self.network.last_reader[read] = self.network.layers.len();
        }
        self.network.moves.push(moves);
        self.network.last_reader.push(0);
        self.network.layers.push(layer);
        self.network.layers.last_mut().expect("just pushed")
    }

    /// An affine layer on the flattened input, or a linear one, without a bias.
    ///
    /// # Errors
    /// With no outputs.
    pub fn dense(&mut self, outputs: usize, bias: bool) -> Result<(), Fault> {
        if outputs == 0 {
            return Err("a layer needs at least one output".to_owned());
        }
        self.flatten();
        let inputs = self.shape().numbers();
        let weights = checked(inputs, outputs)?;
        let biases = if bias { outputs } else { 0 };
        self.push(Kind::Dense, Shape::features(outputs), weights, biases);
        Ok(())
    }

    /// An image to a vector; nothing where it is one already.
    pub fn flatten(&mut self) {
        let shape = self.shape();
        if !shape.is_flat() {
            self.push(Kind::Flatten, Shape::features(shape.numbers()), 0, 0);
        }
    }

    /// A convolution with or without a bias, whose weights begin with this law.
    ///
    /// # Errors
    /// When the window does not fit.
    pub fn convolution(
        &mut self,
        outputs: usize,
        window: Window,
        bias: bool,
        law: Law,
    ) -> Result<&mut Layer, Fault> {
        let Window {
            kernel,
            stride,
            padding,
        } = window;
        let input = self.shape();
        let smallest = input.height.min(input.width);
        let padded = padding.checked_mul(2).and_then(|p| p.checked_add(smallest));
        if outputs == 0 || kernel == 0 || stride == 0 || padding >= kernel {
            return Err(format!(
                "a convolution needs outputs, kernel and stride of at least 1 and a padding below \
                 the kernel, not {outputs}, {kernel}, {stride} and {padding}"
            ));
        }
        if padded.is_none_or(|padded| padded < kernel) {
            return Err(format!("a kernel of {kernel} does not fit into {input}"));
        }
        let shape = convolution::Shape {
            height: input.height,
            width: input.width,
            inputs: input.channels,
            outputs,
            kernel,
            stride,
            padding,
        };
        check_size(input, &shape)?;
        let convolution = Convolution::new(shape);
        let output = Shape {
            height: convolution.shape().output_height(),
            width: convolution.shape().output_width(),
            channels: outputs,
        };
        let weights = checked(checked(kernel * kernel, input.channels)?, outputs)?;
        let biases = if bias { outputs } else { 0 };
        let layer = self.push(
            Kind::Convolution(Box::new(convolution)),
            output,
            weights,
            biases,
        );
        layer.law = law;
        Ok(layer)
    }

    /// Batch normalisation: [`Kind::Standardise`], then [`Kind::ChannelScale`].
    pub fn batch_norm(&mut self, epsilon: f32) {
        let shape = self.shape();
        self.push(Kind::Standardise { epsilon }, shape, 0, 0);
        let layer = self.push(Kind::ChannelScale, shape, shape.channels, shape.channels);
        (layer.law, layer.zero_bias) = (Law::One, true);
    }

    /// Constants taken off and divided by, channel by channel.
    ///
    /// # Errors
    /// When there is not one of each a channel, or a deviation is not positive.
    pub fn normalise(&mut self, mean: Vec<f32>, deviation: Vec<f32>) -> Result<(), Fault> {
        let shape = self.shape();
        if mean.len() != shape.channels || deviation.len() != shape.channels {
            return Err(format!(
                "{} means and {} deviations for {} channels",
                mean.len(),
                deviation.len(),
                shape.channels
            ));
        }
        let good = |d: &f32| d.is_finite() && *d > 0.0;
        if !deviation.iter().all(good) || !mean.iter().all(|m| m.is_finite()) {
            return Err("means must be finite and deviations positive".to_owned());
        }
        self.push(Kind::Normalise { mean, deviation }, shape, 0, 0);
        Ok(())
    }

    /// The largest of each square.
    ///
    /// # Errors
    /// When the window does not fit, or has more than 256 numbers.
    pub fn max_pool(&mut self, window: usize) -> Result<(), Fault> {
        if window > 16 {
            return Err(format!(
                "a max-pool reaches up to 16 × 16 numbers, not {window} × {window}"
            ));
        }
        let output = self.pooled(window)?;
        self.push(Kind::MaxPool { window }, output, 0, 0);
        Ok(())
    }

    /// The mean of each square.
    ///
    /// # Errors
    /// When the window does not fit.
    pub fn average_pool(&mut self, window: usize) -> Result<(), Fault> {
        let output = self.pooled(window)?;
        self.push(Kind::AveragePool { window }, output, 0, 0);
        Ok(())
    }

    fn pooled(&self, window: usize) -> Result<Shape, Fault> {
        let input = self.shape();
        if window == 0 || window > input.height.min(input.width) {
            return Err(format!("a window of {window} does not fit into {input}"));
        }
        Ok(Shape {
            height: input.height / window,
            width: input.width / window,
            channels: input.channels,
        })
    }

    /// Adds an earlier activation, [`Kind::Shortcut`].
    ///
    /// # Errors
    /// When there is no such activation, or its shape does not fit.
    pub fn shortcut(&mut self, from: usize) -> Result<(), Fault> {
        if from >= self.here() {
            return Err(format!("a shortcut from {from} must come from before it"));
        }
        let (source, target) = (self.shape_of(from), self.shape());
        let stride = source.height.div_ceil(target.height);
        let fits = source.height.div_ceil(stride) == target.height
            && source.width.div_ceil(stride) == target.width
            && source.channels <= target.channels;
        if !fits {
            return Err(format!("a shortcut from {source} does not fit {target}"));
        }
        let kind = Kind::Shortcut {
            from,
            source,
            stride,
        };
        self.push(kind, target, 0, 0);
        Ok(())
    }

    /// A ReLU behind the last layer.
    ///
    /// # Errors
    /// When there is no layer before it.
    pub fn relu(&mut self) -> Result<(), Fault> {
        match self.network.layers.last_mut() {
            Some(layer) => layer.relu = true,
            None => return Err("a relu must follow a layer".to_owned()),
        }
        Ok(())
    }

    /// Moves every ReLU that a max-pool alone reads behind the pool: the largest of the positive parts
    /// is the positive part of the largest, and forward and backward there is a quarter to rectify.
    fn pool_before_relus(&mut self) {
        let layers = &mut self.network.layers;
        for pool in 1..layers.len() {
            let read = layers[pool].reads;
            let readers = layers.iter().flat_map(Layer::all_reads);
            let is_only_reader = readers.filter(|&r| r == read).count() == 1;
            if matches!(layers[pool].kind, Kind::MaxPool { .. })
                && is_only_reader
                && read > 0
                && layers[read - 1].relu
            {
                (layers[read - 1].relu, layers[pool].relu) = (false, true);
            }
        }
    }

    /// The network.
    ///
    /// # Errors
    /// When it has no parameters, or ends with an image.
    pub fn finish(mut self) -> Result<Network, Fault> {
        if self.parameters == 0 {
            return Err("a network needs a layer with parameters".to_owned());
        }
        self.pool_before_relus();
        let shape = self.shape();
        match shape.is_flat() {
            true => Ok(self.network),
            false => Err(format!(
                "the outputs must be a vector, not {shape}; end with a dense layer"
            )),
        }
    }
}

/// A convolution whose lists of places and whose result a machine can hold. The window fits.
fn check_size(input: Shape, shape: &convolution::Shape) -> Result<(), Fault> {
    /// Pixels of the result by taps of the window; numbers of the result.
    const MOST: usize = 1 << 24;
    // The sides of the result are asked for once the kernel is known to be small.
    let taps = bounded(shape.kernel, shape.kernel, MOST);
    let fits = taps.and_then(|taps| {
        let pixels = bounded(shape.output_height(), shape.output_width(), MOST)?;
        bounded(pixels, taps, MOST).and(bounded(pixels, shape.outputs, MOST))
    });
    fits.map(drop).ok_or_else(|| {
        format!(
            "a kernel of {} over {input} with {} outputs has more than {MOST} places or results; \
             make the image, the kernel or the outputs smaller",
            shape.kernel, shape.outputs
        )
    })
}

/// A product that a file may ask for, as far as a machine could hold it.
fn checked(a: usize, b: usize) -> Result<usize, Fault> {
    /// More parameters than any machine that this runs on can hold vectors of.
    const MOST: usize = 1 << 34;
    bounded(a, b, MOST).ok_or_else(|| format!("{a} × {b} parameters are too many"))
}

/// The product, where it is not more than `most`.
fn bounded(a: usize, b: usize, most: usize) -> Option<usize> {
    a.checked_mul(b).filter(|product| *product <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which layers of a convolution, a ReLU, a 2 × 2 max-pool and whatever `more` adds have a ReLU?
    fn relus(more: impl Fn(&mut Builder) -> Result<(), Fault>) -> Vec<bool> {
        let mut builder = Builder::new("small", Shape::image(1, 4, 4), Loss::MeanSquared);
        let window = Window {
            kernel: 3,
            stride: 1,
            padding: 1,
        };
        let build = |builder: &mut Builder| {
            builder.convolution(2, window, true, Law::FanIn)?.relu = true;
            builder.max_pool(2)?;
            more(builder)?;
            builder.dense(1, true)
        };
        build(&mut builder).expect("the layers fit");
        let network = builder.finish().expect("a network");
        network.layers.iter().map(|layer| layer.relu).collect()
    }

    #[test]
    fn a_relu_goes_behind_the_pool_that_alone_reads_it() {
        assert_eq!(relus(|_| Ok(())), [false, true, false, false]);
        let with_shortcut = relus(|builder| builder.shortcut(1));
        assert_eq!(with_shortcut, [true, false, false, false, false]);
    }
}
