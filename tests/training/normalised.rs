//! Training with batch normalisation.

use sgd_stability::kernel::Isa;
use sgd_stability::network::{BatchNorm, Builder, Loss, Network, Normalisation, Pass, Shape};
use sgd_stability::train::Optimiser;

use crate::support::{Data, optimisers, plan, residual, trainer};

/// A network that normalises its input, whose moments are known.
fn on_the_input(shape: Shape) -> Network {
    let mut builder = Builder::new("normalised", shape, Loss::MeanSquared);
    let norm = BatchNorm::default();
    builder.batch_norm(norm).expect("a good epsilon");
    builder.dense(2, true).expect("outputs");
    builder.finish().expect("a network")
}

/// The mean and the variance of a channel over samples and positions; the variance is normalised by count
/// − 1.
fn moments(data: &Data, channels: usize, channel: usize) -> [f64; 2] {
    let values = data.inputs.iter().skip(channel).step_by(channels);
    let values: Vec<f64> = values.map(|x| f64::from(*x)).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|x| (x - mean).powi(2));
    [mean, squares.sum::<f64>() / (count - 1.0)]
}

#[test]
fn running_statistics_go_a_tenth_of_the_way_each_step() {
    let shape = Shape::image(3, 2, 2);
    let network = on_the_input(shape);
    let data = Data::new(&network, 7, 2);
    for rule in optimisers() {
        // From (0, 1), k steps towards the same moments leave 0.9ᵏ of the initial value.
        let steps = 6;
        let mut trainer = trainer(Isa::best(), &network, &data, plan(rule, 7, steps));
        trainer.finish();
        assert_eq!(trainer.progress().steps, steps, "{}", rule.optimiser.name());
        let left = 0.9_f64.powi(steps as i32);
        for channel in 0..3 {
            let [mean, variance] = moments(&data, 3, channel);
            let expected = [(1.0 - left) * mean, left + (1.0 - left) * variance];
            let statistics = &trainer.state().statistics;
            let computed = [statistics[channel], statistics[3 + channel]];
            for (computed, expected) in computed.into_iter().zip(expected) {
                // Each step makes about four rounding errors of numbers of size at most one, and the
                // moments contribute as much.
                let error = (f64::from(computed) - expected).abs();
                let bound = 8.0 * steps as f64 * f64::from(f32::EPSILON);
                assert!(
                    error <= bound,
                    "{}: {computed}, {expected}",
                    rule.optimiser.name()
                );
            }
        }
    }
}

#[test]
fn a_residual_network_trains_by_every_optimiser() {
    let network = residual();
    let data = Data::new(&network, 8, 6);
    for rule in optimisers() {
        let batch = match rule.optimiser {
            Optimiser::Lbfgs(_) => 8,
            _ => 4,
        };
        let mut trainer = trainer(Isa::best(), &network, &data, plan(rule, batch, 300));
        let mut pass = Pass::new(Isa::best());
        let before = pass.evaluate(
            &trainer.state().point(&network, Normalisation::Batch),
            &data.batch(),
        );
        trainer.finish();
        for mode in [Normalisation::Batch, Normalisation::Fixed] {
            let after = pass.evaluate(&trainer.state().point(&network, mode), &data.batch());
            println!(
                "{} {mode:?}: {} → {}",
                rule.optimiser.name(),
                before.loss,
                after.loss
            );
            assert!(
                after.loss < 0.6 * before.loss,
                "{} {mode:?}",
                rule.optimiser.name()
            );
        }
    }
}
