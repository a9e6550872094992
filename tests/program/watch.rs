//! Tests of `watch`.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors};
use crate::support::{Run, file, folder, run_in, run_line, start_in};

/// A 2-3-2 network at position `t` on a line between two points.
pub fn at(t: f32) -> Vec<u8> {
    let wave =
        |n: usize, f: f32| -> Vec<f32> { (0..n).map(|i| (f * i as f32 + t).sin()).collect() };
    let (a, b, c, d) = (wave(6, 1.1), wave(3, 0.3), wave(6, 0.8), wave(2, 1.7));
    safetensors(&[
        ("fc.0.weight", &[3, 2], &a),
        ("fc.0.bias", &[3], &b),
        ("fc.1.weight", &[2, 3], &c),
        ("fc.1.bias", &[2], &d),
    ])
}

/// Four samples, and an empty folder `run`.
pub fn four_samples() -> TempDir {
    let folder = folder();
    let x = [0.1, 0.9, 0.4, 0.2, 0.7, 0.3, 0.5, 0.8];
    file(&folder, "data.npz", labelled(&x, &[2], &[0, 1, 1, 0]));
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    folder
}

#[test]
fn a_run_is_followed_resumed_and_drawn() {
    let folder = folder();
    let x: Vec<f32> = (0..16).map(|i| (i % 7) as f32 / 6.0).collect();
    let data = file(
        &folder,
        "data.npz",
        labelled(&x, &[2], &[0, 1, 1, 0, 1, 0, 0, 1]),
    );
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    let watch = |lr: &str| -> Run {
        let data = data.to_str().expect("a UTF-8 path");
        let words = [
            "watch", "run", "--arch", "fnn", "--data", data, "--lr", lr, "--batch", "2", "--once",
            "--json",
        ];
        run_in(folder.path(), &words)
    };
    let empty = watch("0.1");
    assert_eq!(empty.code, 2);
    assert!(empty.out.contains("safetensors"), "{}", empty.out);
    file(&folder, "run/step9.safetensors", at(0.1));
    file(&folder, "run/step10.safetensors", at(0.11));
    let first = watch("0.1");
    assert_eq!((first.code, first.error.as_str()), (0, ""), "{}", first.out);
    assert_eq!(first.json()["measured"], 2);
    let path = folder.path().join("run/watch.jsonl");
    let read = || std::fs::read_to_string(&path).expect("the lines");
    let lines: Vec<Value> = read()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(
        (&lines[0]["name"], &lines[1]["name"]),
        (&"step9.safetensors".into(), &"step10.safetensors".into())
    );
    assert!(
        ["loss", "a", "s", "margin"]
            .iter()
            .all(|name| lines[1][*name].as_f64().is_some_and(|number| number > 0.0))
    );

    // The warm start changes the path of the iteration but not the answer.
    let alone = [
        "diagnose",
        "--weights",
        "run/step10.safetensors",
        "--data",
        "data.npz",
        "--arch",
        "fnn",
        "--lr",
        "0.1",
        "--batch",
        "2",
        "--json",
    ];
    let alone = run_in(folder.path(), &alone).json();
    for (name, letter) in [("sharpness", "a"), ("non_uniformity", "s")] {
        let number = |value: &Value| value.as_f64().expect("a number");
        let (cold, warm) = (&alone[name], number(&lines[1][letter]));
        let both = number(&cold["residual"]) + number(&lines[1][format!("{letter}_residual")]);
        let cold = number(&cold["value"]);
        assert!(
            (cold - warm).abs() <= both + 1e-5 * cold,
            "{name}: {cold}, {warm}"
        );
    }

    // A torn last line is measured again, and complete lines are not.
    let torn = read();
    std::fs::write(&path, &torn[..torn.len() - 20]).expect("a writable file");
    assert_eq!(watch("0.1").json()["measured"], 1);
    assert_eq!(watch("0.1").json()["measured"], 0);
    assert_eq!(read().lines().count(), 2);
    for name in ["watch", "watch-sharpness", "watch-shares", "watch-loss"] {
        let path = folder.path().join(format!("run/{name}.svg"));
        let drawing = std::fs::read_to_string(path).expect("the figure");
        roxmltree::Document::parse(&drawing).expect("an XML document");
    }
    let table = std::fs::read_to_string(folder.path().join("run/watch.csv")).expect("the table");
    assert!(
        table.starts_with("name,step,loss,accuracy,a,a_bar,lambda_min,s,s_bar,q,"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 3);
    let drawing = std::fs::read_to_string(folder.path().join("run/watch.svg")).expect("the figure");
    roxmltree::Document::parse(&drawing).expect("an XML document");
    assert!(drawing.contains("sharpness a") && drawing.contains("largest a"));

    file(&folder, "run/step11.safetensors", at(0.12));
    let other = watch("0.2");
    assert_eq!(other.code, 2);
    assert!(other.out.contains("lr: was made with"), "{}", other.out);

    file(&folder, "run/step12.safetensors", b"torn");
    let faulty = watch("0.1");
    assert_eq!(faulty.code, 2);
    assert!(faulty.out.contains("step12"), "{}", faulty.out);
    assert_eq!(read().lines().count(), 3, "the whole ones are measured");
}

#[test]
fn what_cannot_be_measured_is_named_and_what_can_is_drawn() {
    let folder = four_samples();
    let watch = |more: &[&str]| {
        let words = [
            "watch", "run", "--arch", "fnn", "--data", "data.npz", "--lr", "0.1", "--batch", "2",
        ];
        run_in(folder.path(), &[&words, more].concat())
    };
    file(&folder, "run/step1.safetensors", at(0.1));
    // Without --once, a wrong flag ends the watch, since no other checkpoint would correct it.
    let wrong = watch(&["--mode", "eval"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.error.contains("--mode"), "{}", wrong.error);
    for name in ["run/step2.safetensors", "run/step10.safetensors"] {
        file(&folder, name, &at(0.1)[..60]);
    }
    let torn = watch(&["--once"]);
    assert_eq!(torn.code, 2);
    let both = "step2.safetensors, step10.safetensors";
    assert!(torn.error.contains(both), "{}", torn.error);
    assert!(folder.path().join("run/watch.svg").exists());
    assert!(
        torn.error.contains("1 checkpoint measured, in watch.jsonl"),
        "{}",
        torn.error
    );
    // Other conditions are refused before anything is measured or drawn, even if the checkpoint that
    // would show the difference no longer exists.
    std::fs::remove_file(folder.path().join("run/step1.safetensors")).expect("the checkpoint");
    for (more, named) in [
        (&["--once", "--loss", "cross-entropy"][..], "loss"),
        (&["--once", "--matrix", "gauss-newton"], "matrix"),
        (&["--once", "--momentum", "0.5"], "momentum"),
    ] {
        let other = watch(more);
        assert_eq!(other.code, 2);
        assert!(other.error.contains(named), "{}", other.error);
    }
}

/// Waits until the log has `count` lines.
pub fn wait_for(folder: &TempDir, count: usize) {
    let path = folder.path().join("run/watch.jsonl");
    let lines = || std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
    let is_there = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        lines() >= count
    });
    assert!(is_there, "{count} lines after a minute");
}

