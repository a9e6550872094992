//! Training and curvature of networks with every kind of layer give the same bits on every instruction
//! set and any number of threads.

use rand::{Rng, RngExt};
use sgd_stability::curvature::{Lanczos, Tracker};
use sgd_stability::experiment::tiny::{further_names, names, network};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Batch, Builder, CurvatureMatrix, CurvatureOperator, Loss, Network, Normalisation, Pass, Point,
    Shape, State,
};
use sgd_stability::train::random::{Purpose, stream};
use sgd_stability::train::{Optimiser, Plan, Sampler, Stop, train};
use sha2::{Digest, Sha256};

const SAMPLES: usize = 21;

/// Random inputs and targets of `count` samples.
fn samples(network: &Network, count: usize, random: &mut impl Rng) -> (Vec<f32>, Vec<f32>) {
    let vocabulary = network.vocabulary();
    let inputs = (0..count * network.features()).map(|_| match vocabulary {
        Some(vocabulary) => random.random_range(0..vocabulary) as f32,
        None => random.random(),
    });
    let outputs = network.outputs();
    let target = |i: usize| (0..outputs).map(move |k| f32::from(k == i % outputs));
    (inputs.collect(), (0..count).flat_map(target).collect())
}

/// The bits of the losses and parameters of a run, and of the ends of both spectra where it ends.
fn bits(isa: Isa, network: &Network) -> Vec<u64> {
    let mut random = stream(3, Purpose::Initial, 0);
    let (inputs, targets) = samples(network, SAMPLES, &mut random);
    let data = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let mut state = State::initial(network, &mut random);
    let mut bits = Vec::new();
    for (batch, steps) in [(SAMPLES, 2), (9, 4)] {
        let plan = Plan {
            optimiser: Optimiser::Plain,
            learning_rate: 0.05,
            batch,
            sampler: Sampler::Reshuffled,
            seed: 1,
            stop: Stop::at(0.0, steps),
        };
        let observe = |_, loss: f64| bits.push(loss.to_bits());
        train(isa, network, &mut state, &data, &plan, observe).expect("a good plan");
    }
    let parameters = state.parameters.iter().chain(&state.statistics);
    bits.extend(parameters.map(|p| u64::from(p.to_bits())));
    let ways = [
        (Normalisation::Fixed, CurvatureMatrix::Hessian),
        (Normalisation::Fixed, CurvatureMatrix::GaussNewton),
        (Normalisation::Batch, CurvatureMatrix::Hessian),
    ];
    for (normalisation, matrix) in ways {
        let point = state.point(network, normalisation);
        let mut curvature = CurvatureOperator::new(isa, point, data, matrix);
        let settings = Lanczos {
            tolerance: 0.0,
            products: 4,
        };
        let mut tracker = Tracker::new(settings, 1);
        let mut ends = vec![tracker.hessian(isa, &mut curvature)];
        if curvature.has_samples() {
            let quotients = curvature.sample_quotients(&state.parameters);
            bits.extend(quotients.into_iter().map(f64::to_bits));
            ends.push(tracker.covariance(isa, &mut curvature));
        }
        for ends in ends {
            let ends = ends.expect("finite products");
            let values = [
                ends.largest.value,
                ends.largest.residual,
                ends.smallest.value,
            ];
            bits.extend(values.map(f64::to_bits));
        }
        let settings = Lanczos {
            tolerance: 1e-4,
            products: 4,
        };
        let end = Tracker::new(settings, 1).smallest(isa, &mut curvature, 1.0);
        let end = end.expect("finite products");
        bits.extend([end.ritz.value, end.ritz.residual].map(f64::to_bits));
    }
    bits
}

