//! Tests of models with small eigenvalues that `f64` loses: they must be decided like all others.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::*;
use crate::criterion::{MEAN_SQUARE, NON_UNIFORMITY, mean_square};
use crate::model::{Linear, Quadratic};
use crate::number::{Field, Verdict};

const WITHOUT: Sampling = Sampling::WithoutReplacement;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

/// Linear regression on the inputs (1, t, …, t¹⁹), t = i/30.
fn polynomials() -> Model {
    let input = |i: i64| DVector::from_fn(20, |k, _| Exact::fraction(i, 30).pow(k as u32));
    Model::Linear(Linear::new((1..=30).map(input).collect()).unwrap())
}

/// A model with the Hessians `H₁ = 1/(i + j + 1)` and `H₂ = 1/(i + j + 3)`.
fn hilbert_pair(d: usize) -> Model {
    let matrix =
        |shift: usize| DMatrix::from_fn(d, d, |i, j| Exact::fraction(1, (i + j + shift) as u64));
    Model::Quadratic(Quadratic::symmetric(vec![matrix(1), matrix(3)]).unwrap())
}

/// Asserts that at both ends of the bracket of `η*` the verdict has a valid witness.
fn both_ends_have_witnesses(model: &Model, decision: &Decision) {
    let end = decision.critical_lr[MEAN_SQUARE].clone().unwrap();
    for (eta, stable) in [(end.lower, true), (end.upper, false)] {
        let asked = decide_mean_square(model, &eta, decision.batch, decision.sampling).unwrap();
        assert_eq!(asked.verdict(), stable.into());
        let (batch, sampling) = (decision.batch, decision.sampling);
        let certificate = Certificate::of(model, &eta, batch, sampling, &asked).unwrap();
        assert!(certificate.witness.is_some(), "no edge");
        certificate.check().unwrap();
    }
}

/// The expected thresholds come from power iteration on `C^{−1/2}DC^{−1/2}` with 100 digits in mpmath,
/// and from elimination at d = 16.
#[test]
fn thresholds_of_bad_condition_are_enclosed() {
    for (model, known) in [
        (polynomials(), "0.16355924267"),
        (hilbert_pair(14), "1.2781555697"),
        (hilbert_pair(16), "1.2534017415"),
        (hilbert_pair(17), "1.2426169905"),
    ] {
        let decision = decide(&model, &exact("1/10"), 1, WITHOUT).unwrap();
        assert!(decision.is_complete() && decision.verdicts[MEAN_SQUARE] == Some(true));
        let end = decision.critical_lr[MEAN_SQUARE].clone().unwrap();
        let known = exact(known);
        assert!(
            (&end.lower - &known).abs() < exact("1e-10"),
            "{}",
            end.lower
        );
        assert!(&end.upper - &end.lower <= critical::default_width() * &end.lower);
        both_ends_have_witnesses(&model, &decision);
    }
}

#[test]
fn one_per_cent_beside_the_edge_is_no_edge() {
    let model = hilbert_pair(14);
    let decided = decide_mean_square(&model, &exact("1.29"), 1, WITHOUT).unwrap();
    assert!(matches!(decided, Decided::By(Witness::Unstable(_))));
    let decided = decide_mean_square(&model, &exact("1.27"), 1, WITHOUT).unwrap();
    assert!(matches!(decided, Decided::By(Witness::Stable(_))));
}

/// A distance of 2⁻²⁰⁰ from the edge, closer than the search goes by itself. The exact test says that
/// this is not the edge, and the search continues until it finds a witness.
#[test]
fn what_is_next_to_an_edge_is_told_from_it() {
    // (3 − η)² = 3 at the edge: the three inputs, beside a third direction, so that the identity is no
    // witness on either side.
    let three = crate::model::golden::three_inputs();
    let widened = |h: &DMatrix<Exact>| {
        let mut sum = DMatrix::identity(3, 3) * exact("8/5");
        sum.view_mut((0, 0), (2, 2)).copy_from(h);
        sum
    };
    let hessians = three.hessians().iter().map(widened).collect();
    let model = Model::Quadratic(Quadratic::new(hessians).unwrap());
    let edge = exact("5/4");
    let near = &edge * Exact::power_of_two(-200);
    let at = |eta: &Exact| decide_mean_square(&model, eta, 1, WITHOUT).unwrap();
    assert!(matches!(at(&edge), Decided::OnTheEdge));
    assert!(matches!(
        at(&(&edge - &near)),
        Decided::By(Witness::Stable(_))
    ));
    assert!(matches!(
        at(&(&edge + &near)),
        Decided::By(Witness::Unstable(_))
    ));
}

