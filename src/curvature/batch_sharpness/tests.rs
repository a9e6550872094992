use std::path::Path;

use super::*;
use crate::network::{Activation, Network, Normalisation, State, description};
use crate::reference::translate;
use crate::train::random::{Purpose, stream};

const SAMPLES: usize = 5;

/// A network at a random point, with five samples.
struct Small {
    network: Network,
    state: State,
    inputs: Vec<f32>,
    targets: Vec<f32>,
}

impl Small {
    fn new(network: Network) -> Self {
        let wave = |count: usize, f: f32| (0..count).map(|i| (f * i as f32).sin()).collect();
        Small {
            state: State::initial(&network, &mut stream(3, Purpose::Initial, 0)),
            inputs: wave(SAMPLES * network.features(), 1.7),
            targets: wave(SAMPLES * network.outputs(), 0.9),
            network,
        }
    }

    fn dense() -> Self {
        let network = Network::dense_chain(&[3, 4, 2], |_| true, Activation::Tanh);
        Small::new(network.with_weight_decay(0.1))
    }

    fn data(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: SAMPLES,
        }
    }

    /// Both numbers over all batches, in f64.
    fn exact(
        &self,
        plan: &BatchPlan,
        normalisation: Normalisation,
        matrix: CurvatureMatrix,
    ) -> [f64; 2] {
        let point = self.state.point(&self.network, normalisation);
        let (mut rows, mut sums, mut ratios) = (Gathered::default(), [0.0; 2], 0.0);
        let batches = plan.sampling.batches(SAMPLES, plan.batch);
        for indices in &batches {
            rows.gather(&self.data(), indices);
            let reference = translate::reference_point(&point, &rows.batch())
                .with_second(translate::second(matrix));
            let gradient = reference.gradient();
            let product = reference.hessian_product(&gradient);
            let dot = |x: &[f64]| x.iter().zip(&gradient).map(|(x, g)| x * g).sum::<f64>();
            let (along, squared) = (dot(&product), dot(&gradient));
            sums = [sums[0] + along, sums[1] + squared];
            ratios += along / squared;
        }
        [sums[0] / sums[1], ratios / batches.len() as f64]
    }

    fn measured(
        &self,
        plan: &BatchPlan,
        normalisation: Normalisation,
        matrix: CurvatureMatrix,
    ) -> BatchSharpness {
        let point = self.state.point(&self.network, normalisation);
        batch_sharpness(Isa::best(), &point, &self.data(), matrix, plan)
    }
}

fn plan(sampling: Sampling, batch: usize) -> BatchPlan {
    BatchPlan {
        sampling,
        batch,
        seed: 7,
    }
}

fn both(found: &BatchSharpness) -> [Estimate; 2] {
    [found.ratio_of_means, found.mean_of_ratios].map(|estimate| estimate.expect("an estimate"))
}

#[test]
fn the_estimates_are_those_over_all_batches_in_f64() {
    let small = Small::dense();
    for (sampling, batch) in [
        (Sampling::WithoutReplacement, 1),
        (Sampling::WithoutReplacement, 2),
        (Sampling::WithReplacement, 2),
        (Sampling::WithReplacement, 5),
    ] {
        for matrix in [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton] {
            let plan = plan(sampling, batch);
            let found = small.measured(&plan, Normalisation::Fixed, matrix);
            let exact = small.exact(&plan, Normalisation::Fixed, matrix);
            for (estimate, exact) in both(&found).iter().zip(exact) {
                let distance = (estimate.value - exact).abs() / estimate.standard_error;
                assert!(distance < 4.0, "{plan:?} {matrix:?}: {estimate:?}, {exact}");
                assert!(estimate.standard_error < 0.5 * exact.abs(), "{estimate:?}");
            }
        }
    }
}

#[test]
fn the_full_batch_is_exact() {
    let small = Small::dense();
    for matrix in [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton] {
        let plan = plan(Sampling::WithoutReplacement, SAMPLES);
        let found = small.measured(&plan, Normalisation::Fixed, matrix);
        let exact = small.exact(&plan, Normalisation::Fixed, matrix);
        for (estimate, exact) in both(&found).iter().zip(exact) {
            let error = (estimate.value / exact - 1.0).abs();
            assert!(error < 1e-5, "{estimate:?}, {exact}");
            assert_eq!(estimate.standard_error, 0.0);
        }
        assert_eq!((found.batches, found.stopped), (1, Stopped::FullBatch));
    }
}

#[test]
fn in_training_mode_every_batch_has_its_own_statistics() {
    let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4 }, { type = \"batch-norm\" }, \
                { type = \"tanh\" }, { type = \"dense\", outputs = 2 }]";
    let network = description::parse(list, Path::new("net.toml")).expect("a network");
    let small = Small::new(network);
    let plan = plan(Sampling::WithoutReplacement, 3);
    let found = small.measured(&plan, Normalisation::Batch, CurvatureMatrix::Hessian);
    let exact = small.exact(&plan, Normalisation::Batch, CurvatureMatrix::Hessian);
    for (estimate, exact) in both(&found).iter().zip(exact) {
        let distance = (estimate.value - exact).abs() / estimate.standard_error;
        assert!(distance < 4.0, "{estimate:?}, {exact}");
    }
}

#[test]
fn where_every_gradient_vanishes_there_is_no_number() {
    let mut small = Small::new(Network::fnn(&[3, 4, 2]));
    small.state.parameters.fill(0.0);
    small.targets.fill(0.0);
    let found = small.measured(
        &plan(Sampling::WithoutReplacement, 2),
        Normalisation::Fixed,
        CurvatureMatrix::Hessian,
    );
    assert_eq!((found.ratio_of_means, found.mean_of_ratios), (None, None));
    assert_eq!(found.stopped, Stopped::Limit);
    assert_eq!(found.zero_gradients, found.batches);
    // One sample alone is not fitted: the batches without it are counted and left out.
    small.targets[0] = 1.0;
    let found = small.measured(
        &plan(Sampling::WithoutReplacement, 2),
        Normalisation::Fixed,
        CurvatureMatrix::Hessian,
    );
    assert!(0 < found.zero_gradients && found.zero_gradients < found.batches);
    assert!(
        both(&found)
            .iter()
            .all(|estimate| estimate.value.is_finite())
    );
}

#[test]
fn the_drawing_stops_when_it_is_precise() {
    // Equal samples have equal quotients.
    let mut small = Small::dense();
    small.inputs = small.inputs[..3].repeat(SAMPLES);
    small.targets = small.targets[..2].repeat(SAMPLES);
    let found = small.measured(
        &plan(Sampling::WithoutReplacement, 2),
        Normalisation::Fixed,
        CurvatureMatrix::Hessian,
    );
    assert_eq!(
        (found.batches, found.stopped),
        (LEAST_BATCHES, Stopped::Precise)
    );
    assert_eq!(most_batches(1000, 10), 307);
    assert_eq!(most_batches(1000, 500), LEAST_BATCHES);
}
