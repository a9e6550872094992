//! The commands that the documents show without running them exist, and have the flags shown.

use std::process::Command;

use crate::markdown::{blocks, documents, read, root};

/// The output of `sgd-stability COMMAND --help`; `None` if there is no such command.
fn help(command: &[&str]) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_sgd-stability"))
        .args(command)
        .arg("--help")
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the program prints UTF-8");
    output.status.success().then_some(text)
}

/// The lines of `sh` blocks and all inline code, each with its document.
fn shown() -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for path in documents() {
        let (text, name) = (read(&path), path.display().to_string());
        for block in blocks(&text).iter().filter(|b| b.language == "sh") {
            let joined = block.text.replace("\\\n", " ");
            let lines = joined.lines().map(|line| line.split(" #").next());
            shown.extend(lines.flatten().map(|line| (name.clone(), line.to_owned())));
        }
        let prose = text.split("```").step_by(2);
        let spans = prose.flat_map(|prose| prose.split('`').skip(1).step_by(2));
        shown.extend(spans.map(|span| (name.clone(), span.to_owned())));
    }
    shown
}

#[test]
fn every_command_has_the_flags_that_are_shown() {
    for (document, line) in shown() {
        let Some((_, call)) = line.split_once("sgd-stability ") else {
            continue;
        };
        let mut words = call.split_whitespace();
        let command = words.next().expect("a command");
        if command == "COMMAND" {
            continue;
        }
        // A command of several has its own help.
        let second = words.clone().next().filter(|_| command == "kernels");
        let command: Vec<&str> = [command].into_iter().chain(second).collect();
        let help = help(&command).unwrap_or_else(|| panic!("{document}: {line}: no such command"));
        for flag in words.filter(|word| word.starts_with("--")) {
            assert!(help.contains(flag), "{document}: {line}: no flag {flag}");
        }
    }
}

#[test]
fn every_target_of_make_is_there() {
    let makefile = read(&root().join("Makefile"));
    for (document, line) in shown() {
        let Some(target) = line.strip_prefix("make ") else {
            continue;
        };
        let rule = format!("\n{}:", target.trim());
        assert!(makefile.contains(&rule), "{document}: {line}");
    }
}
