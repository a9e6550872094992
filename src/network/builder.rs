//! Builds networks layer by layer and checks every shape.

mod branch;
mod list;
mod sequence;

use std::ops::Range;

use crate::kernel::Window;

use super::item::Item;
use super::layer::{Initialisation, Layer, Tied};
use super::layers::{
    AveragePool, BatchNorm, Convolution, Dense, DenseItem, Fault, Filters, Fitted, Flatten,
    MaxPool, Normalise, Operation, PackedAs, SampleNorm,
};
use super::{Activation, Loss, Network, Shape};

use list::List;

pub use branch::Fork;

/// A network under construction: each call appends a layer.
#[derive(Clone, Debug)]
pub struct Builder {
    network: Network,
    parameters: usize,
    statistics: usize,
    /// The activation that the next layer reads.
    current: usize,
    /// Whether each activation is a sequence.
    sequences: Vec<bool>,
    /// The activations up to this one are read by others too, so that no activation function may
    /// overwrite them.
    read_by_others: usize,
    list: List,
}

impl Builder {
    /// Starts a network without layers.
    pub fn new(name: &str, input: Shape, loss: Loss) -> Self {
        let network = Network {
            name: name.to_owned(),
            input,
            sample: input,
            loss,
            weight_decay: 0.0,
            layers: Vec::new(),
            requires_gradient: vec![false],
            last_reader: vec![0],
            items: Vec::new(),
        };
        Builder {
            network,
            parameters: 0,
            statistics: 0,
            current: 0,
            sequences: vec![false],
            read_by_others: 0,
            list: List::new(),
        }
    }

    /// The index of the activation that the next layer reads, to be passed to [`Builder::shortcut`].
    pub fn here(&self) -> usize {
        self.current
    }

    /// The shape of the activation that the next layer reads.
    pub fn shape(&self) -> Shape {
        self.shape_of(self.here())
    }

    fn shape_of(&self, activation: usize) -> Shape {
        match activation.checked_sub(1) {
            None => self.network.input,
            Some(layer) => self.network.layers[layer].output,
        }
    }

    fn take(counter: &mut usize, length: usize) -> Range<usize> {
        *counter += length;
        *counter - length..*counter
    }

    /// Appends a layer.
    fn push<T>(&mut self, wrap: impl FnOnce(T) -> Operation, fitted: Fitted<T>) -> &mut Layer {
        let Fitted {
            operator,
            output,
            weights,
            biases,
        } = fitted;
        let operation = wrap(operator);
        let statistics = operation.operator().statistics(output);
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
        let network = &mut self.network;
        let mut requires_gradient = weights > 0;
        for (_, read) in layer.operands() {
            requires_gradient |= network.requires_gradient[read];
            network.last_reader[read] = network.layers.len();
        }
        network.requires_gradient.push(requires_gradient);
        network.last_reader.push(0);
        network.layers.push(layer);
        self.sequences.push(self.sequences[self.current]);
        self.current = network.layers.len();
        self.last()
    }

    /// The layer that was appended last.
    fn last(&mut self) -> &mut Layer {
        self.network.layers.last_mut().expect("a layer")
    }

    /// Records an item whose layers have just been appended.
    fn record(&mut self, item: impl Into<Item>) {
        self.list.push(item.into(), self.current);
    }

    /// Appends a dense layer, with or without a bias. It reads the flattened input; in a sequence it is
    /// applied at each position.
    ///
    /// # Errors
    /// Returns an error when `outputs` is zero.
    pub fn dense(&mut self, outputs: usize, bias: bool) -> Result<(), Fault> {
        if self.is_sequence() {
            self.dense_at_each(outputs, bias, PackedAs::Linear)?;
        } else {
            let input = Shape::features(self.shape().numbers());
            let dense = Dense::fit(input, outputs, bias)?;
            self.push_flatten();
            self.push(Operation::Dense, dense);
        }
        self.record(Item::Dense(DenseItem { outputs, bias }));
        Ok(())
    }

    /// Appends a layer that flattens an image to a vector; appends nothing when the input already is a
    /// vector.
    pub fn flatten(&mut self) {
        self.push_flatten();
        self.record(Item::Flatten {});
    }

    /// Flattens the input of the next layer. At the beginning this needs no layer: images are given channels first, the
    /// order of the flat vector, so that a network whose other layers are dense stays a chain of them.
    fn push_flatten(&mut self) {
        let shape = self.shape();
        if self.network.layers.is_empty() && self.list.is_outermost() {
            self.network.input = Shape::features(shape.numbers());
        } else if !shape.is_flat() {
            self.push(Operation::Flatten, Flatten::fit(shape));
        }
    }

    /// Appends a convolution whose weights are initialised as given.
    ///
    /// # Errors
    /// Returns an error when the window does not fit, or when the number of groups does not divide the
    /// input and output channels.
    pub fn convolution(
        &mut self,
        filters: Filters,
        initialisation: Initialisation,
    ) -> Result<&mut Layer, Fault> {
        let convolution = Convolution::fit(self.shape(), filters)?;
        let layer = self.push(Operation::Convolution, convolution);
        layer.initialisation = initialisation;
        self.record(Item::Convolution(filters.into()));
        Ok(self.last())
    }

    /// Appends batch normalisation: [`Operation::Standardise`], followed by [`Operation::Scale`] if it is
    /// affine.
    ///
    /// # Errors
    /// Returns an error when ε is negative or not finite.
    pub fn batch_norm(&mut self, norm: BatchNorm) -> Result<(), Fault> {
        let shape = self.shape();
        self.push(Operation::Standardise, norm.standardise(shape)?);
        if let Some(scale) = norm.scale(shape) {
            let layer = self.push(Operation::Scale, scale);
            (layer.initialisation, layer.zero_bias) = (Initialisation::One, true);
        }
        self.record(Item::BatchNorm(norm));
        Ok(())
    }

