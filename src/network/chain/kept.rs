//! What all products with H at one point share.

use std::sync::OnceLock;

use crate::kernel::{LeftFactor, MatrixRef, Panels, Zeros, alone, share};
use crate::network::Batch;
use crate::network::context::Context;
use crate::network::layer::Layer;
use crate::network::tape::Tape;

/// The base pass, and those of its factors that no direction changes.
pub(super) struct Kept {
    pub tape: Tape,
    /// Where the inputs are zero.
    inputs: Zeros,
    pub layers: Vec<KeptLayer>,
}

/// What all products of one layer share.
pub(super) struct KeptLayer {
    /// `Wᵀ` for the way forward and `W` for the way back; of the first layer neither, since its input does
    /// not depend on the parameters.
    pub weights: Option<[Panels; 2]>,
    /// What the layer reads.
    pub read: Panels,
    /// Where the ReLU behind the layer gives zero, by samples and by units: all derivatives are zero there.
    closed: Option<[Zeros; 2]>,
}

/// The weights of a dense layer among all parameters, outputs × inputs.
pub(super) fn weights<'a>(layer: &Layer, parameters: &'a [f32]) -> MatrixRef<'a> {
    let (outputs, inputs) = (layer.output.numbers(), layer.input.numbers());
    MatrixRef::new(&parameters[layer.weight.clone()], outputs, inputs)
}

impl Kept {
    /// The base pass over a batch.
    pub fn new(context: &Context<'_>, batch: &Batch<'_>) -> Self {
        let mut tape = Tape::default();
        tape.forward(context, batch);
        tape.backward(context, batch, 1.0);
        let network = context.network();
        let inputs = MatrixRef::new(batch.inputs, batch.samples, network.features());
        let layers: Vec<_> = network.layers().iter().map(|_| OnceLock::new()).collect();
        share(layers.len(), |index| {
            let layer = alone(|| KeptLayer::new(context, &tape, batch, index));
            assert!(
                layers[index].set(layer).is_ok(),
                "one thread takes each layer"
            );
        });
        Kept {
            inputs: Zeros::of(context.isa, inputs),
            layers: layers
                .into_iter()
                .map(|layer| layer.into_inner().expect("every layer is taken"))
                .collect(),
            tape,
        }
    }

    /// Rows of activation `read` from sample `first` on, or of a derivative by it or of it, as a factor.
    pub fn by_samples<'a>(&'a self, read: usize, first: usize, a: MatrixRef<'a>) -> LeftFactor<'a> {
        let zeros = match read {
            0 => Some(&self.inputs),
            _ => self.layers[read - 1]
                .closed
                .as_ref()
                .map(|[zeros, _]| zeros),
        };
        match zeros {
            Some(zeros) => zeros.rows_factor(first, a),
            None => LeftFactor::full(a),
        }
    }
}

impl KeptLayer {
    fn new(context: &Context<'_>, tape: &Tape, batch: &Batch<'_>, index: usize) -> Self {
        let (isa, layer) = (context.isa, &context.network().layers()[index]);
        let matrix = |numbers, width| MatrixRef::new(numbers, batch.samples, width);
        let x = tape.read(layer, batch.inputs);
        let y = matrix(&tape.values[index], layer.output.numbers());
        let w = weights(layer, context.parameters.flat);
        let panels = || [w.transposed(), w].map(|w| Panels::of(isa, w));
        let zeros = || [y, y.transposed()].map(|y| Zeros::of(isa, y));
        KeptLayer {
            weights: (index > 0).then(panels),
            read: Panels::of(isa, matrix(x, layer.input.numbers())),
            closed: layer.activation.is_relu().then(zeros),
        }
    }

    /// The transpose of a derivative by what the layer gives, as a factor.
    pub fn by_units<'a>(&'a self, derivative: MatrixRef<'a>) -> LeftFactor<'a> {
        match &self.closed {
            Some([_, zeros]) => zeros.factor(derivative.transposed()),
            None => derivative.transposed().into(),
        }
    }
}
