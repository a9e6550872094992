//! Bad input to `diagnose`.

use crate::checkpoint::{labelled, safetensors};
use crate::diagnose::{dead, diagnose, diagnose_line, normalised};
use crate::support::{file, run_in, run_line};

#[test]
fn every_fault_is_one_sentence_that_names_its_place() {
    let folder = dead();
    let whole = std::fs::read(folder.path().join("dead.safetensors")).expect("the checkpoint");
    file(&folder, "cut.safetensors", &whole[..whole.len() - 3]);
    let four = [0.0_f32; 4];
    let odd = [
        ("fc.0.weight", &[4, 3][..], &[0.0_f32; 12][..]),
        ("fc.0.bias", &[4], &four),
        ("fc.1.weight", &[2, 5], &[0.0; 10]),
        ("fc.1.bias", &[2], &four[..2]),
    ];
    file(&folder, "odd.safetensors", safetensors(&odd));
    let more = [odd[0], odd[1], ("extra.scale", &[4], &four)];
    file(&folder, "more.safetensors", safetensors(&more));
    file(
        &folder,
        "layer.toml",
        "input = [3]\n[[layer]]\ntype = \"mish\"\n",
    );
    file(
        &folder,
        "leaky.toml",
        "input = [3]\n[[layer]]\ntype = \"dense\"\noutputs = 2\n[[layer]]\ntype = \"relu\"\nslope = 0.1\n",
    );
    file(
        &folder,
        "wide.toml",
        "input = [3]\n[[layer]]\ntype = \"dense\"\noutputs = 7\n",
    );
    for (name, layer) in [
        ("huge.toml", "type = \"dense\"\noutputs = 4000000000"),
        (
            "kernel.toml",
            "type = \"convolution\"\noutputs = 1\nkernel = 4294967296\npadding = 4294967295",
        ),
    ] {
        let last = "[[layer]]\ntype = \"dense\"\noutputs = 2\n";
        file(
            &folder,
            name,
            format!("input = [3, 1, 1]\n[[layer]]\n{layer}\n{last}"),
        );
    }
    let x = [0.5_f32; 9];
    file(&folder, "labels.npz", labelled(&x, &[3], &[0, 5, 1]));
    file(&folder, "shape.npz", labelled(&x[..8], &[4], &[0, 1]));
    let good = ["--arch", "fnn", "--lr", "0.1", "--batch", "2"];
    let table: [(&str, &str, &[&str], &[&str]); 20] = [
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "leaky.toml", "--lr", "0.1", "--batch", "2"],
            &["leaky.toml", "slope"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "huge.toml", "--lr", "0.1", "--batch", "2"],
            &["module 1", "[4000000000, 3]"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "kernel.toml", "--lr", "0.1", "--batch", "2"],
            &["layer 1", "kernel of 4294967296", "smaller"],
        ),
        ("cut.safetensors", "data.npz", &good, &["cut.safetensors"]),
        ("none.safetensors", "data.npz", &good, &["none.safetensors"]),
        (
            "odd.safetensors",
            "data.npz",
            &good,
            &["fc.1.weight", "2 × 5", "4 outputs"],
        ),
        (
            "more.safetensors",
            "data.npz",
            &good,
            &["extra.scale", "[4]"],
        ),
        ("dead.safetensors", "none.npz", &good, &["none.npz"]),
        (
            "dead.safetensors",
            "labels.npz",
            &["--arch", "fnn", "--lr", "0.1", "--batch", "1"],
            &["sample 1", "label 5", "2 outputs"],
        ),
        (
            "dead.safetensors",
            "shape.npz",
            &good,
            &["shape.npz", "4", "3"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "alexnet", "--lr", "1", "--batch", "1"],
            &["alexnet", "vgg11"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "vgg11", "--lr", "1", "--batch", "1"],
            &["vgg11"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "layer.toml", "--lr", "1", "--batch", "1"],
            &["mish", "dense"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "wide.toml", "--lr", "1", "--batch", "1"],
            &["module 1", "[7, 3]", "fc.0", "[4, 3]"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "fnn", "--lr", "0", "--batch", "1"],
            &["--lr", "positive"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "fnn", "--lr", "-1/2", "--batch", "1"],
            &["--lr", "positive"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "fnn", "--lr", "1", "--batch", "7"],
            &["--batch", "1 to 6"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &["--arch", "fnn", "--lr", "1", "--batch", "0"],
            &["--batch", "1 to 6"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &[
                "--arch",
                "fnn",
                "--lr",
                "1",
                "--batch",
                "1",
                "--momentum",
                "1",
            ],
            &["--momentum", "below 1"],
        ),
        (
            "dead.safetensors",
            "data.npz",
            &[
                "--arch", "fnn", "--lr", "1", "--batch", "1", "--mode", "eval",
            ],
            &["--mode", "no batch normalisation"],
        ),
    ];
    for (weights, data, words, parts) in table {
        let named = ["diagnose", "--weights", weights, "--data", data];
        let run = run_in(folder.path(), &[&named[..], words].concat());
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{weights} {words:?}: {}",
            run.error
        );
        assert_eq!(run.error.trim_end().lines().count(), 1, "{}", run.error);
        for part in parts {
            assert!(run.error.contains(part), "no {part:?} in {}", run.error);
        }
    }
}

