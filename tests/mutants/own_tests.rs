//! Tests of the tool itself.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::campaign::{mutants, sources};
use crate::equivalent::EQUIVALENT;
use crate::mutant::{Kind, Mutant};
use crate::places::places;
use crate::sample::order;
use crate::watch::{Ended, watch};

fn changes(source: &str) -> Vec<String> {
    let all = places("file.rs", source);
    all.iter().map(Mutant::change).collect()
}

#[test]
fn every_kind_of_change_is_made() {
    let source = "
        fn f(x: f32) -> f32 {
            let mut y = 0.5f32;
            for i in 0..9 { g(i); }
            if x < 1.0 { y = x.mul_add(y, -x); }
            y.min(f32::from_bits(0x3f80_0000))
        }";
    let all = places("file.rs", source);
    let kinds: BTreeSet<Kind> = all.iter().map(|mutant| mutant.kind).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    let changes = changes(source);
    for expected in [
        "`0.5f32` → `0.5000004768371582f32`",
        "`0.5f32` → `(-0.5f32)`",
        "`9` → `(9) - 1`",
        "`9` → `10`",
        "`g(i);` → `;`",
        "`x < 1.0` → `!(x < 1.0)`",
        "`<` → `<=`",
        "`y, -x` → `-x, y`",
        "`-x` → `x`",
        "`min` → `max`",
        "`0x3f80_0000` → `0x3f800008`",
    ] {
        assert!(
            changes.iter().any(|change| change == expected),
            "{expected} in {changes:#?}"
        );
    }
}

#[test]
fn tests_assertions_types_and_documentation_stay_as_they_are() {
    let source = "
        //! 1 + 1
        #[repr(align(64))]
        struct A([f32; 16]);
        fn f() { assert!(1 < 2, \"3 {}\", 4); }
        #[cfg(test)]
        mod tests { fn g() -> f32 { 1.0 } }";
    assert_eq!(
        changes(source),
        ["`{ assert!(1 < 2, \"3 {}\", 4); }` → `{}`"]
    );
}

#[test]
fn a_change_leaves_a_file_that_can_be_read() {
    let sources = sources();
    for mutant in order(mutants(&sources)).into_iter().take(300) {
        let changed = mutant.apply(&sources[&mutant.file]);
        assert!(changed != sources[&mutant.file], "{}", mutant.change());
        let read = syn::parse_file(&changed);
        assert!(
            read.is_ok(),
            "{}:{} {}",
            mutant.file,
            mutant.line,
            mutant.change()
        );
    }
}

#[test]
fn a_sample_begins_with_one_change_of_every_file() {
    let files = mutants(&sources());
    assert!(files.len() > 80, "{} files", files.len());
    let with_places = files.iter().filter(|file| !file.is_empty()).count();
    let all = order(files);
    let first: BTreeSet<_> = all[..with_places]
        .iter()
        .map(|mutant| &mutant.file)
        .collect();
    assert_eq!(first.len(), with_places);
}

#[test]
fn the_first_failure_and_the_end_of_the_time_stop_a_program() {
    let run = |script: &str| {
        let arguments = ["-c".to_owned(), script.to_owned()];
        watch(
            Path::new("sh"),
            &arguments,
            Path::new("."),
            Duration::from_secs(2),
        )
    };
    assert_eq!(run("echo test a ... ok"), Ended::Passed);
    let failed = Ended::Failed("room::b".to_owned());
    assert_eq!(run("echo test room::b ... FAILED; sleep 60"), failed);
    assert!(matches!(run("kill -SEGV $$"), Ended::Failed(_)));
    assert_eq!(run("sleep 60"), Ended::TimedOut);
}

#[test]
fn every_equivalent_change_is_still_there() {
    let sources = sources();
    let mutants = mutants(&sources).concat();
    for known in EQUIVALENT {
        let found = mutants
            .iter()
            .any(|mutant| known.holds(mutant, &sources[&mutant.file]));
        assert!(found, "{}: no change where {}", known.file, known.because);
    }
}
