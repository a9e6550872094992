//! `add_row`, `column_sums`, `row_dots`, `row_products` and `row_axpy`.

use sgd_stability::kernel::{
    Isa, MatrixMut, MatrixRef, Start, add_row, column_sums, dot, row_axpy, row_dots, row_products,
};
use sgd_stability::oracle::{Family, Format, Order, Outcome, Terms, judge, rounded};

use crate::support::{Guarded, all_bits, bits64, same_everywhere};

/// Shapes as (rows, columns): empty ones, every kind of tail, and some that several threads share.
const SHAPES: [(usize, usize); 10] = [
    (0, 5),
    (5, 0),
    (1, 1),
    (3, 15),
    (7, 16),
    (2, 33),
    (19, 64),
    (10, 131),
    (301, 130),
    (70, 1001),
];

/// A matrix, and a vector of each of its lengths, all of one family.
struct Numbers {
    rows: usize,
    columns: usize,
    m: Vec<f32>,
    other: Vec<f32>,
    row: Vec<f32>,
    column: Vec<f32>,
}

impl Numbers {
    fn new(family: Family, (rows, columns): (usize, usize)) -> Self {
        let (m, other) = family.vectors(rows * columns, 1);
        Numbers {
            rows,
            columns,
            m,
            other,
            row: family.vectors(columns, 2).0,
            column: family.vectors(rows, 3).0,
        }
    }

    fn matrix(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.m, self.rows, self.columns)
    }

    fn other(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.other, self.rows, self.columns)
    }

    /// The result of a kernel that runs on the matrix, between guards.
    fn changed(&self, kernel: impl Fn(MatrixMut)) -> Vec<f32> {
        let mut m = Guarded::new(&self.m);
        kernel(MatrixMut::new(m.numbers(), self.rows, self.columns));
        m.checked("a kernel of rows")
    }
}

fn each(test: impl Fn(&str, &Numbers)) {
    for family in Family::ALL {
        for shape in SHAPES {
            test(
                &format!("{family:?} {shape:?}"),
                &Numbers::new(family, shape),
            );
        }
    }
}

#[test]
fn add_row_rounds_every_element_once() {
    each(|name, numbers| {
        let result = same_everywhere(name, |isa| {
            all_bits(&numbers.changed(|m| add_row(isa, &numbers.row, m)))
        });
        let right = |(ij, &m): (usize, &f32)| m + numbers.row[ij % numbers.columns];
        let right: Vec<f32> = numbers.m.iter().enumerate().map(right).collect();
        assert_eq!(result, all_bits(&right), "{name}");
    });
}

#[test]
fn row_axpy_rounds_every_element_once() {
    each(|name, numbers| {
        let result = same_everywhere(name, |isa| {
            all_bits(&numbers.changed(|m| row_axpy(isa, &numbers.column, numbers.other(), m)))
        });
        let right = |(ij, &m): (usize, &f32)| {
            let c = numbers.column[ij / numbers.columns];
            match numbers.m.len() {
                // Exact arithmetic is slow; larger shapes use the FMA of the machine.
                ..2000 => rounded::fma(c, numbers.other[ij], m),
                _ => c.mul_add(numbers.other[ij], m),
            }
        };
        let right: Vec<f32> = numbers.m.iter().enumerate().map(right).collect();
        assert_eq!(result, all_bits(&right), "{name}");
    });
}

#[test]
fn row_dots_are_the_dots_of_the_rows() {
    each(|name, numbers| {
        let result = same_everywhere(name, |isa| {
            let mut out = Guarded::new(&numbers.column);
            row_dots(isa, numbers.matrix(), numbers.other(), out.numbers());
            all_bits(&out.checked(name))
        });
        let right = (0..numbers.rows).map(|i| {
            let (x, y) = (numbers.matrix().row(i), numbers.other().row(i));
            dot(Isa::portable(), x, y)
        });
        assert_eq!(result, all_bits(&right.collect::<Vec<_>>()), "{name}");
    });
}

