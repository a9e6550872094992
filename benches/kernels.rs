//! The speed and the accuracy of every kernel of linear algebra on every instruction set of this machine,
//! on one thread: `cargo bench --bench kernels`. The columns are explained in `support`.
//!
//! Before the clock starts, every instruction set must give the same bits. Matrix products are compared
//! with those of nalgebra (the crate `matrixmultiply`). Vectors are tried in the cache and in memory.

mod support;

use std::hint::black_box;

use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{
    Isa, MatrixMut, MatrixRef, Start, add_row, axpy, column_sums, dot, dot_wide, gemm, multiply,
    relu, relu_backward, row_axpy, row_dots, scale, sum,
};

use support::{Table, Work};

/// The lengths of vectors: of 64 KiB, of which two fit in the L2 cache, and of 16 MiB.
const LENGTHS: [usize; 2] = [1 << 14, 1 << 22];
/// Rows and columns of the matrices for row-wise kernels: a batch in a hidden layer.
const BATCH: (usize, usize) = (25, 500);

fn numbers(length: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(length as u64);
    (0..length)
        .map(|_| random.random_range(-1.0..1.0))
        .collect()
}

/// Times `kernel` on every instruction set. It reads and writes `x`, and may return a sum.
fn each_isa<T: PartialEq>(
    table: &mut Table,
    work: &Work,
    x: &[f32],
    kernel: impl Fn(Isa, &mut [f32]) -> T,
) {
    if !table.wants(&work.kernel) {
        return;
    }
    let result = |isa| {
        let mut x = x.to_vec();
        let sum = kernel(isa, &mut x);
        (sum, x.into_iter().map(f32::to_bits).collect::<Vec<_>>())
    };
    let reference = result(Isa::portable());
    for isa in Isa::available() {
        assert!(result(isa) == reference, "{} has other bits", isa.name());
        let mut x = x.to_vec();
        table.ours(work, isa, || {
            black_box(kernel(isa, black_box(&mut x)));
        });
    }
}

/// A kernel that returns a sum, or one that changes its numbers in place.
type Kernel<'a, T> = &'a dyn Fn(Isa, &mut [f32]) -> T;

/// Times kernels on vectors or matrices of this many numbers. They are given as name, the number of
/// vectors that are read or written, the number of operations for each element, and the kernel.
fn each_kernel<T: PartialEq, const COUNT: usize>(
    table: &mut Table,
    shape: &str,
    length: usize,
    kernels: [(&str, usize, usize, Kernel<T>); COUNT],
) {
    for (name, moved, operations, kernel) in kernels {
        let work = Work {
            kernel: name.to_owned(),
            shape: shape.to_owned(),
            elements: length,
            operations: operations * length,
            bytes: moved * length * size_of::<f32>(),
        };
        each_isa(table, &work, &numbers(length), kernel);
    }
}

fn vectors(table: &mut Table) {
    for length in LENGTHS {
        let x = numbers(length);
        let shape = length.to_string();
        let sums: [(&str, usize, usize, Kernel<f64>); 3] = [
            ("dot", 2, 2, &|isa, y| f64::from(dot(isa, &x, y))),
            ("dot_wide", 2, 2, &|isa, y| dot_wide(isa, &x, y)),
            ("sum", 1, 1, &|isa, y| sum(isa, y)),
        ];
        each_kernel(table, &shape, length, sums);
        // Factors that keep the numbers in range over many calls.
        let ones = vec![-1.0; length];
        let changes: [(&str, usize, usize, Kernel<()>); 5] = [
            ("axpy", 3, 2, &|isa, y| axpy(isa, 1e-9, &x, y)),
            ("scale", 2, 1, &|isa, y| scale(isa, -1.0, y)),
            ("multiply", 3, 1, &|isa, y| multiply(isa, &ones, y)),
            ("relu", 2, 1, &|isa, y| relu(isa, y)),
            ("relu_backward", 3, 1, &|isa, y| relu_backward(isa, &x, y)),
        ];
        each_kernel(table, &shape, length, changes);
    }
}

fn rows(table: &mut Table) {
    let (rows, columns) = BATCH;
    let shape = format!("{rows}×{columns}");
    let (row, column) = (numbers(columns), vec![1e-9; rows]);
    let other = numbers(rows * columns);
    let other = MatrixRef::new(&other, rows, columns);
    let sums: [(&str, usize, usize, Kernel<Vec<f32>>); 2] = [
        ("column_sums", 1, 1, &|isa, m| {
            let mut out = vec![0.0; columns];
            column_sums(isa, MatrixRef::new(m, rows, columns), Start::Zero, &mut out);
            out
        }),
        ("row_dots", 2, 2, &|isa, m| {
            let mut out = vec![0.0; rows];
            row_dots(isa, MatrixRef::new(m, rows, columns), other, &mut out);
            out
        }),
    ];
    each_kernel(table, &shape, rows * columns, sums);
    let changes: [(&str, usize, usize, Kernel<()>); 2] = [
        ("add_row", 2, 1, &|isa, m| {
            add_row(isa, &row, MatrixMut::new(m, rows, columns));
        }),
        ("row_axpy", 3, 2, &|isa, m| {
            row_axpy(isa, &column, other, MatrixMut::new(m, rows, columns));
        }),
    ];
    each_kernel(table, &shape, rows * columns, changes);
}

/// The products in a network with layers of 784, 500 and 500 units: batch × inputs × outputs. The weights
/// are stored with one row for each output; the forward pass reads them transposed (ᵀ), the backward pass
/// does not.
fn products(table: &mut Table) {
    for batch in [1000, 25, 10, 1] {
        for (inputs, outputs) in [(784, 500), (500, 500)] {
            let weights = numbers(inputs * outputs);
            let weights = MatrixRef::new(&weights, outputs, inputs);
            product(table, "ᵀ", batch, weights.transposed());
            product(table, "", batch, weights);
        }
    }
}

fn product(table: &mut Table, mark: &str, m: usize, b: MatrixRef) {
    let (k, n) = b.shape();
    let work = Work {
        kernel: "gemm".to_owned(),
        shape: format!("{m}×{k}×{n}{mark}"),
        elements: m * n,
        operations: 2 * m * k * n,
        bytes: (m * k + k * n + m * n) * size_of::<f32>(),
    };
    let a = numbers(m * k);
    let left = MatrixRef::new(&a, m, k);
    each_isa(table, &work, &vec![0.0; m * n], |isa, c| {
        gemm(isa, left, b, Start::Zero, MatrixMut::new(c, m, n));
    });
    if !table.wants(&work.kernel) {
        return;
    }
    let a = DMatrix::from_row_slice(m, k, &a);
    // In the layout that the peer prefers, its own: contiguous columns.
    let right = DMatrix::from_fn(k, n, |i, j| b.get(i, j));
    let mut c = DMatrix::zeros(m, n);
    table.other(&work, "nalgebra", || {
        black_box(&a).mul_to(&right, black_box(&mut c));
    });
}

fn main() {
    let Some(mut table) = Table::begin("kernels") else {
        return;
    };
    // The peer is single-threaded, so we use one thread as well.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    pool.build().expect("a pool of one thread").install(|| {
        vectors(&mut table);
        rows(&mut table);
        products(&mut table);
    });
    table.finish();
}
