//! If the engine's result is not a polynomial of its inputs, it is compared with an enclosure, within a
//! chosen tolerance.

use sgd_stability::experiment::tiny::{Difference, Tiny, enclosed};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{CurvatureMatrix, Loss, Normalisation, Pass};
use sgd_stability::number::Field;
use sgd_stability::oracle::graph::{Enclosure, SecondDerivative};

use super::support::{MATRICES, compare, smooth};

/// The tolerance relative to the largest entry (DESIGN.md).
const TOLERANCE: f64 = 1e-4;

#[test]
fn cross_entropy_agrees_with_its_enclosure() {
    for name in ["3-4-3-2", "2-3-3", "convolution", "batch-norm"] {
        let tiny = smooth(name, Loss::CROSS_ENTROPY, Normalisation::Fixed, 4);
        for matrix in MATRICES {
            let difference = compare(&tiny, matrix);
            println!("{name}, cross-entropy, {matrix:?}: {difference:?}");
            assert!(difference.relative <= TOLERANCE, "{name}: {difference:?}");
        }
    }
}

#[test]
fn batch_normalisation_couples_the_samples_as_its_enclosure_says() {
    for (name, loss, samples) in [
        ("batch-norm", Loss::MeanSquared, 9),
        ("batch-norm", Loss::HingeSquared, 4),
        ("batch-norm-residual", Loss::MeanSquared, 3),
        ("batch-norm-residual", Loss::CROSS_ENTROPY, 4),
        ("batch-norm-bare", Loss::MeanSquared, 7),
        ("batch-norm-bare", Loss::CROSS_ENTROPY, 5),
    ] {
        let tiny = smooth(name, loss, Normalisation::Batch, samples);
        for matrix in MATRICES {
            let difference = compare(&tiny, matrix);
            println!("{name}, {loss:?}, {matrix:?}: {difference:?}");
            assert!(difference.relative <= TOLERANCE, "{name}: {difference:?}");
        }
    }
}

#[test]
fn a_wrong_product_breaks_the_tolerance() {
    let cases = [
        ("3-4-3-2", Loss::CROSS_ENTROPY, Normalisation::Fixed),
        ("batch-norm", Loss::MeanSquared, Normalisation::Batch),
        (
            "batch-norm-residual",
            Loss::MeanSquared,
            Normalisation::Batch,
        ),
    ];
    for (name, loss, normalisation) in cases {
        let tiny = smooth(name, loss, normalisation, 4);
        let difference = compare(
            &tiny,
            (CurvatureMatrix::GaussNewton, SecondDerivative::Hessian),
        );
        assert!(
            difference.relative > 10.0 * TOLERANCE,
            "{name}: {difference:?}"
        );
    }
}

#[test]
fn fixed_statistics_are_not_those_of_the_batch() {
    let tiny = smooth("batch-norm", Loss::MeanSquared, Normalisation::Batch, 4);
    let fixed = Tiny::new(tiny.network.clone(), Normalisation::Fixed, 4, 0);
    let mut difference = Difference::default();
    difference.add(&fixed.gradient(Isa::best()), &tiny.exact.gradient());
    assert!(difference.relative > 10.0 * TOLERANCE, "{difference:?}");
}

#[test]
fn one_coupled_step_descends_and_moves_the_statistics() {
    let tiny = smooth("batch-norm", Loss::MeanSquared, Normalisation::Batch, 4);
    let mut state = tiny.state.clone();
    let mut pass = Pass::new(Isa::best());
    let (mode, batch) = (tiny.normalisation, tiny.batch());
    pass.descend(&tiny.network, mode, &mut state, &batch, 0.25);
    let start = enclosed(&tiny.in_pytorch_order(&tiny.state.parameters));
    let step = Enclosure::ratio(1, 4);
    let pairs = start.iter().zip(tiny.exact.gradient());
    let expected: Vec<Enclosure> = pairs.map(|(w, g)| w - g * &step).collect();
    let mut difference = Difference::default();
    difference.add(&tiny.in_pytorch_order(&state.parameters), &expected);
    assert!(difference.relative <= TOLERANCE, "{difference:?}");
    // The first layer normalises the inputs, whose moments can be computed without a network: channels
    // last, two channels, over samples and positions. The running variance is the unbiased one.
    let channels = 2;
    let count = tiny.inputs.len() / channels;
    for channel in 0..channels {
        let values = || {
            tiny.inputs
                .iter()
                .skip(channel)
                .step_by(channels)
                .map(|&x| f64::from(x))
        };
        let mean = values().sum::<f64>() / count as f64;
        let squares: f64 = values().map(|x| (x - mean).powi(2)).sum();
        let unbiased = squares / (count - 1) as f64;
        let moved = |before: f32, new: f64| 0.9 * f64::from(before) + 0.1 * new;
        let (before, after) = (&tiny.state.statistics, &state.statistics);
        let means = (after[channel], moved(before[channel], mean));
        let place = channels + channel;
        let variances = (after[place], moved(before[place], unbiased));
        for (computed, expected) in [means, variances] {
            let error = (f64::from(computed) - expected).abs();
            assert!(
                error <= TOLERANCE,
                "channel {channel}: {computed}, not {expected}"
            );
        }
    }
}
