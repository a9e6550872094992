//! The kernels of batch normalisation: a factor and an addend for each channel, and sums of channels.

use super::setup::{FINITE, Operand, Setup, Subject, narrow, near, once};
use crate::kernel::{Isa, Start, blend, channel_dots, channel_sums, scale_shift};
use crate::number::Exact;
use crate::oracle::{Expected, Family, Format, Order, Terms};

/// Rows and channels.
const SHAPES: [(usize, usize); 6] = [(1, 1), (7, 3), (5, 15), (6, 16), (4, 17), (40, 33)];

const CASES: usize = SHAPES.len() * Family::ALL.len();

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "scale_shift",
        function: "x·a_c + b_c",
        cases: CASES,
        setup: |number| {
            let Numbers {
                channels,
                x,
                y,
                rows: [a, b, _],
                description,
            } = numbers(number);
            let right = |(at, x): (usize, &f32)| once(*x, a[at % channels], b[at % channels]);
            let expected = x.iter().enumerate().map(right).collect();
            let operands = vec![
                Operand::In(a),
                Operand::In(b),
                Operand::In(x),
                Operand::Out(y),
            ];
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, _, memories| {
            if let [a, b, x, y] = memories {
                scale_shift(isa, a, b, false, x, y);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "blend",
        function: "y·a_c + x·b_c + c_c",
        cases: SHAPES.len() * FINITE.len(),
        setup: |number| {
            let family = FINITE[number % FINITE.len()];
            let shape = SHAPES[number / FINITE.len()];
            let Numbers {
                channels,
                x,
                y,
                rows: [a, b, c],
                description,
            } = numbers_of(family, shape, number as u64);
            let right = |(at, (x, y)): (usize, (&f32, &f32))| {
                let channel = at % channels;
                let terms = Terms::new().and(*y, a[channel]).and(*x, b[channel]);
                let terms = terms.and(c[channel], 1.0);
                // x·b + c rounds once, and the FMA once more.
                near(terms.sum, terms.magnitude, 2, Exact::from(2))
            };
            let expected = x.iter().zip(&y).enumerate().map(right).collect();
            let rows = [a, b, c].map(Operand::In);
            let operands = rows
                .into_iter()
                .chain([Operand::In(x), Operand::Out(y)])
                .collect();
            Setup {
                description,
                operands,
                expected,
            }
        },
        call: |isa, _, memories| {
            if let [a, b, c, x, y] = memories {
                blend(isa, [a, b, c], x, y);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "channel_sums",
        function: "Σ_r x_rc in f64",
        cases: CASES,
        setup: |number| of_sums(number, |x, _| (x, 1.0)),
        call: |isa, number, memories| {
            with_sums(isa, number, memories, |isa, x, _, out| {
                channel_sums(isa, x, Start::Zero, out);
            });
        },
        is_wide: true,
    },
    Subject {
        name: "channel_dots",
        function: "Σ_r x_rc·y_rc in f64",
        cases: CASES,
        setup: |number| of_sums(number, |x, y| (x, y)),
        call: |isa, number, memories| {
            with_sums(isa, number, memories, |isa, x, y, out| {
                channel_dots(isa, x, y, Start::Zero, out);
            });
        },
        is_wide: true,
    },
];

/// Two matrices and three rows, all of one family.
struct Numbers {
    channels: usize,
    x: Vec<f32>,
    y: Vec<f32>,
    rows: [Vec<f32>; 3],
    description: String,
}

fn numbers(number: usize) -> Numbers {
    let family = Family::ALL[number % Family::ALL.len()];
    numbers_of(family, SHAPES[number / Family::ALL.len()], number as u64)
}

fn numbers_of(family: Family, (rows, channels): (usize, usize), seed: u64) -> Numbers {
    let (x, y) = family.vectors(rows * channels, seed);
    Numbers {
        channels,
        x,
        y,
        rows: [1, 2, 3].map(|other| family.vectors(channels, seed ^ (other << 20)).1),
        description: format!("{family:?}, {rows} × {channels}"),
    }
}

/// A case of a sum over the rows for each channel: a chain, and one addition to the start.
fn of_sums(number: usize, term: impl Fn(f32, f32) -> (f32, f32)) -> Setup {
    let Numbers {
        channels,
        x,
        y,
        description,
        ..
    } = numbers(number);
    let order = Order::Pieces {
        lanes: 1,
        length: x.len() as u64,
    };
    let sum = |channel: usize| -> Expected {
        let places = (channel..x.len()).step_by(channels);
        let terms = places.fold(Terms::new(), |sum, at| {
            let (x, y) = term(x[at], y[at]);
            sum.and(x, y)
        });
        terms.expected(&Format::double(), order)
    };
    let expected = (0..channels).map(sum).collect();
    let operands = vec![
        Operand::In(x),
        Operand::In(y),
        Operand::Out(vec![0.0; 2 * channels]),
    ];
    Setup {
        description,
        operands,
        expected,
    }
}

fn with_sums(
    isa: Isa,
    number: usize,
    memories: &mut [&mut [f32]],
    run: impl FnOnce(Isa, &[f32], &[f32], &mut [f64]),
) {
    if let [x, y, out] = memories {
        let mut sums = vec![f64::NAN; SHAPES[number / Family::ALL.len()].1];
        run(isa, x, y, &mut sums);
        narrow(&sums, out);
    }
}
