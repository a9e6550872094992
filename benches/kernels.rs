//! The speed of every kernel on every instruction set of this machine, on one thread.
//!
//! Before the clock starts, every instruction set must give the same bits. Matrix products are compared
//! with those of nalgebra (the crate `matrixmultiply`).

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{
    Isa, MatrixMut, MatrixRef, Start, add_row, axpy, column_sums, dot, dot_wide, gemm, relu,
    relu_backward, row_axpy, row_dots, scale, sum,
};

/// The length of a vector of 64 KiB; two of them fit in the L2 cache.
const LENGTH: usize = 1 << 14;
/// Rows and columns of the matrices for row-wise kernels: a batch in a hidden layer.
const BATCH: (usize, usize) = (25, 500);

fn numbers(length: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(length as u64);
    (0..length)
        .map(|_| random.random_range(-1.0..1.0))
        .collect()
}

/// Times `kernel` on every instruction set. It reads and writes `x`, and may return a sum. `work` is the
/// throughput of one call.
fn each_isa<T: PartialEq>(
    group: &mut BenchmarkGroup<WallTime>,
    work: Throughput,
    x: &[f32],
    kernel: impl Fn(Isa, &mut [f32]) -> T,
) {
    let result = |isa| {
        let mut x = x.to_vec();
        let sum = kernel(isa, &mut x);
        (sum, x.into_iter().map(f32::to_bits).collect::<Vec<_>>())
    };
    let reference = result(Isa::portable());
    group.throughput(work);
    for isa in Isa::available() {
        assert!(result(isa) == reference, "{} has other bits", isa.name());
        let mut x = x.to_vec();
        group.bench_function(isa.name(), |bencher| {
            bencher.iter(|| kernel(isa, black_box(&mut x)));
        });
    }
}

/// The bytes moved when reading or writing `vectors` vectors of `length` numbers.
fn bytes(vectors: usize, length: usize) -> Throughput {
    Throughput::Bytes((vectors * length * size_of::<f32>()) as u64)
}

/// A kernel that returns a sum, or one that changes its numbers in place.
type Kernel<'a, T> = &'a dyn Fn(Isa, &mut [f32]) -> T;

/// Times kernels, given as (name, vectors moved, kernel), on `length` numbers.
fn each_kernel<T: PartialEq, const COUNT: usize>(
    criterion: &mut Criterion,
    length: usize,
    kernels: [(&str, usize, Kernel<T>); COUNT],
) {
    for (name, moved, kernel) in kernels {
        let mut group = criterion.benchmark_group(name);
        each_isa(&mut group, bytes(moved, length), &numbers(length), kernel);
    }
}

fn vectors(criterion: &mut Criterion) {
    let x = numbers(LENGTH);
    let sums: [(&str, usize, Kernel<f64>); 3] = [
        ("dot", 2, &|isa, y| f64::from(dot(isa, &x, y))),
        ("dot_wide", 2, &|isa, y| dot_wide(isa, &x, y)),
        ("sum", 1, &|isa, y| sum(isa, y)),
    ];
    each_kernel(criterion, LENGTH, sums);
    // Factors that keep the numbers in range over many calls.
    let changes: [(&str, usize, Kernel<()>); 4] = [
        ("axpy", 3, &|isa, y| axpy(isa, 1e-9, &x, y)),
        ("scale", 2, &|isa, y| scale(isa, -1.0, y)),
        ("relu", 2, &|isa, y| relu(isa, y)),
        ("relu_backward", 3, &|isa, y| relu_backward(isa, &x, y)),
    ];
    each_kernel(criterion, LENGTH, changes);
}

fn rows(criterion: &mut Criterion) {
    let (rows, columns) = BATCH;
    let (row, column) = (numbers(columns), vec![1e-9; rows]);
    let other = numbers(rows * columns);
    let other = MatrixRef::new(&other, rows, columns);
    let sums: [(&str, usize, Kernel<Vec<f32>>); 2] = [
        ("column_sums", 1, &|isa, m| {
            let mut out = vec![0.0; columns];
            column_sums(isa, MatrixRef::new(m, rows, columns), Start::Zero, &mut out);
            out
        }),
        ("row_dots", 2, &|isa, m| {
            let mut out = vec![0.0; rows];
            row_dots(isa, MatrixRef::new(m, rows, columns), other, &mut out);
            out
        }),
    ];
    each_kernel(criterion, rows * columns, sums);
    let changes: [(&str, usize, Kernel<()>); 2] = [
        ("add_row", 2, &|isa, m| {
            add_row(isa, &row, MatrixMut::new(m, rows, columns));
        }),
        ("row_axpy", 3, &|isa, m| {
            row_axpy(isa, &column, other, MatrixMut::new(m, rows, columns));
        }),
    ];
    each_kernel(criterion, rows * columns, changes);
}

/// The products in a network with layers of 784, 500 and 500 units: batch × inputs × outputs. The weights
/// are stored with one row for each output; the forward pass reads them transposed, the backward pass
/// does not.
fn products(criterion: &mut Criterion) {
    for batch in [1000, 25, 10, 1] {
        for (inputs, outputs) in [(784, 500), (500, 500)] {
            let weights = numbers(inputs * outputs);
            let weights = MatrixRef::new(&weights, outputs, inputs);
            product(criterion, "forward", batch, weights.transposed());
            product(criterion, "backward", batch, weights);
        }
    }
}

fn product(criterion: &mut Criterion, name: &str, m: usize, b: MatrixRef) {
    let (k, n) = b.shape();
    let mut group = criterion.benchmark_group(format!("gemm {name} {m}x{k}x{n}"));
    let a = numbers(m * k);
    let left = MatrixRef::new(&a, m, k);
    let work = Throughput::Elements(2 * (m * k * n) as u64);
    each_isa(&mut group, work, &vec![0.0; m * n], |isa, c| {
        gemm(isa, left, b, Start::Zero, MatrixMut::new(c, m, n));
    });
    let a = DMatrix::from_row_slice(m, k, &a);
    // In the layout that the peer prefers, its own: contiguous columns.
    let right = DMatrix::from_fn(k, n, |i, j| b.get(i, j));
    let mut c = DMatrix::zeros(m, n);
    group.bench_function("nalgebra", |bencher| {
        bencher.iter(|| black_box(&a).mul_to(&right, black_box(&mut c)));
    });
}

fn main() {
    // The peer is single-threaded, so we use one thread as well.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    pool.build().expect("a pool of one thread").install(|| {
        let mut criterion = Criterion::default().configure_from_args();
        vectors(&mut criterion);
        rows(&mut criterion);
        products(&mut criterion);
        criterion.final_summary();
    });
}
