//! Terms of the matrix product that are zero for a whole group of elements, and are left out.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{Isa, MatrixRef, Start};

use crate::gemm::{self, product};
use crate::support::{all_bits, same_everywhere};

/// Rows of A, and columns of B, that share a list of terms.
const ROWS: usize = 6;
const COLUMNS: usize = 64;

/// Does the sum of element (i, j) take the term k? By the rule in the documentation of `gemm`.
fn counts(a: MatrixRef, b: MatrixRef, (i, j): (usize, usize), k: usize) -> bool {
    let in_a = |k| {
        let first = i / ROWS * ROWS;
        (first..a.rows().min(first + ROWS)).any(|i| a.get(i, k) != 0.0)
    };
    let in_b = |k| {
        let first = j / COLUMNS * COLUMNS;
        (first..b.columns().min(first + COLUMNS)).any(|j| b.get(k, j) != 0.0)
    };
    let is_full = |lives: &dyn Fn(usize) -> bool| k >= 64 && (0..64).all(lives);
    if a.has_adjacent_columns() && b.columns() >= 64 {
        in_a(k) || is_full(&in_a)
    } else if b.has_adjacent_columns() && a.rows() >= 64 {
        in_b(k) || is_full(&in_b)
    } else {
        true
    }
}

/// The chains over the terms that count.
fn chains(a: MatrixRef, b: MatrixRef, old: &[f32]) -> Vec<f32> {
    let chain = |(ij, &old): (usize, &f32)| {
        let (i, j) = (ij / b.columns(), ij % b.columns());
        let terms = (0..a.columns()).filter(|&k| counts(a, b, (i, j), k));
        terms.fold(old, |sum, k| a.get(i, k).mul_add(b.get(k, j), sum))
    };
    old.iter().enumerate().map(chain).collect()
}

/// rows × columns numbers; in a group of so many rows and columns all are zero, but for one group in
/// `live`, and in the first 64 rows or columns but for all of them where `begins_full` says so.
fn sparse(
    (rows, columns): (usize, usize),
    unit: (usize, usize),
    begins_full: bool,
    random: &mut ChaCha8Rng,
) -> Vec<f32> {
    let across = columns.div_ceil(unit.1);
    let lives: Vec<bool> = (0..rows.div_ceil(unit.0) * across)
        .map(|_| random.random_bool(0.6))
        .collect();
    let number = |(i, j): (usize, usize), random: &mut ChaCha8Rng| {
        let place = if unit.0 == 1 { i } else { j };
        match lives[i / unit.0 * across + j / unit.1] || (begins_full && place < 64) {
            true => random.random_range(-1.0..1.0),
            false if random.random() => -0.0,
            false => 0.0,
        }
    };
    let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
    places.map(|place| number(place, random)).collect()
}

/// Shapes with a last group that is cut short, and shapes too small to look into.
const SHAPES: [(usize, usize, usize); 6] = [
    (100, 130, 70),
    (37, 70, 64),
    (64, 65, 33),
    (70, 200, 100),
    (63, 40, 64),
    (20, 90, 63),
];

/// Runs `check` on products whose factors are zero in groups, in the layouts of a layer's products.
fn on_sparse_factors(check: impl Fn(MatrixRef, MatrixRef, &mut ChaCha8Rng)) {
    let mut random = ChaCha8Rng::seed_from_u64(41);
    for (m, k, n) in SHAPES {
        for begins_full in [false, true] {
            let a = sparse((m, k), (ROWS, 1), begins_full, &mut random);
            let across = sparse((k, m), (1, ROWS), begins_full, &mut random);
            let b = sparse((k, n), (1, COLUMNS), begins_full, &mut random);
            let turned = sparse((n, k), (COLUMNS, 1), begins_full, &mut random);
            let (a, b) = (MatrixRef::new(&a, m, k), MatrixRef::new(&b, k, n));
            let (across, turned) = (
                MatrixRef::new(&across, k, m).transposed(),
                MatrixRef::new(&turned, n, k).transposed(),
            );
            for (a, b) in [(a, b), (a, turned), (across, b), (across, turned)] {
                check(a, b, &mut random);
            }
        }
    }
}

#[test]
fn what_is_zero_for_a_whole_group_is_left_out_everywhere() {
    on_sparse_factors(|a, b, random| {
        let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0];
        let mut old: Vec<f32> = (0..a.rows() * b.columns())
            .map(|_| {
                if random.random_bool(0.1) {
                    -0.0
                } else {
                    random.random()
                }
            })
            .collect();
        for _ in 0..5 {
            let at = random.random_range(0..old.len());
            old[at] = special[random.random_range(0..special.len())];
        }
        let computed = same_everywhere("gemm", |isa| {
            all_bits(&product(isa, a, b, Start::Accumulate, &old))
        });
        assert_eq!(computed, all_bits(&chains(a, b, &old)));
    });
}

#[test]
fn a_term_that_is_left_out_changes_at_most_the_sign_of_zero() {
    on_sparse_factors(|a, b, random| {
        let old: Vec<f32> = (0..a.rows() * b.columns())
            .map(|_| random.random())
            .collect();
        let whole = gemm::chains(a, b, Start::Accumulate, &old);
        let computed = product(Isa::best(), a, b, Start::Accumulate, &old);
        assert_eq!(computed, whole);
    });
}

/// A weight that is infinite is met by every sample that reads it, and by no other group of samples.
#[test]
fn an_infinite_weight_reaches_those_who_read_it() {
    let (m, k, n) = (24, 8, 64);
    let mut a = vec![1.0; m * k];
    (0..ROWS).for_each(|i| a[i * k + 3] = 0.0);
    a[20 * k + 3] = 0.0;
    let mut b = vec![1.0; k * n];
    b[3 * n..4 * n].fill(f32::INFINITY);
    let (a, b) = (MatrixRef::new(&a, m, k), MatrixRef::new(&b, k, n));
    let old = vec![0.0; m * n];
    for isa in Isa::available() {
        let c = product(isa, a, b, Start::Zero, &old);
        for (i, row) in c.chunks(n).enumerate() {
            let is_right = |&x: &f32| match i {
                ..ROWS => x == 7.0,
                20 => x.is_nan(),
                _ => x == f32::INFINITY,
            };
            assert!(
                row.iter().all(is_right),
                "row {i} on {}: {row:?}",
                isa.name()
            );
        }
    }
}