#[test]
fn row_products_are_chains_in_f64() {
    each(|name, numbers| {
        let (x, y) = (numbers.matrix(), numbers.other());
        let (rows, columns) = (x.rows(), y.rows().min(19));
        let y = y.row_block(0..columns);
        let result = same_everywhere(name, |isa| {
            let mut products = vec![f64::NAN; rows * columns];
            row_products(isa, x, y, &mut products);
            products.into_iter().map(bits64).collect::<Vec<_>>()
        });
        let chain = |place: usize| {
            let (x, y) = (x.row(place / columns), y.row(place % columns));
            let terms = x.iter().zip(y);
            terms.fold(0.0, |sum: f64, (x, y)| {
                f64::from(*x).mul_add(f64::from(*y), sum)
            })
        };
        let right = (0..rows * columns).map(|place| bits64(chain(place)));
        assert_eq!(result, right.collect::<Vec<_>>(), "{name}");
    });
    // More terms than are packed at a time, and rows and columns on both sides of a tile.
    for (rows, columns, depth) in [(17, 33, 600), (9, 15, 256), (1, 1, 257)] {
        let (x, _) = Family::Uniform.vectors(rows * depth, 5);
        let (_, y) = Family::WideRange.vectors(columns * depth, 6);
        let (x, y) = (
            MatrixRef::new(&x, rows, depth),
            MatrixRef::new(&y, columns, depth),
        );
        let result = same_everywhere("deep", |isa| {
            let mut products = vec![0.0; rows * columns];
            row_products(isa, x, y, &mut products);
            products.into_iter().map(bits64).collect::<Vec<_>>()
        });
        for (place, product) in result.into_iter().enumerate() {
            let pairs = x.row(place / columns).iter().zip(y.row(place % columns));
            let chain = pairs.fold(0.0, |sum: f64, (x, y)| {
                f64::from(*x).mul_add(f64::from(*y), sum)
            });
            assert_eq!(product, bits64(chain), "{rows} {columns} {depth} {place}");
        }
    }
}

#[test]
fn column_sums_are_chains_in_any_layout() {
    each(|name, numbers| {
        for start in [Start::Zero, Start::Accumulate] {
            for m in [numbers.matrix(), numbers.matrix().transposed()] {
                let old = Family::Uniform.vectors(m.columns(), 4).0;
                let result = same_everywhere(name, |isa| {
                    let mut out = Guarded::new(&old);
                    column_sums(isa, m, start, out.numbers());
                    all_bits(&out.checked(name))
                });
                let right = (0..m.columns()).map(|j| {
                    let first = if start == Start::Zero { 0.0 } else { old[j] };
                    (0..m.rows()).fold(first, |sum, i| sum + m.get(i, j))
                });
                assert_eq!(result, all_bits(&right.collect::<Vec<_>>()), "{name}");
            }
        }
    });
}

#[test]
fn column_sums_stay_within_their_proved_bounds() {
    let mut mistrusted = Vec::new();
    for family in Family::ALL {
        let numbers = Numbers::new(family, (301, 23));
        let m = numbers.matrix();
        let expected: Vec<_> = (0..m.columns())
            .map(|j| Terms::sum((0..m.rows()).map(|i| m.get(i, j))))
            .map(|terms| terms.expected(&Format::single(), Order::Chain))
            .collect();
        for isa in Isa::available() {
            let mut out = vec![0.0; m.columns()];
            column_sums(isa, m, Start::Zero, &mut out);
            let out: Vec<f64> = out.into_iter().map(f64::from).collect();
            let judgement = judge(&out, &expected);
            assert_ne!(
                judgement.outcome,
                Outcome::Broken,
                "{family:?}: {judgement:?}"
            );
            if judgement.outcome == Outcome::Mistrusted {
                mistrusted.push(family);
            }
        }
    }
    mistrusted.dedup();
    // The sum of 301 numbers is NaN if it contains infinities of both signs or a NaN.
    let silent = [Family::SignedZeros, Family::Infinities, Family::NotANumber];
    assert_eq!(mistrusted, silent);
}

#[test]
#[should_panic(expected = "as a slice of a matrix")]
fn rows_that_are_no_slices_are_refused() {
    let numbers = Numbers::new(Family::Uniform, (3, 4));
    let m = numbers.matrix().transposed();
    row_dots(Isa::best(), m, m, &mut [0.0; 4]);
}
