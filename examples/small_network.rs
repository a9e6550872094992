//! Trains a small network on the embedded images, and writes its weights every 2,000 steps. The pages in
//! `docs/` measure this run. Other widths and another number of images may be given.
//!
//! ```sh
//! cargo run --release --example small_network -- run
//! cargo run --release --example small_network -- large 784-500-500-500-10 1000
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

/// The number of training images unless another is given, counted from the first one of Fashion-MNIST.
const SAMPLES: usize = 200;
/// The widths of the layers unless others are given.
const WIDTHS: [usize; 3] = [784, 24, 10];
const STEPS: u64 = 16_000;
/// The number of steps between two checkpoints.
const EVERY: u64 = 2_000;

/// Trains the network, and writes `step2000.safetensors`, `step4000.safetensors`, … into the folder.
///
/// # Errors
/// Returns an error if a file cannot be written.
pub fn train_into(folder: &Path) -> Result<()> {
    train(folder, &WIDTHS, SAMPLES)
}

/// Trains a network of these widths on so many images.
fn train(folder: &Path, widths: &[usize], samples: usize) -> Result<()> {
    let data = fashion_mnist::load(None, Split::Train)?.first(samples)?;
    let targets = data.targets.rows();
    let batch = Batch {
        inputs: &data.inputs,
        targets: &targets,
        samples,
    };
    let plan = Plan {
        optimiser: Optimiser::Plain,
        learning_rate: 0.1,
        batch: 10,
        sampler: Sampler::Reshuffled,
        seed: 1,
        stop: Stop::at(1e-4, STEPS),
    };
    let network = Network::fnn(widths);
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
    let words: Vec<String> = std::env::args().skip(1).collect();
    let word = |place: usize| words.get(place).map(String::as_str);
    let folder = Path::new(word(0).unwrap_or("run"));
    let number = |word: &str| {
        let fault = "is not a whole number";
        (word.parse()).map_err(|_| Error::input("small_network", word, fault))
    };
    let widths = match word(1) {
        Some(widths) => widths.split('-').map(number).collect::<Result<_>>()?,
        None => WIDTHS.to_vec(),
    };
    train(folder, &widths, word(2).map_or(Ok(SAMPLES), number)?)
}
