//! Functions of single numbers at the same place of several vectors, and long sums in f64.

use num_traits::One;

use super::setup::{Operand, Setup, Subject, exact, narrow, near, once, only};
use crate::kernel::{
    Adaptive, approach, decay, decay_squares, denominators, descend_adaptive, dot_wide, multiply,
    relu, relu_backward, sum,
};
use crate::number::Exact;
use crate::oracle::{Expected, Family, Format, Order, Terms, rounded};

/// Lengths with every tail of 16 lanes, and one beyond a piece of 2¹⁴ that goes to a thread.
const LENGTHS: [usize; 9] = [0, 1, 5, 15, 16, 17, 33, 64, 67];

const CASES: usize = LENGTHS.len() * Family::ALL.len();

/// Factors of the moving averages.
const KEEP: f32 = 0.9;
const SHARE: f32 = 0.1;
const ADAPTIVE: Adaptive = Adaptive {
    root: 1.3,
    epsilon: 1e-8,
};
const STEP: f32 = 0.03;

pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "multiply",
        function: "xy",
        cases: CASES,
        setup: |number| of_pairs(number, |x, y| once(x, y, 0.0)),
        call: |isa, _, memories| with_two(memories, |x, y| multiply(isa, x, y)),
        is_wide: false,
    },
    Subject {
        name: "relu",
        function: "max(x, 0)",
        cases: CASES,
        setup: |number| of_pairs(number, |_, y| only(rounded::relu(y))),
        call: |isa, _, memories| with_two(memories, |_, y| relu(isa, y)),
        is_wide: false,
    },
    Subject {
        name: "relu_backward",
        function: "y where x > 0",
        cases: CASES,
        setup: |number| of_pairs(number, |x, y| only(rounded::relu_backward(x, y))),
        call: |isa, _, memories| with_two(memories, |x, y| relu_backward(isa, x, y)),
        is_wide: false,
    },
    Subject {
        name: "decay",
        function: "keep·s + x",
        cases: CASES,
        setup: |number| of_pairs(number, |x, sum| once(KEEP, sum, x)),
        call: |isa, _, memories| with_two(memories, |x, sum| decay(isa, KEEP, x, sum)),
        is_wide: false,
    },
    Subject {
        name: "approach",
        function: "share·(x − m) + m",
        cases: CASES,
        setup: |number| of_pairs(number, approached),
        call: |isa, _, memories| with_two(memories, |x, mean| approach(isa, SHARE, x, mean)),
        is_wide: false,
    },
    Subject {
        name: "decay_squares",
        function: "share·x² + keep·s",
        cases: CASES,
        setup: |number| of_pairs(number, squared),
        call: |isa, _, memories| {
            with_two(memories, |x, sum| decay_squares(isa, (KEEP, SHARE), x, sum));
        },
        is_wide: false,
    },
    Subject {
        name: "denominators",
        function: "root·√v + ε",
        cases: CASES,
        setup: |number| of_pairs(number, |v, _| denominator(v)),
        call: |isa, _, memories| {
            with_two(memories, |v, p| {
                let v: Vec<f32> = v.iter().map(|v| v.abs()).collect();
                denominators(isa, ADAPTIVE, &v, p);
            });
        },
        is_wide: false,
    },
    Subject {
        name: "descend_adaptive",
        function: "w − step·m/(root·√v + ε)",
        cases: CASES,
        setup: |number| of_pairs(number, descended),
        call: |isa, _, memories| {
            with_two(memories, |m, w| {
                let v: Vec<f32> = m.iter().map(|m| m.abs()).collect();
                descend_adaptive(isa, ADAPTIVE, STEP, m, &v, w);
            });
        },
        is_wide: false,
    },
    Subject {
        name: "dot_wide",
        function: "Σ xy in f64",
        cases: CASES,
        setup: |number| of_wide(number, Terms::dot),
        call: |isa, _, memories| with_wide(memories, |x, y| dot_wide(isa, x, y)),
        is_wide: true,
    },
    Subject {
        name: "sum",
        function: "Σ x in f64",
        cases: CASES,
        setup: |number| of_wide(number, |x, _| Terms::sum(x.iter().copied())),
        call: |isa, _, memories| with_wide(memories, |x, _| sum(isa, x)),
        is_wide: true,
    },
];

