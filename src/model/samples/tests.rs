use super::*;
use crate::model::Sampling;
use crate::number::Field;
use nalgebra::DVector;

fn inputs() -> Linear {
    let input = |i: i64| {
        DVector::from_fn(3, |j, _| {
            Exact::fraction((i * (j as i64 + 2)) % 5 - 2, 1 + j as u64)
        })
    };
    Linear::new((1..=4).map(input).collect()).unwrap()
}

#[test]
fn both_forms_are_the_model() {
    let linear = inputs();
    let model = linear.quadratic();
    let weight = Sampling::WithoutReplacement.weight(4, 2).unwrap();
    let eta = Exact::fraction(2, 7);
    let x = DMatrix::from_fn(3, 3, |i, j| {
        Exact::fraction((i * j) as i64 - 1, 1 + (i + j) as u64)
    });
    let next = second_moment::step(&model, &weight, &eta, &x);
    let expected = (&x - next).map(|entry| entry / &eta);
    for samples in [Samples::from(&linear), Samples::from(&model)] {
        let slack = samples.slack(&Fractions::of(&x), &eta, &weight);
        assert_eq!(slack.to_exact(), expected);
        assert_eq!(samples.hessian().to_exact(), *model.hessian());
        assert_eq!(samples.curvature().variance.to_exact(), model.variance());
        assert_eq!((samples.count(), samples.size()), (4, 3));
    }
}

#[test]
fn machine_numbers_are_near_the_curvatures() {
    let linear = inputs();
    let x = DMatrix::from_fn(3, 3, |i, j| (i * j) as f64 + 0.5);
    let model = linear.quadratic();
    let expected = model.to::<f64>().mean_sandwich(&x) * 4.0;
    for samples in [Samples::from(&linear), Samples::from(&model)] {
        let found = samples
            .frame(DMatrix::identity(3, 3), &[], 2)
            .curvatures
            .mean_sandwich(&x);
        // The scale is 2² per Hessian; the tolerance is far above the rounding errors of a dozen
        // products.
        assert!((found - &expected * 4.0).amax() < 1e-12 * expected.amax().square());
    }
}

/// Two samples with two outputs each, and a loss of curvature 2/3, in six dimensions.
fn two_outputs() -> Jacobians {
    let entry = |i: i64, a: usize, j: usize| {
        Exact::fraction((i * (2 * a + 3 * j) as i64 + i) % 7 - 2, 1 + j as u64)
    };
    let jacobian = |i| DMatrix::from_fn(2, 6, |a, j| entry(i, a, j));
    Jacobians::new(Exact::fraction(2, 3), vec![jacobian(1), jacobian(3)]).unwrap()
}

/// Two inputs in three dimensions, four inputs in five dimensions of which two are dependent, and Jacobians.
fn thin() -> [Model; 3] {
    let five = [
        [1, 2, 0, -1, 3],
        [2, 4, 0, -2, 6],
        [0, 1, 1, 5, -2],
        [1, 3, 1, 4, 1],
    ];
    let input = |row: &[i64; 5]| DVector::from_fn(5, |j, _| Exact::fraction(row[j], 3));
    [
        Model::Linear(Linear::new(inputs().inputs()[..2].to_vec()).unwrap()),
        Model::Linear(Linear::new(five.iter().map(input).collect()).unwrap()),
        Model::Jacobians(two_outputs()),
    ]
}

/// `GᵀYG`.
fn in_parameters(model: &Model, y: &Fractions) -> DMatrix<Exact> {
    let g = model.factors().unwrap();
    g.transpose() * y.to_exact() * g
}

#[test]
fn the_gram_view_is_the_model_on_the_span_of_the_inputs() {
    for model in thin() {
        let (n, rows) = (model.samples(), model.factor_rows().unwrap());
        let (gram, plain) = (Samples::gram(&model).unwrap(), Samples::from(&model));
        let full = Samples::from(&model.quadratic());
        assert_eq!((gram.size(), gram.count()), (rows, n));
        let weight = Sampling::WithReplacement.weight(n, 2).unwrap();
        let eta = Exact::fraction(2, 7);
        let held = |shift: i64| {
            Fractions::from_fn(rows, rows, |i, j| {
                ((i * j + i + j) as i64 % 4 - shift).into()
            })
        };
        let (y, z) = (held(1), held(2));
        let [x, other] = [&y, &z].map(|y| Fractions::of(&in_parameters(&model, y)));
        let slack = in_parameters(&model, &gram.slack(&y, &eta, &weight));
        assert_eq!(slack, plain.slack(&x, &eta, &weight).to_exact());
        assert_eq!(slack, full.slack(&x, &eta, &weight).to_exact());
        assert_eq!(gram.dual(&y).dot(&z), x.dot(&other));
        let hessian = in_parameters(&model, &gram.held_hessian());
        assert_eq!(hessian, plain.hessian().to_exact());
        assert_eq!(hessian, full.hessian().to_exact());
        assert_eq!(gram.small_hessians(), plain.small_hessians());
        let (ours, theirs) = (gram.curvature(), plain.curvature());
        let g = model.factors().unwrap();
        for (operator, expected) in [
            (ours.hessian, theirs.hessian),
            (ours.variance, theirs.variance),
        ] {
            // XGᵀ = GᵀL.
            let moved = expected.to_exact() * g.transpose();
            assert_eq!(moved, g.transpose() * operator.to_exact());
        }
    }
}

#[test]
fn the_frame_of_the_gram_view_is_near_the_model_too() {
    for model in [&thin()[0], &thin()[2]] {
        let gram = Samples::gram(model).unwrap();
        let (exponent, rank) = (-2, gram.size());
        let hessian = gram.hessian().scaled_to_f64(exponent);
        let (eigenvalues, vectors) =
            crate::matrix::pencil::leading_eigenpairs(&hessian, rank).unwrap();
        let frame = gram.frame(vectors, &eigenvalues, exponent);
        // In its own eigenbasis H is diagonal, and so is the mean of H_i·1·H_i = E[H_i²].
        let held = gram.held_hessian().scaled_to_f64(0);
        let found = frame.basis.tr_mul(&(held * &frame.basis));
        let expected = DMatrix::from_diagonal(&DVector::from_vec(eigenvalues));
        // The tolerance is far above the rounding errors of a dozen products of numbers near 1.
        assert!((found - expected).amax() < 1e-12);
        let second_moment = model.quadratic().to::<f64>().second_moment();
        let found = frame
            .curvatures
            .mean_sandwich(&DMatrix::identity(rank, rank))
            .trace();
        assert!((found * 16.0 / second_moment.trace() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn hessians_are_seen_by_a_basis() {
    for model in &thin()[1..] {
        let (gram, plain) = (Samples::gram(model).unwrap(), Samples::from(model));
        let quadratic = model.quadratic();
        let full = Samples::from(&quadratic);
        let rows = Fractions::of(&model.factors().unwrap()).select_rows(&[0, 2]);
        let expected: Vec<_> = (quadratic.hessians().iter())
            .map(|h| rows.to_exact() * h * rows.transpose().to_exact())
            .collect();
        assert_eq!(plain.seen_by(Some(&rows)), expected);
        assert_eq!(full.seen_by(Some(&rows)), expected);
        let values = gram.gram_matrix().unwrap().select_rows(&[0, 2]);
        assert_eq!(gram.seen_by(Some(&values)), expected);
        assert_eq!(plain.seen_by(None), quadratic.hessians());
    }
}
