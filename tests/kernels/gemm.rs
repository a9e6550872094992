//! The matrix product.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, Start, gemm};
use sgd_stability::oracle::{Expected, Family, Format, Order, Outcome, Tally, Terms, judge};

use crate::support::{Guarded, all_bits, same_everywhere};

/// The shape of a product: (m, k, n).
type Shape = (usize, usize, usize);

/// The memory layout of an operand.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Rows,
    Columns,
    RowsApart,
    EverySecond,
    OneRow,
}

const LAYOUTS: [Layout; 5] = [
    Layout::Rows,
    Layout::Columns,
    Layout::RowsApart,
    Layout::EverySecond,
    Layout::OneRow,
];

/// An operand, with the memory that holds it.
struct Operand {
    data: Vec<f32>,
    shape: (usize, usize),
    layout: Layout,
}

impl Operand {
    fn new(family: Family, shape: (usize, usize), layout: Layout, seed: u64) -> Self {
        let length = 2 * (shape.0 + 1) * (shape.1 + 5);
        let data = family.vectors(length, seed).0;
        Operand {
            data,
            shape,
            layout,
        }
    }

    fn view(&self) -> MatrixRef<'_> {
        let (data, shape) = (&self.data[..], self.shape);
        match self.layout {
            Layout::Rows => MatrixRef::strided(data, shape, (shape.1, 1)),
            Layout::Columns => {
                MatrixRef::strided(data, (shape.1, shape.0), (shape.0, 1)).transposed()
            }
            Layout::RowsApart => MatrixRef::strided(data, shape, (shape.1 + 3, 1)),
            Layout::EverySecond => MatrixRef::strided(data, shape, (2 * shape.1 + 1, 2)),
            Layout::OneRow => MatrixRef::strided(data, shape, (0, 1)),
        }
    }
}

/// The product from the definition: for each element, one chain of FMAs in k.
pub fn chains(a: MatrixRef, b: MatrixRef, start: Start, old: &[f32]) -> Vec<f32> {
    let (rows, columns) = (a.rows(), b.columns());
    let chain = |ij: usize| {
        let first = if start == Start::Zero { 0.0 } else { old[ij] };
        (0..a.columns()).fold(first, |sum, k| {
            a.get(ij / columns, k).mul_add(b.get(k, ij % columns), sum)
        })
    };
    (0..rows * columns).map(chain).collect()
}

/// Runs the kernel on a copy of `old` whose rows are separated by guards.
pub fn product(isa: Isa, a: MatrixRef, b: MatrixRef, start: Start, old: &[f32]) -> Vec<f32> {
    let (rows, columns) = (a.rows(), b.columns());
    const BETWEEN: [f32; 3] = [11.0, 12.0, 13.0];
    let spread: Vec<f32> = old
        .chunks(columns.max(1))
        .flat_map(|row| [row, &BETWEEN].concat())
        .collect();
    let mut c = Guarded::new(&spread);
    let stride = columns + BETWEEN.len();
    let view = MatrixMut::strided(c.numbers(), (rows, columns), stride);
    gemm(isa, a, b, start, view);
    let mut result = Vec::new();
    for row in c.checked("gemm").chunks(stride).filter(|_| columns > 0) {
        result.extend(&row[..columns]);
        assert_eq!(row[columns..], BETWEEN, "gemm: wrote between the rows");
    }
    result
}

fn assert_chains(shape: Shape, layouts: (Layout, Layout), family: Family, start: Start) {
    let (m, k, n) = shape;
    let a = Operand::new(family, (m, k), layouts.0, 1);
    let b = Operand::new(family, (k, n), layouts.1, 2);
    let old = Family::Uniform.vectors(m * n, 3).0;
    let right = all_bits(&chains(a.view(), b.view(), start, &old));
    for isa in Isa::available() {
        let computed = all_bits(&product(isa, a.view(), b.view(), start, &old));
        assert_eq!(
            computed,
            right,
            "gemm on {}: {shape:?} {layouts:?} {family:?} {start:?}",
            isa.name()
        );
    }
}

/// Small shapes, some with zeros, and shapes around the edges of every tile (4 and 6 rows; one to four
/// vectors), 508 in all.
fn shapes() -> Vec<Shape> {
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let mut up_to_20 = || random.random_range(0..=20);
    let small = (0..256).map(|_| (up_to_20(), up_to_20(), up_to_20()));
    let small: Vec<Shape> = small.collect();
    let rows = [1, 4, 5, 6, 7, 11, 12, 13, 25];
    let columns = [1, 15, 16, 17, 31, 32, 33, 48, 49, 50, 63, 64, 65, 80];
    let edges = rows
        .into_iter()
        .flat_map(|m| columns.map(|n| [(m, 1, n), (m, 18, n)]))
        .flatten();
    let shapes: Vec<Shape> = small.into_iter().chain(edges).collect();
    assert_eq!(shapes.len(), 256 + 9 * 14 * 2);
    shapes
}

#[test]
fn every_element_is_one_chain_in_any_layout() {
    for (i, shape) in shapes().into_iter().enumerate() {
        let layouts = (LAYOUTS[i % 5], LAYOUTS[i / 5 % 5]);
        for start in [Start::Zero, Start::Accumulate] {
            assert_chains(shape, layouts, Family::WideRange, start);
        }
    }
}

#[test]
fn special_values_pass_through_every_chain() {
    for family in Family::ALL {
        for layouts in [
            (Layout::Rows, Layout::Columns),
            (Layout::Columns, Layout::Rows),
        ] {
            assert_chains((13, 19, 35), layouts, family, Start::Accumulate);
            assert_chains((29, 3, 18), layouts, family, Start::Zero);
        }
    }
}

