//! The help texts: how they begin and end, and that every example in them works as printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::checkpoint::safetensors;
use crate::support::{Run, file, folder, run};

/// The names of the commands, in the order in which the help lists them.
fn commands() -> Vec<String> {
    let help = run(&["--help"]).out;
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// The lines after `$`, each joined with its continuation lines.
fn examples(help: &str) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in help.lines() {
        let begin = line.trim_start().strip_prefix("$ ");
        match (begin, examples.last_mut()) {
            (Some(line), _) => examples.push(line.to_owned()),
            (None, Some(last)) if is_open => *last += &format!("\n{line}"),
            (None, _) => continue,
        }
        is_open = line.ends_with('\\');
    }
    examples
}

/// A folder with a checkpoint of a small network for Fashion-MNIST, and a folder `runs` with another.
fn with_a_checkpoint() -> TempDir {
    let folder = folder();
    let wave = |count: usize| -> Vec<f32> { (0..count).map(|i| (i as f32).sin() / 9.0).collect() };
    let tensors = [
        ("fc.0.weight", &[4, 784][..], &wave(4 * 784)[..]),
        ("fc.0.bias", &[4], &[0.1; 4]),
        ("fc.1.weight", &[10, 4], &wave(40)),
        ("fc.1.bias", &[10], &[0.1; 10]),
    ];
    // What kind of file this is, its contents say.
    for name in ["model.safetensors", "model.pt"] {
        file(&folder, name, safetensors(&tensors));
    }
    fs::create_dir(folder.path().join("runs")).expect("a folder");
    file(&folder, "runs/step1.safetensors", safetensors(&tensors));
    folder
}

/// Runs a shell line in a folder, where the program can be called by its name.
fn shell(folder: &Path, line: &str) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let own = program.parent().expect("a folder").display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    let command = command.args(["-c", line]).current_dir(folder);
    let output = command.env("PATH", path).output().expect("a shell");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), told)
}

#[test]
fn every_help_text_opens_with_a_sentence_and_an_example_and_ends_with_exit_codes() {
    let commands = commands();
    assert_eq!(commands[0], "diagnose", "{commands:?}");
    for command in commands.iter().map(Some).chain([None]) {
        for flag in ["-h", "--help"] {
            let words = [command.map_or("", |name| name), flag];
            let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
            let Run { code, out, error } = run(&words);
            assert_eq!((code, error.as_str()), (0, ""), "{words:?}");
            let place = |text: &str| {
                let place = out.find(text);
                place.unwrap_or_else(|| panic!("{words:?}: no {text:?} in\n{out}"))
            };
            let first = out.lines().next().expect("a line");
            assert!(first.starts_with(char::is_uppercase), "{words:?}: {first}");
            let places = [
                place("\nExample"),
                place("\nUsage: sgd-stability"),
                place("--help"),
                place("\nExit codes:\n  0  "),
            ];
            assert!(places.is_sorted(), "{words:?}:\n{out}");
            assert!(places[0] < 200, "{words:?} opens late:\n{out}");
            assert!(!examples(&out).is_empty(), "{words:?}:\n{out}");
            let mut lines = out.lines().filter(|line| !line.starts_with("Usage:"));
            assert!(lines.all(|line| line.chars().count() <= 100), "{out}");
        }
    }
}

#[test]
fn every_example_works_as_it_stands() {
    let commands = commands();
    for command in commands.iter().map(Some).chain([None]) {
        let words = command.map_or(vec!["--help"], |name| vec![name, "--help"]);
        let folder = with_a_checkpoint();
        for line in examples(&run(&words).out) {
            let (code, told) = shell(folder.path(), &line);
            assert_eq!(code, Some(0), "{line}\n{told}");
        }
    }
}
