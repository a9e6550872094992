//! The tables: ours, others', linear algebra, faulty kernels.

use super::cells::{
    ending, example, faults, faults_with_examples, grouped, inputs, largest_error, left_out, times,
    worst,
};
use super::group::Group;
use super::input::Trials;
use crate::record::{Table, numeral};
use crate::trial::Verdict;

/// The tables that have a row.
pub fn all(trials: &Trials, groups: &[Group<'_>]) -> Vec<Table> {
    let tables = [
        ours(groups),
        others(groups),
        algebra(groups),
        faulty(trials),
    ];
    tables.into_iter().filter(|t| !t.rows.is_empty()).collect()
}

fn table(name: &str, caption: String, columns: &[&str], rows: Vec<Vec<String>>) -> Table {
    Table {
        name: name.to_owned(),
        caption,
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows,
    }
}

const ERRORS: &str = "Errors are in units in the last place of the unrounded value, of which a rounding \
                      alone makes up to 0.5; “≥” stands before those of inputs that were sampled. The \
                      worst input is given by its bits and its value.";

fn ours(groups: &[Group<'_>]) -> Table {
    let rows = groups.iter().filter(|g| g.is_ours() && g.is_in_ulps());
    let row = |group: &Group<'_>| {
        let name = [group.verdict().function.clone(), group.isas()];
        [&name[..], &results(group)].concat()
    };
    table(
        "kernels-ours",
        format!(
            "Our functions. Instruction sets on which the trial found the same stand in one row. {ERRORS}"
        ),
        &[&["function", "instruction sets"][..], &RESULTS].concat(),
        rows.map(row).collect(),
    )
}

/// The headings of [`results`].
const RESULTS: [&str; 7] = [
    "verdict",
    "largest error",
    "allowed",
    "inputs",
    "worst input",
    "ns per element",
    "faults",
];

/// What was found of a function of one or two numbers.
fn results(group: &Group<'_>) -> [String; 7] {
    let verdict = group.verdict();
    [
        ending(verdict).to_owned(),
        largest_error(verdict),
        allowed(verdict),
        inputs(verdict),
        worst(verdict),
        times(group),
        faults(verdict),
    ]
}

fn others(groups: &[Group<'_>]) -> Table {
    let rows = groups.iter().filter(|g| !g.is_ours() && g.is_in_ulps());
    let row = |group: &Group<'_>| {
        let name = [group.library.to_owned(), named(group.verdict())];
        [&name[..], &results(group)].concat()
    };
    table(
        "kernels-others",
        format!(
            "The functions of other libraries, each with the variant that it chose on this machine. {ERRORS}"
        ),
        &[&["library", "function"][..], &RESULTS].concat(),
        rows.map(row).collect(),
    )
}

fn algebra(groups: &[Group<'_>]) -> Table {
    let rows = groups.iter().filter(|g| !g.is_in_ulps());
    let row = |group: &Group<'_>| {
        let verdict = group.verdict();
        vec![
            group.library.to_owned(),
            verdict.name.clone(),
            verdict.function.clone(),
            group.isas(),
            ending(verdict).to_owned(),
            grouped(verdict.inputs),
            grouped(verdict.mistrusted),
            left_out(verdict),
            verdict
                .max_ratio
                .map_or("–".to_owned(), numeral::significant),
            times(group),
            faults_with_examples(verdict),
        ]
    };
    table(
        "kernels-algebra",
        "Linear algebra, judged by the proved bound on the error of each result: at a ratio of 1 the \
         bound would be reached. Mistrusted cases prove little, such as those whose results are all \
         zero; cases that the kernel does not take are left out. Each kind of fault has its first \
         example, and the arguments that try it again."
            .to_owned(),
        &[
            "library",
            "kernel",
            "function",
            "instruction sets",
            "verdict",
            "results",
            "mistrusted",
            "left out",
            "largest error / bound",
            "ns per element",
            "faults",
        ],
        rows.map(row).collect(),
    )
}

fn faulty(trials: &Trials) -> Table {
    let row = |verdict: &Verdict| {
        let first = verdict.faults.first();
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        vec![
            verdict.name.clone(),
            verdict.function.clone(),
            ending(verdict).to_owned(),
            or_none(first.map(|fault| fault.kind.words().to_owned())),
            or_none(first.map(example)),
            or_none(first.map(|fault| fault.replay.clone())),
        ]
    };
    let refused = trials.faulty.iter().filter(|v| !v.passed).count();
    let accepted = trials.honest.iter().filter(|v| v.passed).count();
    table(
        "kernels-faulty",
        format!(
            "The trial on trial: kernels with a deliberate fault, and the case that caught each. {refused} \
             of {} were refused; of {} honest kernels, {accepted} were accepted.",
            trials.faulty.len(),
            trials.honest.len(),
        ),
        &[
            "faulty kernel",
            "function",
            "verdict",
            "caught because",
            "case",
            "again",
        ],
        trials.faulty.iter().map(row).collect(),
    )
}

/// The function, and the name of the kernel if it is another.
fn named(verdict: &Verdict) -> String {
    if verdict.name == verdict.function {
        return verdict.name.clone();
    }
    format!("{} ({})", verdict.function, verdict.name)
}

fn allowed(verdict: &Verdict) -> String {
    verdict
        .allowed_ulp
        .map_or("–".to_owned(), numeral::significant)
}
