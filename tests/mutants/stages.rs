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

/// Every program, in the order of those of the room `kernel`.
pub fn all() -> Vec<Stage> {
    stages("src/kernel/mod.rs", "cfg(test)")
}

/// The programs that see a file with this text, the quickest to find a fault first. Only the unit tests of the
/// file itself see a kernel.
pub fn stages(file: &str, text: &str) -> Vec<Stage> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let words: Vec<&str> = path.split('/').filter(|word| *word != "mod").collect();
    let units = Stage {
        target: "lib",
        arguments: TRIED.map(|room| format!("{room}::")).to_vec(),
    };
    let of = |targets: &[&'static str]| {
        let there = targets.iter().filter(|target| exists(target));
        there
            .flat_map(|target| near_first(target, &words[1..]))
            .collect::<Vec<_>>()
    };
    let mut stages = match words[..] {
        ["kernel", ..] => of(&["kernels", "trial"]),
        ["oracle", "graph", ..] => of(&["trial"]),
        ["oracle", ..] => of(&["kernels", "trial"]),
        _ => of(&["trial"]),
    };
    if words[0] != "kernel" {
        stages.insert(0, units);
    } else if text.contains("cfg(test)") {
        stages.push(units);
    }
    stages
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
