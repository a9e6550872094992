//! Training on images and measuring the result: what the experiments on real data share.

mod words;

use serde::{Deserialize, Serialize};

use super::{Context, Scale, published};
use crate::curvature::{Lanczos, Measurement, measure};
use crate::dataset::{Dataset, Split, fashion_mnist};
use crate::error::Result;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Evaluation, Gathered, Network, Normalisation, Pass,
    Point, State,
};
use crate::train::random::{Purpose, stream};
use crate::train::{Ending, Plan, Run, train};

pub use words::{MEAN_SQUARED, describe, network_in_words, objective_in_words, seeds_in_words};

/// Everything that determines one training run and its measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingSettings {
    /// The widths of the layers, input first.
    pub widths: Vec<usize>,
    /// The number of training images, counted from the first one of Fashion-MNIST.
    pub samples: usize,
    /// The number of test images, counted from the first one.
    pub test_samples: usize,
    /// The seed of the initial parameters and of the start vector of Lanczos.
    pub seed: u64,
    /// The plan of the training run.
    pub plan: Plan,
    /// The relative tolerance of the sharpness and of s².
    pub tolerance: f64,
    /// The largest number of products with H, and likewise with Σ.
    pub products: usize,
}

impl TrainingSettings {
    /// The settings of a scale: 784-30-10 on 100 images, 784-100-100-10 on 500, or the paper's
    /// 784-500-500-500-10 on 1000. `plan` returns the plan of the run for a number of samples.
    pub fn of_scale(scale: Scale, seed: u64, plan: impl Fn(usize) -> Plan) -> Self {
        let (widths, samples) = match scale {
            Scale::Smoke => (vec![784, 30, 10], 100),
            Scale::Quick => (vec![784, 100, 100, 10], 500),
            Scale::Paper => (published::WIDTHS.to_vec(), published::SAMPLES),
        };
        TrainingSettings {
            widths,
            samples,
            test_samples: 1000,
            seed,
            plan: plan(samples),
            tolerance: 1e-4,
            products: 100,
        }
    }

    /// The settings of the Lanczos iterations for sharpness and s².
    pub fn lanczos(&self) -> Lanczos {
        Lanczos {
            tolerance: self.tolerance,
            products: self.products,
        }
    }

    /// The settings of the measurement in words, for a record.
    pub fn lanczos_in_words(&self) -> String {
        let (tolerance, products) = (self.tolerance, self.products);
        format!("relative tolerance {tolerance}, at most {products} products")
    }

    /// The network and the number of samples, for the summary.
    pub fn scale_in_words(&self) -> String {
        let widths: Vec<String> = self.widths.iter().map(usize::to_string).collect();
        format!("{}, n = {}", widths.join("-"), self.samples)
    }

    /// In what the experiment differs from the authors' beside its seeds; empty if in nothing.
    pub fn unlike_the_paper(&self) -> &'static str {
        if self.widths == published::WIDTHS && self.samples == published::SAMPLES {
            ""
        } else {
            "another network and another n"
        }
    }
}

/// The outcome of a training run and its measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingOutcome {
    /// The training run.
    pub run: Run,
    /// The curvature on the training samples; `None` if the run diverged.
    pub measurement: Option<Measurement>,
    /// The share of test images that are classified correctly, in [0, 1]; `None` if the run diverged.
    pub test_accuracy: Option<f64>,
    /// The SHA-256 of the training bytes, and of the test bytes.
    pub data: [String; 2],
}

/// A trained network with its training data.
pub struct Trained {
    /// The network.
    pub network: Network,
    /// The training images.
    pub training: Dataset,
    /// The state at the end of the run.
    pub state: State,
    /// The run.
    pub run: Run,
}

impl Trained {
    /// The training images, gathered for curvature products.
    pub fn samples(&self) -> Gathered {
        Gathered::by_target(&batch(&self.training, &self.training.targets.rows()))
    }

    /// Measures the curvature and the test accuracy at the end of the run.
    ///
    /// # Errors
    /// Returns an error if the test data cannot be read or hold too few samples.
    pub fn measured(
        &self,
        settings: &TrainingSettings,
        context: &Context,
    ) -> Result<TrainingOutcome> {
        let test = test_images(settings, context)?;
        let data = [self.training.digest(), test.digest()];
        Ok(measured(self, &test, settings, context, data))
    }
}

/// Trains a network from PyTorch's initial distribution.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn trained(settings: &TrainingSettings, context: &Context) -> Result<Trained> {
    trained_network(Network::fnn(&settings.widths), settings, context)
}

/// Trains this network, whose layers have the widths of the settings, from PyTorch's initial distribution.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn trained_network(
    network: Network,
    settings: &TrainingSettings,
    context: &Context,
) -> Result<Trained> {
    let training = load(Split::Train, settings.samples, context)?;
    trained_on(network, training, settings, context)
}

