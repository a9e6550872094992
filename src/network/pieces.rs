//! A chain of dense layers whose batch is cut into pieces, one after the other, so that only one is in memory.

use crate::kernel;

use super::chain::Chain;
use super::tangent::Problem;

/// Computes the base pass of every piece of a chain of dense layers, and passes it on.
pub(super) fn each_piece(
    problem: Problem<'_>,
    rows: usize,
    mut each: impl FnMut(&mut Chain, Problem<'_>),
) {
    let samples = problem.batch.samples;
    for first in (0..samples).step_by(rows) {
        let piece = first..samples.min(first + rows);
        let batch = problem.batch.part(piece, problem.context.network());
        let mut chain = Chain::new(&problem.context, &batch);
        each(&mut chain, Problem { batch, ..problem });
    }
}

/// `product ←` the sum, in order, of what `each` writes for every piece.
pub(super) fn sum_pieces(
    problem: Problem<'_>,
    rows: usize,
    product: &mut [f32],
    mut each: impl FnMut(&mut Chain, Problem<'_>, &mut [f32]),
) {
    let mut part = vec![0.0; product.len()];
    product.fill(0.0);
    each_piece(problem, rows, |chain, piece| {
        each(chain, piece, &mut part);
        kernel::axpy(problem.context.isa, 1.0, &part, product);
    });
}
