//! Softmax and the logarithm of a sum of exponentials.

use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, log_sum_exp_rows, softmax_rows};
use sgd_stability::number::Real;

use super::{assert_right, formulas};
use crate::support::{Guarded, all_bits, bits, same_everywhere};

/// Shapes as (rows, columns): empty ones, every kind of tail, and some that several threads share.
const SHAPES: [(usize, usize); 9] = [
    (0, 5),
    (3, 0),
    (1, 1),
    (3, 15),
    (7, 16),
    (2, 33),
    (5, 50),
    (301, 130),
    (70, 1001),
];

/// Logits of a size that grows with the row, so that some rows are nearly one-hot.
fn logits(rows: usize, columns: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64((rows * 7919 + columns) as u64);
    let size = |i: usize| 2_f32.powi((i % 9) as i32 - 1);
    (0..rows)
        .flat_map(|i| vec![size(i); columns])
        .map(|size| size * random.random_range(-1.0..1.0))
        .collect()
}

fn softmax(isa: Isa, m: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut guarded = Guarded::new(m);
    softmax_rows(isa, MatrixMut::new(guarded.numbers(), rows, columns));
    guarded.checked("softmax")
}

fn logarithms(isa: Isa, m: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut guarded = Guarded::new(&vec![7.0; rows]);
    log_sum_exp_rows(isa, MatrixRef::new(m, rows, columns), guarded.numbers());
    guarded.checked("log_sum_exp")
}

#[test]
fn errors_are_within_the_promise() {
    for (rows, columns) in SHAPES
        .into_iter()
        .filter(|(_, columns)| (1..99).contains(columns))
    {
        let m = logits(rows, columns);
        let shares = softmax(Isa::best(), &m, rows, columns);
        let logs = logarithms(Isa::best(), &m, rows, columns);
        for ((row, shares), log) in m.chunks(columns).zip(shares.chunks(columns)).zip(logs) {
            let powers: Vec<_> = row.iter().map(|&x| formulas::number(x).exp()).collect();
            let sum = powers
                .iter()
                .fold(formulas::Number::zero(), |sum, e| sum + e);
            for (e, &share) in powers.iter().zip(shares) {
                assert_right("softmax", share, (e / &sum).to_f64(), 0.0);
            }
            assert_right("log_sum_exp", log, sum.ln().to_f64(), 2_f64.powi(-37));
        }
    }
}

#[test]
fn every_isa_and_any_number_of_threads_give_the_same_bits() {
    for (rows, columns) in SHAPES {
        let m = logits(rows, columns);
        let name = format!("softmax of {rows}x{columns}");
        same_everywhere(&name, |isa| all_bits(&softmax(isa, &m, rows, columns)));
        let name = format!("log_sum_exp of {rows}x{columns}");
        same_everywhere(&name, |isa| all_bits(&logarithms(isa, &m, rows, columns)));
    }
}

#[test]
fn special_rows_are_as_documented() {
    const INFINITY: f32 = f32::INFINITY;
    const NAN: f32 = f32::NAN;
    let rows = [
        ([INFINITY, 0.0], [NAN, NAN], INFINITY),
        ([-INFINITY, -INFINITY], [NAN, NAN], -INFINITY),
        ([-INFINITY, 1.0], [0.0, 1.0], 1.0),
        ([NAN, 0.0], [NAN, NAN], NAN),
        ([NAN, INFINITY], [NAN, NAN], NAN),
        ([1e30, -3e38], [1.0, 0.0], 1e30),
        ([f32::MAX, f32::MAX], [0.5, 0.5], f32::MAX),
        ([-1e30, -1e30], [0.5, 0.5], -1e30),
    ];
    for isa in Isa::available() {
        for (row, shares, log) in rows {
            let computed = softmax(isa, &row, 1, 2);
            assert_eq!(all_bits(&computed), all_bits(&shares), "softmax of {row:?}");
            let computed = logarithms(isa, &row, 1, 2)[0];
            assert_eq!(bits(computed), bits(log), "log_sum_exp of {row:?}");
        }
        assert_eq!(logarithms(isa, &[], 2, 0), [-INFINITY, -INFINITY]);
    }
}
