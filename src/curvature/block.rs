//! The sharpness of a part of the parameters: the largest eigenvalue of a diagonal block of H.

use std::ops::Range;

use crate::kernel::Isa;
use crate::network::CurvatureOperator;
use crate::train::random::{Purpose, stream};

use super::lanczos::{Ends, Lanczos, cold_start};

/// The first random stream of the start vectors; a block draws from that of its first parameter.
const STREAM: u64 = 1 << 36;

/// Both ends of the spectrum of the diagonal block of H whose parameters are `block`, ranges that do not overlap. With
/// the parameters of one layer this is the sharpness of the loss as a function of this layer alone; it is at most
/// that of all parameters (Cauchy's interlacing theorem). Each product takes one with H. Returns `None` when a product
/// has left the range of f32.
///
/// # Panics
/// When the ranges are empty.
pub fn block_sharpness(
    isa: Isa,
    curvature: &mut CurvatureOperator<'_>,
    block: &[Range<usize>],
    settings: &Lanczos,
    seed: u64,
) -> Option<Ends> {
    let size = block.iter().map(ExactSizeIterator::len).sum();
    let first = block.first().map_or(0, |range| range.start as u64);
    let start = cold_start(size, &mut stream(seed, Purpose::Probe, STREAM + first));
    let mut whole = vec![0.0; curvature.dimension()];
    let mut image = whole.clone();
    settings.run(isa, start, |v, out| {
        let mut rest = v;
        for range in block {
            let (part, others) = rest.split_at(range.len());
            whole[range.clone()].copy_from_slice(part);
            rest = others;
        }
        curvature.hessian_product(&whole, &mut image);
        let mut rest = out;
        for range in block {
            let (part, others) = rest.split_at_mut(range.len());
            part.copy_from_slice(&image[range.clone()]);
            rest = others;
        }
    })
}
