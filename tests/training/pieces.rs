//! A run in pieces, saved to a file in between, equals the uninterrupted run.

use std::fs;
use std::path::Path;

use sgd_stability::kernel::Isa;
use sgd_stability::network::Network;
use sgd_stability::train::{Checkpoint, Ending, Optimiser, Sampler, Trainer};

use crate::support::{Data, optimisers, plan, residual, trainer};

fn assert_pieces_make_the_whole(network: &Network, samples: usize, folder: &Path) {
    let (isa, data) = (Isa::best(), Data::new(network, samples, 5));
    for rule in optimisers() {
        let batch = match rule.optimiser {
            Optimiser::Lbfgs(_) => samples,
            _ => 4,
        };
        let mut whole = trainer(isa, network, &data, plan(rule, batch, 20));
        whole.finish();
        let mut piece = trainer(isa, network, &data, plan(rule, batch, 20));
        for steps in [3, 4, 11, 19, 20] {
            piece.step_until(steps);
            assert_eq!(piece.progress().steps, steps, "{}", rule.optimiser.name());
            let path = folder.join(format!("{}-{steps}", rule.optimiser.name()));
            piece.checkpoint().write(&path).expect("a writable folder");
            let checkpoint = Checkpoint::read(&path, network).expect("a whole file");
            assert_eq!(checkpoint, piece.checkpoint(), "{}", rule.optimiser.name());
            piece = Trainer::resume(isa, network, data.batch(), checkpoint).expect("it fits");
        }
        assert_eq!(
            piece.checkpoint(),
            whole.checkpoint(),
            "{}",
            rule.optimiser.name()
        );
    }
}

#[test]
fn every_optimiser_can_be_stopped_and_taken_up_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_pieces_make_the_whole(&Network::fnn(&[5, 9, 3]), 14, folder.path());
    assert_pieces_make_the_whole(&residual(), 9, folder.path());
}

#[test]
fn a_run_out_of_steps_goes_on_when_it_gets_more() {
    let (network, isa) = (Network::fnn(&[5, 9, 3]), Isa::best());
    let data = Data::new(&network, 14, 5);
    let rule = optimisers()[4];
    let mut short = trainer(isa, &network, &data, plan(rule, 4, 7));
    assert_eq!(short.finish().ending, Ending::OutOfSteps);
    let mut checkpoint = short.checkpoint();
    checkpoint.plan.stop.steps = 12;
    let mut longer = Trainer::resume(isa, &network, data.batch(), checkpoint).expect("it fits");
    longer.finish();
    let mut whole = trainer(isa, &network, &data, plan(rule, 4, 12));
    whole.finish();
    assert_eq!(longer.checkpoint(), whole.checkpoint());
}

#[test]
fn damaged_and_foreign_files_are_refused_in_one_sentence() {
    let (network, isa) = (Network::fnn(&[5, 9, 3]), Isa::best());
    let data = Data::new(&network, 14, 5);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    let mut run = trainer(isa, &network, &data, plan(optimisers()[4], 4, 7));
    run.step_until(3);
    run.checkpoint().write(&path).expect("a writable folder");
    let bytes = fs::read(&path).expect("a readable file");
    let refused = |bytes: &[u8], word: &str| {
        let path = folder.path().join("wrong");
        fs::write(&path, bytes).expect("a writable folder");
        let error = Checkpoint::read(&path, &network).expect_err("a wrong file");
        assert!(error.message.contains(word), "{error} does not say {word}");
        assert!(!error.message.contains('\n'));
    };
    for length in [0, 7, 15] {
        refused(&bytes[..length], "magic");
    }
    refused(&bytes[..40], "header");
    refused(&bytes[..bytes.len() - 1], "length");
    refused(&[&bytes[..], &[0]].concat(), "length");
    for place in [bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        refused(&changed, "digest");
    }
    let mut long = bytes.clone();
    long[8..16].fill(0xff);
    refused(&long, "header");
    let mut garbled = bytes.clone();
    garbled[16] = b'[';
    refused(&garbled, "header");
    let other = Network::fnn(&[5, 8, 3]);
    let error = Checkpoint::read(&path, &other).expect_err("of another network");
    assert!(error.message.contains("5-9-3"), "{error}");
    let missing = Checkpoint::read(&folder.path().join("none"), &network);
    assert!(missing.expect_err("no file").message.contains("none"));
}

#[test]
fn a_checkpoint_of_another_optimiser_is_refused() {
    let (network, isa) = (Network::fnn(&[5, 9, 3]), Isa::best());
    let data = Data::new(&network, 14, 5);
    let mut checkpoint = trainer(isa, &network, &data, plan(optimisers()[4], 4, 7)).checkpoint();
    checkpoint.plan.optimiser = Optimiser::Plain;
    let error = Trainer::resume(isa, &network, data.batch(), checkpoint);
    assert!(error.expect_err("foreign").message.contains("plain"));
    let mut too_large = plan(optimisers()[0], 15, 7);
    too_large.sampler = Sampler::Bernoulli;
    let checkpoint = trainer(isa, &network, &data, plan(optimisers()[0], 4, 7)).checkpoint();
    let error = Trainer::new(isa, &network, data.batch(), too_large, checkpoint.state);
    assert!(error.expect_err("too large").message.contains("batch"));
}
