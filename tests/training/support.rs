//! Helpers that the tests of training share.

use rand::RngExt;
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Batch, BatchNorm, Builder, Filters, Loss, Network, Shape, Sides, State, Window,
};
use sgd_stability::train::random::{Purpose, stream};
use sgd_stability::train::{
    AdaGrad, Adam, HeavyBall, Lbfgs, Nesterov, Optimiser, Plan, RmsProp, Sampler, Stop, Trainer,
};

/// An optimiser with its learning rate.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub optimiser: Optimiser,
    pub learning_rate: f32,
}

pub fn with_rate(optimiser: Optimiser, learning_rate: f32) -> Rule {
    Rule {
        optimiser,
        learning_rate,
    }
}

/// Every optimiser, each with a learning rate at which it trains well.
pub fn optimisers() -> [Rule; 7] {
    [
        with_rate(Optimiser::Plain, 0.25),
        with_rate(Optimiser::HeavyBall(HeavyBall { momentum: 0.75 }), 0.125),
        with_rate(Optimiser::Nesterov(Nesterov { momentum: 0.75 }), 0.125),
        with_rate(Optimiser::RmsProp(RmsProp::default()), 0.01),
        with_rate(Optimiser::Adam(Adam::default()), 0.01),
        with_rate(Optimiser::AdaGrad(AdaGrad::default()), 0.05),
        with_rate(Optimiser::Lbfgs(Lbfgs::default()), 1.0),
    ]
}

/// Random samples, with targets from a smooth function.
pub struct Data {
    pub inputs: Vec<f32>,
    pub targets: Vec<f32>,
    pub samples: usize,
}

impl Data {
    pub fn new(network: &Network, samples: usize, seed: u64) -> Self {
        let mut random = stream(seed, Purpose::Walk, 0);
        let mut draw = |count: usize| -> Vec<f32> {
            let number = |_| random.random_range(-64..=64) as f32 / 64.0;
            (0..count).map(number).collect()
        };
        Data {
            inputs: draw(samples * network.features()),
            targets: draw(samples * network.outputs()),
            samples,
        }
    }

    pub fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }
}

/// The initial state of a network.
pub fn start(network: &Network, seed: u64) -> State {
    let mut random = stream(seed, Purpose::Initial, 0);
    State::initial(network, &mut random)
}

/// A plan that ends only after its number of steps.
pub fn plan(rule: Rule, batch: usize, steps: u64) -> Plan {
    Plan {
        optimiser: rule.optimiser,
        learning_rate: rule.learning_rate,
        batch,
        sampler: Sampler::Reshuffled,
        seed: 3,
        stop: Stop::at(0.0, steps),
    }
}

/// A trainer that runs this plan from the initial state.
pub fn trainer<'a>(isa: Isa, network: &'a Network, data: &'a Data, plan: Plan) -> Trainer<'a> {
    Trainer::new(isa, network, data.batch(), plan, start(network, 1)).expect("a good plan")
}

/// A residual network of one block with batch normalisation, on 2×6×6 images.
pub fn residual() -> Network {
    let mut builder = Builder::new("residual", Shape::image(2, 6, 6), Loss::MeanSquared);
    let three = Filters {
        outputs: 4,
        window: Window::square(3).padded(Sides::both(1)),
        groups: 1,
        bias: true,
    };
    let unit = |builder: &mut Builder| {
        let initialisation = sgd_stability::network::Initialisation::Normal(0.3);
        builder.convolution(three, initialisation).expect("it fits");
        let norm = BatchNorm::default();
        builder.batch_norm(norm).expect("a good epsilon");
    };
    unit(&mut builder);
    builder.relu().expect("behind a layer");
    let from = builder.here();
    unit(&mut builder);
    builder.shortcut(from).expect("the same shape");
    builder.relu().expect("behind a layer");
    let window = Window::tiles(Sides::both(3));
    builder.average_pool(window).expect("it fits");
    builder.dense(3, true).expect("outputs");
    builder.finish().expect("a network")
}
