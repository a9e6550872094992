//! Empirical checks: an experiment at its smallest scale, with its findings counted as evidence.

use sgd_stability::claim::Evidence;
use sgd_stability::experiment::{Context, Scale, Study, studies};
use sgd_stability::kernel::Isa;
use sgd_stability::number::Verdict;
use sgd_stability::record::{Agreement, Finding, Record};

/// The findings of the experiment `experiment` on the embedded images about the claim `claim`; each
/// finding counts as one instance.
///
/// # Panics
/// When there is no experiment of this name.
pub fn by(experiment: &str, claim: &str) -> Evidence {
    let mut all = studies().into_iter();
    let study = all.find(|study| study.name == experiment);
    let record = record(&study.expect("an experiment of that name"));
    let mut evidence = Evidence::new();
    for finding in record
        .findings
        .iter()
        .filter(|finding| finding.claim == claim)
    {
        count(&mut evidence, finding);
    }
    evidence
}

/// The record of an experiment at its smallest scale.
pub fn record(study: &Study) -> Record {
    let context = Context {
        isa: Isa::best(),
        data_dir: None,
    };
    let cells = study.cells(Scale::Smoke).into_iter();
    let results = cells.map(|cell| {
        let outcome = study.run(&cell, &context).expect("embedded data");
        (cell.settings, outcome)
    });
    let record = study.record(&results.collect::<Vec<_>>());
    record.expect("its own outcomes")
}

fn count(evidence: &mut Evidence, finding: &Finding) {
    let measured = Verdict::from(finding.margin.is_some());
    let conclusion = match finding.agreement {
        Agreement::Agrees => Verdict::Holds,
        Agreement::Differs | Agreement::Beyond => Verdict::Fails,
        Agreement::Undecided => Verdict::Undecided,
    };
    let margin = finding.margin.unwrap_or(f64::INFINITY);
    evidence.record(measured, conclusion, margin, || finding.sentence.clone());
}
