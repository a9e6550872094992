//! Our matrix product as BLAS declares it.

use crate::kernel::{Isa, MatrixMut, MatrixRef, Start, axpy, gemm, scale};
use crate::trial::kernels::{Gemm, Gemv, MatrixVector, Order, Product};
use crate::trial::scope::Scope;

/// `C ← αAB + βC` from the kernels `gemm`, `scale` and `axpy`.
///
/// The kernel computes `C ← start + AB`. Where α = 1, `scale` multiplies C by β before, or the product
/// starts from zero if β = 0; otherwise the product goes to memory of its own, and `axpy` adds α times
/// its rows. A product by columns is the product of the transposes by rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct OurProduct(pub(super) Isa);

/// The product `y ← αAx + βy` as a [`Gemm`] with one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct OurMatrixVector(pub(super) Isa);

/// The kernel may skip terms whose factors of A are zeros.
const SCOPE: Scope = Scope {
    zeros: false,
    ..Scope::EVERYTHING
};

impl Gemm for OurProduct {
    fn gemm(&self, p: Product) {
        let view = |memory, shape: (usize, usize), leading, is_transposed| {
            view(p.order, memory, shape, leading, is_transposed)
        };
        let a = view(p.a, (p.m, p.k), p.leading_a, p.transpose_a);
        let b = view(p.b, (p.k, p.n), p.leading_b, p.transpose_b);
        let (a, b, shape) = match p.order {
            Order::RowMajor => (a, b, (p.m, p.n)),
            Order::ColumnMajor => (b.transposed(), a.transposed(), (p.n, p.m)),
        };
        let c = MatrixMut::strided(p.c, shape, p.leading_c);
        update(self.0, [p.alpha, p.beta], a, b, c);
    }

    fn scope(&self) -> Scope {
        SCOPE
    }
}

/// A view of op(X) of this shape by rows.
fn view(
    order: Order,
    memory: &[f32],
    shape: (usize, usize),
    leading: usize,
    is_transposed: bool,
) -> MatrixRef<'_> {
    let strides = if (order == Order::RowMajor) == is_transposed {
        (1, leading)
    } else {
        (leading, 1)
    };
    MatrixRef::strided(memory, shape, strides)
}

fn update(isa: Isa, [alpha, beta]: [f32; 2], a: MatrixRef, b: MatrixRef, mut c: MatrixMut) {
    for row in 0..c.rows() {
        match beta {
            0.0 => c.row_mut(row).fill(0.0),
            1.0 => {}
            _ => scale(isa, beta, c.row_mut(row)),
        }
    }
    match alpha {
        0.0 => {}
        1.0 if beta == 0.0 => gemm(isa, a, b, Start::Zero, c),
        1.0 => gemm(isa, a, b, Start::Accumulate, c),
        _ => {
            let (rows, columns) = c.shape();
            let mut product = vec![f32::NAN; rows * columns];
            let to = MatrixMut::new(&mut product, rows, columns);
            gemm(isa, a, b, Start::Zero, to);
            for row in 0..rows {
                let from = &product[row * columns..][..columns];
                axpy(isa, alpha, from, c.row_mut(row));
            }
        }
    }
}

impl Gemv for OurMatrixVector {
    fn gemv(&self, p: MatrixVector) {
        let [m, k] = if p.transpose {
            [p.columns, p.rows]
        } else {
            [p.rows, p.columns]
        };
        let a = view(p.order, p.a, (m, k), p.leading_a, p.transpose);
        let place = |i: usize, count: usize, stride: isize| {
            let step = stride.unsigned_abs();
            if stride < 0 {
                (count - 1 - i) * step
            } else {
                i * step
            }
        };
        let x: Vec<f32> = (0..k)
            .map(|l| p.x.memory[place(l, k, p.x.stride)])
            .collect();
        let y_place = |i| place(i, m, p.y.stride);
        let mut y: Vec<f32> = (0..m).map(|i| p.y.memory[y_place(i)]).collect();
        let (x, result) = (MatrixRef::new(&x, k, 1), MatrixMut::new(&mut y, m, 1));
        update(self.0, [p.alpha, p.beta], a, x, result);
        for (i, y) in y.into_iter().enumerate() {
            p.y.memory[y_place(i)] = y;
        }
    }

    fn scope(&self) -> Scope {
        SCOPE
    }
}
