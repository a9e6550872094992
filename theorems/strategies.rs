//! The strategies of the property tests: small models and learning rates at the edge.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use sgd_stability::criterion::MEAN_SQUARE;
use sgd_stability::decide::critical;
use sgd_stability::matrix::Bracket;
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Exact, Field};

/// The number of cases per property, each with several exact decisions: 64, or the number in
/// `PROPTEST_CASES`.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(64)
}

/// The configuration of a claim's property tests. `failures` is `"proptest-regressions/<claim>.txt"`,
/// because proptest cannot derive that path for files outside of `src/`.
pub fn config(failures: &'static str) -> ProptestConfig {
    ProptestConfig {
        cases: cases(),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(failures))),
        ..ProptestConfig::default()
    }
}

/// A small rational that shrinks towards zero.
pub fn rational() -> impl Strategy<Value = Exact> {
    (-3i64..=3, 1u64..=3).prop_map(|(p, q)| Exact::fraction(p, q))
}

/// A vector of small rationals.
pub fn vector(d: usize) -> impl Strategy<Value = DVector<Exact>> {
    vec(rational(), d).prop_map(DVector::from_vec)
}

/// A semi-definite matrix of rank at most two, often singular.
fn semidefinite(d: usize) -> impl Strategy<Value = DMatrix<Exact>> {
    (vector(d), vector(d)).prop_map(|(g, h)| &g * g.transpose() + &h * h.transpose())
}

/// A model with this many samples in this dimension, not flat.
pub fn sized(
    n: impl Into<proptest::collection::SizeRange>,
    d: usize,
) -> impl Strategy<Value = Quadratic> {
    let model = |hessians| Quadratic::new(hessians).expect("sums of squares");
    vec(semidefinite(d), n)
        .prop_map(model)
        .prop_filter("flat", |model| !model.is_flat())
}

/// A model of up to four samples in up to three dimensions, not flat.
pub fn model() -> impl Strategy<Value = Quadratic> {
    (1usize..=3).prop_flat_map(|d| sized(1..=4, d))
}

/// A model whose samples commute: diagonal samples, rotated by a rational rotation.
pub fn commuting() -> impl Strategy<Value = Quadratic> {
    let diagonals = (2usize..=3).prop_flat_map(|d| vec(vector(d), 1..=4));
    diagonals.prop_filter_map("flat", |diagonals| {
        let turn = rotation(diagonals[0].len());
        let square = |g: &DVector<Exact>| DMatrix::from_diagonal(&g.component_mul(g));
        let turned = |g: &DVector<Exact>| &turn * square(g) * turn.transpose();
        let model =
            Quadratic::new(diagonals.iter().map(turned).collect()).expect("sums of squares");
        (!model.is_flat()).then_some(model)
    })
}

/// The rotation in the plane of the first two axes by the angle with cosine 3/5; in one dimension, the
/// identity.
pub fn rotation(d: usize) -> DMatrix<Exact> {
    let mut turn = DMatrix::identity(d, d);
    if d > 1 {
        let [c, s] = [3, 4].map(|part| Exact::fraction(part, 5));
        (turn[(0, 0)], turn[(0, 1)]) = (c.clone(), -&s);
        (turn[(1, 0)], turn[(1, 1)]) = (s, c);
    }
    turn
}

/// A model with a batch size and a sampling scheme.
pub fn question(
    model: impl Strategy<Value = Quadratic>,
) -> impl Strategy<Value = (Arc<Quadratic>, Sampling, usize)> {
    model.prop_flat_map(|model| {
        let (samples, model) = (model.samples(), Arc::new(model));
        (
            Just(model),
            prop::sample::select(&Sampling::ALL[..]),
            1..=samples,
        )
    })
}

/// A noise weight `p ∈ [0, 1]`.
pub fn weight() -> impl Strategy<Value = Exact> {
    (0i64..=6).prop_map(|part| Exact::fraction(part, 6))
}

/// The bracket of the end of mean-square stability, for a model that is not flat.
pub fn end_of(model: &Quadratic, weight: &Exact) -> Bracket {
    let width = critical::default_width();
    critical::of(MEAN_SQUARE, model, weight, &width).expect("a model that is not flat")
}

/// Learning rates on both sides of the end, both at the ends of the bracket and farther away.
pub fn rates_around(end: &Bracket) -> Vec<Exact> {
    let scaled = |numerator, denominator| &end.lower * Exact::fraction(numerator, denominator);
    vec![
        end.lower.clone(),
        end.upper.clone(),
        scaled(1, 2),
        scaled(999_999, 1_000_000),
        scaled(1_000_001, 1_000_000),
        scaled(5, 4),
    ]
}

/// The model with `change` applied to every Hessian.
pub fn changed(model: &Quadratic, change: impl Fn(&DMatrix<Exact>) -> DMatrix<Exact>) -> Quadratic {
    let hessians = model.hessians().iter().map(change).collect();
    Quadratic::new(hessians).expect("the change keeps semi-definiteness")
}

/// The squared factor of one epoch in one dimension when every sample is used once, `Π (1 − ηa_i)²`,
/// which does not depend on the order. The run is bounded when it is at most 1. It differs from the
/// mean over independent batches.
pub fn squared_epoch_factor<T: Field>(model: &Quadratic<T>, eta: &T) -> T {
    let factor = |h: &DMatrix<T>| (T::one() - eta * &h[(0, 0)]).square();
    model
        .hessians()
        .iter()
        .map(factor)
        .fold(T::one(), |product, factor| product * factor)
}