/// Inputs whose coordinates have units up to 10⁻²⁰ apart, so that `H` has a condition number of up to
/// 10⁴⁰. Some are dependent. The dimension is equal to or larger than the number of inputs, or the
/// model consists of Hessians.
fn graded() -> impl Strategy<Value = (Model, Sampling, usize)> {
    let sizes = (5usize..8, 5usize..9, 0usize..3, 0usize..21);
    sizes.prop_flat_map(|(d, n, form, power)| {
        let entries = proptest::collection::vec(-4i64..5, d * n);
        let scheme = (proptest::sample::select(Sampling::ALL.to_vec()), 1..=n);
        (entries, scheme).prop_map(move |(entries, (sampling, batch))| {
            let unit = |j: usize| {
                Exact::from(10)
                    .pow((power * j / (d - 1)) as u32)
                    .reciprocal()
            };
            let mut inputs: Vec<DVector<Exact>> = entries
                .chunks(d)
                .map(|x| DVector::from_fn(d, |j, _| Exact::from(x[j]) * unit(j)))
                .collect();
            inputs[1] = &inputs[0] * Exact::from(2);
            let longer = |x: &DVector<Exact>| x.clone().resize_vertically(n + 3, Exact::from(0));
            let linear = match form {
                1 => Linear::new(inputs.iter().map(longer).collect()).unwrap(),
                _ => Linear::new(inputs).unwrap(),
            };
            let model = match form {
                2 => Model::Quadratic(linear.quadratic()),
                _ => Model::Linear(linear),
            };
            (model, sampling, batch)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every end is enclosed. Elimination on Sym(d), which does not depend on the condition number,
    /// confirms both ends of the bracket of `η*`.
    #[test]
    fn graded_models_are_decided_like_all_others((model, sampling, batch) in graded()) {
        let decision = decide(&model, &exact("1/1000"), batch, sampling).unwrap();
        prop_assert!(decision.is_complete(), "{:?}", decision.undecided);
        let Some(end) = decision.critical_lr[MEAN_SQUARE].bracket() else {
            return Ok(());
        };
        let weight = sampling.weight(model.samples(), batch).unwrap();
        let few = match &model {
            // Padding the inputs with zeros changes nothing.
            Model::Linear(linear) => {
                let inputs = linear.inputs().iter();
                let d = model.dimension().min(7);
                Linear::new(inputs.map(|x| x.rows(0, d).into_owned()).collect()).unwrap().quadratic()
            }
            other => other.quadratic(),
        };
        let verdict = |eta: &Exact| mean_square::verdict(&few, eta, &weight);
        prop_assert_eq!(verdict(&end.lower), Verdict::Holds);
        let beyond = &end.upper * (Exact::from(1) + critical::default_width());
        prop_assert_eq!(verdict(&beyond), Verdict::Fails);
        // An end that only elimination decides has no witness.
        for eta in [&end.lower, &end.upper] {
            let asked = decide_mean_square(&model, eta, batch, sampling).unwrap();
            if let Some(certificate) = Certificate::of(&model, eta, batch, sampling, &asked) {
                certificate.check().unwrap();
            }
        }
    }
}

/// Diagonal samples in many dimensions are decided by their coordinates, with the same result as in few
/// dimensions.
#[test]
fn many_diagonal_dimensions_are_decided_by_their_coordinates() {
    let diagonal = |d: usize, sample: i64| {
        let entry = |i: usize| Exact::from((i as i64 % 8 + sample * 3) % 7);
        Quadratic::new(vec![DMatrix::from_diagonal(&DVector::from_fn(
            d,
            |i, _| entry(i),
        ))])
        .unwrap()
        .hessian()
        .clone()
    };
    let model = |d: usize| {
        let hessians = (0..3).map(|sample| diagonal(d, sample)).collect();
        Model::Quadratic(Quadratic::new(hessians).unwrap())
    };
    let ask = |d: usize, eta: &str| decide(&model(d), &exact(eta), 2, WITHOUT).unwrap();
    for eta in ["1/10", "1/2", "5"] {
        let (few, many) = (ask(8, eta), ask(80, eta));
        assert_eq!(few.verdicts, many.verdicts, "{eta}");
        for ((name, a), (_, b)) in few.critical_lr.named().zip(many.critical_lr.named()) {
            let (a, b) = (a.bracket().unwrap(), b.bracket().unwrap());
            assert!(a.lower <= b.upper && b.lower <= a.upper, "{name}");
        }
        let weight = WITHOUT.weight(3, 2).unwrap();
        let end = many.critical_lr[MEAN_SQUARE].clone().unwrap();
        assert!(end.is_point());
        assert!(mean_square::verdict(&model(8).quadratic(), &end.lower, &weight).holds());
    }
    let end = ask(80, "1").critical_lr[NON_UNIFORMITY].clone().unwrap();
    assert!(end.lower.square() <= end.upper.square());
}
