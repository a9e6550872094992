//! What all products with H at one point share.

use std::sync::OnceLock;

use crate::kernel::{LeftFactor, MatrixRef, Panels, Zeros, alone, share};
use crate::network::Batch;
use crate::network::layer::Layer;
use crate::network::trace::{Site, Trace, activation};

/// The base pass, and those of its factors that no direction changes.
pub(super) struct Kept {
    pub trace: Trace,
    /// Where the inputs are zero.
    inputs: Zeros,
    pub layers: Vec<KeptLayer>,
}

/// What the products of one layer share.
pub(super) struct KeptLayer {
    /// `Wᵀ` and `W`, for what comes up and what comes down; of the first layer neither, since its input
    /// does not move.
    pub weights: Option<[Panels; 2]>,
    /// What the layer reads.
    pub read: Panels,
    /// Where a ReLU has closed what the layer gives, by samples and by units: there all derivatives are
    /// zero.
    closed: Option<[Zeros; 2]>,
}

/// The weights of a dense layer among all parameters, outputs × inputs.
pub(super) fn weights<'a>(layer: &Layer, parameters: &'a [f32]) -> MatrixRef<'a> {
    let (outputs, inputs) = (layer.output.numbers(), layer.input.numbers());
    MatrixRef::new(&parameters[layer.weight.clone()], outputs, inputs)
}

impl Kept {
    /// The base pass over a batch.
    pub fn new(site: &Site<'_>, batch: &Batch<'_>) -> Self {
        let mut trace = Trace::default();
        trace.forward(site, batch);
        trace.backward(site, batch, 1.0);
        let network = site.network();
        let inputs = MatrixRef::new(batch.inputs, batch.samples, network.features());
        let layers: Vec<_> = network.layers().iter().map(|_| OnceLock::new()).collect();
        share(layers.len(), |index| {
            let layer = alone(|| KeptLayer::new(site, &trace, batch, index));
            assert!(layers[index].set(layer).is_ok(), "each layer is met once");
        });
        Kept {
            inputs: Zeros::of(site.isa, inputs),
            layers: layers
                .into_iter()
                .map(|layer| layer.into_inner().expect("each layer is met"))
                .collect(),
            trace,
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
    fn new(site: &Site<'_>, trace: &Trace, batch: &Batch<'_>, index: usize) -> Self {
        let (isa, layer) = (site.isa, &site.network().layers()[index]);
        let matrix = |numbers, width| MatrixRef::new(numbers, batch.samples, width);
        let x = activation(&trace.values, batch.inputs, layer.reads);
        let y = matrix(&trace.values[index], layer.output.numbers());
        let w = weights(layer, site.weights.flat);
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