/// Trains this network on these images, channels last, from its initial distribution. Of the settings it uses the
/// seed and the plan.
///
/// # Errors
/// Returns an error if the plan does not suit the number of images.
pub fn trained_on(
    network: Network,
    training: Dataset,
    settings: &TrainingSettings,
    context: &Context,
) -> Result<Trained> {
    let Untrained {
        network,
        training,
        mut state,
    } = untrained_on(network, training, settings.seed);
    let targets = training.targets.rows();
    let samples = batch(&training, &targets);
    let plan = &settings.plan;
    let run = train(context.isa, &network, &mut state, &samples, plan, |_, _| ())?;
    Ok(Trained {
        network,
        training,
        state,
        run,
    })
}

/// A network before its training, with its training data.
pub struct Untrained {
    /// The network.
    pub network: Network,
    /// The training images.
    pub training: Dataset,
    /// The state before the first step.
    pub state: State,
}

/// Gives this network, whose layers have the widths of the settings, parameters from PyTorch's initial
/// distribution.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn untrained(
    network: Network,
    settings: &TrainingSettings,
    context: &Context,
) -> Result<Untrained> {
    let training = load(Split::Train, settings.samples, context)?;
    Ok(untrained_on(network, training, settings.seed))
}

fn untrained_on(network: Network, training: Dataset, seed: u64) -> Untrained {
    let state = State::initial(&network, &mut stream(seed, Purpose::Initial, 0));
    Untrained {
        network,
        training,
        state,
    }
}

/// The first `count` images of a split of Fashion-MNIST.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn load(split: Split, count: usize, context: &Context) -> Result<Dataset> {
    fashion_mnist::load(context.data_dir.as_deref(), split)?.first(count)
}

/// Trains a network from PyTorch's initial distribution, and measures the curvature at the end.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn train_and_measure(
    settings: &TrainingSettings,
    context: &Context,
) -> Result<TrainingOutcome> {
    trained(settings, context)?.measured(settings, context)
}

/// Measures the curvature where a network has ended, and its accuracy on `test`, channels last. `data` are the
/// digests of the training and of the test images.
pub fn measured(
    trained: &Trained,
    test: &Dataset,
    settings: &TrainingSettings,
    context: &Context,
    data: [String; 2],
) -> TrainingOutcome {
    let mut outcome = TrainingOutcome {
        run: trained.run,
        measurement: None,
        test_accuracy: None,
        data,
    };
    if trained.run.ending != Ending::Diverged {
        let (isa, network) = (context.isa, &trained.network);
        let point = trained.state.point(network, Normalisation::Fixed);
        let samples = trained.samples();
        let mut curvature =
            CurvatureOperator::new(isa, point, samples.batch(), CurvatureMatrix::Hessian);
        let lanczos = settings.lanczos();
        outcome.measurement = measure(isa, &mut curvature, &lanczos, settings.seed);
        outcome.test_accuracy = Some(evaluation(&point, test, context).accuracy);
    }
    outcome
}

/// The data set as one batch.
pub fn batch<'a>(data: &'a Dataset, targets: &'a [f32]) -> Batch<'a> {
    Batch {
        inputs: &data.inputs,
        targets,
        samples: data.samples(),
    }
}

/// The test images of some settings.
///
/// # Errors
/// Returns an error if the data cannot be read or hold too few samples.
pub fn test_images(settings: &TrainingSettings, context: &Context) -> Result<Dataset> {
    load(Split::Test, settings.test_samples, context)
}

/// The share of images that are classified correctly, in [0, 1].
pub fn accuracy(point: &Point<'_>, data: &Dataset, context: &Context) -> f64 {
    evaluation(point, data, context).accuracy
}

/// The loss and the accuracy of a network on these images.
pub fn evaluation(point: &Point<'_>, data: &Dataset, context: &Context) -> Evaluation {
    let targets = data.targets.rows();
    Pass::new(context.isa).evaluate(point, &batch(data, &targets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Optimiser, Sampler, Stop};

    #[test]
    fn a_run_that_diverges_says_so_and_survives_its_file() {
        let plan = |batch| Plan {
            optimiser: Optimiser::Plain,
            learning_rate: 1e6,
            batch,
            sampler: Sampler::WithoutReplacement,
            seed: 1,
            stop: Stop::at(1e-4, 50),
        };
        let settings = TrainingSettings::of_scale(Scale::Smoke, 1, plan);
        let context = Context {
            isa: crate::kernel::Isa::best(),
            data_dir: None,
        };
        let outcome = train_and_measure(&settings, &context).unwrap();
        assert_eq!(outcome.run.ending, Ending::Diverged);
        assert_eq!(outcome.measurement, None);
        let text = serde_json::to_string(&outcome).unwrap();
        assert_eq!(
            serde_json::from_str::<TrainingOutcome>(&text).unwrap(),
            outcome
        );
    }
}
