//! What kernels could do when it was recorded: the table that later runs are compared with.

use serde::{Deserialize, Serialize};

use super::recorder::{Example, Recorder};
use super::row::Row;
use super::verdict::{FaultKind, Verdict};
use crate::error::{Error, Result};

/// The table of our own kernels.
const OURS: &str = include_str!("ours.json");

/// How to correct a table.
const MEND: &str = "record the table again with --record";

/// A table of kernels: at most one row for a name, a function and an instruction set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    kernels: Vec<Row>,
}

/// How a verdict compares with the table.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// As recorded.
    Same,
    /// Better, in words; it asks to be recorded.
    Better(String),
    /// Worse, in words; the verdict has the fault [`FaultKind::Worse`].
    Worse(String),
    /// The table has no such row; it asks to be recorded.
    New,
    /// One of the two tried every input and the other did not, and nothing shows that it is worse.
    Incomparable(String),
}

impl Table {
    /// The committed table of our own kernels.
    ///
    /// # Errors
    /// Returns an error if the table was damaged before the program was built.
    pub fn ours() -> Result<Table> {
        Table::parse(OURS, "src/trial/ours.json")
    }

    /// Reads a table from the text of a file; `place` is the name of the file.
    ///
    /// # Errors
    /// Returns an error that names the field if the text is no table, a row occurs twice, an error is
    /// negative, or nothing was tried for a row.
    pub fn parse(text: &str, place: &str) -> Result<Table> {
        let table: Table = serde_json::from_str(text)
            .map_err(|error| Error::input(place, "kernels", format!("{error}; {MEND}")))?;
        for (number, row) in table.kernels.iter().enumerate() {
            let field = |name: &str| format!("kernels[{number}].{name}");
            if let Some((name, flaw)) = row.flaw() {
                return Err(Error::input(place, field(name), format!("{flaw}; {MEND}")));
            }
            if table.kernels[..number]
                .iter()
                .any(|other| other.key() == row.key())
            {
                let fault = format!("a second row for {:?}; remove one of them", row.name);
                return Err(Error::input(place, field("name"), fault));
            }
        }
        Ok(table)
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.kernels
    }

    /// Compares a verdict on a kernel with its row. If it is worse, this becomes a fault of the verdict,
    /// with both numbers, and the verdict does not pass.
    ///
    /// A sampled run is compared with an exhaustive row only to be found worse: what it found, every input
    /// would show too. An exhaustive run says nothing against a sampled row.
    pub fn compare(&self, isa: Option<&str>, verdict: &mut Verdict) -> Comparison {
        let now = Row::new(isa, verdict);
        let Some(row) = self.kernels.iter().find(|row| row.key() == now.key()) else {
            return Comparison::New;
        };
        if let Some(words) = row.worse(verdict) {
            record_worse(row, verdict, &words);
            return Comparison::Worse(words);
        }
        let tried = |exhaustive: bool| {
            if exhaustive {
                "every input"
            } else {
                "a sample"
            }
        };
        if row.exhaustive != verdict.exhaustive {
            return Comparison::Incomparable(format!(
                "the table is about {}, this run about {} ({} results)",
                tried(row.exhaustive),
                tried(verdict.exhaustive),
                verdict.inputs
            ));
        }
        row.better(verdict)
            .map_or(Comparison::Same, Comparison::Better)
    }

    /// The table with the rows of these verdicts, each with its instruction set. Other rows stay.
    #[must_use]
    pub fn recorded<'a>(
        mut self,
        verdicts: impl IntoIterator<Item = (Option<&'a str>, &'a Verdict)>,
    ) -> Table {
        for (isa, verdict) in verdicts {
            let row = Row::new(isa, verdict);
            self.kernels.retain(|old| old.key() != row.key());
            self.kernels.push(row);
        }
        self.kernels.sort_by(|a, b| a.key().cmp(&b.key()));
        self
    }

    /// The text of the table: JSON with one row on a line.
    pub fn text(&self) -> String {
        let line = |row: &Row| serde_json::to_string(row).expect("a row is plain data");
        let rows: Vec<String> = self.kernels.iter().map(line).collect();
        let joined = rows.join(",\n    ");
        if rows.is_empty() {
            return "{\n  \"kernels\": []\n}\n".to_owned();
        }
        format!("{{\n  \"kernels\": [\n    {joined}\n  ]\n}}\n")
    }
}

fn record_worse(row: &Row, verdict: &mut Verdict, words: &str) {
    let mut recorder = Recorder::default();
    let worst = verdict.worst_input.clone();
    recorder.record(FaultKind::Worse, 1, || Example {
        input: worst.map_or(String::new(), |worst| {
            format!("{}: {}", worst.bits, worst.value)
        }),
        came: words.to_owned(),
        right: match (row.max_ulp, row.max_ratio) {
            (Some(ulp), _) => format!("at most {ulp} ulp in {} results", row.inputs),
            (_, Some(ratio)) => format!("at most {ratio} of the bound in {} results", row.inputs),
            _ => format!("no fault in {} results", row.inputs),
        },
        replay: String::new(),
    });
    verdict.add_faults(recorder.faults());
    verdict.passed = false;
}
