//! The kernels of fully connected layers.

use super::setup::{FINITE, Operand, Setup, Subject};
use crate::kernel::dense::{Below, affine, backward, descend, weight_gradient};
use crate::kernel::{MatrixMut, MatrixRef, Start};
use crate::oracle::{Expected, Family, Format, Order, Terms};

/// Samples, inputs and outputs: few samples and many, with every tail of 16 inputs and of 8 outputs.
const SHAPES: [[usize; 3]; 8] = [
    [1, 1, 1],
    [1, 15, 7],
    [2, 16, 16],
    [3, 33, 10],
    [5, 70, 9],
    [7, 20, 25],
    [49, 5, 6],
    [66, 7, 5],
];

const CASES: usize = SHAPES.len() * FINITE.len();

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "dense::affine",
        function: "x·Wᵀ + b",
        cases: SHAPES.len() * Family::ALL.len(),
        setup: |number| {
            let family = Family::ALL[number % Family::ALL.len()];
            of_affine(family, SHAPES[number / Family::ALL.len()], number as u64)
        },
        call: |isa, number, memories| {
            if let [x, w, b, y] = memories {
                let [m, k, n] = SHAPES[number / Family::ALL.len()];
                let (x, w) = (MatrixRef::new(x, m, k), MatrixRef::new(w, n, k));
                affine(isa, x, w, b, false, MatrixMut::new(y, m, n));
            }
        },
        is_wide: false,
    },
    Subject {
        name: "dense::backward",
        function: "δ·W",
        cases: CASES,
        setup: |number| {
            let numbers = Numbers::of(number);
            Setup {
                expected: numbers.derivative(),
                description: numbers.description,
                operands: vec![
                    Operand::In(numbers.delta),
                    Operand::In(numbers.w),
                    Operand::Out(vec![f32::NAN; numbers.x.len()]),
                ],
            }
        },
        call: |isa, number, memories| {
            if let [delta, w, dx] = memories {
                let [m, k, n] = SHAPES[number / FINITE.len()];
                let below = Below {
                    rectified: None,
                    dx: MatrixMut::new(dx, m, k),
                };
                backward(
                    isa,
                    MatrixRef::new(delta, m, n),
                    MatrixRef::new(w, n, k),
                    below,
                );
            }
        },
        is_wide: false,
    },
    Subject {
        name: "dense::weight_gradient",
        function: "W + δᵀ·x, b + Σδ",
        cases: CASES,
        setup: |number| {
            let numbers = Numbers::of(number);
            Setup {
                expected: numbers.gradient(),
                description: numbers.description,
                operands: vec![
                    Operand::In(numbers.delta),
                    Operand::In(numbers.x),
                    Operand::Out(numbers.w),
                    Operand::Out(numbers.b),
                ],
            }
        },
        call: |isa, number, memories| {
            if let [delta, x, w, b] = memories {
                let [m, k, n] = SHAPES[number / FINITE.len()];
                let (delta, x) = (MatrixRef::new(delta, m, n), MatrixRef::new(x, m, k));
                weight_gradient(isa, delta, x, Start::Accumulate, w, b);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "dense::descend",
        function: "δ·W, W + δᵀ·x, b + Σδ",
        cases: CASES,
        setup: |number| {
            let numbers = Numbers::of(number);
            let mut expected = numbers.gradient();
            expected.extend(numbers.derivative());
            Setup {
                expected,
                description: numbers.description,
                operands: vec![
                    Operand::In(numbers.delta),
                    Operand::Out(numbers.w),
                    Operand::Out(numbers.b),
                    Operand::Out(vec![f32::NAN; numbers.x.len()]),
                    Operand::In(numbers.x),
                ],
            }
        },
        call: |isa, number, memories| {
            if let [delta, w, b, dx, x] = memories {
                let [m, k, n] = SHAPES[number / FINITE.len()];
                let (delta, x) = (MatrixRef::new(delta, m, n), MatrixRef::new(x, m, k));
                let below = Below {
                    rectified: None,
                    dx: MatrixMut::new(dx, m, k),
                };
                descend(isa, delta, x, w, b, Some(below));
            }
        },
        is_wide: false,
    },
];

/// The numbers of a layer and its samples.
struct Numbers {
    shape: [usize; 3],
    x: Vec<f32>,
    w: Vec<f32>,
    b: Vec<f32>,
    delta: Vec<f32>,
    description: String,
}

impl Numbers {
    fn of(number: usize) -> Self {
        let family = FINITE[number % FINITE.len()];
        Numbers::new(family, SHAPES[number / FINITE.len()], number as u64)
    }

    fn new(family: Family, shape: [usize; 3], seed: u64) -> Self {
        let [m, k, n] = shape;
        let vectors = |length, stream: u64| family.vectors(length, seed ^ (stream << 20));
        Numbers {
            shape,
            x: vectors(m * k, 1).0,
            w: vectors(n * k, 2).1,
            b: vectors(n, 3).1,
            delta: vectors(m * n, 4).0,
            description: format!("{family:?}, {m} samples, {k} inputs, {n} outputs"),
        }
    }

    /// δ·W. Any order of the terms is permitted.
    fn derivative(&self) -> Vec<Expected> {
        let [m, k, n] = self.shape;
        let element = |at: usize| {
            let (i, c) = (at / k, at % k);
            let term = |terms: Terms, j| terms.and(self.delta[i * n + j], self.w[j * k + c]);
            chain(&(0..n).fold(Terms::new(), term))
        };
        (0..m * k).map(element).collect()
    }

    /// W + δᵀ·x and b + Σδ, both chains.
    fn gradient(&self) -> Vec<Expected> {
        let [m, k, n] = self.shape;
        let weight = |at: usize| {
            let (j, c) = (at / k, at % k);
            let first = Terms::new().and(self.w[at], 1.0);
            let term = |terms: Terms, i| terms.and(self.delta[i * n + j], self.x[i * k + c]);
            chain(&(0..m).fold(first, term))
        };
        let bias = |j: usize| {
            let first = Terms::new().and(self.b[j], 1.0);
            chain(&(0..m).fold(first, |terms, i| terms.and(self.delta[i * n + j], 1.0)))
        };
        (0..n * k).map(weight).chain((0..n).map(bias)).collect()
    }
}

fn chain(terms: &Terms) -> Expected {
    terms.expected(&Format::single(), Order::Chain)
}

/// For up to 48 samples a sum in 16 lanes, otherwise a chain; then the bias.
fn of_affine(family: Family, shape: [usize; 3], seed: u64) -> Setup {
    let Numbers {
        x,
        w,
        b,
        delta,
        description,
        ..
    } = Numbers::new(family, shape, seed);
    let [m, k, n] = shape;
    let order = if m <= 48 {
        Order::Pieces {
            lanes: 16,
            length: k as u64,
        }
    } else {
        Order::Chain
    };
    let element = |at: usize| {
        let (i, j) = (at / n, at % n);
        let first = Terms::new().and(b[j], 1.0);
        let term = |terms: Terms, l| terms.and(x[i * k + l], w[j * k + l]);
        (0..k).fold(first, term).expected(&Format::single(), order)
    };
    let expected = (0..m * n).map(element).collect();
    let operands = vec![
        Operand::In(x),
        Operand::In(w),
        Operand::In(b),
        Operand::Out(delta),
    ];
    Setup {
        description,
        operands,
        expected,
    }
}
