//! The claims of the page, by chapter.

use crate::claim::{Chapter, Evidence, Status};
use crate::record::numeral;

use super::super::formula;
use super::super::input::{CHECKS, RollEntry};

/// The claims of one chapter.
pub(super) struct ChapterSection<'a> {
    pub chapter: Chapter,
    pub claims: Vec<ClaimSection<'a>>,
}

/// A claim with everything that its section shows.
pub(super) struct ClaimSection<'a> {
    pub entry: &'a RollEntry,
    /// Whether its checks came out as its status requires.
    pub outcome: &'static str,
    /// The formula in MathML, or what is wrong with its LaTeX.
    pub formula: Result<String, String>,
    pub checks: Vec<CheckRow<'a>>,
}

/// A check of a claim.
pub(super) struct CheckRow<'a> {
    pub name: &'static str,
    pub evidence: Option<&'a Evidence>,
    /// The worst margin, and the instance that has it.
    pub worst: Option<(String, &'a str)>,
    /// Why the claim has no such check.
    pub without: &'a str,
}

/// The chapters that have claims.
pub(super) fn chapters(roll: &[RollEntry]) -> Vec<ChapterSection<'_>> {
    let of = |chapter: Chapter| {
        let entries = roll.iter().filter(move |entry| entry.chapter == chapter);
        ChapterSection {
            chapter,
            claims: entries.map(ClaimSection::new).collect(),
        }
    };
    let all = Chapter::ALL.into_iter().map(of);
    all.filter(|section| !section.claims.is_empty()).collect()
}

impl ChapterSection<'_> {
    /// The anchor of the chapter.
    pub fn anchor(&self) -> String {
        let heading = self.chapter.heading().to_lowercase();
        let words = heading.split(|c: char| !c.is_ascii_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    }
}

impl<'a> ClaimSection<'a> {
    fn new(entry: &'a RollEntry) -> Self {
        let findings = &entry.findings;
        let evidence = [
            &findings.exact,
            &findings.outside,
            &findings.certified,
            &findings.empirical,
        ];
        let checks = CHECKS.into_iter().zip(evidence);
        ClaimSection {
            entry,
            outcome: match (entry.status, findings.as_stated) {
                (Status::Upheld, true) => "upheld, as stated",
                (Status::Refuted, true) => "refuted, as expected",
                (Status::Open, true) => "open: counted",
                (_, false) => "not as stated",
            },
            formula: formula::to_mathml(&entry.formula),
            checks: checks
                .map(|(name, evidence)| CheckRow::new(entry, name, evidence.as_ref()))
                .collect(),
        }
    }
}

impl<'a> CheckRow<'a> {
    fn new(entry: &'a RollEntry, name: &'static str, evidence: Option<&'a Evidence>) -> Self {
        let reason = entry.without.iter().find(|(check, _)| check == name);
        let worst = evidence.and_then(|evidence| evidence.worst.as_ref());
        CheckRow {
            name,
            evidence,
            worst: worst.map(|w| (numeral::significant(w.value), w.instance.as_str())),
            without: reason.map_or("not run", |(_, reason)| reason),
        }
    }
}
