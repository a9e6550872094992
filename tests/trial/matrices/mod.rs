//! Products of matrices, and of a matrix and a vector.

use sgd_stability::trial::{
    Gemm, Gemv, MatrixVector, Options, Order, Product, check_gemm, check_gemv,
};
use std::time::Instant;

struct Naive;
fn at(order: Order, transposed: bool, leading: usize, i: usize, j: usize) -> usize {
    if (order == Order::RowMajor) != transposed {
        i * leading + j
    } else {
        j * leading + i
    }
}
impl Gemm for Naive {
    fn gemm(&self, p: Product) {
        for i in 0..p.m {
            for j in 0..p.n {
                let c = at(p.order, false, p.leading_c, i, j);
                let mut s = 0.0f32;
                if p.alpha != 0.0 {
                    for l in 0..p.k {
                        s += p.a[at(p.order, p.transpose_a, p.leading_a, i, l)]
                            * p.b[at(p.order, p.transpose_b, p.leading_b, l, j)];
                    }
                }
                let old = if p.beta == 0.0 { 0.0 } else { p.beta * p.c[c] };
                p.c[c] = if p.alpha == 0.0 || p.k == 0 {
                    old
                } else {
                    p.alpha * s + old
                };
            }
        }
    }
}
impl Gemv for Naive {
    fn gemv(&self, p: MatrixVector) {
        let [m, k] = if p.transpose {
            [p.columns, p.rows]
        } else {
            [p.rows, p.columns]
        };
        let el = |i: usize, count: usize, stride: isize| {
            if stride < 0 {
                (count - 1 - i) * stride.unsigned_abs()
            } else {
                i * stride as usize
            }
        };
        for i in 0..m {
            let mut s = 0.0f32;
            if p.alpha != 0.0 {
                for l in 0..k {
                    s += p.a[at(p.order, p.transpose, p.leading_a, i, l)]
                        * p.x.memory[el(l, k, p.x.stride)];
                }
            }
            let y = &mut p.y.memory[el(i, m, p.y.stride)];
            let old = if p.beta == 0.0 { 0.0 } else { p.beta * *y };
            *y = if p.alpha == 0.0 || k == 0 {
                old
            } else {
                p.alpha * s + old
            };
        }
    }
}

#[test]
fn first() {
    let t = Instant::now();
    let v = check_gemm(&Naive, "naive", &Options::default());
    eprintln!("{:?} {v:#?}", t.elapsed());
    let t = Instant::now();
    let v = check_gemv(&Naive, "naive", &Options::default());
    eprintln!("{:?} {v:#?}", t.elapsed());
}
