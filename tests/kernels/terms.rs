//! Terms of the matrix product that are skipped because they are zero for a whole group of elements.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{Isa, MatrixRef, Start};

use crate::gemm::{self, product};
use crate::support::{all_bits, same_everywhere};

/// The number of rows of A that skip the same terms.
const ROWS: usize = 6;
/// The number of columns of B that are zero together; nothing is skipped for them.
const COLUMNS: usize = 64;
/// The number of rows of a transpose that are sorted together.
const SORTED: usize = 252;

/// Whether the matrix is the transpose of a row-major matrix.
fn is_transpose(a: MatrixRef) -> bool {
    !a.has_adjacent_columns() && a.transposed().has_adjacent_columns()
}

/// The block that contains term k; blocks have equal sizes of at most 800 terms.
fn block(depth: usize, k: usize) -> Range<usize> {
    let size = depth.div_ceil(depth.div_ceil(800));
    let first = k / size * size;
    first..depth.min(first + size)
}

/// The rows of A that skip the same terms as row i. The rows of a transpose are sorted by how many of at
/// most 64 sampled terms of the block are non-zero.
fn group(a: MatrixRef, i: usize, block: &Range<usize>) -> Vec<usize> {
    let first = i / SORTED * SORTED;
    let mut rows: Vec<usize> = (first..a.rows().min(first + SORTED)).collect();
    if is_transpose(a) {
        let looks = || block.clone().step_by(block.len().div_ceil(64));
        rows.sort_by_key(|&i| looks().filter(|&k| a.get(i, k) != 0.0).count());
    }
    let mut groups = rows.chunks(ROWS);
    groups.find(|group| group.contains(&i)).unwrap().to_vec()
}

/// Which terms count, given which are live, block by block. In a block that begins with 64 live terms,
/// all terms count.
fn counting(depth: usize, is_live: impl Fn(&Range<usize>, usize) -> bool) -> Vec<bool> {
    let is_full = |block: &Range<usize>| (0..64).all(|k| is_live(block, block.start + k));
    let counts = |k| {
        let block = block(depth, k);
        is_live(&block, k) || (k >= block.start + 64 && is_full(&block))
    };
    (0..depth).map(counts).collect()
}

/// For each row of A, which terms count by the rule in the documentation of `gemm`.
fn counting_of_rows(a: MatrixRef) -> Vec<Vec<bool>> {
    let of_row = |i| {
        let first = group(a, i, &block(a.columns(), 0));
        let last = group(a, i, &block(a.columns(), a.columns() - 1));
        counting(a.columns(), |block, k| {
            let group = if block.start == 0 { &first } else { &last };
            group.iter().any(|&i| a.get(i, k) != 0.0)
        })
    };
    (0..a.rows()).map(of_row).collect()
}

/// The chains over the terms that count.
fn chains(a: MatrixRef, b: MatrixRef, old: &[f32]) -> Vec<f32> {
    let counting = (b.columns() >= 64).then(|| counting_of_rows(a));
    let chain = |(ij, &old): (usize, &f32)| {
        let (i, j) = (ij / b.columns(), ij % b.columns());
        let counts = |&k: &usize| counting.as_ref().is_none_or(|counts| counts[i][k]);
        let terms = (0..a.columns()).filter(counts);
        terms.fold(old, |sum, k| a.get(i, k).mul_add(b.get(k, j), sum))
    };
    old.iter().enumerate().map(chain).collect()
}

/// A random matrix of `rows` × `columns` numbers, divided into groups of `unit` rows and columns. A group
/// is live with probability 0.6; the numbers of all other groups are zero. If `begins_full`, the first 64
/// rows or columns are never zero.
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
        if lives[i / unit.0 * across + j / unit.1] || (begins_full && place < 64) {
            random.random_range(-1.0..1.0)
        } else if random.random() {
            -0.0
        } else {
            0.0
        }
    };
    let places = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j)));
    places.map(|place| number(place, random)).collect()
}

/// Shapes whose last group is cut short, with several bands and with two blocks of terms, and shapes that
/// are too small to be searched for zeros.
const SHAPES: [(usize, usize, usize); 9] = [
    (100, 130, 70),
    (407, 70, 70),
    (100, 850, 65),
    (100, 66, 1100),
    (37, 70, 64),
    (64, 65, 33),
    (70, 200, 100),
    (63, 40, 64),
    (20, 90, 63),
];

/// Runs `check` on products whose factors are zero in groups, in the layouts of the products of a layer.
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
            let apart: Vec<f32> = (0..2 * m * k)
                .map(|at| a.get(at / 2 / k, at / 2 % k))
                .collect();
            let apart = MatrixRef::strided(&apart, (m, k), (2 * k, 2));
            for (a, b) in [
                (a, b),
                (a, turned),
                (across, b),
                (across, turned),
                (apart, b),
            ] {
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

/// Rows of a transpose with few non-zero terms are grouped together. The terms that a row skips can be
/// seen where a zero is multiplied by an infinity.
#[test]
fn rows_of_a_transpose_that_seldom_count_stand_together() {
    let mut random = ChaCha8Rng::seed_from_u64(42);
    for (m, k, n) in SHAPES {
        let seldom: Vec<f64> = (0..m).map(|_| random.random_range(0.3..1.0)).collect();
        let a: Vec<f32> = (0..k * m)
            .map(|at| {
                if random.random_bool(seldom[at % m]) {
                    0.0
                } else {
                    random.random_range(-1.0..1.0)
                }
            })
            .collect();
        let mut b = vec![1.0; k * n];
        (0..n).for_each(|j| b[random.random_range(0..k) * n + j] = f32::INFINITY);
        let a = MatrixRef::new(&a, k, m).transposed();
        let b = MatrixRef::new(&b, k, n);
        let old = vec![0.0; m * n];
        let computed = same_everywhere("gemm", |isa| {
            all_bits(&product(isa, a, b, Start::Zero, &old))
        });
        assert_eq!(computed, all_bits(&chains(a, b, &old)), "{:?}", (m, k, n));
    }
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

/// An infinite weight affects every sample that reads it, and no other group of samples.
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
