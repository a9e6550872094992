//! Times exact decisions: definiteness, the second moment, witnesses, and a hundred digits.
//!
//! The families of matrices are those on which other exact libraries have been timed: R is random and
//! indefinite, PD is R made diagonally dominant, and RK is a singular Gram matrix. The second-moment
//! models have 2d inputs, either hundredths or fractions with denominators up to 100; they are decided at
//! half and at three times the learning rate `2·E‖x‖²/E‖x‖⁴`. Every answer is checked once before the
//! clock starts.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::criterion::MEAN_SQUARE;
use sgd_stability::decide::{decide, decide_mean_square};
use sgd_stability::matrix::{Fractions, definite, largest_eigenvalue};
use sgd_stability::model::{Linear, Model, Sampling};
use sgd_stability::number::{Exact, Field, Verdict};

const WITHOUT: Sampling = Sampling::WithoutReplacement;

fn fraction(random: &mut ChaCha8Rng, largest: u64) -> Exact {
    let denominator = random.random_range(1..=largest);
    Exact::fraction(random.random_range(-100..=100), denominator)
}

fn indefinite(n: usize) -> DMatrix<Exact> {
    let mut random = ChaCha8Rng::seed_from_u64(n as u64);
    let half = DMatrix::from_fn(n, n, |_, _| fraction(&mut random, 100));
    DMatrix::from_fn(n, n, |i, j| half[(i.max(j), i.min(j))].clone())
}

fn dominant(n: usize) -> DMatrix<Exact> {
    let mut matrix = indefinite(n);
    for i in 0..n {
        matrix[(i, i)] = matrix.row(i).iter().map(Exact::abs).sum();
    }
    matrix
}

fn singular(n: usize) -> DMatrix<Exact> {
    let mut random = ChaCha8Rng::seed_from_u64(n as u64);
    let g = DMatrix::from_fn(n, n - 1, |_, _| Exact::from(random.random_range(-9i64..=9)));
    let scale: Vec<Exact> = (0..n)
        .map(|_| Exact::fraction(1, random.random_range(1..=100)))
        .collect();
    let gram = &g * g.transpose();
    DMatrix::from_fn(n, n, |i, j| &gram[(i, j)] * &scale[i] * &scale[j])
}

fn definiteness(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("semidefinite");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(1));
    for n in [10, 20, 40, 80] {
        for (name, matrix, expected) in [
            ("R", indefinite(n), Verdict::Fails),
            ("PD", dominant(n), Verdict::Holds),
            ("RK", singular(n), Verdict::Holds),
        ] {
            let decide = || definite::semidefinite(&Fractions::of(black_box(&matrix)));
            assert_eq!(decide(), expected, "{name} {n}");
            group.bench_function(BenchmarkId::new(name, n), |timer| timer.iter(decide));
        }
    }
}

fn regression(d: usize, n: usize, hundredths: bool) -> Model {
    let mut random = ChaCha8Rng::seed_from_u64((1000 * d + n) as u64);
    let mut entry = || {
        if hundredths {
            Exact::fraction(random.random_range(-100..=100), 100)
        } else {
            fraction(&mut random, 100)
        }
    };
    let inputs = (0..n).map(|_| DVector::from_fn(d, |_, _| entry()));
    Model::Linear(Linear::new(inputs.collect()).expect("equally long inputs"))
}

/// The learning rate `2·E‖x‖²/E‖x‖⁴`, rounded to about 14 significant bits.
fn typical_rate(model: &Model) -> Exact {
    let Model::Linear(model) = model else {
        unreachable!("regression is linear")
    };
    let squares = || model.inputs().iter().map(|x| x.dot(x));
    let fourth: Exact = squares().map(|s| s.square()).sum();
    (Exact::from(2) * squares().sum::<Exact>() / fourth).rounded_to(14)
}

fn second_moment(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("second_moment");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(1));
    for d in [4, 6, 8, 10] {
        for (data, hundredths) in [("d", true), ("q", false)] {
            let model = regression(d, 2 * d, hundredths);
            let typical = typical_rate(&model);
            let near = critical(&model) * "0.999999".parse::<Exact>().expect("a number");
            for (side, eta, expected) in [
                ("st", &typical * Exact::fraction(1, 2), Verdict::Holds),
                ("un", &typical * Exact::from(3), Verdict::Fails),
                ("near", near, Verdict::Holds),
            ] {
                time_mean_square(
                    &mut group,
                    &format!("M2{data}{d}{side}"),
                    &model,
                    &eta,
                    expected,
                );
            }
        }
    }
}

fn critical(model: &Model) -> Exact {
    let decision = decide(model, &Exact::from(1), 1, WITHOUT).expect("a minimum");
    decision.critical_lr[MEAN_SQUARE]
        .clone()
        .expect("an end")
        .lower
}

fn time_mean_square(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    model: &Model,
    eta: &Exact,
    expected: Verdict,
) {
    let decide = || decide_mean_square(black_box(model), eta, 1, WITHOUT).expect("a minimum");
    assert_eq!(decide().verdict(), expected, "{name}");
    group.bench_function(name, |timer| timer.iter(decide));
}

fn witnesses(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("witness");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(2));
    for d in [10, 20, 40, 100] {
        let model = regression(d, 3 * d / 2, false);
        let end = critical(&model);
        for (factor, expected) in [
            ("0.9", Verdict::Holds),
            ("0.999999", Verdict::Holds),
            ("1.000001", Verdict::Fails),
        ] {
            let eta = &end * factor.parse::<Exact>().expect("a number");
            time_mean_square(&mut group, &format!("{d}/{factor}"), &model, &eta, expected);
        }
    }
}

fn hundred_digits(bench: &mut Criterion) {
    let mut random = ChaCha8Rng::seed_from_u64(50);
    let half = DMatrix::from_fn(50, 50, |_, _| {
        Exact::fraction(random.random_range(-1000..=1000), 1000)
    });
    let matrix = DMatrix::from_fn(50, 50, |i, j| half[(i.max(j), i.min(j))].clone());
    let mut group = bench.benchmark_group("largest_eigenvalue");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(2));
    assert!(largest_eigenvalue(&matrix, 100).is_some());
    group.bench_function("50_rows_100_digits", |timer| {
        timer.iter(|| largest_eigenvalue(black_box(&matrix), 100))
    });
}

criterion_group!(
    benches,
    definiteness,
    second_moment,
    witnesses,
    hundred_digits
);
criterion_main!(benches);
