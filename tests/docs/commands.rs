//! The commands that the documents show without running them have the flags that the program has.

use std::process::Command;

use crate::markdown::{blocks, documents, read};

/// What `sgd-stability COMMAND --help` prints; `None` where there is no such command.
fn help(command: &str) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_sgd-stability"))
        .args([command, "--help"])
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the program prints UTF-8");
    output.status.success().then_some(text)
}

#[test]
fn every_command_has_the_flags_that_are_shown() {
    for path in documents() {
        let text = read(&path);
        for block in blocks(&text).iter().filter(|b| b.language == "sh") {
            let joined = block.text.replace("\\\n", " ");
            for line in joined.lines() {
                let Some((_, call)) = line.split_once("sgd-stability ") else {
                    continue;
                };
                let (call, _) = call.split_once(" #").unwrap_or((call, ""));
                let place = format!("{}:{}: {call}", path.display(), block.line);
                let mut words = call.split_whitespace();
                let command = words.next().expect("a command");
                let help = help(command).unwrap_or_else(|| panic!("{place}: no such command"));
                for flag in words.filter(|word| word.starts_with("--")) {
                    assert!(help.contains(flag), "{place}: no flag {flag}");
                }
            }
        }
    }
}
