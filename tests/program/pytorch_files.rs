//! Checkpoints of `torch.save`: what a first-time user types, and what is told of what was dropped.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::checkpoint::{safetensors, valued};
use crate::diagnose::diagnose_line;
use crate::support::{file, folder, run_line};

const WORDS: &str = "--arch fnn --lr 0.01 --batch 2";

/// The bytes of a file that PyTorch wrote.
fn saved(name: &str) -> Vec<u8> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/python");
    fs::read(files.join(name)).expect("the file")
}

/// Data for the layer from two inputs to one output that `run.pt` has, and the same layer as safetensors.
fn with_the_layer() -> TempDir {
    let folder = folder();
    let x = [1.0_f32, 0.5, -0.25, 2.0];
    file(&folder, "data.npz", valued(&x, &[2], &[1.0, -1.0], 1));
    let layer = [
        ("weight", &[1, 2][..], &[0.0_f32, 0.125][..]),
        ("bias", &[1], &[1.0]),
    ];
    file(&folder, "w.safetensors", safetensors(&layer));
    folder
}

#[test]
fn the_flag_that_is_asked_for_leads_to_the_same_numbers_as_safetensors() {
    let folder = with_the_layer();
    file(&folder, "run.pt", saved("run.pt"));
    let expected = diagnose_line(&folder, "w.safetensors", &format!("{WORDS} --json")).json();
    let refused = diagnose_line(&folder, "run.pt", WORDS);
    assert_eq!(refused.code, 2, "{}", refused.out);
    let said = [refused.out, refused.error].concat();
    let (_, flag) = said.split_once("give ").expect("a flag");
    let words = format!("{WORDS} --json {}", flag.trim_end());
    let run = diagnose_line(&folder, "run.pt", &words);
    assert_eq!(run.code, 0, "{words}: {}{}", run.out, run.error);
    let json = run.json();
    for field in ["sharpness", "train_loss", "parameters", "mapping"] {
        assert_eq!(json[field], expected[field], "{field}");
    }
}

#[test]
fn a_watch_takes_the_files_of_torch_save() {
    let folder = with_the_layer();
    fs::create_dir(folder.path().join("run")).expect("a folder");
    for name in ["step2.pt", "step10.ckpt"] {
        let bytes = [saved("run.pt"), Vec::new()].concat();
        file(&folder, &format!("run/{name}"), bytes);
    }
    file(&folder, "run/optimizer.bin", "no checkpoint");
    let line = format!("watch run --data data.npz {WORDS} --once --json --key model.state_dict");
    let run = run_line(folder.path(), &line);
    assert_eq!(run.code, 0, "{}{}", run.out, run.error);
    assert_eq!(run.json()["measured"], 2, "{}", run.out);
}

/// A safetensors file of a layer in two wrappers, with a counter.
fn wrapped() -> Vec<u8> {
    let name = |part: &str| format!("module._orig_mod.fc.{part}");
    let header = serde_json::json!({
        name("weight"): {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
        name("num_batches_tracked"): {"dtype": "I64", "shape": [], "data_offsets": [8, 16]},
    });
    let header = header.to_string();
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &[1; 16]].concat()
}

#[test]
fn what_is_dropped_is_told_once() {
    let folder = with_the_layer();
    file(&folder, "wrapped.safetensors", wrapped());
    let page = diagnose_line(&folder, "wrapped.safetensors", WORDS).out;
    for line in [
        "names    all begin with module._orig_mod., which is left out",
        "dropped  1 counter num_batches_tracked",
    ] {
        assert_eq!(page.matches(line).count(), 1, "{line}: {page}");
    }
    let words = format!("{WORDS} --json");
    let json = diagnose_line(&folder, "wrapped.safetensors", &words).json();
    assert_eq!(json["wrapper"], "module._orig_mod.");
    assert_eq!(json["counters"][0], "fc.num_batches_tracked");
    assert_eq!(json["mapping"][0]["tensor"], "fc.weight");
    let json = diagnose_line(&folder, "w.safetensors", &words).json();
    assert_eq!(
        (&json["wrapper"], &json["counters"]),
        (&"".into(), &serde_json::json!([]))
    );
}
