//! x
#![allow(missing_docs)]
use super::*;
#[derive(Debug)]
pub struct Below<'a> {
    pub gate: Option<MatrixRef<'a>>,
    pub dx: MatrixMut<'a>,
}
pub fn affine(isa: Isa, x: MatrixRef, w: MatrixRef, bias: &[f32], relu_: bool, mut y: MatrixMut) {
    gemm(isa, x, w.transposed(), Start::Zero, y.reborrow());
    add_row(isa, bias, y.reborrow());
    if relu_ {
        (0..x.rows()).for_each(|i| relu(isa, y.row_mut(i)));
    }
}
pub fn descend(
    isa: Isa,
    delta: MatrixRef,
    x: MatrixRef,
    w: &mut [f32],
    bias: &mut [f32],
    below: Option<Below>,
) {
    let (n, k) = (delta.columns(), x.columns());
    if let Some(below) = below {
        backward(isa, delta, MatrixRef::new(w, n, k), below);
    }
    weight_gradient(isa, delta, x, Start::Accumulate, w, bias);
}
pub fn backward(isa: Isa, delta: MatrixRef, w: MatrixRef, mut below: Below) {
    gemm(isa, delta, w, Start::Zero, below.dx.reborrow());
    if let Some(open) = below.gate {
        (0..open.rows()).for_each(|i| gate(isa, open.row(i), below.dx.row_mut(i)));
    }
}
pub fn weight_gradient(
    isa: Isa,
    delta: MatrixRef,
    x: MatrixRef,
    start: Start,
    w: &mut [f32],
    bias: &mut [f32],
) {
    gemm(
        isa,
        delta.transposed(),
        x,
        start,
        MatrixMut::new(w, delta.columns(), x.columns()),
    );
    column_sums(isa, delta, start, bias);
}