    /// Appends a normalisation within each sample: [`Operation::StandardiseSample`], followed by
    /// [`Operation::Scale`] if it is affine.
    ///
    /// # Errors
    /// Returns an error when ε is not positive, when the groups do not divide the channels, or when
    /// single numbers would be centred.
    pub fn sample_norm(&mut self, norm: SampleNorm) -> Result<(), Fault> {
        let shape = self.shape();
        self.push(Operation::StandardiseSample, norm.standardise(shape)?);
        if let Some(scale) = norm.scale(shape) {
            let layer = self.push(Operation::Scale, scale);
            (layer.initialisation, layer.zero_bias) = (Initialisation::One, true);
        }
        self.record(norm);
        Ok(())
    }

    /// Appends a layer that subtracts a constant mean and divides by a constant deviation, channel by
    /// channel.
    ///
    /// # Errors
    /// Returns an error when there is not one mean and one deviation per channel, or when a deviation is
    /// not positive.
    pub fn normalise(&mut self, constants: Normalise) -> Result<(), Fault> {
        let item = Item::Normalise(constants.clone());
        self.push_constants(constants)?;
        self.record(item);
        Ok(())
    }

    fn push_constants(&mut self, constants: Normalise) -> Result<(), Fault> {
        let normalise = constants.fit(self.shape())?;
        self.push(Operation::Normalise, normalise);
        Ok(())
    }

    /// Appends a max-pool: the largest number of each window; the padding counts as −∞.
    ///
    /// # Errors
    /// Returns an error when the window does not fit, or has more than 16 rows or columns.
    pub fn max_pool(&mut self, window: Window) -> Result<(), Fault> {
        let pool = MaxPool::fit(self.shape(), window)?;
        self.push(Operation::MaxPool, pool);
        self.record(Item::MaxPool(window.into()));
        Ok(())
    }

    /// Appends an average pool: the mean of each window; the padding consists of zeros, which count.
    ///
    /// # Errors
    /// Returns an error when the window does not fit.
    pub fn average_pool(&mut self, window: Window) -> Result<(), Fault> {
        self.push_average_pool(window)?;
        self.record(Item::AveragePool(window.into()));
        Ok(())
    }

    fn push_average_pool(&mut self, window: Window) -> Result<(), Fault> {
        let pool = AveragePool::fit(self.shape(), window)?;
        self.push(Operation::AveragePool, pool);
        Ok(())
    }

    /// Applies [`Activation::Relu`] after the last layer.
    ///
    /// # Errors
    /// Returns an error when the network has no layer yet.
    pub fn relu(&mut self) -> Result<(), Fault> {
        self.activation(Activation::Relu)
    }

    /// Applies an activation after the last layer.
    ///
    /// # Errors
    /// Returns an error when the network has no layer yet, or when a number of the activation is not
    /// finite.
    pub fn activation(&mut self, activation: Activation) -> Result<(), Fault> {
        activation.check()?;
        let Some(last) = self.network.layers.last() else {
            let name = activation.name();
            return Err(format!("the activation {name} must follow a layer"));
        };
        if self.current > self.read_by_others && last.activation.is_relu() && activation.is_relu() {
            return Ok(());
        }
        // An in-place activation overwrites the output of the layer before it.
        let is_read_again =
            self.current <= self.read_by_others || last.operation.operator().reads_own_output();
        if is_read_again || last.activation != Activation::Identity {
            self.push_constants(Normalise::identity(self.shape().channels))?;
        }
        self.last().activation = activation;
        if activation != Activation::Identity {
            self.record(activation);
        }
        Ok(())
    }

    /// Moves every ReLU that is read only by a max-pool behind that pool, unless another activation is
    /// there. The result is the same, since the largest of the positive parts is the positive part of the
    /// largest, and there are fewer numbers to rectify.
    fn pool_before_relus(&mut self) {
        let layers = &mut self.network.layers;
        for pool in 1..layers.len() {
            let read = layers[pool].reads;
            let readers = layers.iter().flat_map(Layer::operands);
            let is_only_reader = readers.filter(|&(_, r)| r == read).count() == 1;
            let is_free = [Activation::Identity, Activation::Relu];
            if matches!(layers[pool].operation, Operation::MaxPool(_))
                && is_free.contains(&layers[pool].activation)
                && is_only_reader
                && read > 0
                && layers[read - 1].activation == Activation::Relu
            {
                layers[pool].activation = std::mem::take(&mut layers[read - 1].activation);
            }
        }
    }

    /// Finishes the network.
    ///
    /// # Errors
    /// Returns an error when it has no parameters, or when its output is an image.
    pub fn finish(mut self) -> Result<Network, Fault> {
        if self.parameters == 0 {
            return Err("a network needs a layer with parameters".to_owned());
        }
        self.pool_before_relus();
        self.network.items = std::mem::replace(&mut self.list, List::new()).into_items();
        let shape = self.shape();
        if self.is_sequence() {
            Err("the outputs must be a vector, not a sequence; end it with last-position or mean-position".to_owned())
        } else if shape.is_flat() {
            Ok(self.network)
        } else {
            Err(format!(
                "the outputs must be a vector, not {shape}; end with a dense layer"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Sides;

    /// Which layers have a ReLU, in a network of a convolution, a ReLU, a 2 × 2 max-pool and what `more`
    /// appends.
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
        let with_tanh = relus(|builder| builder.activation(Activation::Tanh));
        assert_eq!(with_tanh, [true, false, false, false]);
    }
}
