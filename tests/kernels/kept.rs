//! Products with what many of them share: panels that are kept, zeros that are known, sums at once.

use std::thread::current;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{
    Isa, LeftFactor, MatrixMut, MatrixRef, Panels, RightFactor, Start, Sum, Zeros, alone, gemm,
    gemm_sums, share, threads, with_team,
};

use crate::gemm::chains;
use crate::support::{all_bits, pool, same_everywhere};
use crate::terms::known_chains;

/// (m, k, n): with panels that are cut short, two blocks of terms, two blocks of columns, two bands.
const SHAPES: [(usize, usize, usize); 7] = [
    (13, 30, 70),
    (100, 850, 65),
    (20, 66, 1100),
    (407, 70, 70),
    (7, 1, 3),
    (5, 0, 20),
    (5, 9, 0),
];

/// Numbers of which one in three is zero.
fn numbers(count: usize, random: &mut ChaCha8Rng) -> Vec<f32> {
    let number = |_| match random.random_bool(0.3) {
        true => 0.0,
        false => random.random_range(-1.0..1.0),
    };
    (0..count).map(number).collect()
}

/// `gate`, m × k, where whole rows count seldom, and two matrices that are zero where it is.
fn gated((m, k): (usize, usize), random: &mut ChaCha8Rng) -> [Vec<f32>; 3] {
    let seldom: Vec<f64> = (0..m + k).map(|_| random.random_range(0.3..1.0)).collect();
    let gate: Vec<f32> = (0..m * k)
        .map(|at| f32::from(!random.random_bool(seldom[at % m].max(seldom[m + at % k]))))
        .collect();
    // The first has some more zeros.
    let [first, second] = [0.3, 0.0].map(|more| {
        let behind = |gate| match random.random_bool(more) {
            true => 0.0,
            false => gate * random.random_range(0.5..1.0),
        };
        gate.iter().map(behind).collect()
    });
    [gate, first, second]
}

fn whole<'a>(
    isa: Isa,
    a: impl Into<LeftFactor<'a>>,
    b: impl Into<RightFactor<'a>>,
    (m, n): (usize, usize),
) -> Vec<f32> {
    let mut c = vec![f32::NAN; m * n];
    gemm(isa, a, b, Start::Zero, MatrixMut::new(&mut c, m, n));
    c
}

#[test]
fn kept_panels_are_the_matrix_they_were_made_of() {
    let mut random = ChaCha8Rng::seed_from_u64(51);
    for (m, k, n) in SHAPES {
        let (a, b) = (numbers(m * k, &mut random), numbers(k * n, &mut random));
        let lefts = [
            MatrixRef::new(&a, m, k),
            MatrixRef::new(&a, k, m).transposed(),
        ];
        let rights = [
            MatrixRef::new(&b, k, n),
            MatrixRef::new(&b, n, k).transposed(),
        ];
        for (a, b) in lefts.into_iter().flat_map(|a| rights.map(|b| (a, b))) {
            let computed = same_everywhere("kept panels", |isa| {
                all_bits(&whole(isa, a, &Panels::of(isa, b), (m, n)))
            });
            let right = chains(a, b, Start::Zero, &vec![0.0; m * n]);
            assert_eq!(computed, all_bits(&right), "{:?}", (m, k, n));
        }
    }
}

/// Which terms a row leaves out shows where a zero meets an infinity.
#[test]
fn what_is_known_of_one_matrix_decides_for_another() {
    let mut random = ChaCha8Rng::seed_from_u64(52);
    for (m, k, n) in SHAPES.into_iter().filter(|shape| shape.1 > 0) {
        for is_transpose in [false, true] {
            let shape = if is_transpose { (k, m) } else { (m, k) };
            let [gate, behind, _] = gated(shape, &mut random);
            let view = |numbers| match is_transpose {
                true => MatrixRef::new(numbers, k, m).transposed(),
                false => MatrixRef::new(numbers, m, k),
            };
            // A matrix of one row or column is no transpose.
            if is_transpose && view(&gate).has_adjacent_columns() {
                continue;
            }
            let (gate, a) = (view(&gate), view(&behind));
            let mut b = numbers(k * n, &mut random);
            (0..n).for_each(|j| b[random.random_range(0..k) * n + j] = f32::INFINITY);
            let b = MatrixRef::new(&b, k, n);
            let computed = same_everywhere("known zeros", |isa| {
                all_bits(&whole(isa, Zeros::of(isa, gate).factor(a), b, (m, n)))
            });
            let right = known_chains(gate, a, b, &vec![0.0; m * n]);
            assert_eq!(computed, all_bits(&right), "{:?} {is_transpose}", (m, k, n));
        }
    }
}

#[test]
fn rows_of_a_factor_have_the_bits_of_the_whole() {
    let mut random = ChaCha8Rng::seed_from_u64(53);
    let (m, k, n) = (100, 130, 70);
    let [gate, behind, _] = gated((m, k), &mut random);
    let (gate, a) = (MatrixRef::new(&gate, m, k), MatrixRef::new(&behind, m, k));
    let mut b = numbers(k * n, &mut random);
    b[3 * n] = f32::INFINITY;
    let b = MatrixRef::new(&b, k, n);
    let rows = same_everywhere("rows of a factor", |isa| {
        let zeros = Zeros::of(isa, gate);
        let firsts = (0..m).step_by(7 * Zeros::GROUP);
        let rows = firsts.flat_map(|first| {
            let rows = a.row_block(first..m.min(first + 7 * Zeros::GROUP));
            whole(isa, zeros.rows_factor(first, rows), b, (rows.rows(), n))
        });
        all_bits(&rows.collect::<Vec<_>>())
    });
    let right = known_chains(gate, a, b, &vec![0.0; m * n]);
    assert_eq!(rows, all_bits(&right));
}

