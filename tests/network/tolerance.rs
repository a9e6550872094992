//! How accurate a measurement with tolerance 10⁻³ is, and what it costs.

use sgd_stability::curvature::{Lanczos, Tracker};
use sgd_stability::dataset::{self, Source, Split};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Network, Normalisation, State,
};
use sgd_stability::reference;
use sgd_stability::reference::translate::reference_point;
use sgd_stability::train::random::{Purpose, stream};
use sgd_stability::train::{Optimiser, Plan, Sampler, Stop, Trainer};

/// The state of a network after gradient descent on these samples.
fn trained(network: &Network, batch: Batch<'_>) -> State {
    let mut random = stream(1, Purpose::Initial, 0);
    let start = State::initial(network, &mut random);
    let plan = Plan {
        optimiser: Optimiser::Plain,
        learning_rate: 0.25,
        batch: batch.samples,
        sampler: Sampler::Reshuffled,
        seed: 3,
        stop: Stop::at(0.0, 2000),
    };
    let mut trainer = Trainer::new(Isa::best(), network, batch, plan, start).expect("a good plan");
    trainer.finish();
    trainer.state().clone()
}

#[test]
fn thirteen_products_give_sharpness_and_non_uniformity_to_a_thousandth() {
    let network = Network::fnn(&[784, 40, 40, 40, 10]);
    let samples = 200;
    let data = dataset::load(
        &Source::named("fashion-mnist"),
        Split::Train,
        Some(samples),
        None,
    );
    let data = data.expect("the embedded images");
    let targets = data.targets.rows();
    let batch = Batch {
        inputs: &data.inputs,
        targets: &targets,
        samples,
    };
    let state = trained(&network, batch);
    let point = state.point(&network, Normalisation::Fixed);
    // Measured in f64, by another engine, until the residual is a millionth.
    let fine = reference::Lanczos {
        tolerance: 1e-6,
        least: 20,
        products: 200,
        seed: 8,
    };
    let exact = reference_point(&point, &batch)
        .measure(&fine, true)
        .expect("finite");
    assert!(
        exact.converged == [true; 2] && exact.loss < 0.05,
        "{exact:?}"
    );
    let settings = Lanczos {
        tolerance: 1e-3,
        products: 40,
    };
    let isa = Isa::best();
    for seed in 1..=5 {
        let mut curvature = CurvatureOperator::new(isa, point, batch, CurvatureMatrix::Hessian);
        let mut tracker = Tracker::new(settings, seed);
        let measured = tracker.measure(isa, &mut curvature).expect("finite");
        assert!(
            measured.converged && measured.products <= [13; 2],
            "{measured:?}"
        );
        let s = exact.non_uniformity.expect("uncoupled");
        for (name, value, exact) in [
            ("a", measured.sharpness.value, exact.sharpness.value),
            ("s", measured.non_uniformity.value, s.value),
        ] {
            let error = (value / exact - 1.0).abs();
            println!("seed {seed}: {name} = {value}, in f64 {exact}, off by {error:.1e}");
            assert!(error < 1e-3, "seed {seed}: {name} is {value}, not {exact}");
        }
    }
}
