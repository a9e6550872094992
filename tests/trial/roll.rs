//! The roll of the faulty and the honest kernels, for the page of the report: what the trial said of each.
//!
//! `reports/kernels/faulty.json` is written by
//! `SGD_STABILITY_FAULTY=reports/kernels/faulty.json cargo test --test trial -- --ignored roll`.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use sgd_stability::trial::Verdict;
use sgd_stability::write::write_file;

/// The verdicts so far.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Roll {
    faulty: Vec<Verdict>,
    honest: Vec<Verdict>,
}

thread_local! {
    /// The roll that this thread writes, if it writes one: tests on other threads have none.
    static ROLL: RefCell<Option<Roll>> = const { RefCell::new(None) };
}

/// Enters a faulty kernel, with the fault of this place among its faults first.
pub fn enter_faulty(verdict: &Verdict, first: usize) {
    let mut verdict = brief(verdict);
    verdict.faults.swap(0, first);
    enter(|roll| roll.faulty.push(verdict));
}

/// Enters an honest kernel, once if it is tried by several policies.
pub fn enter_honest(verdict: &Verdict) {
    let verdict = brief(verdict);
    enter(|roll| {
        let kernel = |v: &Verdict| (v.function.clone(), v.name.clone());
        if !roll.honest.iter().any(|v| kernel(v) == kernel(&verdict)) {
            roll.honest.push(verdict);
        }
    });
}

fn enter(change: impl FnOnce(&mut Roll)) {
    ROLL.with_borrow_mut(|roll| roll.as_mut().map(change));
}

/// The verdict without the data of figures.
fn brief(verdict: &Verdict) -> Verdict {
    Verdict {
        density: Vec::new(),
        conditioned: Vec::new(),
        ..verdict.clone()
    }
}

/// Puts all faulty and honest kernels on trial.
fn written() -> Roll {
    ROLL.set(Some(Roll::default()));
    crate::vectors::every_faulty_kernel_is_refused_with_its_fault();
    crate::matrices::faulty::every_faulty_product_is_refused();
    crate::matrices::faulty_vector::every_faulty_product_with_a_vector_is_refused();
    crate::unary_faults::all();
    crate::crash::a_read_beside_an_operand_ends_the_process_in_a_known_case();
    crate::vectors::honest_dots_are_accepted();
    crate::vectors::honest_sums_of_absolute_values_are_accepted();
    crate::vectors::honest_norms_are_accepted();
    crate::vectors::honest_elements_are_accepted();
    crate::matrices::honest::every_honest_product_is_accepted();
    crate::matrices::honest::every_honest_product_with_a_vector_is_accepted();
    ROLL.take().expect("the roll of this thread")
}

/// The function and the name of a kernel, and whether it passed.
fn entry(verdict: &Verdict) -> (&str, &str, bool) {
    (&verdict.function, &verdict.name, verdict.passed)
}

/// Writes the roll where `SGD_STABILITY_FAULTY` says; without it, compares the committed one.
#[test]
#[ignore = "takes minutes; writes the roll if SGD_STABILITY_FAULTY names a file"]
fn the_committed_roll_is_that_of_these_kernels() {
    let roll = written();
    assert!(roll.faulty.iter().all(|kernel| !kernel.passed));
    assert!(roll.honest.iter().all(|kernel| kernel.passed));
    let whole = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(path) = std::env::var_os("SGD_STABILITY_FAULTY").map(PathBuf::from) {
        let mut text = serde_json::to_string_pretty(&roll).expect("JSON");
        text.push('\n');
        return write_file(&whole.join(path), text.as_bytes()).expect("the file");
    }
    let committed = std::fs::read(whole.join("reports/kernels/faulty.json")).expect("the roll");
    let committed: Roll = serde_json::from_slice(&committed).expect("a roll");
    // What a race does depends on chance, and so does the first case that shows it.
    let entries = |roll: &Roll| -> Vec<String> {
        let verdicts = roll.faulty.iter().chain(&roll.honest);
        verdicts.map(|v| format!("{:?}", entry(v))).collect()
    };
    assert_eq!(entries(&roll), entries(&committed));
}
