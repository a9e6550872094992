//! `diagnose` on the named networks, with samples from every kind of source.

use serde_json::Value;
use sgd_stability::dataset::{self, Source, Split};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Activation, Assembly, Batch, Loss, Network, Normalisation, Pass, Shape, State, channels_last,
    named,
};
use sgd_stability::train::random::{Purpose, stream};
use tempfile::TempDir;

use crate::checkpoint::safetensors;
use crate::diagnose::number;
use crate::support::{file, folder, run_line};

/// A random state of the network.
pub fn somewhere(network: &Network) -> State {
    let mut random = stream(7, Purpose::Initial, 0);
    State::initial(network, &mut random)
}

/// The state in the form in which PyTorch would save it.
pub fn checkpoint(network: &Network, state: &State) -> Vec<u8> {
    checkpoint_named(network, state, |index| format!("module{index}"))
}

/// The same, with these names of the modules.
pub fn checkpoint_named(
    network: &Network,
    state: &State,
    module_name: impl Fn(usize) -> String,
) -> Vec<u8> {
    let mut assembly = Assembly::new(network);
    assembly.parameters.copy_from_slice(&state.parameters);
    assembly.statistics.copy_from_slice(&state.statistics);
    let modules = network.modules();
    let parts = modules.iter().enumerate().flat_map(|(index, module)| {
        let parts = module.tensors.iter();
        parts.map(move |tensor| (index, module, tensor))
    });
    let tensors: Vec<_> = parts
        .map(|(index, module, (part, shape))| {
            let name = format!("{}.{}", module_name(index), part.name());
            (name, shape, assembly.read(module, *part))
        })
        .collect();
    let borrowed: Vec<_> = (tensors.iter())
        .map(|(name, shape, numbers)| (&name[..], &shape[..], &numbers[..]))
        .collect();
    safetensors(&borrowed)
}

/// Smooth, distinct images as bytes.
fn pixels(samples: usize, features: usize) -> Vec<u8> {
    let pixel = |k: usize| {
        let (sample, place) = (k / features, k % features);
        let wave = (0.05 * (1 + sample % 5) as f64 * place as f64 + sample as f64).sin();
        (127.0 + 120.0 * wave) as u8
    };
    (0..samples * features).map(pixel).collect()
}

/// The published files of Fashion-MNIST and CIFAR-10, with only a few images.
pub fn published() -> TempDir {
    let folder = folder();
    let labels: Vec<u8> = (0..20).map(|k| k % 10).collect();
    let header = |rank: u8, sides: &[u32]| {
        let sides = sides.iter().flat_map(|side| side.to_be_bytes());
        [0, 0, 8, rank]
            .into_iter()
            .chain(sides)
            .collect::<Vec<u8>>()
    };
    let images = [header(3, &[20, 28, 28]), pixels(20, 784)].concat();
    file(&folder, "train-images-idx3-ubyte", images);
    let labelled = [header(1, &[20]), labels.clone()].concat();
    file(&folder, "train-labels-idx1-ubyte", labelled);
    let images = pixels(20, 3072);
    let records = labels.iter().zip(images.chunks(3072));
    let records = records.flat_map(|(label, image)| [&[*label], image].concat());
    file(&folder, "data_batch_1.bin", records.collect::<Vec<u8>>());
    folder
}

/// The loss of a network at a state over samples, computed without the program.
fn loss(network: &Network, state: &State, data: &dataset::Dataset) -> f64 {
    let targets = data.targets.rows();
    let batch = Batch {
        inputs: &channels_last(network.input(), &data.inputs),
        targets: &targets,
        samples: data.samples(),
    };
    let point = state.point(network, Normalisation::Fixed);
    Pass::new(Isa::best()).evaluate(&point, &batch).loss
}

/// Runs the program in f32 and f64 with these arguments on a network at a random state. Compares the two
/// precisions in every mode, and returns the answer for the main mode.
#[track_caller]
fn diagnosed(network: &Network, state: &State, words: &str) -> Value {
    let folder = published();
    file(&folder, "net.safetensors", checkpoint(network, state));
    let words =
        format!("diagnose --weights net.safetensors --lr 1/100 --precision f64 --json {words}");
    let run = run_line(folder.path(), &words);
    assert_eq!(run.code, 0, "{}", run.error);
    let json = run.json();
    assert_eq!(json["parameters"], network.parameters(), "{json}");
    let modes = json["modes"].as_object();
    let others = modes.into_iter().flat_map(|modes| modes.values());
    for reading in others.chain([&json]) {
        agree(reading);
    }
    json
}

