use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::criterion::{MEAN_SQUARE, mean_square, one_step};
use crate::decide::mean_square::{Decided, MeanSquare};
use crate::decide::{Certificate, critical, decide_to_width};
use crate::matrix::Bracket;
use crate::model::{Jacobians, Linear, Model, Quadratic, Sampling, golden};
use crate::number::Verdict;

/// Small inputs, often dependent, equal or zero, which give every rank from 0 to d.
fn linear() -> impl Strategy<Value = Model> {
    (1usize..5, 1usize..5).prop_flat_map(|(d, n)| {
        proptest::collection::vec(-2i64..3, d * n).prop_map(move |entries| {
            let input = |x: &[i64]| DVector::from_iterator(d, x.iter().copied().map(Exact::from));
            Model::Linear(Linear::new(entries.chunks(d).map(input).collect()).unwrap())
        })
    })
}

/// Jacobians of two outputs, with more or with fewer rows than dimensions, and a curvature of the loss that has no
/// rational root.
fn jacobians() -> impl Strategy<Value = Model> {
    (1usize..6, 1usize..4).prop_flat_map(|(d, n)| {
        proptest::collection::vec(-2i64..3, 2 * d * n).prop_map(move |entries| {
            let jacobian = |block: &[i64]| {
                DMatrix::from_iterator(2, d, block.iter().copied().map(Exact::from))
            };
            let jacobians = entries.chunks(2 * d).map(jacobian).collect();
            Model::Jacobians(Jacobians::new(Exact::fraction(2, 3), jacobians).unwrap())
        })
    })
}

/// Hessians `GGᵀ` of rank at most two in three dimensions.
fn quadratic() -> impl Strategy<Value = Model> {
    proptest::collection::vec((-2i64..3, 1u64..4), 6..19).prop_map(|entries| {
        let hessian = |entries: &[(i64, u64)]| {
            let entries = entries.iter().map(|&(p, q)| Exact::fraction(p, q));
            let g = DMatrix::from_iterator(3, 2, entries);
            &g * g.transpose()
        };
        let hessians = entries.chunks_exact(6).map(hessian).collect();
        Model::Quadratic(Quadratic::new(hessians).unwrap())
    })
}

fn weight(model: &Model) -> impl Strategy<Value = (Sampling, usize)> + use<> {
    let n = model.samples();
    (proptest::sample::select(Sampling::ALL.to_vec()), 1..=n)
}

/// Asserts that every decision agrees with the criterion and that its certificate checks.
fn agrees(model: &Model, sampling: Sampling, batch: usize, eta: &Exact) {
    let p = sampling.weight(model.samples(), batch).unwrap();
    let expected = mean_square::verdict(&model.quadratic(), eta, &p);
    let subject = Subject::of(model, &p);
    let mut question = MeanSquare::of(&subject);
    let decided = question.decide(eta);
    assert_eq!(decided.verdict(), expected);
    assert_eq!(question.verdict(eta), expected);
    let certificate = Certificate::of(model, eta, batch, sampling, &decided).unwrap();
    certificate.check().unwrap();
    let text = serde_json::to_string(&certificate).unwrap();
    assert_eq!(Certificate::parse("text", &text).unwrap(), certificate);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn witnesses_agree_with_elimination(
        ((model, scheme), parts) in prop_oneof![linear().boxed(), quadratic().boxed(), jacobians().boxed()]
            .prop_flat_map(|model| (weight(&model), Just(model)))
            .prop_map(|(scheme, model)| (model, scheme))
            .prop_flat_map(|pair| (Just(pair), 1i64..40)),
    ) {
        let (sampling, batch) = scheme;
        agrees(&model, sampling, batch, &Exact::fraction(parts, 16));
        let p = sampling.weight(model.samples(), batch).unwrap();
        let width = critical::default_width();
        let end = critical::of(MEAN_SQUARE, &model.quadratic(), &p, &width);
        if let Some(Bracket { lower, upper }) = end.bracket().cloned() {
            agrees(&model, sampling, batch, &lower);
            agrees(&model, sampling, batch, &(upper * (Exact::from(1) + width)));
        }
    }
}

/// `true` below the closed form of the edge, decided by the sign of its polynomial.
type Below = fn(&Exact) -> bool;

#[test]
fn brackets_of_two_hundred_digits_hold_the_closed_forms() {
    let closed_forms: [(Quadratic, Below); 3] = [
        // η² − 6η + 6 = 0, (3η − 7)² = 13, (5η − 9)² = 21; the edge is the smaller root of each.
        (golden::three_inputs(), |eta| {
            (Exact::from(3) - eta).pow(2) > Exact::from(3)
        }),
        (golden::two_inputs(), |eta| {
            (Exact::from(7) - eta * Exact::from(3)).pow(2) > Exact::from(13)
        }),
        (golden::diagonal_mean(), |eta| {
            (Exact::from(9) - eta * Exact::from(5)).pow(2) > Exact::from(21)
        }),
    ];
    let width = Exact::from(10).pow(200).reciprocal();
    for (model, below) in closed_forms {
        let model = Model::Quadratic(model);
        let (eta, scheme) = (Exact::from(1), Sampling::WithoutReplacement);
        let (decision, _) = decide_to_width(&model, &eta, 1, scheme, &width).unwrap();
        let end = decision.critical_lr[MEAN_SQUARE].clone().unwrap();
        assert!(below(&end.lower) && !below(&end.upper));
        assert!(&end.upper - &end.lower <= &width * &end.lower);
        // Even at the ends of the bracket a witness is found and checks.
        agrees(&model, scheme, 1, &end.lower);
        agrees(&model, scheme, 1, &end.upper);
    }
}

