//! `diagnose --arch auto`.

use sgd_stability::network::{Activation, Decoder, Loss, Network, Shape, named};
use tempfile::TempDir;

use crate::checkpoint::labelled;
use crate::diagnose::number;
use crate::named::{checkpoint, checkpoint_named, published, somewhere};
use crate::support::{Run, file, run_line};

/// The answer to `--arch ARCH`, for the weights that are in `folder`.
fn diagnosed(folder: &TempDir, arch: &str, words: &str) -> Run {
    let line = format!(
        "diagnose --weights net.safetensors --lr 1/100 --batch 2 --only a --arch {arch} {words}"
    );
    run_line(folder.path(), &line)
}

/// Asserts that a proposal is the network of this name, and that its text can be given as a file.
#[track_caller]
fn is_proposed(network: &Network, arch: &str, words: &str) {
    let folder = published();
    file(
        &folder,
        "net.safetensors",
        checkpoint(network, &somewhere(network)),
    );
    let told = format!("{words} --activation tanh --loss half-sum-squared");
    let proposed = diagnosed(&folder, "auto", &told);
    assert_eq!(proposed.code, 0, "{}{}", proposed.out, proposed.error);
    let page = &proposed.out;
    assert!(page.contains("proposed by --arch auto"), "{page}");
    let (_, toml) = page.split_once("as a file for --arch:\n").expect("a file");
    file(&folder, "net.toml", toml);
    let json = |run: Run| run.json();
    let by_auto = json(diagnosed(&folder, "auto", &format!("{told} --json")));
    let by_file = json(diagnosed(&folder, "net.toml", &format!("{words} --json")));
    let by_name = json(diagnosed(&folder, arch, &format!("{told} --json")));
    for other in [by_file, by_name] {
        for field in [
            "sharpness",
            "train_loss",
            "loss",
            "parameters",
            "activations",
        ] {
            assert_eq!(other[field], by_auto[field], "{arch} {field}");
        }
    }
    assert_eq!(
        by_auto["architecture"].as_str().map(str::trim),
        Some(toml.trim())
    );
}

#[test]
fn a_chain_and_a_named_network_are_proposed_whole() {
    let chain = Network::fnn(&[784, 9, 5, 10]);
    is_proposed(&chain, "fnn", "--data fashion-mnist --samples 6");
    let lenet = Network::lenet(Shape::image(1, 28, 28), 10);
    is_proposed(&lenet, "lenet", "--data fashion-mnist --samples 6");
    let image = Shape::image(3, 32, 32);
    let cnn = named("cnn-tanh", image, 2, Loss::MeanSquared, Activation::Tanh);
    let cnn = cnn.expect("a name").remove(0).expect("it fits");
    let words = "--data cifar-10 --data-dir . --classes 0,1 --samples 4";
    is_proposed(&cnn, "cnn-tanh", words);
    let words = format!("{words} --mode eval");
    is_proposed(&Network::resnet8(2), "resnet8", &words);
}

#[test]
fn what_no_tensor_tells_is_asked_for() {
    let folder = published();
    let network = Network::fnn(&[784, 9, 10]);
    file(
        &folder,
        "net.safetensors",
        checkpoint(&network, &somewhere(&network)),
    );
    let words = "--data fashion-mnist --samples 6";
    let asked = diagnosed(&folder, "auto", words);
    assert_eq!(asked.code, 2, "{}", asked.error);
    for told in [
        "# proposed by --arch auto: a chain of dense layers",
        "--activation relu, ",
        "--loss mean-squared, ",
        "loss = \"?\"",
        "type = \"?\" # the activation",
        "outputs = 9",
    ] {
        assert!(asked.out.contains(told), "{told}: {}", asked.out);
    }
    // One of the two is enough to ask for the other.
    let half = diagnosed(&folder, "auto", &format!("{words} --activation tanh"));
    assert!(
        half.out.contains("type = \"tanh\"") && half.out.contains("loss = \"?\""),
        "{}",
        half.out
    );
    // The text is a file once its open places are filled.
    let filled = asked.out.replace("loss = \"?\"", "loss = \"sum-squared\"");
    file(
        &folder,
        "net.toml",
        filled.replace("type = \"?\"", "type = \"tanh\""),
    );
    let whole = diagnosed(&folder, "net.toml", words);
    assert_eq!(whole.code, 0, "{}", whole.error);
    let json = diagnosed(&folder, "auto", &format!("{words} --json"));
    assert_eq!(json.code, 2);
    assert_eq!(json.json()["asks"].as_array().map(Vec::len), Some(2));
    // A command that prints no proposal says what is lacking.
    let line = format!("watch . --once --arch auto --lr 1/100 --batch 2 {words}");
    let watched = run_line(folder.path(), &line);
    let told = watched.out + &watched.error;
    assert!(
        told.contains("do not tell the activation: --activation"),
        "{told}"
    );
}