#[test]
fn a_checkpoint_too_large_for_the_memory_is_not_read() {
    let folder = dead();
    // Zeros are no checkpoint, but a file that does not fit into memory is not read that far.
    file(&folder, "large.safetensors", vec![0; 4000]);
    let words = [
        "--arch", "fnn", "--lr", "1", "--batch", "1", "--memory", "5kB",
    ];
    let run = diagnose(&folder, "large.safetensors", &words);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("reading it takes 8 kB"), "{}", run.error);
}

#[cfg(target_os = "linux")]
#[test]
fn samples_too_many_for_the_memory_are_not_unpacked() {
    let folder = dead();
    let words = "--arch fnn --lr 0.1 --batch 2 --memory 300B";
    let run = diagnose_line(&folder, "dead.safetensors", words);
    // x is 6 × 3 and y has 6 labels; each sample takes at most 28 bytes while it is read.
    assert_eq!(run.code, 2, "{}", run.error);
    for word in ["data.npz holds 24 numbers", "--memory"] {
        assert!(run.error.contains(word), "{word}: {}", run.error);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn images_too_many_for_the_memory_are_not_unpacked() {
    let folder = dead();
    // A header for 60,000 images, compressed, with nothing after it.
    let header = [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28];
    let level = flate2::Compression::default();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), level);
    std::io::Write::write_all(&mut packed, &header).expect("a header");
    let packed = packed.finish().expect("a member");
    file(&folder, "train-images-idx3-ubyte.gz", packed);
    for data in [
        "--data train-images-idx3-ubyte.gz",
        "--data fashion-mnist --data-dir .",
    ] {
        let words = format!(
            "diagnose --weights dead.safetensors {data} --arch fnn --lr 1 --batch 1 --memory 500MB"
        );
        let run = run_line(folder.path(), &words);
        assert_eq!(run.code, 2, "{}", run.error);
        let named =
            "train-images-idx3-ubyte.gz holds 47040000 numbers, and reading them takes 800 MB";
        assert!(run.error.contains(named), "{}", run.error);
    }
}

#[test]
fn a_batch_that_does_not_divide_the_samples_is_refused_but_on_purpose() {
    let folder = dead();
    let at = |words: &str| {
        let words = format!("--arch fnn --lr 0.1 --batch 4 {words}");
        diagnose_line(&folder, "dead.safetensors", &words)
    };
    let refused = at("--json");
    assert_eq!(refused.code, 2);
    for word in [
        "--batch",
        "does not divide the 6 samples",
        "give 3 or 6",
        "--any-batch",
    ] {
        assert!(refused.out.contains(word), "{word}: {}", refused.out);
    }
    let json = at("--any-batch --json");
    assert_eq!(json.json()["noise_weight"], "1/10", "{}", json.error);
    assert!(
        at("--any-batch")
            .out
            .contains("The number of samples, 6, is no multiple of B = 4")
    );
    let replaced = at("--sampling with-replacement");
    assert!(
        replaced.code == 0 && !replaced.out.contains("no multiple"),
        "{}",
        replaced.out
    );
}

#[test]
fn a_limit_of_the_address_space_is_a_limit_of_the_memory() {
    let folder = dead();
    let large = std::fs::File::create(folder.path().join("large.safetensors")).expect("a file");
    large.set_len(1 << 29).expect("a sparse file");
    let program = env!("CARGO_BIN_EXE_sgd-stability");
    let script = format!(
        "ulimit -v 600000; {program} diagnose --weights large.safetensors --data data.npz --arch fnn \
         --lr 1 --batch 1"
    );
    let mut shell = std::process::Command::new("sh");
    let output = shell
        .args(["-c", &script])
        .current_dir(folder.path())
        .output();
    let output = output.expect("a shell");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("reading it takes 1.07 GB"), "{error}");
}

#[test]
fn a_negative_variance_is_the_checkpoints_fault() {
    let folder = normalised([2.0, -0.5]);
    let words = [
        "--arch", "net.toml", "--lr", "0.01", "--batch", "1", "--mode", "eval",
    ];
    let run = diagnose(&folder, "net.safetensors", &words);
    assert_eq!(run.code, 2);
    let named = ["net.safetensors: norm.running_var", "negative variance"];
    assert!(
        named.iter().all(|word| run.error.contains(word)),
        "{}",
        run.error
    );
}
