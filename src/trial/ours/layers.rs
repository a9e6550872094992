//! A network of two fully connected layers with a ReLU between them: its gradient by the kernels, against the
//! exact gradient of the network's definition.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::setup::{Operand, Setup, Subject};
use crate::kernel::dense::{Below, affine, backward, weight_gradient};
use crate::kernel::{Isa, MatrixMut, MatrixRef, Start, scale};
use crate::number::Exact;
use crate::oracle::Expected;
use crate::oracle::graph::{Enclosure, Graph, Landscape, Values};

/// Samples, inputs, hidden units and outputs. The numbers of samples and outputs are powers of two, so that
/// the factors of the mean are exact.
const SHAPES: [[usize; 4]; 5] = [
    [1, 1, 1, 1],
    [2, 3, 4, 2],
    [4, 5, 3, 4],
    [8, 17, 6, 2],
    [64, 2, 3, 2],
];

const SEEDS: usize = 4;

pub(super) const SUBJECTS: &[Subject] = &[Subject {
    name: "dense, two layers",
    function: "gradient of a network",
    cases: SHAPES.len() * SEEDS,
    setup,
    call: |isa, number, memories| {
        if let [gradient, w, x, y] = memories {
            differentiate(isa, SHAPES[number / SEEDS], [w, x, y], gradient);
        }
    },
    is_wide: false,
}];

/// The case whose ReLUs are further from their kinks than all roundings together. Numbers are multiples of
/// 1/8, so that nothing underflows.
fn setup(number: usize) -> Setup {
    let shape = SHAPES[number / SEEDS];
    let [m, k, h, n] = shape;
    let graph = Graph::chain(&[k, h, n]);
    let mut random = ChaCha8Rng::seed_from_u64(number as u64);
    loop {
        let mut numbers = |count| -> Vec<f32> {
            let mut number = || f32::from(random.random_range(-15..=15_i8)) / 8.0;
            (0..count).map(|_| number()).collect()
        };
        let [parameters, inputs, targets] = [graph.parameters(), m * k, m * n].map(&mut numbers);
        let values = Values {
            parameters: &parameters,
            statistics: &[],
            inputs: &inputs,
            targets: &targets,
        };
        let landscape = Landscape::<Enclosure>::new(&graph, &values);
        let bound = landscape.bound();
        if bound.is_smooth(&landscape) {
            let pairs = landscape.gradient().into_iter().zip(bound.gradient_terms());
            let expected = pairs.map(|(value, terms)| permitted(&value, &terms, bound.gamma()));
            return Setup {
                description: format!("{m} samples, {k} inputs, {h} hidden units, {n} outputs"),
                expected: expected.collect(),
                operands: vec![
                    Operand::Out(vec![f32::NAN; parameters.len()]),
                    Operand::In(parameters),
                    Operand::In(inputs),
                    Operand::In(targets),
                ],
            };
        }
    }
}

/// `γ·A` around the exact entry ([`crate::oracle::graph::Bound`]).
fn permitted(value: &Enclosure, terms: &Enclosure, gamma: &Exact) -> Expected {
    let ends = value.lower().zip(value.upper()).zip(terms.upper());
    let ((low, high), magnitude) = ends.expect("a network with finite numbers");
    Expected::Near {
        radius: gamma * &magnitude + (high - &low),
        magnitude,
        value: low,
        may_overflow: false,
    }
}

/// The gradient of the mean loss `(1/n) Σ (o − y)²`, by the kernels.
fn differentiate(isa: Isa, shape: [usize; 4], [w, x, y]: [&[f32]; 3], gradient: &mut [f32]) {
    let [m, k, h, n] = shape;
    let (first, second) = w.split_at(h * k + h);
    let (w1, b1) = first.split_at(h * k);
    let (w2, b2) = second.split_at(n * h);
    let x = MatrixRef::new(x, m, k);
    let (w1, w2) = (MatrixRef::new(w1, h, k), MatrixRef::new(w2, n, h));
    let (mut hidden, mut output) = (vec![0.0; m * h], vec![0.0; m * n]);
    affine(isa, x, w1, b1, true, MatrixMut::new(&mut hidden, m, h));
    let hidden = MatrixRef::new(&hidden, m, h);
    affine(
        isa,
        hidden,
        w2,
        b2,
        false,
        MatrixMut::new(&mut output, m, n),
    );
    output.iter_mut().zip(y).for_each(|(o, y)| *o -= y);
    scale(isa, 2.0 / (n * m) as f32, &mut output);
    let delta = MatrixRef::new(&output, m, n);
    let mut derivative = vec![0.0; m * h];
    let below = Below {
        rectified: Some(hidden),
        dx: MatrixMut::new(&mut derivative, m, h),
    };
    backward(isa, delta, w2, below);
    let (first, second) = gradient.split_at_mut(h * k + h);
    let (dw1, db1) = first.split_at_mut(h * k);
    let (dw2, db2) = second.split_at_mut(n * h);
    weight_gradient(isa, delta, hidden, Start::Zero, dw2, db2);
    let delta = MatrixRef::new(&derivative, m, h);
    weight_gradient(isa, delta, x, Start::Zero, dw1, db1);
}
