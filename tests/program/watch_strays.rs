//! `watch`, and other files that appear in its folder.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::Value;

use crate::checkpoint::safetensors;
use crate::support::{file, run_line, start_in};
use crate::watch::{at, four_samples, wait_for};

const WORDS: &str = "watch run --arch fnn --data data.npz --lr 0.1 --batch 2";

/// Another network, whose samples have `inputs` numbers.
fn stray(inputs: usize) -> Vec<u8> {
    let (weights, bias) = (vec![0.5; 2 * inputs], [0.1, 0.2]);
    safetensors(&[
        ("fc.0.weight", &[2, inputs], &weights),
        ("fc.0.bias", &[2], &bias),
    ])
}

/// A checkpoint of which only the header has been written.
fn preallocated() -> Vec<u8> {
    let whole = at(0.1);
    let body = 4 * (6 + 3 + 6 + 2);
    let header = &whole[..whole.len() - body];
    [header, &vec![0; body]].concat()
}

fn names(json: &Value) -> Vec<&str> {
    let faults = json["faults"].as_array().expect("the faults");
    let name = |fault: &Value| fault["name"].as_str().map(str::to_owned);
    assert!(faults.iter().all(|fault| name(fault).is_some()), "{json}");
    let mut names: Vec<_> = faults.iter().filter_map(|f| f["name"].as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn strays_that_arrive_are_named_at_the_end_and_nothing_else_is_lost() {
    let folder = four_samples();
    let words = format!("{WORDS} --poll 1 --idle 600 --json");
    let words: Vec<&str> = words.split(' ').collect();
    let watch = start_in(folder.path(), &words);
    file(&folder, "run/step1.safetensors", at(0.1));
    wait_for(&folder, 1);
    let run = folder.path().join("run");
    file(&folder, "run/hidden2.safetensors", stray(2));
    file(&folder, "run/inputs5.safetensors", stray(5));
    fs::write(run.join(OsStr::from_bytes(b"caf\xe9.safetensors")), at(0.2)).expect("a file");
    fs::create_dir(run.join("folder.safetensors")).expect("a folder");
    symlink("nowhere", run.join("link.safetensors")).expect("a link");
    file(&folder, "run/zeros.safetensors", vec![0; 400]);
    file(&folder, "run/step2.safetensors", preallocated());
    file(&folder, "run/half.safetensors", &at(0.1)[..100]);
    file(&folder, "run/gone.safetensors", "to be removed");
    let made = Command::new("mkfifo")
        .arg(run.join("pipe.safetensors"))
        .status();
    assert!(made.expect("mkfifo").success());
    file(&folder, "run/step3.safetensors", at(0.3));
    wait_for(&folder, 2);
    // Checkpoints that were still being written get their lines, and deleted ones are forgotten.
    file(&folder, "run/step2.safetensors", at(0.2));
    fs::remove_file(run.join("gone.safetensors")).expect("the file");
    wait_for(&folder, 3);
    file(&folder, "run/half.safetensors", at(0.4));
    wait_for(&folder, 4);
    file(&folder, "run/done", "");
    let output = watch.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(
        (&json["checkpoints"], &json["measured"]),
        (&4.into(), &4.into()),
        "{json}"
    );
    assert_eq!(json["last"]["name"], "step3.safetensors");
    let expected = [
        "caf\u{fffd}.safetensors",
        "folder.safetensors",
        "hidden2.safetensors",
        "inputs5.safetensors",
        "link.safetensors",
        "pipe.safetensors",
        "zeros.safetensors",
    ];
    assert_eq!(names(&json), expected, "{json}");
    // Each is at fault by itself; neither the log nor the data are blamed.
    for fault in json["faults"].as_array().expect("the faults") {
        let (name, message) = (fault["name"].as_str(), fault["message"].as_str());
        let (name, message) = name.zip(message).expect("texts");
        assert!(message.starts_with(&format!("run/{name}: ")), "{message}");
    }
    assert_eq!(json["error"]["kind"], "input");
    let drawing = fs::read_to_string(run.join("watch.svg")).expect("the figure");
    roxmltree::Document::parse(&drawing).expect("an XML document");
}

#[test]
fn where_some_fail_the_summary_is_printed_all_the_same() {
    let folder = four_samples();
    file(&folder, "run/a5.safetensors", stray(5));
    file(&folder, "run/step1.safetensors", at(0.1));
    file(&folder, "run/step2.safetensors", preallocated());
    let run = run_line(folder.path(), &format!("{WORDS} --once"));
    assert_eq!(run.code, 2, "{}", run.error);
    for part in [
        "\nstep1.safetensors  ",
        "Not measured:\n* run/a5.safetensors: checkpoint: cannot be measured: data.npz: shape of a sample",
        "* run/step2.safetensors: weights: are all zero",
        "The run is drawn in run/watch.svg.",
    ] {
        assert!(run.out.contains(part), "no {part:?} in {}", run.out);
    }
    assert_eq!(run.error.trim_end().lines().count(), 1, "{}", run.error);
    for part in [
        "error: run: a5.safetensors, step2.safetensors: ",
        "1 checkpoint measured, in watch.jsonl",
    ] {
        assert!(run.error.contains(part), "no {part:?} in {}", run.error);
    }
    assert!(folder.path().join("run/watch.svg").exists());
    // The same if no checkpoint was measured.
    fs::remove_file(folder.path().join("run/step1.safetensors")).expect("the checkpoint");
    fs::remove_file(folder.path().join("run/watch.jsonl")).expect("the lines");
    let run = run_line(folder.path(), &format!("{WORDS} --once --json"));
    let json = run.json();
    assert_eq!((run.code, &json["checkpoints"]), (2, &0.into()), "{json}");
    assert_eq!(names(&json), ["a5.safetensors", "step2.safetensors"]);
    assert_eq!(
        (&json["figure"], &json["last"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(json["error"]["kind"], "input");
}

#[test]
fn a_leftover_done_ends_nothing_until_it_is_touched() {
    let folder = four_samples();
    file(&folder, "run/done", "");
    file(&folder, "run/step1.safetensors", at(0.1));
    let words = |idle: &str| format!("{WORDS} --poll 1 --idle {idle} --json");
    let watch = start_in(folder.path(), &words("600").split(' ').collect::<Vec<_>>());
    wait_for(&folder, 1);
    file(&folder, "run/step2.safetensors", at(0.2));
    wait_for(&folder, 2);
    file(&folder, "run/step3.safetensors", at(0.3));
    file(&folder, "run/done", "again");
    let output = watch.wait_with_output().expect("the program ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with("run/done was there before"), "{told}");
    let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(output.status.code(), Some(0), "{json}");
    assert_eq!(
        (&json["measured"], &json["leftover_done"]),
        (&3.into(), &false.into()),
        "{json}"
    );
    let idle = run_line(folder.path(), &words("1")).json();
    assert_eq!(
        (&idle["measured"], &idle["leftover_done"]),
        (&0.into(), &true.into()),
        "{idle}"
    );
    let once = run_line(folder.path(), &format!("{WORDS} --once --json")).json();
    assert_eq!(once["leftover_done"], false, "{once}");
}

#[test]
fn faults_of_the_lines_are_told_from_those_of_checkpoints() {
    let folder = four_samples();
    file(&folder, "run/step1.safetensors", at(0.1));
    let watch = || run_line(folder.path(), &format!("{WORDS} --once"));
    file(
        &folder,
        "run/watch.jsonl",
        "{\"name\": \"step1.safetensors\"}\n",
    );
    let broken = watch();
    assert_eq!((broken.code, broken.out.as_str()), (2, ""));
    let named = "error: run/watch.jsonl: line 1: is not one of this version";
    assert!(broken.error.starts_with(named), "{}", broken.error);
    fs::remove_file(folder.path().join("run/watch.jsonl")).expect("the lines");
    assert_eq!(watch().code, 0);
    // If a known checkpoint becomes another network, the flags are not blamed for contradicting the
    // lines.
    file(&folder, "run/step1.safetensors", stray(2));
    file(&folder, "run/step2.safetensors", at(0.2));
    let other = watch();
    assert_eq!(other.code, 2);
    let named = "* run/step1.safetensors: network: is \"2-2\", but the lines of watch.jsonl are of \"2-3-2\"";
    assert!(other.out.contains(named), "{}", other.out);
    assert!(other.out.contains("\nstep2.safetensors  "), "{}", other.out);
}

/// A writer that creates the whole file first and fills it piece by piece gets one line, for the complete
/// file.
#[test]
fn what_is_still_being_filled_is_not_measured() {
    use std::io::{Seek, SeekFrom, Write};

    let folder = four_samples();
    let words = format!("{WORDS} --poll 1 --idle 3 --json");
    let words: Vec<&str> = words.split(' ').collect();
    let watch = start_in(folder.path(), &words);
    let (path, whole) = (folder.path().join("run/step1.safetensors"), at(0.1));
    let filled = preallocated();
    fs::write(&path, &filled).expect("a file");
    let mut file = fs::File::options()
        .write(true)
        .open(&path)
        .expect("the file");
    for end in (filled.len() - 64..=filled.len()).step_by(8) {
        // Half the time that the program waits between two looks.
        std::thread::sleep(std::time::Duration::from_millis(150));
        file.seek(SeekFrom::Start(0)).expect("a seekable file");
        file.write_all(&whole[..end]).expect("a writable file");
    }
    drop(file);
    let output = watch.wait_with_output().expect("the program ends");
    let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(output.status.code(), Some(0), "{json}");
    assert_eq!(json["measured"], 1, "{json}");
    let bytes = run_line(
        folder.path(),
        "diagnose --weights run/step1.safetensors --arch fnn --data data.npz --lr 0.1 --batch 2 --json",
    );
    assert_eq!(
        json["last"]["weights_sha256"],
        bytes.json()["weights_sha256"]
    );
}

/// Faults that no checkpoint can correct end the watch before there is a checkpoint; none of these runs
/// waits.
#[test]
fn flags_are_wrong_from_the_start() {
    let folder = four_samples();
    file(
        &folder,
        "three.toml",
        "input = [3]\nlayer = [{ type = \"dense\", outputs = 2 }]\n",
    );
    file(
        &folder,
        "two.toml",
        "input = [2]\nlayer = [{ type = \"dense\", outputs = 2 }]\n",
    );
    for (words, named) in [
        ("--arch alexnet", "--arch: alexnet: is no architecture"),
        ("--arch none.toml", "none.toml: cannot be read"),
        (
            "--arch three.toml",
            "data.npz: shape of a sample: is 2, but",
        ),
        ("--arch two.toml --mode eval", "--mode"),
    ] {
        let words = format!("watch run --data data.npz --lr 0.1 --batch 2 {words}");
        let run = run_line(folder.path(), &words);
        assert_eq!(run.code, 2);
        assert!(run.error.contains(named), "no {named:?} in {}", run.error);
    }
}