/// Shapes longer than the cache blocks in each direction (108 rows, 800 terms, 1024 columns).
#[test]
fn chains_go_on_through_every_block() {
    for shape in [(3, 961, 5), (30, 321, 40), (485, 3, 17), (2, 5, 2049)] {
        for layouts in [
            (Layout::Rows, Layout::Rows),
            (Layout::Rows, Layout::Columns),
            (Layout::Columns, Layout::RowsApart),
            (Layout::EverySecond, Layout::EverySecond),
        ] {
            for start in [Start::Zero, Start::Accumulate] {
                assert_chains(shape, layouts, Family::Uniform, start);
            }
        }
    }
}

#[test]
fn zero_start_forgets_even_nan() {
    for (a, b, shape) in [
        (vec![], vec![], (2, 0, 3)),
        (vec![1.0; 2], vec![1.0; 3], (2, 1, 3)),
    ] {
        let (a, b) = (
            MatrixRef::new(&a, shape.0, shape.1),
            MatrixRef::new(&b, shape.1, shape.2),
        );
        let old = [f32::NAN; 6];
        for isa in Isa::available() {
            let zero = product(isa, a, b, Start::Zero, &old);
            assert!(zero.iter().all(|&x| x == shape.1 as f32));
            let accumulated = product(isa, a, b, Start::Accumulate, &old);
            assert!(accumulated.iter().all(|x| x.is_nan()));
        }
    }
}

#[test]
fn products_have_the_same_bits_on_every_isa_and_any_number_of_threads() {
    for (m, k, n) in [(301, 97, 203), (5, 300, 1030), (700, 40, 90)] {
        let a = Operand::new(Family::WideRange, (m, k), Layout::Columns, 4);
        let b = Operand::new(Family::WideRange, (k, n), Layout::Columns, 5);
        let old = Family::Uniform.vectors(m * n, 6).0;
        let result = same_everywhere("gemm", |isa| {
            all_bits(&product(isa, a.view(), b.view(), Start::Accumulate, &old))
        });
        let right = chains(a.view(), b.view(), Start::Accumulate, &old);
        assert_eq!(result, all_bits(&right));
    }
}

/// The exact sums of a product, element by element.
fn expected(a: MatrixRef, b: MatrixRef, old: &[f32]) -> Vec<Expected> {
    let element = |ij: usize| {
        let (i, j) = (ij / b.columns(), ij % b.columns());
        let first = Terms::new().and(old[ij], 1.0);
        let terms = (0..a.columns()).fold(first, |terms, k| terms.and(a.get(i, k), b.get(k, j)));
        terms.expected(&Format::single(), Order::Chain)
    };
    (0..a.rows() * b.columns()).map(element).collect()
}

/// The judgement on the kernel for three shapes of one family.
fn judged(isa: Isa, family: Family) -> Tally {
    let (mut computed, mut exact) = (Vec::new(), Vec::new());
    for (i, (m, k, n)) in [(1, 50, 7), (13, 9, 17), (6, 130, 4)]
        .into_iter()
        .enumerate()
    {
        let a = Operand::new(family, (m, k), LAYOUTS[i], 7);
        let b = Operand::new(family, (k, n), LAYOUTS[(i + 1) % 3], 8);
        let old = family.vectors(m * n, 9).1;
        let result = product(isa, a.view(), b.view(), Start::Accumulate, &old);
        computed.extend(result.into_iter().map(f64::from));
        exact.extend(expected(a.view(), b.view(), &old));
    }
    judge(&computed, &exact)
}

#[test]
fn products_stay_within_their_proved_bounds() {
    for family in Family::ALL {
        let outcome = match family {
            // A result of nothing but zeros is no evidence.
            Family::SignedZeros => Outcome::Mistrusted,
            _ => Outcome::Holds,
        };
        for isa in Isa::available() {
            let judgement = judged(isa, family);
            let place = format!("{family:?} on {}: {judgement:?}", isa.name());
            assert_eq!(judgement.outcome, outcome, "{place}");
        }
    }
}

#[test]
fn a_dropped_term_is_caught() {
    let a = Operand::new(Family::Uniform, (5, 40), Layout::Rows, 7);
    let b = Operand::new(Family::Uniform, (40, 6), Layout::Rows, 8);
    let old = [0.0; 30];
    let expected = expected(a.view(), b.view(), &old);
    let (a, b) = (a.view().block(0..5, 0..39), b.view().row_block(0..39));
    let computed = product(Isa::best(), a, b, Start::Accumulate, &old);
    let computed: Vec<f64> = computed.into_iter().map(f64::from).collect();
    assert_eq!(judge(&computed, &expected).broken.len(), 30);
}

#[test]
#[should_panic(expected = "product of matrices of shapes (2, 3) and (2, 3)")]
fn shapes_that_do_not_fit_are_named() {
    let x = [0.0; 6];
    let a = MatrixRef::new(&x, 2, 3);
    let mut c = [0.0; 6];
    gemm(Isa::best(), a, a, Start::Zero, MatrixMut::new(&mut c, 2, 3));
}

#[test]
#[should_panic(expected = "does not fit in 6 numbers")]
fn a_view_beyond_its_slice_is_refused() {
    MatrixRef::strided(&[0.0; 6], (2, 3), (4, 1));
}

#[test]
#[should_panic(expected = "does not fit in 6 numbers")]
fn rows_that_overlap_are_not_written() {
    MatrixMut::strided(&mut [0.0; 6], (2, 3), 2);
}
