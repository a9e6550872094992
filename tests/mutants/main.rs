//! Mutation testing of the rooms `kernel`, `oracle` and `trial`: each of many small changes to their files must
//! be noticed by a test.
//!
//! Not changed are tests, documentation, attributes, types, the conditions and messages of assertions,
//! prefetches, memory orderings, the bodies of macros, and what `equivalent` lists. `settings` says how to
//! choose what is tried.

mod attempt;
mod campaign;
mod equivalent;
mod mutant;
mod numbers;
mod own_tests;
mod places;
mod report;
mod rooms;
mod sample;
mod scratch;
mod settings;
mod stages;
mod untouched;
mod visit;
mod watch;
mod words;

use settings::Settings;

#[test]
#[ignore = "takes ten seconds or more a mutant; `make mutants` runs it"]
fn at_least_95_of_100_mutants_are_caught() {
    let report = campaign::run(&Settings::read());
    println!("{}", report.table());
    let percent = report.percent();
    assert!(percent >= 95.0, "only {percent:.1} % were caught");
}