fn vectors(number: usize) -> (Vec<f32>, Vec<f32>, String) {
    let (family, length) = (
        Family::ALL[number % Family::ALL.len()],
        LENGTHS[number / Family::ALL.len()],
    );
    let (x, y) = family.vectors(length, number as u64);
    (x, y, format!("{family:?}, length {length}"))
}

/// A case of a kernel that changes `y_i` to a function of `x_i` and `y_i`.
fn of_pairs(number: usize, right: impl Fn(f32, f32) -> Expected) -> Setup {
    let (x, y, description) = vectors(number);
    let expected = x.iter().zip(&y).map(|(&x, &y)| right(x, y)).collect();
    Setup {
        description,
        operands: vec![Operand::In(x), Operand::Out(y)],
        expected,
    }
}

fn with_two(memories: &mut [&mut [f32]], run: impl FnOnce(&[f32], &mut [f32])) {
    if let [x, y] = memories {
        run(x, y);
    }
}

/// A case of a sum in f64, in the order that `dot_wide` documents.
fn of_wide(number: usize, terms: impl Fn(&[f32], &[f32]) -> Terms) -> Setup {
    let (x, y, description) = vectors(number);
    let order = Order::Pieces {
        lanes: 64,
        length: 1 << 14,
    };
    let expected = vec![terms(&x, &y).expected(&Format::double(), order)];
    Setup {
        description,
        operands: vec![Operand::In(x), Operand::In(y), Operand::Out(vec![0.0; 2])],
        expected,
    }
}

fn with_wide(memories: &mut [&mut [f32]], run: impl FnOnce(&[f32], &[f32]) -> f64) {
    if let [x, y, result] = memories {
        narrow(&[run(x, y)], result);
    }
}

/// Two roundings: that of x − m, and that of the FMA. The terms are taken apart, which makes their sum in
/// absolute value larger.
fn approached(x: f32, mean: f32) -> Expected {
    let terms = Terms::new().and(SHARE, x).and(-SHARE, mean).and(mean, 1.0);
    match terms.expected(&Format::single(), Order::Chain) {
        // x − m may overflow although share·(x − m) does not.
        Expected::Near {
            value,
            radius,
            magnitude,
            ..
        } => Expected::Near {
            may_overflow: exact(x).abs() + exact(mean).abs() > Format::single().largest,
            value,
            radius,
            magnitude,
        },
        // One of both is not finite.
        _ => special(SHARE.mul_add(x - mean, mean)),
    }
}

/// What is permitted where the machine's own result is not rounded: NaN or an infinity.
fn special(machine: f32) -> Expected {
    if machine.is_nan() {
        Expected::Invalid
    } else {
        Expected::Infinite(machine < 0.0)
    }
}

/// Three roundings on the way of x², the first of which may be small and then meets x.
fn squared(x: f32, sum: f32) -> Expected {
    if !(x.is_finite() && sum.is_finite()) {
        return special(x * x * SHARE + KEEP * sum);
    }
    let (x, sum) = (exact(x), exact(sum));
    let (first, second) = (exact(SHARE) * &x * &x, exact(KEEP) * sum);
    let small = x.abs() + Exact::from(2);
    near(&first + &second, first.abs() + second.abs(), 2, small)
}

/// `√|v|`, to 200 bits.
fn root(v: f32) -> Exact {
    exact(v).abs().root(200)
}

/// Two roundings, and one more for the 200 bits of the root. Only the FMA can be small.
fn denominator(v: f32) -> Expected {
    if !v.is_finite() {
        return special(v.abs());
    }
    let value = exact(ADAPTIVE.root) * root(v) + exact(ADAPTIVE.epsilon);
    near(value.clone(), value, 3, Exact::one())
}

/// Four roundings on the way of the quotient (root, denominator, quotient, FMA), and one more for the 200
/// bits of the root. The quotient may be small and then meets the step.
fn descended(m: f32, w: f32) -> Expected {
    if !(m.is_finite() && w.is_finite()) {
        let p = ADAPTIVE.root * m.abs().sqrt() + ADAPTIVE.epsilon;
        return special((-STEP).mul_add(m / p, w));
    }
    let p = exact(ADAPTIVE.root) * root(m) + exact(ADAPTIVE.epsilon);
    let (step, w) = (exact(STEP) * exact(m) / p, exact(w));
    near(&w - &step, w.abs() + step.abs(), 5, Exact::from(2))
}