#[test]
fn a_decoder_of_any_size_is_proposed_but_for_its_heads() {
    let folder = published();
    let decoder = Decoder {
        blocks: 2,
        width: 8,
        heads: 2,
        length: 12,
        vocabulary: 7,
        bias: true,
    };
    let network = decoder.build("decoder", Shape::features(5), Activation::Gelu);
    let network = network.expect("it fits");
    let block = [
        "ln_1",
        "attn.c_attn",
        "attn.c_proj",
        "ln_2",
        "mlp.c_fc",
        "mlp.c_proj",
    ];
    let blocks = (0..2).flat_map(|k| block.map(|name| format!("transformer.h.{k}.{name}")));
    let first = ["transformer.wte", "transformer.wpe"].map(str::to_owned);
    let last = ["transformer.ln_f", "lm_head"].map(str::to_owned);
    let names: Vec<String> = first.into_iter().chain(blocks).chain(last).collect();
    let weights = checkpoint_named(&network, &somewhere(&network), |index| names[index].clone());
    file(&folder, "net.safetensors", weights);
    let tokens: Vec<f32> = (0..20).map(|k| (k * k % 7) as f32).collect();
    let data = labelled(&tokens, &[5], &[0, 3, 6, 2]);
    file(&folder, "tokens.npz", data);
    let words = "--data tokens.npz --loss cross-entropy --activation gelu";
    let asked = diagnosed(&folder, "auto", words);
    assert_eq!(asked.code, 2, "{}{}", asked.out, asked.error);
    assert!(asked.out.contains("with 2 blocks"), "{}", asked.out);
    file(
        &folder,
        "net.toml",
        asked.out.replace("heads = \"?\"", "heads = 2"),
    );
    let whole = diagnosed(&folder, "net.toml", "--data tokens.npz --json");
    assert_eq!(whole.code, 0, "{}", whole.error);
    let whole = whole.json();
    assert_eq!(whole["parameters"], network.parameters());
    assert!(number(&whole["sharpness"]["value"]) > 0.0);
}

#[test]
fn of_an_unknown_network_the_layers_with_tensors_are_listed() {
    let folder = published();
    let toml = r#"input = [1, 28, 28]
        layer = [{ type = "convolution", outputs = 4, kernel = 3, stride = 2, bias = false },
          { type = "batch-norm" }, { type = "relu" }, { type = "average-pool" },
          { type = "layer-norm" }, { type = "dense", outputs = 10 }]"#;
    let network = sgd_stability::network::description::parse(toml, std::path::Path::new("a.toml"));
    let network = network.expect("a network");
    file(
        &folder,
        "net.safetensors",
        checkpoint(&network, &somewhere(&network)),
    );
    let words = "--data fashion-mnist --samples 6 --activation relu --loss mean-squared";
    let asked = diagnosed(&folder, "auto", words);
    assert_eq!(asked.code, 2, "{}{}", asked.out, asked.error);
    for told in [
        "type = \"convolution\"\noutputs = 4\nkernel = [3, 3]\nbias = false",
        "type = \"batch-norm\"",
        "# layer-norm, group-norm or rms-norm",
        "type = \"dense\"\noutputs = 10",
        "strides, paddings and groups",
    ] {
        assert!(asked.out.contains(told), "{told}: {}", asked.out);
    }
}
