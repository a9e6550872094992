//! The three products of a convolution.
//!
//! All three are sums over the same triples (input, weight, output). Summed by output they give the forward
//! product, by input the backward product, and by weight the gradient. The triples are listed from the
//! definition of a convolution.

use super::setup::{Operand, Setup, Subject};
use crate::kernel::convolution::{
    Begin, Convolution, Shape, backward, forward, transpose_weights, weight_gradient,
};
use crate::kernel::{Sides, Start, Window};
use crate::oracle::{Family, Format, Order, Terms};

/// The image, the channels and groups, and size, stride, padding and dilation of the window.
type Sizes = ((usize, usize), [usize; 3], [(usize, usize); 4]);

/// Windows with and without padding, stride, dilation and groups; one group per channel; numbers of channels
/// on both sides of whole vectors.
const SHAPES: [Sizes; 9] = [
    ((1, 1), [1, 1, 1], [(1, 1), (1, 1), (0, 0), (1, 1)]),
    ((3, 4), [3, 5, 1], [(3, 3), (1, 1), (1, 1), (1, 1)]),
    ((5, 4), [6, 2, 1], [(3, 3), (2, 2), (1, 1), (1, 1)]),
    ((3, 3), [2, 17, 1], [(3, 3), (1, 1), (1, 1), (1, 1)]),
    ((4, 6), [3, 5, 1], [(1, 3), (1, 2), (2, 4), (1, 1)]),
    ((4, 4), [4, 4, 2], [(2, 3), (1, 2), (1, 1), (2, 1)]),
    ((4, 4), [3, 3, 3], [(3, 2), (2, 1), (1, 1), (1, 2)]),
    ((3, 4), [17, 17, 17], [(2, 2), (1, 1), (1, 1), (1, 1)]),
    ((7, 5), [5, 3, 1], [(3, 2), (2, 1), (0, 1), (2, 2)]),
];

const SAMPLES: usize = 2;

const CASES: usize = SHAPES.len() * Family::ALL.len();

/// The places in a triple of the two factors and of the result.
const FORWARD: [usize; 3] = [0, 1, 2];
const BACKWARD: [usize; 3] = [2, 1, 0];
const GRADIENT: [usize; 3] = [0, 2, 1];

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "convolution::forward",
        function: "y + Σ x·w",
        cases: CASES,
        setup: |number| of_product(number, FORWARD),
        call: |isa, number, memories| {
            if let [x, w, y] = memories {
                forward(isa, &convolution(number), x, w, Begin::Accumulate, false, y);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "convolution::backward",
        function: "dx + Σ dy·w",
        cases: CASES,
        setup: |number| of_product(number, BACKWARD),
        call: |isa, number, memories| {
            if let [dy, w, dx] = memories {
                let convolution = convolution(number);
                let mut transposed = vec![f32::NAN; w.len()];
                transpose_weights(isa, &convolution, w, &mut transposed);
                backward(isa, &convolution, dy, &transposed, Begin::Accumulate, dx);
            }
        },
        is_wide: false,
    },
    Subject {
        name: "convolution::weight_gradient",
        function: "dw + Σ x·dy",
        cases: CASES,
        setup: |number| of_product(number, GRADIENT),
        call: |isa, number, memories| {
            if let [x, dy, dw] = memories {
                weight_gradient(isa, &convolution(number), x, dy, Start::Accumulate, dw);
            }
        },
        is_wide: false,
    },
];

fn shape(number: usize) -> Shape {
    let ((height, width), [inputs, outputs, groups], window) = SHAPES[number / Family::ALL.len()];
    let [size, stride, padding, dilation] = window.map(|(rows, columns)| Sides { rows, columns });
    Shape {
        height,
        width,
        inputs,
        outputs,
        groups,
        window: Window::new(size)
            .every(stride)
            .padded(padding)
            .dilated(dilation),
    }
}

fn convolution(number: usize) -> Convolution {
    Convolution::new(shape(number))
}

/// A case of one of the three products, added to what stands in the result.
fn of_product(number: usize, [a, b, result]: [usize; 3]) -> Setup {
    let (family, shape) = (Family::ALL[number % Family::ALL.len()], shape(number));
    let seed = number as u64;
    let mut numbers = [
        family.vectors(SAMPLES * shape.input(), seed ^ 1).0,
        family.vectors(shape.weights(), seed ^ 2).1,
        family.vectors(SAMPLES * shape.output(), seed ^ 3).0,
    ];
    let old = numbers[result]
        .iter()
        .map(|&old| Terms::new().and(old, 1.0));
    let mut sums: Vec<Terms> = old.collect();
    for triple in triples(&shape) {
        let sum = &mut sums[triple[result]];
        *sum = std::mem::take(sum).and(numbers[a][triple[a]], numbers[b][triple[b]]);
    }
    let expected = sums
        .into_iter()
        .map(|sum| sum.expected(&Format::single(), Order::Chain));
    let mut take = |place: usize| std::mem::take(&mut numbers[place]);
    Setup {
        description: format!("{family:?}, {SAMPLES} samples, {shape:?}"),
        expected: expected.collect(),
        operands: vec![
            Operand::In(take(a)),
            Operand::In(take(b)),
            Operand::Out(take(result)),
        ],
    }
}

/// All triples.
fn triples(shape: &Shape) -> Vec<[usize; 3]> {
    let (rows, columns) = (shape.output_height(), shape.output_width());
    let (inputs, outputs) = (shape.group_inputs(), shape.group_outputs());
    let size = shape.window.size;
    let mut triples = Vec::new();
    for pixel in 0..SAMPLES * rows * columns {
        for tap in 0..size.area() {
            let Some(source) = source(shape, pixel, tap) else {
                continue;
            };
            for o in 0..shape.outputs {
                let (group, within) = (o / outputs, o % outputs);
                for i in 0..inputs {
                    let weight = ((group * size.area() + tap) * inputs + i) * outputs + within;
                    let from = source * shape.inputs + group * inputs + i;
                    triples.push([from, weight, pixel * shape.outputs + o]);
                }
            }
        }
    }
    triples
}

/// The pixel of the input that an output pixel reads at an index of the window, if it is in the image.
fn source(shape: &Shape, pixel: usize, tap: usize) -> Option<usize> {
    let Window {
        size,
        stride,
        padding,
        dilation,
    } = shape.window;
    let (rows, columns) = (shape.output_height(), shape.output_width());
    let (row, column) = (pixel / columns, pixel % columns);
    let (sample, row) = (row / rows, row % rows);
    let down = row * stride.rows + tap / size.columns * dilation.rows;
    let right = column * stride.columns + tap % size.columns * dilation.columns;
    let y = down
        .checked_sub(padding.rows)
        .filter(|&y| y < shape.height)?;
    let x = right
        .checked_sub(padding.columns)
        .filter(|&x| x < shape.width)?;
    Some((sample * shape.height + y) * shape.width + x)
}
