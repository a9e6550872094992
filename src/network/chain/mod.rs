//! Products with H in a chain of dense layers, a whole batch at once.
//!
//! ```text
//! up and down   samples do not meet: each thread takes some of them through all layers (`part`)
//! Σ_i R∂W       samples are summed, layer by layer: threads share the weights
//! ```
//!
//! The base pass is made once. [`rank_two`] adds the directions that differ from sample to sample.

mod part;
mod rank_two;

use std::iter::zip;
use std::sync::Mutex;

use crate::kernel::{self, MatrixMut, MatrixRef, ROW_GROUP, Start};
use crate::network::Batch;

use super::curvature::View;
use super::point::Weights;
use super::tangent::{Base, Tangent};
use super::trace::{Site, Trace};

use part::{Along, Part};

/// A chain at a point, over a batch.
pub(super) struct Chain {
    trace: Trace,
    first: Tangent,
    second: Tangent,
}

impl Chain {
    /// Makes the base pass.
    pub fn new(site: &Site<'_>, batch: &Batch<'_>) -> Self {
        let mut trace = Trace::default();
        trace.forward(site, batch);
        trace.backward(site, batch, 1.0);
        Chain {
            trace,
            first: Tangent::default(),
            second: Tangent::default(),
        }
    }

    /// The base pass.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// `product ← Σ_i H_i v`.
    pub fn sum(&mut self, view: &View<'_>, direction: &[f32], product: &mut [f32]) {
        let base = view.base(&self.trace);
        let along = Along {
            shared: direction,
            own: None,
        };
        follow(&base, &along, &mut self.first);
        collect(&base, &self.first, product);
    }

    /// `product ← Σ_i H_i (H_i v + shared)`, where v is the direction of the last [`Chain::sum`].
    pub fn sum_of_own(&mut self, view: &View<'_>, shared: &[f32], product: &mut [f32]) {
        let base = view.base(&self.trace);
        let along = Along {
            shared,
            own: Some(&self.first),
        };
        follow(&base, &along, &mut self.second);
        collect(&base, &self.second, product);
    }

    /// Appends `vᵀH_i v` of each sample.
    pub fn quotients(&mut self, view: &View<'_>, along: Weights<'_>, quotients: &mut Vec<f64>) {
        let base = view.base(&self.trace);
        self.first.quotients(&base, along, quotients);
    }
}

/// Fills a tangent, each thread some of its samples.
fn follow(base: &Base<'_>, along: &Along<'_>, tangent: &mut Tangent) {
    let parts = parts(base, tangent);
    if let [part] = &parts[..] {
        return part.lock().expect("the only one").follow(along);
    }
    kernel::share(parts.len(), |place| {
        let mut part = parts[place].lock().expect("each part is met once");
        kernel::alone(|| part.follow(along));
    });
}

/// At most a part for each thread, cut at whole groups, so that a product skips the same terms for any
/// number of threads.
fn parts<'a>(base: &Base<'a>, tangent: &'a mut Tangent) -> Vec<Mutex<Part<'a>>> {
    let (samples, layers) = (base.trace.samples, base.site.network().layers());
    let step = samples.div_ceil(kernel::threads()).max(1);
    let step = step.next_multiple_of(ROW_GROUP);
    let cut = |buffers: &'a mut Vec<Vec<f32>>| {
        buffers.resize(layers.len(), Vec::new());
        let pieces = zip(layers, buffers).map(|(layer, buffer)| {
            let width = layer.output.numbers();
            buffer.resize(samples * width, 0.0);
            buffer.chunks_mut(step * width)
        });
        pieces.collect::<Vec<_>>()
    };
    let (mut values, mut deltas) = (cut(&mut tangent.values), cut(&mut tangent.deltas));
    let part = |first: usize| {
        Mutex::new(Part {
            base: *base,
            samples: first..samples.min(first + step),
            values: values.iter_mut().filter_map(Iterator::next).collect(),
            deltas: deltas.iter_mut().filter_map(Iterator::next).collect(),
        })
    };
    (0..samples).step_by(step).map(part).collect()
}

/// `sum ← Σ_i (R∂W, R∂b)`, with `R∂W = R∂z·xᵀ + ∂z·Rxᵀ`, for every parameter.
fn collect(base: &Base<'_>, tangent: &Tangent, mut sum: &mut [f32]) {
    let (isa, samples) = (base.site.isa, base.trace.samples);
    for (index, layer) in base.site.network().layers().iter().enumerate() {
        let (outputs, inputs) = (layer.output.numbers(), layer.input.numbers());
        let (weight, behind) = sum.split_at_mut(layer.weight.len());
        let (bias, behind) = behind.split_at_mut(layer.bias.len());
        sum = behind;
        let moved = MatrixRef::new(&tangent.deltas[index], samples, outputs);
        if !bias.is_empty() {
            kernel::column_sums(isa, moved, Start::Zero, bias);
        }
        let mut weight = MatrixMut::new(weight, outputs, inputs);
        let read = MatrixRef::new(base.read(layer), samples, inputs);
        kernel::gemm(
            isa,
            moved.transposed(),
            read,
            Start::Zero,
            weight.reborrow(),
        );
        if index > 0 && base.is_second_order() {
            let delta = MatrixRef::new(&base.trace.deltas[index], samples, outputs);
            let moved_read = MatrixRef::new(&tangent.values[index - 1], samples, inputs);
            kernel::gemm(
                isa,
                delta.transposed(),
                moved_read,
                Start::Accumulate,
                weight,
            );
        }
    }
}
