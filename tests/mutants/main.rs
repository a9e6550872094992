//! Mutation testing of the rooms `kernel`, `oracle` and `trial`: each of many small changes to their files must
//! be noticed by a test.
//!
//! Not changed are tests, documentation, attributes, types, the conditions and messages of assertions,
//! prefetches, memory orderings, bodies of macros, and what `equivalent` lists.

mod attempt;
mod equivalent;
mod mutant;
mod numbers;
#[cfg(test)]
mod own_tests;
mod places;
mod report;
mod rooms;
mod sample;
mod scratch;
mod visit;
mod watch;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use equivalent::EQUIVALENT;
use mutant::Mutant;
use report::{Report, Tried};
use scratch::Scratch;

/// The text of every file in which changes are made.
fn sources() -> BTreeMap<String, String> {
    let named = rooms::changed().into_iter().map(|file| {
        let text = fs::read_to_string(&file).expect("a Rust file");
        (file.to_str().expect("a plain name").to_owned(), text)
    });
    named.collect()
}

/// The mutants of every file.
fn mutants(sources: &BTreeMap<String, String>) -> Vec<Vec<Mutant>> {
    let files = sources.iter();
    files
        .map(|(file, text)| places::places(file, text))
        .collect()
}

/// A number from the environment.
fn setting(name: &str, otherwise: usize) -> usize {
    let value = std::env::var(name)
        .ok()
        .map(|text| text.parse().expect(name));
    value.unwrap_or(otherwise)
}

/// `MUTANTS` is the number of mutants, `MUTANTS_SHARD` the share of them (`1/3`), `MUTANTS_IN` a part of the
/// names of files, and `MUTANTS_WORKERS` how many are tried at once.
#[test]
#[ignore = "takes ten seconds or more a mutant; `make mutants` runs it"]
fn at_least_95_of_100_mutants_are_caught() {
    let sources = sources();
    let within = std::env::var("MUTANTS_IN").unwrap_or_default();
    let is_equivalent = |mutant: &Mutant| {
        let source = &sources[&mutant.file];
        EQUIVALENT.iter().any(|known| known.holds(mutant, source))
    };
    let mut files = mutants(&sources);
    let all = files.iter().map(Vec::len).sum::<usize>();
    for file in &mut files {
        file.retain(|mutant| mutant.file.contains(&within) && !is_equivalent(mutant));
    }
    let left = files.iter().map(Vec::len).sum::<usize>();
    let mut chosen = sample::order(files);
    chosen.truncate(setting("MUTANTS", 160));
    let shard = std::env::var("MUTANTS_SHARD").unwrap_or("1/1".to_owned());
    let (number, of) = shard.split_once('/').expect("a shard such as 1/3");
    let (number, of): (usize, usize) = (number.parse().expect("i"), of.parse().expect("n"));
    let chosen: Vec<_> = chosen.into_iter().skip(number - 1).step_by(of).collect();
    println!(
        "{} of {left} mutants in {} files",
        chosen.len(),
        sources.len()
    );

    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let workers = setting("MUTANTS_WORKERS", cores.min(8));
    let first = Scratch::new(0);
    let limit = attempt::unchanged(&first) * 3 * workers as u32 + Duration::from_secs(30);
    println!("a program of tests may run {} s", limit.as_secs());
    let queue = Mutex::new(chosen.into_iter());
    let tried = Mutex::new(Vec::new());
    let report = || Report::new(tried.lock().expect("results").clone(), all - left);
    let work = |scratch: Scratch| {
        while let Some(mutant) = { queue.lock().expect("a queue").next() } {
            let started = Instant::now();
            let end = attempt::attempt(&mutant, &sources[&mutant.file], &scratch, limit);
            let seconds = started.elapsed().as_secs_f64();
            println!(
                "{seconds:5.1} s {}:{} {} {end:?}",
                mutant.file,
                mutant.line,
                mutant.change()
            );
            tried.lock().expect("results").push(Tried {
                mutant,
                end,
                seconds,
            });
            report().save();
        }
    };
    std::thread::scope(|scope| {
        for number in 1..workers {
            let copy = copy(number);
            scope.spawn(|| work(copy));
        }
        work(first);
    });
    let report = report();
    println!("{}", report.table());
    assert!(
        report.percent() >= 95.0,
        "only {:.1} % were caught",
        report.percent()
    );
}

/// Another scratch crate, with what has been built in the first.
fn copy(number: usize) -> Scratch {
    let scratch = Scratch::new(number);
    if !scratch.root.join("target").exists() {
        let built = Path::new("target/mutants/crate-0/target");
        let status = Command::new("cp")
            .arg("-a")
            .arg(built)
            .arg(&scratch.root)
            .status();
        assert!(status.expect("cp").success(), "a copy of what was built");
    }
    scratch
}

#[test]
fn every_equivalent_change_is_still_there() {
    let sources = sources();
    let mutants: Vec<_> = mutants(&sources).concat();
    for known in EQUIVALENT {
        let found = mutants
            .iter()
            .any(|mutant| known.holds(mutant, &sources[&mutant.file]));
        assert!(found, "{}: no change where {}", known.file, known.because);
    }
}
