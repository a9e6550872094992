//! The trait that an experiment implements, and its type-erased form.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::record::Record;

/// The size at which an experiment is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Takes seconds: enough to see that everything runs, and to serve as the empirical check of a claim.
    Smoke,
    /// Takes minutes on two cores: a smaller network and fewer samples than the paper's.
    Quick,
    /// Takes hours: the sizes of the paper.
    Paper,
}

impl Scale {
    /// Every scale, from the smallest to the largest.
    pub const ALL: [Scale; 3] = [Scale::Smoke, Scale::Quick, Scale::Paper];

    /// The name on the command line, which is also that of the folder of its cells.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Smoke => "smoke",
            Scale::Quick => "quick",
            Scale::Paper => "paper",
        }
    }
}

/// What a cell may use in addition to its settings.
#[derive(Clone, Debug)]
pub struct Context {
    /// The instruction set of the engine. No outcome depends on it.
    pub isa: Isa,
    /// A folder with the standard idx files of Fashion-MNIST, or with the binary files of CIFAR-10; `None` means the
    /// embedded subset of Fashion-MNIST.
    pub data_dir: Option<PathBuf>,
}

/// An experiment with typed settings and outcomes.
pub trait Experiment {
    /// Everything that determines one cell.
    type Settings: Serialize + DeserializeOwned;
    /// The result of one cell.
    type Outcome: Serialize + DeserializeOwned;
    /// The name on the command line, which is also that of the folder of its cells.
    const NAME: &'static str;
    /// What it shows, in one line for the help of the program.
    const SHOWS: &'static str;
    /// How long all cells of the quick scale take on two cores, such as `2 min`.
    const TAKES: &'static str;
    /// The figure or table of the paper that it repeats, such as `figure4`; empty if there is none.
    const PAPER: &'static str = "";

    /// The cells of a scale, each with a name that is unique within the experiment.
    fn cells(scale: Scale) -> Vec<(String, Self::Settings)>;

    /// Runs one cell.
    ///
    /// # Errors
    /// Returns an error if the data of the cell cannot be read.
    fn run(settings: &Self::Settings, context: &Context) -> Result<Self::Outcome>;

    /// Whether this outcome, read from a file, can belong to these settings. This checks everything that
    /// [`Experiment::record`] relies on.
    fn fits(_settings: &Self::Settings, _outcome: &Self::Outcome) -> bool {
        true
    }

    /// The record of all cells that were run.
    fn record(results: &[(Self::Settings, Self::Outcome)]) -> Record;
}

/// The name and the settings of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The name, which is unique within the experiment and a valid file name.
    pub name: String,
    /// The settings, as serialised from the experiment's own type.
    pub settings: Value,
}

/// A type-erased experiment, so that all experiments fit in one list.
pub struct Study {
    /// The name of the experiment.
    pub name: &'static str,
    /// What it shows, in one line.
    pub shows: &'static str,
    /// How long all cells of the quick scale take on two cores.
    pub takes: &'static str,
    /// The figure or table of the paper that it repeats; empty if there is none.
    pub paper: &'static str,
    cells: fn(Scale) -> Vec<Cell>,
    run: fn(&Value, &Context) -> Result<Value>,
    fits: fn(&Value, &Value) -> bool,
    record: fn(&[(Value, Value)]) -> Result<Record>,
}

impl Study {
    /// Erases the types of an experiment.
    pub(super) fn of<E: Experiment>() -> Self {
        Study {
            name: E::NAME,
            shows: E::SHOWS,
            takes: E::TAKES,
            paper: E::PAPER,
            cells: |scale| {
                let cells = E::cells(scale).into_iter();
                let cell = |(name, settings)| Cell {
                    name,
                    settings: to_value(&settings),
                };
                cells.map(cell).collect()
            },
            run: |settings, context| {
                let settings: E::Settings = from_value(settings)?;
                E::run(&settings, context).map(|outcome| to_value(&outcome))
            },
            fits: |settings, outcome| {
                let settings = E::Settings::deserialize(settings);
                let outcome = E::Outcome::deserialize(outcome);
                matches!((settings, outcome), (Ok(s), Ok(o)) if E::fits(&s, &o))
            },
            record: |results| {
                let typed = |(settings, outcome)| Ok((from_value(settings)?, from_value(outcome)?));
                let results = results.iter().map(|(s, o)| typed((s, o)));
                results.collect::<Result<Vec<_>>>().map(|r| E::record(&r))
            },
        }
    }

    /// The cells of a scale.
    pub fn cells(&self, scale: Scale) -> Vec<Cell> {
        (self.cells)(scale)
    }

    /// Runs one cell.
    ///
    /// # Errors
    /// Returns an error if the data of the cell cannot be read.
    pub fn run(&self, cell: &Cell, context: &Context) -> Result<Value> {
        (self.run)(&cell.settings, context)
    }

    /// Whether this outcome, read from a file, can belong to this cell.
    pub fn fits(&self, cell: &Cell, outcome: &Value) -> bool {
        (self.fits)(&cell.settings, outcome)
    }

    /// The record of these pairs of settings and outcome.
    ///
    /// # Errors
    /// Returns an error if a pair is not of this experiment's types.
    pub fn record(&self, results: &[(Value, Value)]) -> Result<Record> {
        (self.record)(results)
    }
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("settings and outcomes are plain data with string keys")
}

fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T> {
    T::deserialize(value).map_err(|fault| {
        Error::input(
            "cell",
            "outcome",
            format!("{fault}; delete the cell's file and run it again"),
        )
    })
}

/// What every experiment must do with the cells of its smallest scale.
#[cfg(test)]
pub(super) mod checks {
    use std::fmt::Debug;

    use super::*;

    /// The outcomes of all cells survive their files, fit their settings, and make a record with at least
    /// `least` findings and whole tables; nothing makes a record without comparisons.
    pub fn cells_survive_their_files_and_make_a_record<E>(least: usize)
    where
        E: Experiment<Outcome: Debug + PartialEq>,
    {
        let context = Context {
            isa: Isa::best(),
            data_dir: None,
        };
        let cells = E::cells(Scale::Smoke).into_iter();
        let results: Vec<_> = cells
            .map(|(_, settings)| {
                let outcome = E::run(&settings, &context).expect("an outcome");
                let text = serde_json::to_string(&outcome).expect("JSON");
                assert_eq!(serde_json::from_str(&text).ok().as_ref(), Some(&outcome));
                assert!(E::fits(&settings, &outcome));
                (settings, outcome)
            })
            .collect();
        let record = E::record(&results);
        assert!(record.findings.len() >= least, "{:?}", record.findings);
        for table in &record.tables {
            let is_whole = |row: &Vec<String>| row.len() == table.columns.len();
            assert!(table.rows.iter().all(is_whole), "{}", table.name);
        }
        assert!(E::record(&[]).comparisons.is_empty());
    }
}
