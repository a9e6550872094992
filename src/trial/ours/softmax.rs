//! Softmax and the logarithm of a sum of exponentials, over rows.

use super::setup::{Operand, Setup, Subject, exact, promised};
use crate::kernel::{MatrixMut, MatrixRef, log_sum_exp_rows, softmax_rows};
use crate::number::{Exact, Field, Real};
use crate::oracle::graph::Enclosure;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows and columns.
const SHAPES: [(usize, usize); 8] = [
    (1, 1),
    (3, 2),
    (2, 15),
    (5, 16),
    (2, 17),
    (4, 33),
    (2, 67),
    (1, 300),
];

/// The largest absolute values of the elements.
const SIZES: [f32; 4] = [0.01, 1.0, 10.0, 80.0];

const CASES: usize = SHAPES.len() * SIZES.len();

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "softmax_rows",
        function: "e^{m_ij} / Σ_k e^{m_ik}",
        cases: CASES,
        setup: |number| {
            let (shape, m, description) = numbers(number);
            let expected = rows(shape, &m).flat_map(|row| {
                let (powers, sum) = exponentials(row);
                let quotients = powers.into_iter().map(move |power| power / &sum);
                quotients.map(|quotient| promised(&quotient, Exact::from(0)))
            });
            Setup {
                expected: expected.collect(),
                description,
                operands: vec![Operand::Out(m)],
            }
        },
        call: |isa, number, memories| {
            if let [m] = memories {
                let (rows, columns) = SHAPES[number / SIZES.len()];
                softmax_rows(isa, MatrixMut::new(m, rows, columns));
            }
        },
        is_wide: false,
    },
    Subject {
        name: "log_sum_exp_rows",
        function: "ln Σ_j e^{m_ij}",
        cases: CASES,
        setup: |number| {
            let (shape, m, description) = numbers(number);
            let expected = rows(shape, &m).map(|row| {
                // Besides, where the largest element and the logarithm of the sum of the others cancel.
                promised(&exponentials(row).1.ln(), Exact::power_of_two(-37))
            });
            Setup {
                expected: expected.collect(),
                description,
                operands: vec![Operand::In(m), Operand::Out(vec![f32::NAN; shape.0])],
            }
        },
        call: |isa, number, memories| {
            if let [m, out] = memories {
                let (rows, columns) = SHAPES[number / SIZES.len()];
                log_sum_exp_rows(isa, MatrixRef::new(m, rows, columns), out);
            }
        },
        is_wide: false,
    },
];

fn numbers(number: usize) -> ((usize, usize), Vec<f32>, String) {
    let (shape, size) = (SHAPES[number / SIZES.len()], SIZES[number % SIZES.len()]);
    let mut random = ChaCha8Rng::seed_from_u64(number as u64);
    let mut element = || size * random.random_range(-1.0_f32..1.0);
    let m = (0..shape.0 * shape.1).map(|_| element()).collect();
    let description = format!("{} × {}, up to ±{size}", shape.0, shape.1);
    (shape, m, description)
}

fn rows((_, columns): (usize, usize), m: &[f32]) -> impl Iterator<Item = &[f32]> {
    m.chunks(columns)
}

/// `e^x` for each element, and their sum, as intervals of 256 bits.
fn exponentials(row: &[f32]) -> (Vec<Enclosure>, Enclosure) {
    let power = |x: &f32| Enclosure::from_exact(&exact(*x)).exp();
    let powers: Vec<Enclosure> = row.iter().map(power).collect();
    let sum = powers
        .iter()
        .fold(Enclosure::int(0), |sum, power| sum + power);
    (powers, sum)
}
