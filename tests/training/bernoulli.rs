//! Bernoulli batches, whose size is random.

use sgd_stability::kernel::Isa;
use sgd_stability::network::{Network, Normalisation, Pass};
use sgd_stability::train::{Batches, HeavyBall, Optimiser, Sampler};

use crate::support::{Data, plan, trainer, with_rate};

#[test]
fn a_step_takes_the_sum_over_its_batch_divided_by_the_mean_size() {
    let network = Network::fnn(&[3, 5, 2]);
    let data = Data::new(&network, 9, 4);
    let rules = [
        Optimiser::Plain,
        // The first step of heavy ball from rest is that of gradient descent.
        Optimiser::HeavyBall(HeavyBall { momentum: 0.0 }),
    ];
    let (mut sizes, eta, mean_size) = (Vec::new(), 0.5, 3);
    for rule in rules {
        let mut plan = plan(with_rate(rule, eta), mean_size, 12);
        plan.sampler = Sampler::Bernoulli;
        let mut trainer = trainer(Isa::best(), &network, &data, plan);
        let mut batches = Batches::new(plan.sampler, plan.seed, 9, mean_size);
        for number in 0..12 {
            let before = trainer.state().clone();
            let mut indices = Vec::new();
            batches.draw(number, &mut indices);
            // The sum over the batch in f64, sample by sample.
            let mut sum = vec![0.0; network.parameters()];
            let mut loss = 0.0;
            for &i in &indices {
                let one = Data {
                    inputs: data.inputs[i * 3..][..3].to_vec(),
                    targets: data.targets[i * 2..][..2].to_vec(),
                    samples: 1,
                };
                let mut gradient = vec![0.0; network.parameters()];
                let point = before.point(&network, Normalisation::Fixed);
                loss += Pass::new(Isa::best()).gradient(&point, &one.batch(), &mut gradient);
                sum.iter_mut()
                    .zip(gradient)
                    .for_each(|(s, g)| *s += f64::from(g));
            }
            let step = trainer.step().expect("steps are left");
            let after = &trainer.state().parameters;
            for ((w, sum), after) in before.parameters.iter().zip(&sum).zip(after) {
                let expected = f64::from(*w) - f64::from(eta) * sum / mean_size as f64;
                // Sums of at most nine terms of size about one: thirty rounding errors.
                let error = (f64::from(*after) - expected).abs();
                assert!(
                    error <= 30.0 * f64::from(f32::EPSILON),
                    "{rule:?}, step {number}"
                );
            }
            match (step.loss, indices.len()) {
                (None, 0) => assert_eq!(&before, trainer.state()),
                (Some(mean), size) => assert!((mean - loss / size as f64).abs() < 1e-5),
                (None, size) => panic!("{size} samples and no loss"),
            }
            sizes.push(indices.len());
        }
    }
    assert!(sizes.iter().any(|size| *size != mean_size), "{sizes:?}");
}

#[test]
fn an_empty_batch_leaves_everything_but_the_count() {
    let network = Network::fnn(&[3, 5, 2]);
    let data = Data::new(&network, 9, 4);
    let mut plan = plan(
        with_rate(Optimiser::HeavyBall(HeavyBall { momentum: 0.5 }), 0.5),
        1,
        60,
    );
    plan.sampler = Sampler::Bernoulli;
    let mut trainer = trainer(Isa::best(), &network, &data, plan);
    let mut empty = 0;
    for _ in 0..60 {
        let before = trainer.checkpoint();
        let step = trainer.step().expect("steps are left");
        if step.loss.is_none() {
            empty += 1;
            let mut after = trainer.checkpoint();
            assert_eq!(after.progress.steps, before.progress.steps + 1);
            after.progress = before.progress;
            assert_eq!(after, before);
        }
    }
    // (8/9)⁹ = 0.35 of the batches are empty: 21 of 60, with standard deviation 3.7.
    assert!((3..=39).contains(&empty), "{empty}");
}