/// Asserts that the numbers of f32 and f64 agree within their residuals, and that the verdicts are the
/// same.
#[track_caller]
fn agree(reading: &Value) {
    let again = &reading["double"];
    for name in ["sharpness", "non_uniformity"] {
        assert_eq!(reading[name].is_null(), again[name].is_null(), "{reading}");
        if reading[name].is_null() {
            continue;
        }
        let [f32, f64] = [reading, again].map(|part| number(&part[name]["value"]));
        let [one, other] = [reading, again].map(|part| number(&part[name]["residual"]));
        let distance = (f32 - f64).abs();
        assert!(
            f64 > 0.0 && distance <= one + other + 1e-5 * f64,
            "{reading}"
        );
    }
    assert_eq!(again["f32_suffices"], true, "{reading}");
    let criteria = reading["criteria"].as_array().expect("criteria");
    assert!(
        criteria.is_empty() || criteria[0]["largest_lr"].is_object(),
        "{reading}"
    );
}

#[track_caller]
fn assert_loss(json: &Value, expected: f64) {
    let loss = number(&json["train_loss"]);
    assert!((loss - expected).abs() < 1e-6 * expected, "{json}");
}

fn data(source: &str, samples: usize, classes: Option<&[usize]>) -> dataset::Dataset {
    let folder = published();
    let source = Source {
        folder: (source == "cifar-10").then(|| folder.path().to_owned()),
        ..Source::named(source)
    };
    dataset::load(&source, Split::Train, Some(samples), classes).expect("the samples")
}

#[test]
fn vgg_reads_two_classes_of_cifar() {
    let network = Network::vgg11(2);
    let state = somewhere(&network);
    let words = "--arch vgg11 --data cifar-10 --data-dir . --classes 3,8 --samples 4 --batch 2";
    let json = diagnosed(&network, &state, words);
    let expected = loss(&network, &state, &data("cifar-10", 4, Some(&[3, 8])));
    assert_loss(&json, expected);
    // (n − B)/(B(n − 1)).
    assert_eq!(json["noise_weight"], "1/3");
    let replaced = diagnosed(
        &network,
        &state,
        &format!("{words} --sampling with-replacement"),
    );
    assert_eq!(replaced["noise_weight"], "1/2");
    assert_eq!(replaced["sharpness"], json["sharpness"]);
    let squared = diagnosed(&network, &state, &format!("{words} --loss hinge-squared"));
    let expected = loss(
        &network.clone().with_loss(Loss::HingeSquared),
        &state,
        &data("cifar-10", 4, Some(&[3, 8])),
    );
    assert_loss(&squared, expected);
}

#[test]
fn lenet_reads_embedded_and_published_images() {
    let network = Network::lenet(Shape::image(1, 28, 28), 10);
    let state = somewhere(&network);
    let embedded = "--arch lenet --data fashion-mnist --samples 6 --batch 3";
    let json = diagnosed(&network, &state, embedded);
    let expected = loss(&network, &state, &data("fashion-mnist", 6, None));
    assert_loss(&json, expected);
    // Other start vectors lead to the same numbers.
    let seeded = diagnosed(&network, &state, &format!("{embedded} --seed 5"));
    let [one, other] = [&json, &seeded].map(|json| number(&json["sharpness"]["value"]));
    assert!(
        one != other && (one - other).abs() < 1e-4 * one,
        "{one}, {other}"
    );
    let positive = diagnosed(
        &network,
        &state,
        &format!("{embedded} --matrix gauss-newton"),
    );
    assert_eq!(positive["matrix"], "gauss-newton");
    let [smallest, a] = [
        &positive["smallest_eigenvalue"],
        &positive["sharpness"]["value"],
    ];
    assert!(number(smallest) > -1e-5 * number(a), "{positive}");
    let published = "--arch lenet --data fashion-mnist --data-dir . --samples 6 --batch 3";
    let other = diagnosed(&network, &state, published);
    assert_ne!(other["data_sha256"], json["data_sha256"]);
}

#[test]
fn lenet_takes_another_activation() {
    let shape = Shape::image(1, 28, 28);
    let network = named("lenet", shape, 10, Loss::MeanSquared, Activation::Silu);
    let network = network.expect("a name").remove(0).expect("a network");
    let state = somewhere(&network);
    let words = "--arch lenet --activation silu --data fashion-mnist --samples 6 --batch 3";
    let json = diagnosed(&network, &state, words);
    assert_loss(
        &json,
        loss(&network, &state, &data("fashion-mnist", 6, None)),
    );
    let silu = "silu";
    assert_eq!(
        json["activations"],
        serde_json::json!([silu, silu, silu, silu, "none"])
    );
}

#[test]
fn resnet_is_measured_in_three_modes_twice() {
    let network = Network::resnet8(2);
    let state = somewhere(&network);
    let words = "--arch resnet8 --data cifar-10 --data-dir . --classes 0,1 --samples 2 --batch 2 \
                 --mode eval --audit --products 40";
    let json = diagnosed(&network, &state, words);
    let expected = loss(&network, &state, &data("cifar-10", 2, Some(&[0, 1])));
    assert_loss(&json, expected);
    let modes = json["modes"].as_object().expect("the modes");
    assert_eq!(modes.len(), 3, "{json}");
    assert_eq!(modes["eval"]["double"], json["double"]);
    assert!(
        modes["train"]["double"]["non_uniformity"].is_null(),
        "{json}"
    );
}
