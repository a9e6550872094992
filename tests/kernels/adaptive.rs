//! The kernels of the optimisers. Every operation rounds once, so that exactly one result is correct.

use num_traits::Zero;
use sgd_stability::kernel::{
    Adaptive, Isa, approach, decay, decay_squares, denominators, descend_adaptive, multiply,
};
use sgd_stability::number::Exact;
use sgd_stability::oracle::{cases, rounded};

use crate::elementwise::assert_right;
use crate::support::{Guarded, LONG, all_bits, same_everywhere, short_lengths};

/// The f32 nearest to `√v`. The square root of an f32 is never halfway between two adjacent f32 numbers,
/// since the square of a halfway point has more digits than an f32.
fn root(v: f32) -> f32 {
    let Some(exact) = Exact::from_f32(v) else {
        return if v == f32::INFINITY { v } else { f32::NAN };
    };
    if exact.is_zero() {
        return v;
    }
    if exact < Exact::zero() {
        return f32::NAN;
    }
    let square_of_middle = |a: f32, b: f32| {
        let [a, b] = [a, b].map(|x| Exact::from_f32(x).expect("a finite number"));
        let middle = (a + b) * Exact::fraction(1, 2);
        &middle * &middle
    };
    let mut near = f64::from(v).sqrt() as f32;
    while exact > square_of_middle(near, near.next_up()) {
        near = near.next_up();
    }
    while exact < square_of_middle(near.next_down(), near) {
        near = near.next_down();
    }
    near
}

/// `a/b` rounded once, for non-negative `b`.
fn quotient(a: f32, b: f32) -> f32 {
    match [a, b].map(Exact::from_f32) {
        [Some(exact_a), Some(exact_b)] if !exact_b.is_zero() && !exact_a.is_zero() => {
            (exact_a.abs() / exact_b).to_f32().copysign(a)
        }
        // These cases involve no rounding.
        _ => a / b,
    }
}

const ADAPTIVE: Adaptive = Adaptive {
    root: 1.7,
    epsilon: 1e-8,
};

fn denominator(v: f32) -> f32 {
    rounded::fma(root(v), ADAPTIVE.root, ADAPTIVE.epsilon)
}

#[test]
fn running_sums_and_means_round_every_operation_once() {
    let cases = cases(&short_lengths(), 21);
    let right = |x, y| rounded::fma(0.9, y, x);
    assert_right("decay", &cases, right, |isa, x, y| decay(isa, 0.9, x, y));
    let right = |x, y| rounded::fma(0.1, rounded::fma(-1.0, y, x), y);
    assert_right("approach", &cases, right, |isa, x, y| {
        approach(isa, 0.1, x, y);
    });
    let right = |x, y| {
        let square = rounded::product(0.001, x);
        rounded::fma(square, x, rounded::product(0.999, y))
    };
    assert_right("decay_squares", &cases, right, |isa, x, y| {
        decay_squares(isa, (0.999, 0.001), x, y);
    });
    assert_right("multiply", &cases, rounded::product, multiply);
}

#[test]
fn roots_and_quotients_round_once() {
    let cases = cases(&short_lengths(), 22);
    let kernel = |isa, v: &[f32], p: &mut [f32]| denominators(isa, ADAPTIVE, v, p);
    assert_right("denominators", &cases, |v, _| denominator(v), kernel);
    let right = |x, y| {
        let p = denominator(rounded::product(x, x));
        rounded::fma(-0.01, quotient(x, p), y)
    };
    assert_right("descend_adaptive", &cases, right, |isa, x, y| {
        let v: Vec<f32> = x.iter().map(|x| rounded::product(*x, *x)).collect();
        descend_adaptive(isa, ADAPTIVE, 0.01, x, &v, y);
    });
}

#[test]
fn long_vectors_have_the_same_bits_everywhere() {
    for case in cases(&LONG, 23) {
        let name = case.name();
        let v: Vec<f32> = case.x.iter().map(|x| x * x).collect();
        same_everywhere(&name, |isa: Isa| {
            let mut y = Guarded::new(&case.y);
            decay(isa, 0.9, &case.x, y.numbers());
            approach(isa, 0.1, &case.x, y.numbers());
            descend_adaptive(isa, ADAPTIVE, 0.3, &case.x, &v, y.numbers());
            decay_squares(isa, (0.9, 0.1), &case.x, y.numbers());
            multiply(isa, &case.x, y.numbers());
            let mut p = Guarded::new(&case.y);
            denominators(isa, ADAPTIVE, &v, p.numbers());
            [all_bits(&y.checked(&name)), all_bits(&p.checked(&name))]
        });
    }
}