/// Nothing is looked for, whatever part of the rows it is.
#[test]
fn of_a_full_factor_every_term_counts() {
    let mut b = vec![1.0; 3 * 70];
    b[70..140].fill(f32::INFINITY);
    let (a, b) = ([1.0, 0.0, 1.0].repeat(80), MatrixRef::new(&b, 3, 70));
    let a = LeftFactor::full(MatrixRef::new(&a, 80, 3));
    for isa in Isa::available() {
        assert!(whole(isa, a, b, (80, 70)).into_iter().all(f32::is_nan));
    }
}

/// What a chain of layers sums up: over samples, for each layer, two products. A zero that meets an
/// infinity shows which terms are left out.
#[test]
fn sums_at_once_have_the_bits_of_one_product_after_the_other() {
    let mut random = ChaCha8Rng::seed_from_u64(54);
    let samples = 130;
    let matrix = |numbers, width| MatrixRef::new(numbers, samples, width);
    let layers = [(407, 70), (10, 407), (1, 10), (65, 3)].map(|(outputs, inputs)| {
        let mut x = [(); 2].map(|()| numbers(samples * inputs, &mut random));
        x[1][17 * inputs] = f32::INFINITY;
        let old = numbers(outputs * inputs, &mut random);
        let y = gated((samples, outputs), &mut random);
        ((outputs, inputs), y, x, old)
    });
    let at_once = same_everywhere("sums at once", |isa| {
        let mut kept = layers
            .each_ref()
            .map(|((outputs, inputs), [gate, ..], [x, _], old)| {
                let zeros = Zeros::of(isa, matrix(gate, *outputs).transposed());
                (zeros, Panels::of(isa, matrix(x, *inputs)), old.clone())
            });
        let sums = kept.iter_mut().zip(&layers).map(|(kept, layer)| {
            let ((zeros, panels, c), ((outputs, inputs), [_, y, y2], [_, x], _)) = (kept, layer);
            let factor = |y| zeros.factor(matrix(y, *outputs).transposed());
            Sum {
                products: vec![
                    (factor(y), (&*panels).into()),
                    (factor(y2), matrix(x, *inputs).into()),
                ],
                start: Start::Accumulate,
                c: MatrixMut::new(c, *outputs, *inputs),
            }
        });
        gemm_sums(isa, sums.collect());
        kept.map(|(_, _, c)| all_bits(&c))
    });
    let one_by_one = layers
        .each_ref()
        .map(|((outputs, inputs), [gate, y, y2], [x, x2], old)| {
            let across = |y| matrix(y, *outputs).transposed();
            let product =
                |y, x, old: &[f32]| known_chains(across(gate), across(y), matrix(x, *inputs), old);
            all_bits(&product(y2, x2, &product(y, x, old)))
        });
    assert!(at_once == one_by_one, "other bits");
}

#[test]
fn work_alone_lends_the_team_for_a_while() {
    pool(3).install(|| {
        with_team(|| {
            assert_eq!(threads(), 3);
            assert_eq!(alone(threads), 1);
            let here = current().id();
            alone(|| share(5, |_| assert_eq!(current().id(), here)));
            share(5, |_| assert_eq!(alone(threads), 1));
            let panicked = std::panic::catch_unwind(|| alone(|| panic!("in work alone")));
            assert!(panicked.is_err());
            assert_eq!(threads(), 3);
        });
    });
}

#[test]
#[should_panic(expected = "a factor whose zeros are known")]
fn a_factor_of_another_shape_is_refused() {
    let x = [0.0; 6];
    let zeros = Zeros::of(Isa::best(), MatrixRef::new(&x, 2, 3));
    zeros.factor(MatrixRef::new(&x, 3, 2));
}

#[test]
#[should_panic(expected = "rows 3 and on of shape (2, 3)")]
fn rows_that_begin_within_a_group_are_refused() {
    let x = [0.0; 60];
    let zeros = Zeros::of(Isa::best(), MatrixRef::new(&x, 20, 3));
    zeros.rows_factor(3, MatrixRef::new(&x[..6], 2, 3));
}

#[test]
#[should_panic(expected = "product of matrices of shapes (2, 3) and (2, 3)")]
fn a_sum_whose_second_product_does_not_fit_is_named() {
    let x = [0.0; 6];
    let (a, b) = (MatrixRef::new(&x, 2, 3), MatrixRef::new(&x, 3, 2));
    let mut c = [0.0; 4];
    let sum = Sum {
        products: vec![(a.into(), b.into()), (a.into(), a.into())],
        start: Start::Zero,
        c: MatrixMut::new(&mut c, 2, 2),
    };
    gemm_sums(Isa::best(), vec![sum]);
}

#[test]
#[should_panic(expected = "a sum of products of transposes alone or of none")]
fn a_sum_whose_products_are_cut_differently_is_refused() {
    let x = [0.0; 4];
    let a = MatrixRef::new(&x, 2, 2);
    let mut c = [0.0; 4];
    let sum = Sum {
        products: vec![(a.into(), a.into()), (a.transposed().into(), a.into())],
        start: Start::Zero,
        c: MatrixMut::new(&mut c, 2, 2),
    };
    gemm_sums(Isa::best(), vec![sum]);
}
