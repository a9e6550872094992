//! Which tests see a file.

use std::path::Path;

use crate::rooms::TRIED;

/// A program of tests and the arguments that choose some of them.
pub struct Stage {
    /// The target: `lib` for the unit tests, or the folder of integration tests.
    pub target: &'static str,
    /// What the program is called with.
    pub arguments: Vec<String>,
}

/// The names of the tests in `trial` that run kernels of this crate.
const OURS: &str = "our";

/// Every program with all of its tests.
pub fn all() -> Vec<Stage> {
    let mut stages = whole(&["kernels", "trial"], &[]);
    stages.push(units(&TRIED));
    stages
}

/// The programs that see a file with this text, the quickest to find a fault first. Only its own unit tests,
/// the tests of kernels and the trials of our kernels see a kernel; what stands guard in every trial is no
/// kernel. Of the oracle, exact networks serve the trials of our layers, and functions of one number theirs.
pub fn stages(file: &str, text: &str) -> Vec<Stage> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let words: Vec<&str> = path.split('/').filter(|word| *word != "mod").collect();
    let near = &words[1..];
    let some = |words: &[&str]| {
        let arguments = words.iter().map(|word| (*word).to_owned()).collect();
        let target = "trial";
        exists(target).then_some(Stage { target, arguments })
    };
    let mut stages = match words[..] {
        ["kernel", "guarded" | "environment"] => whole(&["trial"], near),
        ["kernel", ..] => whole(&["kernels"], near)
            .into_iter()
            .chain(some(&[OURS]))
            .collect(),
        ["oracle", "graph", ..] => some(&[OURS]).into_iter().collect(),
        ["oracle", "unary" | "binary", ..] => [some(&[words[1]]), some(&["unary", "binary", OURS])]
            .into_iter()
            .flatten()
            .collect(),
        ["trial", ..] => whole(&["trial"], near),
        _ => whole(&["kernels", "trial"], near),
    };
    if words[0] != "kernel" {
        stages.insert(0, units(&[words[0]]));
    } else if text.contains("cfg(test)") {
        stages.push(units(&[&words.join("::")]));
    }
    stages
}

/// The unit tests of some rooms or modules.
fn units(modules: &[&str]) -> Stage {
    Stage {
        target: "lib",
        arguments: modules.iter().map(|module| format!("{module}::")).collect(),
    }
}

/// All tests of some targets, those near to a file first.
fn whole(targets: &[&'static str], near: &[&str]) -> Vec<Stage> {
    let there = targets.iter().filter(|target| exists(target));
    there.flat_map(|target| near_first(target, near)).collect()
}

/// First the tests that have one of these words in their names, then the others.
fn near_first(target: &'static str, words: &[&str]) -> Vec<Stage> {
    let skip = |word: &&str| ["--skip".to_owned(), (*word).to_owned()];
    let near = words.iter().map(|word| (*word).to_owned()).collect();
    let far = words.iter().flat_map(skip).collect();
    let stages = [near, far].map(|arguments| Stage { target, arguments });
    // Without words, all tests are far.
    let first = usize::from(words.is_empty());
    stages.into_iter().skip(first).collect()
}

fn exists(target: &str) -> bool {
    Path::new("tests").join(target).join("main.rs").exists()
}
