//! What an experiment has to give, and the same with its types erased.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::kernel::Isa;
use crate::record::Record;

/// How large an experiment is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Seconds: enough to see that everything runs, and to serve as a claim's empirical check.
    Smoke,
    /// Minutes on two cores: a smaller network and fewer samples.
    Quick,
    /// The sizes of the paper: hours.
    Paper,
}

impl Scale {
    /// Every scale, smallest first.
    pub const ALL: [Scale; 3] = [Scale::Smoke, Scale::Quick, Scale::Paper];

    /// The word on the command line and the name of the folder of its cells.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Smoke => "smoke",
            Scale::Quick => "quick",
            Scale::Paper => "paper",
        }
    }
}

/// What a cell may use besides its own settings.
#[derive(Clone, Debug)]
pub struct Context {
    /// The instruction set the engine runs on. No outcome depends on it.
    pub isa: Isa,
    /// A folder with the standard idx files of Fashion-MNIST; `None` for the embedded subset.
    pub data_dir: Option<PathBuf>,
}

/// An experiment, with typed settings and outcomes.
pub trait Experiment {
    /// Everything that decides one cell.
    type Settings: Serialize + DeserializeOwned;
    /// The result of one cell.
    type Outcome: Serialize + DeserializeOwned;
    /// The name on the command line and of the folder of its cells.
    const NAME: &'static str;

    /// The cells of a scale, each with a name that is unique in the experiment.
    fn cells(scale: Scale) -> Vec<(String, Self::Settings)>;

    /// Runs one cell.
    ///
    /// # Errors
    /// When its data cannot be read.
    fn run(settings: &Self::Settings, context: &Context) -> Result<Self::Outcome>;

    /// Could this outcome, read from a file, belong to these settings? Checks what
    /// [`Experiment::record`] relies on.
    fn fits(_settings: &Self::Settings, _outcome: &Self::Outcome) -> bool {
        true
    }

    /// The record of all cells that were run.
    fn record(results: &[(Self::Settings, Self::Outcome)]) -> Record;
}

/// One cell: its name and its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Unique in its experiment; a file name.
    pub name: String,
    /// The settings, as the experiment's own type writes them.
    pub settings: Value,
}

/// An experiment with its types erased, so that all of them fit in one list.
pub struct Study {
    /// The experiment's name.
    pub name: &'static str,
    cells: fn(Scale) -> Vec<Cell>,
    run: fn(&Value, &Context) -> Result<Value>,
    fits: fn(&Value, &Value) -> bool,
    record: fn(&[(Value, Value)]) -> Result<Record>,
}

impl Study {
    /// An experiment with its types erased.
    pub(super) fn of<E: Experiment>() -> Self {
        Study {
            name: E::NAME,
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
    /// When its data cannot be read.
    pub fn run(&self, cell: &Cell, context: &Context) -> Result<Value> {
        (self.run)(&cell.settings, context)
    }

    /// Could this outcome, read from a file, belong to this cell?
    pub fn fits(&self, cell: &Cell, outcome: &Value) -> bool {
        (self.fits)(&cell.settings, outcome)
    }

    /// The record of (settings, outcome) pairs.
    ///
    /// # Errors
    /// When a pair is not what this experiment writes.
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
