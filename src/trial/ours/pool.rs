//! Pools: the largest number and the mean of windows, and what goes back to the input.

use super::setup::{FINITE, Operand, Setup, Subject, exact, near, only};
use crate::kernel::pool::{Pool, average_pool, gather_pool, max_pool, scatter_pool, spread_pool};
use crate::kernel::{Isa, Sides, Window};
use crate::number::Exact;
use crate::oracle::Expected;

/// The image, the channels, and size, stride and padding of the window.
type Sizes = ((usize, usize), usize, [(usize, usize); 3]);

/// Tiles, windows that overlap or leave gaps, and windows beyond the edge.
const SHAPES: [Sizes; 7] = [
    ((1, 1), 3, [(1, 1), (1, 1), (0, 0)]),
    ((4, 6), 17, [(2, 2), (2, 2), (0, 0)]),
    ((5, 7), 3, [(2, 3), (2, 3), (0, 0)]),
    ((7, 5), 2, [(7, 5), (7, 5), (0, 0)]),
    ((5, 6), 16, [(3, 3), (2, 2), (1, 1)]),
    ((6, 5), 5, [(3, 2), (1, 1), (0, 1)]),
    ((5, 9), 5, [(1, 2), (3, 4), (0, 0)]),
];

const SAMPLES: usize = 2;

const CASES: usize = SHAPES.len() * FINITE.len();

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "max_pool",
        function: "max over windows",
        cases: CASES,
        setup: |number| of_input(number, |x, window| only(largest(x, window).0)),
        call: |isa, number, memories| {
            if let [x, y] = memories {
                let mut places = vec![0; y.len()];
                max_pool(isa, &pool(number), x, y, &mut places);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "gather_pool",
        function: "x at the largest of each window",
        cases: CASES,
        setup: |number| of_input(number, |x, window| only(largest(x, window).0)),
        call: |isa, number, memories| {
            if let [x, y] = memories {
                gather_pool(isa, &pool(number), x, &places(isa, number, x), y);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "scatter_pool",
        function: "Σ dy over the windows whose largest is x",
        cases: CASES,
        setup: |number| {
            let x = numbers(number).0;
            of_output(number, 0, |window, _| {
                vec![(largest(&x, window).1, Exact::from(1))]
            })
        },
        call: |isa, number, memories| {
            if let [dy, dx] = memories {
                let places = places(isa, number, &numbers(number).0);
                scatter_pool(isa, &pool(number), dy, &places, dx);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "average_pool",
        function: "mean over windows",
        cases: CASES,
        setup: |number| {
            let pixels = pool(number).pixels() as u64;
            of_input(number, |x, window| {
                let terms = || window.iter().map(|&(place, _)| exact(x[place]));
                let share = Exact::fraction(1, pixels);
                let magnitude = terms().map(|x| x.abs()).sum::<Exact>() * &share;
                // The additions, the product, and the share 1/pixels itself.
                near(
                    terms().sum::<Exact>() * share,
                    magnitude,
                    pixels + 1,
                    Exact::from(1),
                )
            })
        },
        call: |isa, number, memories| {
            if let [x, y] = memories {
                average_pool(isa, &pool(number), x, y);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "spread_pool",
        function: "Σ dy/pixels over the windows of x",
        cases: CASES,
        setup: |number| {
            of_output(number, 2, |window, pixels| {
                let share = || Exact::fraction(1, pixels as u64);
                window.iter().map(|&(place, _)| (place, share())).collect()
            })
        },
        call: |isa, number, memories| {
            if let [dy, dx] = memories {
                spread_pool(isa, &pool(number), dy, dx);
            }
        },
        is_wide: false,
    },
];

fn pool(number: usize) -> Pool {
    let ((height, width), channels, window) = SHAPES[number / FINITE.len()];
    let [size, stride, padding] = window.map(|(rows, columns)| Sides { rows, columns });
    Pool {
        height,
        width,
        channels,
        window: Window::new(size).every(stride).padded(padding),
    }
}

/// The numbers of the input and of the output.
fn numbers(number: usize) -> (Vec<f32>, Vec<f32>, String) {
    let (family, pool) = (FINITE[number % FINITE.len()], pool(number));
    let input = family.vectors(SAMPLES * pool.input(), number as u64).0;
    let output = family.vectors(SAMPLES * pool.output(), number as u64 ^ 1).1;
    (
        input,
        output,
        format!("{family:?}, {SAMPLES} samples, {pool:?}"),
    )
}

/// The places of the largest numbers, by the kernel.
fn places(isa: Isa, number: usize, x: &[f32]) -> Vec<u8> {
    let pool = pool(number);
    let outputs = SAMPLES * pool.output();
    let (mut y, mut places) = (vec![0.0; outputs], vec![0; outputs]);
    max_pool(isa, &pool, x, &mut y, &mut places);
    places
}

/// The first of the largest numbers in a window, and its place in the input.
fn largest(x: &[f32], window: &[(usize, usize)]) -> (f32, usize) {
    let places = window.iter().map(|&(place, _)| place);
    let place = places.reduce(|best, place| if x[place] > x[best] { place } else { best });
    let place = place.expect("a window has pixels");
    (x[place], place)
}

/// For each number of the output, the places in the input that its window contains, row by row, each with
/// its index in the window.
fn windows(pool: &Pool) -> Vec<Vec<(usize, usize)>> {
    let Window {
        size,
        stride,
        padding,
        ..
    } = pool.window;
    let (rows, columns) = (pool.output_height(), pool.output_width());
    let window = |number: usize| {
        let (pixel, channel) = (number / pool.channels, number % pool.channels);
        let (row, column) = (pixel / columns, pixel % columns);
        let (sample, row) = (row / rows, row % rows);
        let member = |k: usize| {
            let y = (row * stride.rows + k / size.columns).checked_sub(padding.rows)?;
            let x = (column * stride.columns + k % size.columns).checked_sub(padding.columns)?;
            let place = ((sample * pool.height + y) * pool.width + x) * pool.channels + channel;
            (y < pool.height && x < pool.width).then_some((place, k))
        };
        (0..size.area()).filter_map(member).collect()
    };
    (0..SAMPLES * pool.output()).map(window).collect()
}

/// A case whose output is a function of each window.
fn of_input(number: usize, right: impl Fn(&[f32], &[(usize, usize)]) -> Expected) -> Setup {
    let (x, y, description) = numbers(number);
    let expected = windows(&pool(number))
        .iter()
        .map(|window| right(&x, window))
        .collect();
    Setup {
        description,
        operands: vec![Operand::In(x), Operand::Out(y)],
        expected,
    }
}

/// A case in which each number of the output goes back to places of its window, with a factor.
/// `roundings` are those of a term before it is added.
fn of_output(
    number: usize,
    roundings: u64,
    shares: impl Fn(&[(usize, usize)], usize) -> Vec<(usize, Exact)>,
) -> Setup {
    let (x, dy, description) = numbers(number);
    let pool = pool(number);
    let mut sums = vec![(Exact::from(0), Exact::from(0), 0); x.len()];
    for (window, dy) in windows(&pool).iter().zip(&dy) {
        for (place, share) in shares(window, pool.pixels()) {
            let term = share * exact(*dy);
            let (sum, magnitude, count) = &mut sums[place];
            *magnitude += term.abs();
            *sum += term;
            *count += 1;
        }
    }
    let expected = sums.into_iter().map(|(sum, magnitude, count)| {
        near(sum, magnitude, roundings + count, Exact::from(count as i64))
    });
    Setup {
        description,
        expected: expected.collect(),
        operands: vec![Operand::In(dy), Operand::Out(x)],
    }
}
