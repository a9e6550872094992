//! Putting layers one behind the other, with every shape checked.

use std::ops::Range;

use crate::kernel::Window;
use crate::kernel::convolution::{self, Convolution};
use crate::kernel::pool::Pool;

use super::bounds::{check_size, checked, places};
use super::layer::{Initialisation, Layer, Operation, Tied};
use super::settings::{BatchNorm, Filters};
use super::{Activation, Loss, Network, Shape};

/// What is wrong with a layer, in words that fit behind "layer 3: ".
pub type Fault = String;

/// A network that is being built: each call adds a layer behind the last one.
#[derive(Clone, Debug)]
pub struct Builder {
    network: Network,
    parameters: usize,
    statistics: usize,
}

impl Builder {
    /// No layer yet.
    pub fn new(name: &str, input: Shape, loss: Loss) -> Self {
        let network = Network {
            name: name.to_owned(),
            input,
            loss,
            weight_decay: 0.0,
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

    fn push(
        &mut self,
        operation: Operation,
        output: Shape,
        weights: usize,
        biases: usize,
    ) -> &mut Layer {
        let statistics = match operation {
            Operation::Standardise { .. } => 2 * output.channels,
            _ => 0,
        };
        let layer = Layer {
            operation,
            reads: self.here(),
            input: self.shape(),
            output,
            activation: Activation::Identity,
            weight: Self::take(&mut self.parameters, weights),
            bias: Self::take(&mut self.parameters, biases),
            tied: Tied::default(),
            statistics: Self::take(&mut self.statistics, statistics),
            initialisation: Initialisation::FanIn,
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
        self.push(Operation::Dense, Shape::features(outputs), weights, biases);
        Ok(())
    }

    /// An image to a vector; nothing where it is one already.
    pub fn flatten(&mut self) {
        let shape = self.shape();
        if !shape.is_flat() {
            self.push(Operation::Flatten, Shape::features(shape.numbers()), 0, 0);
        }
    }

    /// A convolution whose weights begin with this law.
    ///
    /// # Errors
    /// When the window does not fit, or the groups do not divide the channels of both images.
    pub fn convolution(
        &mut self,
        filters: Filters,
        initialisation: Initialisation,
    ) -> Result<&mut Layer, Fault> {
        let Filters {
            outputs,
            window,
            groups,
            bias,
        } = filters;
        let input = self.shape();
        if outputs == 0 {
            return Err("a convolution needs at least one output".to_owned());
        }
        let divides = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
        if !divides(input.channels) || !divides(outputs) {
            return Err(format!(
                "groups must divide the channels that are read and the outputs, and {groups} does not \
                 divide both {} and {outputs}",
                input.channels
            ));
        }
        let places = places(input, &window, "kernel")?;
        check_size(input, &window, (places, outputs))?;
        let convolution = Convolution::new(convolution::Shape {
            height: input.height,
            width: input.width,
            inputs: input.channels,
            outputs,
            window,
            groups,
        });
        let output = Shape {
            height: places.rows,
            width: places.columns,
            channels: outputs,
        };
        let inputs = input.channels / groups;
        let weights = checked(checked(window.size.area(), inputs)?, outputs)?;
        let biases = if bias { outputs } else { 0 };
        let layer = self.push(
            Operation::Convolution(Box::new(convolution)),
            output,
            weights,
            biases,
        );
        layer.initialisation = initialisation;
        Ok(layer)
    }

    /// Batch normalisation: [`Operation::Standardise`], then [`Operation::ChannelScale`] where it is affine.
    ///
    /// # Errors
    /// When ε is negative or not finite.
    pub fn batch_norm(&mut self, norm: BatchNorm) -> Result<(), Fault> {
        let BatchNorm {
            epsilon,
            affine,
            running_statistics,
        } = norm;
        if !((epsilon as f32).is_finite() && epsilon >= 0.0) {
            return Err(format!("epsilon must not be negative, and is {epsilon}"));
        }
        let shape = self.shape();
        let operation = Operation::Standardise {
            epsilon,
            running_statistics,
        };
        self.push(operation, shape, 0, 0);
        if affine {
            let layer = self.push(
                Operation::ChannelScale,
                shape,
                shape.channels,
                shape.channels,
            );
            (layer.initialisation, layer.zero_bias) = (Initialisation::One, true);
        }
        Ok(())
    }

    /// Constants taken off and divided by, channel by channel.
    ///
    /// # Errors
    /// When there is not one of each a channel, or a deviation is not positive.
    pub fn normalise(&mut self, mean: Vec<f64>, deviation: Vec<f64>) -> Result<(), Fault> {
        let shape = self.shape();
        if mean.len() != shape.channels || deviation.len() != shape.channels {
            return Err(format!(
                "{} means and {} deviations for {} channels",
                mean.len(),
                deviation.len(),
                shape.channels
            ));
        }
        // As f32 has them too.
        let good = |d: &f64| (*d as f32).is_finite() && *d as f32 > 0.0;
        if !deviation.iter().all(good) || !mean.iter().all(|m| (*m as f32).is_finite()) {
            return Err("means must be finite and deviations positive".to_owned());
        }
        self.push(Operation::Normalise { mean, deviation }, shape, 0, 0);
        Ok(())
    }

    /// The largest of each window; the padding holds −∞.
    ///
    /// # Errors
    /// When the window does not fit, or has more than 256 numbers.
    pub fn max_pool(&mut self, window: Window) -> Result<(), Fault> {
        let size = window.size;
        if size.rows > 16 || size.columns > 16 {
            return Err(format!(
                "a window of a max-pool reaches up to 16 × 16 numbers, and {size} is more"
            ));
        }
        let (pool, output) = self.pooled(window)?;
        self.push(Operation::MaxPool(pool), output, 0, 0);
        Ok(())
    }

    /// The mean of each window; the padding holds zeros, which count.
    ///
    /// # Errors
    /// When the window does not fit.
    pub fn average_pool(&mut self, window: Window) -> Result<(), Fault> {
        let (pool, output) = self.pooled(window)?;
        self.push(Operation::AveragePool(pool), output, 0, 0);
        Ok(())
    }

    /// A pool of this window, and what it gives.
    fn pooled(&self, window: Window) -> Result<(Pool, Shape), Fault> {
        let input = self.shape();
        let (size, padding) = (window.size, window.padding);
        let places = places(input, &window, "window")?;
        if padding.rows > size.rows / 2 || padding.columns > size.columns / 2 {
            return Err(format!(
                "the padding of a pool is at most half its window, as in PyTorch: {padding} is more \
                 than half of {size}"
            ));
        }
        check_size(input, &window, (places, input.channels))?;
        let pool = Pool {
            height: input.height,
            width: input.width,
            channels: input.channels,
            window,
        };
        let output = Shape {
            height: places.rows,
            width: places.columns,
            channels: input.channels,
        };
        Ok((pool, output))
    }

    /// Adds an earlier activation, [`Operation::Shortcut`].
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
        let operation = Operation::Shortcut {
            from,
            source,
            stride,
        };
        self.push(operation, target, 0, 0);
        Ok(())
    }

    /// [`Activation::Relu`] behind the last layer.
    ///
    /// # Errors
    /// When there is no layer before it.
    pub fn relu(&mut self) -> Result<(), Fault> {
        let shape = self.shape();
        if let Some(Operation::Standardise { .. }) =
            self.network.layers.last().map(|l| &l.operation)
        {
            // Its derivatives are made of what it gives, which a ReLU would write over; so the ReLU
            // stands behind a layer that changes nothing.
            let (mean, deviation) = (vec![0.0; shape.channels], vec![1.0; shape.channels]);
            self.normalise(mean, deviation)?;
        }
        match self.network.layers.last_mut() {
            Some(layer) => layer.activation = Activation::Relu,
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
            if matches!(layers[pool].operation, Operation::MaxPool(_))
                && is_only_reader
                && read > 0
                && layers[read - 1].activation == Activation::Relu
            {
                layers[pool].activation = std::mem::take(&mut layers[read - 1].activation);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Sides;

    /// Which layers of a convolution, a ReLU, a 2 × 2 max-pool and whatever `more` adds have a ReLU?
    fn relus(more: impl Fn(&mut Builder) -> Result<(), Fault>) -> Vec<bool> {
        let mut builder = Builder::new("small", Shape::image(1, 4, 4), Loss::MeanSquared);
        let filters = Filters {
            outputs: 2,
            window: Window::square(3).padded(Sides::both(1)),
            groups: 1,
            bias: true,
        };
        let build = |builder: &mut Builder| {
            builder
                .convolution(filters, Initialisation::FanIn)?
                .activation = Activation::Relu;
            builder.max_pool(Window::tiles(Sides::both(2)))?;
            more(builder)?;
            builder.dense(1, true)
        };
        build(&mut builder).expect("the layers fit");
        let network = builder.finish().expect("a network");
        network
            .layers
            .iter()
            .map(|layer| layer.activation.is_relu())
            .collect()
    }

    #[test]
    fn a_relu_goes_behind_the_pool_that_alone_reads_it() {
        assert_eq!(relus(|_| Ok(())), [false, true, false, false]);
        let with_shortcut = relus(|builder| builder.shortcut(1));
        assert_eq!(with_shortcut, [true, false, false, false, false]);
    }
}
