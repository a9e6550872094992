//! Trains a small network on the embedded images, and writes its weights every 2,000 steps. The pages in
//! `docs/` measure this run.
//!
//! ```sh
//! cargo run --release --example small_network -- run
//! ```

use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{Batch, Network, State};
use sgd_stability::train::random::{Purpose, stream};
use sgd_stability::train::{Optimiser, Plan, Sampler, Stop, Trainer};
use sgd_stability::write::write_file;

/// The number of training images, counted from the first one of Fashion-MNIST.
const SAMPLES: usize = 200;
const WIDTHS: [usize; 3] = [784, 24, 10];
const STEPS: u64 = 16_000;
/// The number of steps between two checkpoints.
const EVERY: u64 = 2_000;

/// Trains the network, and writes `step2000.safetensors`, `step4000.safetensors`, … into the folder.
///
/// # Errors
/// Returns an error if a file cannot be written.
pub fn train_into(folder: &Path) -> Result<()> {
    let data = fashion_mnist::load(None, Split::Train)?.first(SAMPLES)?;
    let targets = data.targets.rows();
    let batch = Batch {
        inputs: &data.inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let plan = Plan {
        optimiser: Optimiser::Plain,
        learning_rate: 0.1,
        batch: 10,
        sampler: Sampler::Reshuffled,
        seed: 1,
        stop: Stop::at(1e-4, STEPS),
    };
    let network = Network::fnn(&WIDTHS);
    let start = State::initial(&network, &mut stream(1, Purpose::Initial, 0));
    let mut trainer = Trainer::new(Isa::best(), &network, batch, plan, start)?;
    while trainer.progress().ending.is_none() {
        trainer.step_until(trainer.progress().steps + EVERY);
        let weights = to_safetensors(&network, &trainer.state().parameters)?;
        let name = format!("step{}.safetensors", trainer.progress().steps);
        write_file(&folder.join(name), &weights)?;
    }
    Ok(())
}

/// The weights of a network of dense layers under PyTorch's names: `fc.0.weight`, `fc.0.bias`, ….
fn to_safetensors(network: &Network, parameters: &[f32]) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = parameters.iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut tensors = Vec::new();
    for (index, layer) in network.layers().iter().enumerate() {
        let (inputs, outputs) = (layer.input.numbers(), layer.output.numbers());
        let (weight, bias) = (layer.weight.clone(), layer.bias.clone());
        for (part, range, shape) in [
            ("weight", weight, vec![outputs, inputs]),
            ("bias", bias, vec![outputs]),
        ] {
            let numbers = &bytes[4 * range.start..4 * range.end];
            let view = TensorView::new(Dtype::F32, shape, numbers).map_err(Error::internal)?;
            tensors.push((format!("fc.{index}.{part}"), view));
        }
    }
    safetensors::serialize(tensors, None).map_err(Error::internal)
}

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).unwrap_or("run".to_owned());
    train_into(Path::new(&folder))
}
