//! A run gives the same bits on every instruction set and any number of threads.

use rayon::ThreadPoolBuilder;
use sgd_stability::kernel::Isa;
use sgd_stability::network::Network;
use sgd_stability::train::{Optimiser, Sampler};

use crate::support::{Data, Rule, optimisers, plan, residual, trainer};

/// The bits of the losses, parameters, statistics and preconditioner of a run.
fn bits(
    isa: Isa,
    network: &Network,
    data: &Data,
    rule: Rule,
    (batch, sampler): (usize, Sampler),
) -> Vec<u64> {
    let mut plan = plan(rule, batch, 5);
    plan.sampler = sampler;
    let mut trainer = trainer(isa, network, data, plan);
    let mut bits = Vec::new();
    while let Some(step) = trainer.step() {
        bits.push(step.loss.map_or(0, f64::to_bits));
    }
    let preconditioner = trainer.preconditioner().unwrap_or_default();
    let state = trainer.state();
    let numbers = [&state.parameters, &state.statistics, &preconditioner];
    bits.extend(
        numbers
            .into_iter()
            .flatten()
            .map(|x| u64::from(x.to_bits())),
    );
    bits
}

fn assert_same_everywhere(network: &Network, samples: usize, batch: (usize, Sampler)) {
    let data = Data::new(network, samples, 5);
    for rule in optimisers() {
        let batch = match rule.optimiser {
            Optimiser::Lbfgs(_) => (samples, Sampler::WithoutReplacement),
            _ => batch,
        };
        let run = |isa, threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let run = || bits(isa, network, &data, rule, batch);
            pool.expect("a pool of threads").install(run)
        };
        let reference = run(Isa::portable(), 1);
        for threads in [1, 2, 3, 8] {
            for isa in Isa::available() {
                let place = format!(
                    "{} on {} with {threads} threads",
                    rule.optimiser.name(),
                    isa.name()
                );
                assert!(run(isa, threads) == reference, "{place}: other bits");
            }
        }
    }
}

#[test]
fn every_optimiser_has_the_same_bits_everywhere_on_dense_layers() {
    // 20 771 parameters, which is more than one piece of parallel work.
    let network = Network::fnn(&[40, 300, 27, 11]);
    assert!(network.parameters() > 1 << 14);
    assert_same_everywhere(&network, 23, (7, Sampler::Reshuffled));
    assert_same_everywhere(&network, 23, (5, Sampler::Bernoulli));
}

#[test]
fn every_optimiser_has_the_same_bits_everywhere_with_batch_normalisation() {
    assert_same_everywhere(&residual(), 13, (5, Sampler::WithReplacement));
}
