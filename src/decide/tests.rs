use super::*;
use crate::criterion::{GRADIENT_DESCENT, MEAN_SQUARE, NON_UNIFORMITY, ONE_STEP};
use crate::model::{Jacobians, Linear, Quadratic, golden};
use crate::number::Field;
use nalgebra::{DMatrix, DVector};

const WITHOUT: Sampling = Sampling::WithoutReplacement;

fn model(model: Quadratic) -> Model {
    Model::Quadratic(model)
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

#[test]
fn the_three_inputs_are_decided_as_known() {
    let decision = decide(&model(golden::three_inputs()), &exact("5/4"), 1, WITHOUT).unwrap();
    for (criterion, holds) in [
        (GRADIENT_DESCENT, true),
        (NON_UNIFORMITY, false),
        (ONE_STEP, false),
        (MEAN_SQUARE, true),
    ] {
        assert_eq!(decision.verdicts[criterion], Some(holds), "{criterion:?}");
    }
    assert_eq!((decision.dimension, decision.samples), (2, 3));
    let critical = decision.critical_lr;
    assert_eq!(critical[ONE_STEP].clone().unwrap().lower, exact("6/5"));
    assert_eq!(
        critical[GRADIENT_DESCENT].clone().unwrap().lower,
        exact("2")
    );
    let known = |low: &Exact, high: &Exact, root: fn(&Exact) -> Exact| {
        assert!(root(low) >= Exact::zero() && root(high) < Exact::zero());
        assert!(high - low <= critical::default_width() * low);
    };
    let star = critical[MEAN_SQUARE].clone().unwrap();
    // (3 − η)² ≥ 3 up to 3 − √3; 3/2 ≥ η² up to √(3/2).
    known(&star.lower, &star.upper, |eta| {
        (Exact::from(3) - eta).square() - Exact::from(3)
    });
    let bound = critical[NON_UNIFORMITY].clone().unwrap();
    known(&bound.lower, &bound.upper, |eta| {
        Exact::fraction(3, 2) - eta.square()
    });
}

#[test]
fn the_json_is_the_documented_one() {
    let decision = decide(&model(golden::toy_edge()), &exact("0.7"), 1, WITHOUT).unwrap();
    let json = serde_json::to_value(&decision).unwrap();
    assert_eq!(json["lr"], "7/10");
    assert_eq!(json["batch"], 1);
    assert_eq!(json["sampling"], "without-replacement");
    assert_eq!(json["verdicts"]["gradient_descent"], true);
    assert_eq!(json["verdicts"]["mean_square"], false);
    assert_eq!(json["critical_lr"]["mean_square"]["lower"], "100/181");
    assert_eq!(json["critical_lr"]["mean_square"]["upper"], "100/181");
    assert_eq!(json["critical_lr"]["non_uniformity"]["lower"], "5/9");
    assert_eq!(json["exact"].as_array().unwrap().len(), 5, "one dimension");
}

#[test]
fn what_is_unbounded_is_null_and_has_a_reason() {
    let full = decide(&model(golden::three_inputs()), &exact("1"), 3, WITHOUT).unwrap();
    let full_batch = Critical::Unbounded(Unbounded::FullBatch);
    assert_eq!(full.critical_lr[NON_UNIFORMITY], full_batch);
    let unbounded = full.critical_lr.unbounded();
    assert!(unbounded["non_uniformity"].starts_with("p = 0"));
    assert_eq!(unbounded.len(), 1);
    assert_eq!(
        full.critical_lr[MEAN_SQUARE].clone().unwrap().lower,
        exact("2")
    );
    let flat = Quadratic::new(vec![DMatrix::zeros(2, 2); 2]).unwrap();
    let flat = decide(&model(flat), &exact("1e9"), 1, WITHOUT).unwrap();
    assert!(flat.verdicts[MEAN_SQUARE] == Some(true) && flat.verdicts[ONE_STEP] == Some(true));
    assert_eq!(flat.critical_lr.unbounded().len(), 5);
    assert!(flat.is_complete());
    let json = serde_json::to_value(&flat).unwrap();
    assert!(json["critical_lr"]["mean_square"].is_null());
    assert!(json["unbounded"]["mean_square"].is_string() && json.get("not_found").is_none());
}

/// Full Hessians without rational eigenvalues. The longest step is on the third sample, with
/// λ_max = (3 + √5)/2, which is not the sample of the largest trace.
#[test]
fn the_chain_begins_at_the_sharpest_sample() {
    let hessian = |entries: [i64; 4]| DMatrix::from_row_slice(2, 2, &entries.map(Exact::from));
    let hessians = [[1, 0, 0, 0], [2, 0, 0, 2], [2, 1, 1, 1]].map(hessian);
    let quadratic = Quadratic::new(hessians.to_vec()).unwrap();
    let decision = decide(&model(quadratic), &exact("1/2"), 1, WITHOUT).unwrap();
    let single = decision.critical_lr.single_sample.clone().unwrap();
    // 2/λ_max = 3 − √5, so (3 − η)² ≥ 5 holds up to it.
    let below = |eta: &Exact| (Exact::from(3) - eta).square() >= Exact::from(5);
    assert!(below(&single.lower) && !below(&single.upper));
    let chain = decision.critical_lr.chain().unwrap();
    assert_eq!(chain.len(), 3);
    assert_eq!(
        (chain[0].first, chain[0].second),
        ("single_sample", "one_step")
    );
    assert!(chain.iter().all(|link| link.apart));
    let mut broken = decision.critical_lr;
    std::mem::swap(
        &mut broken.single_sample,
        &mut broken.criteria[GRADIENT_DESCENT],
    );
    assert_eq!(
        broken.chain().unwrap_err().kind,
        crate::error::Kind::Internal
    );
}

/// d = 300 and n = 8, with two dependent inputs: the Gram view, compared with the same model in its
/// first eight dimensions, where the Gram view is not used.
#[test]
fn few_inputs_are_decided_like_the_same_inputs_in_few_dimensions() {
    let entry =
        |i: usize, j: usize| Exact::fraction(((3 * i * i + 5 * i * j + j) % 11) as i64 - 5, 4);
    let inputs = |d: usize| -> Vec<DVector<Exact>> {
        let input =
            |i: usize| DVector::from_fn(d, |j, _| if j < 8 { entry(i, j) } else { exact("0") });
        let mut inputs: Vec<_> = (0..7).map(input).collect();
        inputs.push(&inputs[1] - &inputs[2] * exact("2"));
        inputs
    };
    let linear = |d| Model::Linear(Linear::new(inputs(d)).unwrap());
    for (sampling, batch) in [(WITHOUT, 1), (WITHOUT, 3), (Sampling::WithReplacement, 2)] {
        let small = decide(&linear(8), &exact("1/10"), batch, sampling).unwrap();
        let large = decide(&linear(300), &exact("1/10"), batch, sampling).unwrap();
        assert_eq!(large.verdicts, small.verdicts);
        let ends = |decision: &Decision| {
            let named = decision.critical_lr.named();
            let ends = named.map(|(_, critical)| critical.clone().unwrap());
            ends.collect::<Vec<_>>()
        };
        for (a, b) in ends(&large).iter().zip(&ends(&small)) {
            assert!(a.lower <= b.upper && b.lower <= a.upper, "{a:?} {b:?}");
        }
        let end = large.critical_lr[MEAN_SQUARE].clone().unwrap();
        for eta in [end.lower, end.upper] {
            let width = critical::default_width();
            let (said, certificate) =
                decide_to_width(&linear(300), &eta, batch, sampling, &width).unwrap();
            let certificate = certificate.unwrap();
            assert_eq!(certificate.basis, Some(certificate::Basis::Inputs));
            certificate.check().unwrap();
            // The same Σ W_ij x_i x_jᵀ, as a matrix in the few dimensions, proves the same claim.
            let design = Linear::new(inputs(8)).unwrap().design();
            let witness = certificate.witness.clone().unwrap();
            let plain = Certificate {
                model: linear(8),
                witness: Some(design.transpose() * witness * design),
                basis: None,
                ..certificate
            };
            plain.check().unwrap();
            assert!(said.verdicts[MEAN_SQUARE].is_some());
        }
    }
}

/// Gradient descent on H = I has its edge at η = 2.
#[test]
fn an_edge_certificate_is_for_ranks_that_are_eliminated() {
    let certificate = |rank: usize| {
        let identity = Quadratic::new(vec![DMatrix::identity(rank, rank)]).unwrap();
        let model = serde_json::to_value(model(identity)).unwrap();
        let fields = serde_json::json!({
            "claim": "mean_square_stable", "model": model, "lr": "2", "batch": 1,
            "sampling": "without-replacement", "witness": null, "method": "exact-edge",
        });
        Certificate::parse("text", &fields.to_string())
    };
    certificate(2).unwrap().check().unwrap();
    assert!(certificate(LARGEST_EDGE).is_ok());
    let refusal = certificate(LARGEST_EDGE + 1).unwrap_err().to_string();
    assert!(refusal.contains("up to rank 16 of H"), "{refusal}");
}

/// The three inputs beside fifteen directions of curvature 8/5. The edge is exactly 5/4 and cannot be
/// decided, but lies between two learning rates that can.
#[test]
fn an_undecided_edge_is_bracketed() {
    let three = golden::three_inputs();
    let widened = |h: &DMatrix<Exact>| {
        let mut sum = DMatrix::identity(17, 17) * exact("8/5");
        sum.view_mut((0, 0), (2, 2)).copy_from(h);
        sum
    };
    let hessians = three.hessians().iter().map(widened).collect();
    let model = model(Quadratic::new(hessians).unwrap());
    let edge = exact("5/4");
    let decision = decide(&model, &edge, 1, WITHOUT).unwrap();
    assert_eq!(decision.verdicts[MEAN_SQUARE], None);
    assert!(decision.undecided["mean_square"].starts_with("within 2^-768 of the edge or on it"));
    let end = decision.critical_lr[MEAN_SQUARE].clone().unwrap();
    assert!(end.lower < edge && edge < end.upper);
    assert!(&end.upper - &end.lower <= critical::default_width() * &end.lower);
    for (eta, stable) in [(end.lower, true), (end.upper, false)] {
        let decided = decide_mean_square(&model, &eta, 1, WITHOUT).unwrap();
        assert_eq!(decided.verdict(), stable.into());
    }
}

#[test]
fn bad_questions_are_refused() {
    let ask = |eta: &str, batch, model: &Quadratic| {
        decide(&self::model(model.clone()), &exact(eta), batch, WITHOUT)
            .unwrap_err()
            .to_string()
    };
    let model = golden::three_inputs();
    assert!(ask("0", 1, &model).contains("lr: value: is 0; it must be above 0"));
    assert!(ask("-1/2", 1, &model).contains("is -1/2"));
    assert!(ask("1", 4, &model).contains("batch: size: is 4; it must be from 1 to 3"));
    let saddle = Quadratic::symmetric(vec![-DMatrix::<Exact>::identity(1, 1)]).unwrap();
    assert!(ask("1", 1, &saddle).contains("model: hessians: "));
}

#[test]
fn numbers_beyond_the_range_of_floats_are_decided_too() {
    let tiny = |x: i64| exact(&format!("{x}e-400"));
    let diagonal = |a, b| DMatrix::from_diagonal(&DVector::from_vec(vec![tiny(a), tiny(b)]));
    let model = Quadratic::new(vec![diagonal(1, 2), diagonal(3, 1)]).unwrap();
    let decision = decide(&self::model(model), &exact("1e400"), 2, WITHOUT).unwrap();
    assert_eq!(decision.verdicts[MEAN_SQUARE], Some(true));
    let critical = decision.critical_lr[GRADIENT_DESCENT].clone().unwrap();
    assert!(critical.lower <= exact("1e400") && critical.upper > exact("1e400"));
}

/// Every verdict and every critical learning rate of a model of Jacobians is that of its Hessians.
#[test]
fn jacobians_are_decided_like_their_hessians() {
    for dimension in [3, 9] {
        let entry = |i: usize, a: usize, j: usize| {
            Exact::fraction((i * (a + 2) * (j + 1) % 7) as i64 - 3, 1 + j as u64)
        };
        let jacobian = |i| DMatrix::from_fn(2, dimension, |a, j| entry(i, a, j));
        let jacobians = (1..=3).map(jacobian).collect();
        let jacobians = Model::Jacobians(Jacobians::new(exact("2/5"), jacobians).unwrap());
        let hessians = model(jacobians.quadratic());
        for eta in ["1/100", "1/10", "1/3"] {
            let of = |model: &Model| {
                decide(model, &exact(eta), 2, Sampling::WithoutReplacement).unwrap()
            };
            let (ours, theirs) = (of(&jacobians), of(&hessians));
            assert_eq!(
                ours.verdicts, theirs.verdicts,
                "{dimension} dimensions, η = {eta}"
            );
            let (ours, theirs) = (ours.critical_lr, theirs.critical_lr);
            let pairs = std::iter::once((&ours.single_sample, &theirs.single_sample)).chain(
                ours.criteria
                    .iter()
                    .zip(theirs.criteria.iter())
                    .map(|(a, b)| (a.1, b.1)),
            );
            for (ours, theirs) in pairs {
                let (ours, theirs) = (ours.bracket().unwrap(), theirs.bracket().unwrap());
                assert!(ours.lower <= theirs.upper && theirs.lower <= ours.upper);
            }
        }
    }
}