/// A training loop that saves one checkpoint after another, and signals its end.
#[test]
fn new_checkpoints_are_measured_until_the_run_is_done_or_idle() {
    for end in ["done", "idle"] {
        let folder = four_samples();
        let words = "watch run --arch fnn --data data.npz --lr 0.1 --batch 2 --poll 1 --json";
        let words: Vec<&str> = words.split(' ').collect();
        let patience = if end == "done" { "600" } else { "3" };
        let watch = start_in(folder.path(), &[&words[..], &["--idle", patience]].concat());
        for step in 1..=3 {
            let name = format!("run/step{step}.safetensors");
            file(&folder, &name, at(0.1 * step as f32));
            wait_for(&folder, step);
        }
        if end == "done" {
            // Checkpoints written before the signal are still measured.
            file(&folder, "run/step4.safetensors", at(0.4));
            file(&folder, "run/done", "");
        }
        let output = watch.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{end}");
        let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert_eq!(
            json["measured"],
            if end == "done" { 4 } else { 3 },
            "{json}"
        );
        assert!(folder.path().join("run/watch.svg").exists());
    }
}

/// A training loop that keeps overwriting one file, and a user who interrupts the watch.
#[test]
fn a_file_written_over_gets_a_line_each_time_and_an_interrupt_draws() {
    let folder = four_samples();
    file(&folder, "run/latest.safetensors", at(0.1));
    let words = [
        "watch", "run", "--arch", "fnn", "--data", "data.npz", "--lr", "0.1", "--batch", "2",
        "--poll", "1",
    ];
    let watch = start_in(folder.path(), &words);
    let wait_for = |count| wait_for(&folder, count);
    wait_for(1);
    file(&folder, "run/latest.safetensors", at(0.3));
    wait_for(2);
    let kill = Command::new("kill")
        .args(["-INT", &watch.id().to_string()])
        .status();
    assert!(kill.expect("kill").success());
    let output = watch.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(folder.path().join("run/watch.svg").exists());
    let again = || run_in(folder.path(), &[&words[..], &["--once", "--json"]].concat()).json();
    assert_eq!(again()["measured"], 0);
    // Rewriting a file with the same bytes is not news; restoring earlier bytes is.
    file(&folder, "run/latest.safetensors", at(0.3));
    assert_eq!(again()["measured"], 0);
    file(&folder, "run/latest.safetensors", at(0.1));
    assert_eq!(again()["measured"], 1);
}

#[test]
fn where_samples_are_coupled_there_is_no_margin_of_s_and_nothing_is_drawn() {
    let folder = crate::diagnose::normalised([2.0, 0.5]);
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    let bytes = std::fs::read(folder.path().join("net.safetensors")).expect("the checkpoint");
    file(&folder, "run/step1.safetensors", bytes);
    let words = "watch run --arch net.toml --data data.npz --lr 0.01 --batch 1 --mode train --once";
    let run = run_line(folder.path(), words);
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.out.contains("Nothing is drawn"), "{}", run.out);
    let lines = std::fs::read_to_string(folder.path().join("run/watch.jsonl")).expect("the lines");
    let line: Value = serde_json::from_str(&lines).expect("one line");
    let a = line["a"].as_f64().expect("a");
    let margin = line["margin"].as_f64().expect("a margin");
    // The margin is η/2 times a.
    assert!((margin - 0.005 * a).abs() < 1e-12 * a, "{line}");
    assert!(
        line["margin_a"] == line["margin"] && line["margin_s"].is_null() && line["s"].is_null(),
        "{line}"
    );
    assert!(line["products"].as_u64() >= Some(33), "{line}");
    assert!(!folder.path().join("run/watch.svg").exists());
    assert!(folder.path().join("run/watch-sharpness.svg").exists());
}
