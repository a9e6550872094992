//! Faulty products of a matrix and a vector: each is refused, for its fault.

use sgd_stability::trial::FaultKind::{self, *};
use sgd_stability::trial::{MatrixVector, Order};

use super::refuse::{FaultyVector, refuse};
use super::support::{place, vector_place};

/// The places in memory that a product uses, and which terms it adds.
struct Way<'a> {
    a: &'a dyn Fn(&MatrixVector, usize, usize) -> usize,
    x: &'a dyn Fn(usize, usize, isize) -> usize,
    y: &'a dyn Fn(usize, usize, isize) -> usize,
    takes: &'a dyn Fn(&MatrixVector, usize, usize, usize) -> bool,
}

fn usual(p: &MatrixVector, i: usize, l: usize) -> usize {
    place(p.order, p.transpose, p.leading_a, i, l)
}

const HONEST: Way = Way {
    a: &usual,
    x: &vector_place,
    y: &vector_place,
    takes: &|_, _, _, _| true,
};

/// The product with the places of a way.
fn run(p: MatrixVector, way: Way) {
    let [m, k] = if p.transpose {
        [p.columns, p.rows]
    } else {
        [p.rows, p.columns]
    };
    for i in 0..m {
        let sum = (0..k)
            .filter(|&l| (way.takes)(&p, i, l, k))
            .fold(0.0, |sum, l| {
                let a = p.a.get((way.a)(&p, i, l)).copied().unwrap_or(0.0);
                let x =
                    p.x.memory
                        .get((way.x)(l, k, p.x.stride))
                        .copied()
                        .unwrap_or(0.0);
                sum + a * x
            });
        let place = (way.y)(i, m, p.y.stride);
        if let Some(y) = p.y.memory.get_mut(place) {
            let kept = if p.beta == 0.0 { 0.0 } else { p.beta * *y };
            *y = if p.alpha == 0.0 || k == 0 {
                kept
            } else {
                p.alpha * sum + kept
            };
        }
    }
}

/// The faulty products, with the faults that a trial may find first.
const FAULTY: &[(&str, &[FaultKind], FaultyVector)] = &[
    (
        "ignores the stride of x",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            run(
                p,
                Way {
                    x: &|l, _, _| l,
                    ..HONEST
                },
            );
        },
    ),
    (
        "begins at the wrong end if a stride is negative",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            run(
                p,
                Way {
                    x: &|l, _, stride| l * stride.unsigned_abs(),
                    ..HONEST
                },
            );
        },
    ),
    (
        "ignores the stride of y",
        &[TooLarge, LostNan, MadeNan, Infinity, GapWritten],
        |p| {
            run(
                p,
                Way {
                    y: &|i, _, _| i,
                    ..HONEST
                },
            );
        },
    ),
    (
        "ignores the transpose of a square matrix",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let a = |p: &MatrixVector, i, l| {
                place(
                    p.order,
                    p.transpose && p.rows != p.columns,
                    p.leading_a,
                    i,
                    l,
                )
            };
            run(p, Way { a: &a, ..HONEST });
        },
    ),
    (
        "takes columns for rows",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let a = |p: &MatrixVector, i, l| place(Order::RowMajor, p.transpose, p.leading_a, i, l);
            run(p, Way { a: &a, ..HONEST });
        },
    ),
    (
        "takes the number of columns for the leading dimension",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let a = |p: &MatrixVector, i, l| {
                let line = if p.order == Order::RowMajor {
                    p.columns
                } else {
                    p.rows
                };
                place(p.order, p.transpose, line, i, l)
            };
            run(p, Way { a: &a, ..HONEST });
        },
    ),
    (
        "forgets a tail of 3 terms behind blocks of 4",
        &[TooLarge, LostNan, Infinity],
        |p| {
            run(
                p,
                Way {
                    takes: &|_, _, l, k| k % 4 != 3 || k < 4 || l < k / 4 * 4,
                    ..HONEST
                },
            );
        },
    ),
    (
        "forgets a term in the last row of an odd number",
        &[TooLarge, LostNan, Infinity],
        |p| {
            let takes = |p: &MatrixVector, i: usize, l: usize, _| {
                let m = p.y.count;
                m.is_multiple_of(2) || i + 1 < m || l > 0
            };
            run(
                p,
                Way {
                    takes: &takes,
                    ..HONEST
                },
            );
        },
    ),
    ("skips zeros of x", &[LostNan], |p| {
        let takes = |p: &MatrixVector, _, l, k| p.x.memory[vector_place(l, k, p.x.stride)] != 0.0;
        run(
            p,
            Way {
                takes: &takes,
                ..HONEST
            },
        );
    }),
    ("skips zeros of A", &[LostNan], |p| {
        run(
            p,
            Way {
                takes: &|p, i, l, _| p.a[usual(p, i, l)] != 0.0,
                ..HONEST
            },
        );
    }),
    (
        "is wrong only in a transposed product of many rows",
        &[TooLarge],
        |p| {
            run(
                p,
                Way {
                    takes: &|p, _, l, _| !p.transpose || l < 2000,
                    ..HONEST
                },
            );
        },
    ),
    ("multiplies what stands in y by beta = 0", &[MadeNan], |p| {
        let beta = if p.beta == 0.0 {
            f32::MIN_POSITIVE
        } else {
            p.beta
        };
        run(MatrixVector { beta, ..p }, HONEST);
    }),
    ("ignores alpha = −1", &[TooLarge, Infinity], |p| {
        let alpha = if p.alpha == -1.0 { 1.0 } else { p.alpha };
        run(MatrixVector { alpha, ..p }, HONEST);
    }),
    ("writes a gap of y", &[GapWritten], |p| {
        let gap = (p.y.stride.unsigned_abs() > 2 && p.y.count > 3).then_some(1);
        let MatrixVector { y, .. } = p;
        if let Some(gap) = gap {
            y.memory[gap] = 0.0;
        }
        run(MatrixVector { y, ..p }, HONEST);
    }),
];

#[test]
pub fn every_faulty_product_with_a_vector_is_refused() {
    refuse(FAULTY, super::refuse::gemv);
}
