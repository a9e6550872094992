//! The cost of certainty: one criterion, evaluated with every scalar type.
//!
//! The mean-square criterion of a model with six samples in four dimensions requires the inertia of a 10
//! × 10 matrix. The learning rate is well inside the stable interval, where every scalar type must give
//! the right answer.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::DVector;
use sgd_stability::criterion::mean_square;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::model::second_moment::Maps;
use sgd_stability::model::{Linear, Quadratic};
use sgd_stability::number::{Exact, Field, Interval, Precise, Verdict};

/// Linear regression on six inputs that span four dimensions.
fn model() -> Quadratic {
    let input = |i: i64| {
        let entry = |j: usize, _| Exact::fraction((i * (j as i64 + 2) + i * i) % 7 - 3, 4);
        DVector::from_fn(4, entry)
    };
    Linear::new((1..=6).map(input).collect())
        .expect("equally long inputs")
        .quadratic()
}

fn measure<T: Field>(bench: &mut Criterion, name: &str) {
    let maps = Maps::of(&model().to::<T>(), &T::one());
    let slack = mean_square::slack(&maps, &T::ratio(1, 8));
    assert_eq!(
        positive_semidefinite(&slack),
        Verdict::Holds,
        "{name} gives the wrong answer"
    );
    bench.bench_function(name, |timer| {
        timer.iter(|| positive_semidefinite(black_box(&slack)))
    });
}

fn scalars(bench: &mut Criterion) {
    measure::<f32>(bench, "mean_square_d4/f32");
    measure::<f64>(bench, "mean_square_d4/f64");
    measure::<Precise<128>>(bench, "mean_square_d4/precise_128");
    measure::<Interval<128>>(bench, "mean_square_d4/interval_128");
    measure::<Exact>(bench, "mean_square_d4/exact");
}

criterion_group!(benches, scalars);
criterion_main!(benches);