#[test]
fn the_edge_without_a_witness_is_eliminated() {
    let three = golden::three_inputs();
    let hessians = three.hessians().iter().map(|h| {
        let mut sum = DMatrix::zeros(3, 3);
        sum.view_mut((0, 0), (2, 2)).copy_from(h);
        sum[(2, 2)] = Exact::fraction(8, 5);
        sum
    });
    let model = Model::Quadratic(Quadratic::new(hessians.collect()).unwrap());
    let one = Exact::from(1);
    let subject = Subject::of(&model, &one);
    let decided = MeanSquare::of(&subject).decide(&Exact::fraction(5, 4));
    assert!(matches!(decided, Decided::OnTheEdge));
    agrees(
        &model,
        Sampling::WithoutReplacement,
        1,
        &Exact::fraction(5, 4),
    );
}

/// A model with `n` inputs in `d` dimensions, measured in this unit.
fn large(n: i64, d: usize, unit: &str) -> Model {
    let unit: Exact = unit.parse().unwrap();
    let entry = |i: i64, j: i64| Exact::fraction((i * i + 7 * i * j + 3 * j * j) % 41 - 20, 10);
    let input = |i| DVector::from_fn(d, |j, _| entry(i, j as i64) * &unit);
    Model::Linear(Linear::new((1..=n).map(input).collect()).unwrap())
}

/// Thirty inputs in twenty dimensions, which elimination cannot decide in the time of a test, and fewer
/// inputs than dimensions. The unit of length only changes η.
#[test]
fn large_models_are_decided_within_a_millionth_of_the_edge() {
    for (n, d, unit) in [
        (30, 20, "1"),
        (30, 20, "1e-9"),
        (6, 12, "1"),
        (18, 25, "1e13"),
        (18, 25, "1e-7"),
    ] {
        let (model, one) = (large(n, d, unit), Exact::from(1));
        let subject = Subject::of(&model, &one);
        let mut question = MeanSquare::of(&subject);
        let end = question.by_machine_numbers().unwrap().quotient().clone();
        let near = Exact::from(10).pow(6).reciprocal();
        for (eta, expected) in [
            (&end * (&one - &near), Verdict::Holds),
            (&end * (&one + &near), Verdict::Fails),
        ] {
            let decided = question.decide(&eta);
            assert_eq!(decided.verdict(), expected);
            let scheme = Sampling::WithoutReplacement;
            let certificate = Certificate::of(&model, &eta, 1, scheme, &decided).unwrap();
            assert!(certificate.witness.is_some());
            certificate.check().unwrap();
        }
    }
}

/// A correction solves at the learning rate of the edge, in the units of the proposal, so that each one
/// adds most of the digits of an `f64`. (Without the learning rate it would be a step of power
/// iteration, which adds one or two bits.)
#[test]
fn corrections_add_many_digits_at_every_step() {
    for (n, d, unit) in [(30, 20, "1"), (30, 20, "1e-9"), (18, 25, "1e13")] {
        let model = large(n, d, unit);
        let subject = Subject::of(&model, &Exact::from(1));
        for mut search in [
            Search::by_machine_numbers(&subject).unwrap(),
            Search::by_many_bits(&subject).unwrap(),
        ] {
            for step in 1..=4 {
                search.refine().unwrap();
                let known = search.accuracy;
                assert!(
                    known >= 25 * step,
                    "{known} bits after {step} corrections in {unit}"
                );
            }
        }
    }
}

/// Far from the edge the identity on the span is a witness too, but for eighteen inputs it is a
/// projector with more than twice as many digits.
#[test]
fn the_witness_of_a_large_span_is_short() {
    let model = large(18, 25, "1");
    let one = Exact::from(1);
    let subject = Subject::of(&model, &one);
    let mut question = MeanSquare::of(&subject);
    let eta = question.by_machine_numbers().unwrap().quotient() * Exact::fraction(1, 16);
    assert!(subject.verdict(&one_step::FORM, &eta).holds());
    let Decided::By(Witness::Stable(found)) = question.decide(&eta) else {
        panic!("far below the edge SGD is stable");
    };
    let length = |x: &Fractions| {
        let entries = x.to_exact();
        entries.iter().map(Exact::bits).max().unwrap()
    };
    let projector = subject.projector();
    assert!(
        2 * length(&found) < length(&projector),
        "{} bits, the projector has {}",
        length(&found),
        length(&projector)
    );
}
