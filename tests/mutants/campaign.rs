//! Tries a sample of the mutants, several at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::attempt::{attempt, unchanged};
use crate::equivalent::EQUIVALENT;
use crate::mutant::Mutant;
use crate::places::places;
use crate::report::{Report, Tried};
use crate::rooms;
use crate::sample::order;
use crate::scratch::Scratch;
use crate::settings::Settings;

/// The text of every file in which changes are made.
pub fn sources() -> BTreeMap<String, String> {
    let named = rooms::changed().into_iter().map(|file| {
        let text = fs::read_to_string(&file).expect("a Rust file");
        (file.to_str().expect("a plain name").to_owned(), text)
    });
    named.collect()
}

/// The mutants of every file.
pub fn mutants(sources: &BTreeMap<String, String>) -> Vec<Vec<Mutant>> {
    let files = sources.iter();
    files.map(|(file, text)| places(file, text)).collect()
}

/// The mutants that a run tries, and the number of those that are left out because no test can see them.
fn chosen(sources: &BTreeMap<String, String>, settings: &Settings) -> (Vec<Mutant>, usize) {
    let mut files = mutants(sources);
    for file in &mut files {
        file.retain(|mutant| settings.takes(&mutant.file));
    }
    let all = files.iter().map(Vec::len).sum::<usize>();
    for file in &mut files {
        file.retain(|mutant| {
            let source = &sources[&mutant.file];
            !EQUIVALENT.iter().any(|known| known.holds(mutant, source))
        });
    }
    let left = files.iter().map(Vec::len).sum::<usize>();
    println!("{all} changes, {} of them equivalent", all - left);
    let (number, of) = settings.shard;
    let sample = order(files).into_iter().take(settings.count);
    (sample.skip(number - 1).step_by(of).collect(), all - left)
}

/// Tries the mutants that the settings choose and writes the report after each of them.
pub fn run(settings: &Settings) -> Report {
    let sources = sources();
    let (chosen, equivalent) = chosen(&sources, settings);
    let first = Scratch::new(0);
    let mut limit = unchanged(&first, settings.limit);
    if settings.limit.is_none() {
        // The tests share the machine with those of other mutants, and with builds.
        limit = limit * 4 * settings.workers as u32 + Duration::from_secs(20);
    }
    println!(
        "{} mutants; a program of tests may run {} s",
        chosen.len(),
        limit.as_secs()
    );
    let queue = Mutex::new(chosen.into_iter());
    let tried = Mutex::new(Vec::new());
    let report = || Report::new(tried.lock().expect("results").clone(), equivalent);
    let next = || queue.lock().expect("a queue").next();
    let work = |scratch: Scratch| {
        while let Some(mutant) = next() {
            let started = Instant::now();
            let end = attempt(&mutant, &sources[&mutant.file], &scratch, limit);
            let seconds = started.elapsed().as_secs_f64();
            let tried_now = Tried {
                mutant,
                end,
                seconds,
            };
            println!("{}", tried_now.line());
            tried.lock().expect("results").push(tried_now);
            report().save();
        }
    };
    thread::scope(|scope| {
        for number in 1..settings.workers {
            let another = copy(number);
            scope.spawn(|| work(another));
        }
        work(first);
    });
    report()
}

/// Another scratch crate, with what has been built in the first.
fn copy(number: usize) -> Scratch {
    let scratch = Scratch::new(number);
    if !scratch.root.join("target").exists() {
        let built = Path::new("target/mutants/crate-0/target");
        let mut copy = Command::new("cp");
        let status = copy.arg("-a").arg(built).arg(&scratch.root).status();
        assert!(status.expect("cp").success(), "a copy of what was built");
    }
    scratch
}
