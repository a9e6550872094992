//! A backward pass from every output, and which layers leave factors.

use crate::network::chunks::Share;
use crate::network::context::Context;
use crate::network::layer::Layer;
use crate::network::layers::Operation;
use crate::network::tape::Tape;
use crate::network::{Batch, Network};

/// Whether each layer is a dense one that shares no weights, so that its rows are known as factors.
pub(super) fn factored(network: &Network) -> Vec<bool> {
    let layers = network.layers();
    let meets = |one: &Layer, other: &Layer| {
        let overlap = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| {
            a.start.max(b.start) < a.end.min(b.end)
        };
        overlap(&one.weight, &other.weight) || overlap(&one.bias, &other.bias)
    };
    let is_factored = |(index, layer): (usize, &Layer)| {
        let others = layers
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        matches!(layer.operation, Operation::Dense(_))
            && !others.into_iter().any(|(_, other)| meets(layer, other))
    };
    layers.iter().enumerate().map(is_factored).collect()
}

/// The first sample of a chunk, and an output.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub first: usize,
    pub output: usize,
}

/// Calls `visit` for every chunk of a share and for every output, with the chunk and what a
/// backward pass from that output left.
pub(super) fn each_output(
    context: &Context<'_>,
    batch: &Batch<'_>,
    share: &Share,
    tape: &mut Tape,
    mut visit: impl FnMut(At, &Batch<'_>, &Tape),
) {
    for samples in share.chunks() {
        let part = batch.part(samples.clone(), context.network());
        tape.forward(context, &part);
        for output in 0..context.network().outputs() {
            tape.backward_from(context, part.inputs, output);
            let first = samples.start;
            visit(At { first, output }, &part, tape);
        }
    }
}
