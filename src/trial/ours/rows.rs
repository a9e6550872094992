//! Sums, products and updates of the rows and columns of a matrix.

use super::setup::{Operand, Setup, Subject, narrow, once};
use crate::kernel::{
    MatrixMut, MatrixRef, Start, add_row, column_sums, row_axpy, row_dots, row_products,
};
use crate::oracle::{Family, Format, Order, Terms};

/// Rows and columns.
const SHAPES: [(usize, usize); 8] = [
    (0, 5),
    (5, 0),
    (1, 1),
    (3, 15),
    (7, 16),
    (2, 33),
    (19, 67),
    (67, 5),
];

const CASES: usize = SHAPES.len() * Family::ALL.len();

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "add_row",
        function: "m_ij + r_j",
        cases: CASES,
        setup: |number| {
            let Numbers {
                shape,
                m,
                row,
                description,
                ..
            } = numbers(number);
            let right = |(at, m): (usize, &f32)| once(1.0, row[at % shape.1], *m);
            let expected = m.iter().enumerate().map(right).collect();
            let operands = vec![Operand::In(row), Operand::Out(m)];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, number, memories| {
            if let [row, m] = memories {
                add_row(isa, row, matrix_mut(number, m));
            }
        },
        is_wide: false,
    },
    Subject {
        name: "row_axpy",
        function: "m_ij + c_i·r_ij",
        cases: CASES,
        setup: |number| {
            let Numbers {
                shape,
                m,
                other,
                column,
                description,
                ..
            } = numbers(number);
            let right = |(at, m): (usize, &f32)| once(column[at / shape.1], other[at], *m);
            let expected = m.iter().enumerate().map(right).collect();
            let operands = vec![Operand::In(column), Operand::In(other), Operand::Out(m)];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, number, memories| {
            if let [column, other, m] = memories {
                row_axpy(isa, column, matrix(number, other), matrix_mut(number, m));
            }
        },
        is_wide: false,
    },
    Subject {
        name: "row_dots",
        function: "Σ_j a_ij·b_ij",
        cases: CASES,
        setup: |number| {
            let Numbers {
                shape: (rows, columns),
                m,
                other,
                column,
                description,
                ..
            } = numbers(number);
            let expected = (0..rows).map(|i| {
                let row = i * columns..(i + 1) * columns;
                Terms::dot(&m[row.clone()], &other[row])
                    .expected(&Format::single(), Order::Lanes(64))
            });
            let expected = expected.collect();
            let operands = vec![Operand::In(m), Operand::In(other), Operand::Out(column)];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, number, memories| {
            if let [a, b, out] = memories {
                row_dots(isa, matrix(number, a), matrix(number, b), out);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "column_sums",
        function: "s_j + Σ_i m_ij",
        cases: CASES,
        setup: |number| {
            let Numbers {
                shape: (rows, columns),
                m,
                row,
                description,
                ..
            } = numbers(number);
            let sum = |j: usize| {
                let first = Terms::new().and(row[j], 1.0);
                let terms = (0..rows).fold(first, |sum, i| sum.and(m[i * columns + j], 1.0));
                terms.expected(&Format::single(), Order::Chain)
            };
            let expected = (0..columns).map(sum).collect();
            let operands = vec![Operand::In(m), Operand::Out(row)];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, number, memories| {
            if let [m, out] = memories {
                column_sums(isa, matrix(number, m), Start::Accumulate, out);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "row_products",
        function: "Σ_k x_ik·y_jk in f64",
        cases: CASES,
        setup: |number| {
            let Numbers {
                shape: (rows, columns),
                m,
                other,
                description,
                ..
            } = numbers(number);
            let product = |place: usize| {
                let (x, y) = (place / rows * columns, place % rows * columns);
                let term = |sum: Terms, k| sum.and(m[x + k], other[y + k]);
                let terms = (0..columns).fold(Terms::new(), term);
                terms.expected(&Format::double(), Order::Chain)
            };
            let expected = (0..rows * rows).map(product).collect();
            let products = Operand::Out(vec![0.0; 2 * rows * rows]);
            let operands = vec![Operand::In(m), Operand::In(other), products];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, number, memories| {
            if let [x, y, out] = memories {
                let mut products = vec![f64::NAN; shape(number).0.pow(2)];
                row_products(isa, matrix(number, x), matrix(number, y), &mut products);
                narrow(&products, out);
            }
        },
        is_wide: true,
    },
];

/// Two matrices, a row and a column, all of one family.
struct Numbers {
    shape: (usize, usize),
    m: Vec<f32>,
    other: Vec<f32>,
    row: Vec<f32>,
    column: Vec<f32>,
    description: String,
}

fn numbers(number: usize) -> Numbers {
    let (family, shape) = (Family::ALL[number % Family::ALL.len()], shape(number));
    let seed = number as u64;
    let (m, other) = family.vectors(shape.0 * shape.1, seed);
    Numbers {
        shape,
        m,
        other,
        row: family.vectors(shape.1, seed ^ 1).1,
        column: family.vectors(shape.0, seed ^ 2).1,
        description: format!("{family:?}, {} × {}", shape.0, shape.1),
    }
}

fn shape(number: usize) -> (usize, usize) {
    SHAPES[number / Family::ALL.len()]
}

fn matrix(number: usize, memory: &[f32]) -> MatrixRef<'_> {
    let (rows, columns) = shape(number);
    MatrixRef::new(memory, rows, columns)
}

fn matrix_mut(number: usize, memory: &mut [f32]) -> MatrixMut<'_> {
    let (rows, columns) = shape(number);
    MatrixMut::new(memory, rows, columns)
}
