//! Every `console` block is run, and prints the output shown.
//!
//! The blocks of a page run one after the other in one temporary folder that looks like the repository's.
//! In the output shown, `...` stands for omitted text: on a line of its own for any number of lines,
//! within a line for any text. A command that ends with `\` continues on the next line. `cat FILE` shows
//! a file that the reader is meant to have; if it does not exist, it is written first.

use std::path::Path;
use std::process::Command;

use crate::markdown::{blocks, read, root};
use crate::small_network;

#[test]
fn the_readme_shows_what_is_printed() {
    run_page("README.md");
}

#[test]
fn the_overview_shows_what_is_printed() {
    run_page("docs/README.md");
}

#[test]
fn your_own_network_shows_what_is_printed() {
    run_page("docs/your-own-network.md");
}

#[test]
fn layers_and_losses_shows_what_is_printed() {
    run_page("docs/layers-and-losses.md");
}

#[test]
fn decide_and_certify_shows_what_is_printed() {
    run_page("docs/decide-and-certify.md");
}

#[test]
fn search_and_your_own_claim_shows_what_is_printed() {
    run_page("docs/search-and-your-own-claim.md");
}

#[test]
fn reproduce_and_report_shows_what_is_printed() {
    run_page("docs/reproduce-and-report.md");
}

#[test]
fn kernels_on_trial_shows_what_is_printed() {
    run_page("docs/kernels-on-trial.md");
}

/// A command, and the lines shown below it.
struct Step {
    command: String,
    shown: Vec<String>,
}

fn steps(block: &str) -> Vec<Step> {
    let joined = block.replace("\\\n", "");
    let mut steps: Vec<Step> = Vec::new();
    for line in joined.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else {
            let step = steps.last_mut().expect("a block begins with a command");
            step.shown.push(line.to_owned());
        }
    }
    steps
}

fn run_page(page: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["docs", "reports", "theorems"] {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(root().join(name), link).expect("a link");
    }
    let text = read(&root().join(page));
    let mut faults = Vec::new();
    for block in blocks(&text).iter().filter(|b| b.language == "console") {
        for step in steps(&block.text) {
            if let Err(fault) = check(&step, folder.path()) {
                let (line, command) = (block.line, &step.command);
                faults.push(format!("{page}:{line}: $ {command}\n{fault}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn check(step: &Step, folder: &Path) -> Result<(), String> {
    if let Some(name) = step.command.strip_prefix("cat ") {
        let path = folder.join(name);
        if !path.exists() {
            std::fs::write(path, step.shown.join("\n") + "\n").expect("a writable folder");
        }
    }
    let printed = run(&step.command, folder)?;
    let printed: Vec<&str> = printed.lines().collect();
    first_missing(&step.shown, &printed).map_or(Ok(()), |line| {
        Err(format!(
            "  shown and not printed: {line}\n  printed:\n{}",
            printed.join("\n")
        ))
    })
}

/// The output of the command, including stderr.
fn run(command: &str, folder: &Path) -> Result<String, String> {
    if let Some(name) = command.strip_prefix("cargo run --release --example small_network -- ") {
        let trained = small_network::train_into(&folder.join(name));
        return trained
            .map(|()| String::new())
            .map_err(|error| error.to_string());
    }
    let program = Path::new(env!("CARGO_BIN_EXE_sgd-stability"));
    let own = program.parent().expect("a folder").as_os_str().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = [own, others].join(":".as_ref());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("the program prints UTF-8");
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("  {}\n  printed:\n{text}", output.status))
    }
}

/// The first shown line that is missing from the output, in order.
fn first_missing<'a>(shown: &'a [impl AsRef<str>], printed: &[&str]) -> Option<&'a str> {
    let mut rest = printed.iter();
    let mut may_skip = false;
    for line in shown.iter().map(AsRef::as_ref) {
        if line == "..." {
            may_skip = true;
            continue;
        }
        let is_there = if may_skip {
            rest.any(|other| fits(line, other))
        } else {
            rest.next().is_some_and(|other| fits(line, other))
        };
        if !is_there {
            return Some(line);
        }
        may_skip = false;
    }
    let is_whole = may_skip || rest.next().is_none();
    (!is_whole).then_some("(nothing more)")
}

/// Whether the printed line matches the shown one, in which `...` stands for any text.
fn fits(shown: &str, printed: &str) -> bool {
    let Some((start, rest)) = shown.split_once("...") else {
        return shown == printed;
    };
    let Some(printed) = printed.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once("...").unwrap_or(("", rest));
    let mut left = printed;
    for part in middle.split("...") {
        let Some((_, behind)) = left.split_once(part) else {
            return false;
        };
        left = behind;
    }
    left.ends_with(end)
}

#[test]
fn dots_stand_for_what_is_left_out_and_for_nothing_else() {
    fn missing(shown: &'static [&'static str]) -> Option<&'static str> {
        first_missing(shown, &["one", "two 2", "three"])
    }
    assert_eq!(missing(&["one", "two 2", "three"]), None);
    assert_eq!(missing(&["one", "..."]), None);
    assert_eq!(missing(&["...", "two ...", "..."]), None);
    assert_eq!(missing(&["...", "t...e"]), None);
    assert_eq!(missing(&["one"]), Some("(nothing more)"));
    assert_eq!(missing(&["two 2", "..."]), Some("two 2"));
    assert_eq!(missing(&["...", "two 3", "..."]), Some("two 3"));
    assert_eq!(missing(&["...", "three", "one"]), Some("one"));
}