/// A chain with bands of units, several panels, an inner layer without a ReLU, a layer of one unit, and a
/// number of samples that no number of threads divides evenly. The derivative by the last output is
/// infinite; multiplied by a zero of the direction, it shows which terms are skipped.
fn chain_bits(isa: Isa) -> Vec<u64> {
    const SAMPLES: usize = 130;
    let mut builder = Builder::new("chain", Shape::features(20), Loss::MeanSquared);
    for (outputs, relu) in [(390, true), (66, false), (1, true), (3, false)] {
        builder.dense(outputs, outputs != 66).expect("a layer");
        if relu {
            builder.relu().expect("a ReLU");
        }
    }
    let network = builder.finish().expect("a network");
    let mut random = stream(5, Purpose::Initial, 0);
    let mut parameters = network.initial_parameters(&mut random);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| random.random_range(-1.0..1.0)).collect() };
    let (inputs, targets) = (numbers(20 * SAMPLES), numbers(3 * SAMPLES));
    let mut direction = numbers(network.parameters());
    let last_weight = network.layers()[3].weight.end - 1;
    direction[last_weight] = 0.0;
    let data = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let mut bits = Vec::new();
    for infinite in [false, true] {
        if infinite {
            *parameters.last_mut().expect("a parameter") = f32::INFINITY;
        }
        let point = Point {
            network: &network,
            parameters: &parameters,
            statistics: &[],
            normalisation: Normalisation::Fixed,
        };
        let mut curvature = CurvatureOperator::new(isa, point, data, CurvatureMatrix::Hessian);
        let mut product = vec![0.0; network.parameters()];
        // All NaNs count as one.
        let bits_of = |x: &f32| u64::from(if x.is_nan() { f32::NAN } else { *x }.to_bits());
        curvature.hessian_product(&direction, &mut product);
        bits.extend(product.iter().map(bits_of));
        curvature.covariance_product(&direction, &mut product);
        bits.extend(product.iter().map(bits_of));
    }
    bits
}

/// The bits of one training step of an architecture of the paper, and of the products at its end, under a
/// loss with logarithms.
fn named_bits(isa: Isa, network: &Network) -> Vec<u64> {
    const SAMPLES: usize = 3;
    let mut random = stream(7, Purpose::Initial, 0);
    let parameters = network.initial_parameters(&mut random);
    let (inputs, targets) = samples(network, SAMPLES, &mut random);
    let direction: Vec<f32> = parameters.iter().map(|_| random.random()).collect();
    let data = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let statistics = network.initial_statistics();
    let mut product = vec![0.0; network.parameters()];
    let mut point = Point {
        network,
        parameters: &parameters,
        statistics: &statistics,
        normalisation: Normalisation::Fixed,
    };
    let loss = Pass::new(isa).gradient(&point, &data, &mut product);
    let mut bits = vec![loss.to_bits()];
    let step = parameters.iter().zip(&product).map(|(w, g)| w - 0.1 * g);
    let after: Vec<f32> = step.collect();
    point.parameters = &after;
    let mut curvature = CurvatureOperator::new(isa, point, data, CurvatureMatrix::Hessian);
    bits.push(curvature.loss().to_bits());
    curvature.hessian_product(&direction, &mut product);
    bits.extend(product.iter().map(|x| u64::from(x.to_bits())));
    curvature.covariance_product(&direction, &mut product);
    bits.extend(product.iter().map(|x| u64::from(x.to_bits())));
    bits
}

/// Asserts that every instruction set gives, on every number of threads, the bits that the portable one
/// gives on one thread. Prints their SHA-256, and returns the number of repetitions.
fn same_everywhere(name: &str, bits: impl Fn(Isa) -> Vec<u64> + Sync) -> usize {
    let on = |isa, threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool").install(|| bits(isa))
    };
    let (reference, mut made) = (on(Isa::portable(), 1), 0);
    for isa in Isa::available() {
        for threads in [1, 2, 3, 8] {
            let is_same = on(isa, threads) == reference;
            assert!(is_same, "{name}, {}, {threads} threads", isa.name());
            made += 1;
        }
    }
    let mut hash = Sha256::new();
    reference
        .iter()
        .for_each(|bits| hash.update(bits.to_le_bytes()));
    let hash: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    println!("{name}: {made} times SHA-256 {hash}");
    made
}

#[test]
fn the_architectures_of_the_paper_have_the_same_bits_everywhere() {
    let lenet = Network::lenet(Shape::image(1, 28, 28), 10);
    for network in [Network::vgg11(10), lenet] {
        let network = network.with_loss(Loss::CROSS_ENTROPY);
        same_everywhere(network.name(), |isa| named_bits(isa, &network));
    }
}

#[test]
fn a_wide_chain_has_the_same_products_everywhere() {
    same_everywhere("chain", chain_bits);
}

#[test]
fn networks_of_every_layer_have_the_same_bits_everywhere() {
    let repetitions = names().chain(further_names()).map(|name| {
        let network = network(name);
        same_everywhere(name, |isa| bits(isa, &network))
    });
    println!("{} repetitions", repetitions.sum::<usize>());
}
