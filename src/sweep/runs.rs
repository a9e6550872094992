//! How each cell of a folder was made: the file `runs.jsonl`, one line for each cell that was run.
//!
//! The cells themselves have the same bytes on every machine; what differs from run to run stands here.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Finished;
use crate::error::{Error, Result};
use crate::experiment::Scale;
use crate::read;
use crate::write::write_file;

/// How one cell was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The name of the experiment.
    pub experiment: String,
    /// The scale of the cell.
    pub scale: Scale,
    /// The name of the cell.
    pub cell: String,
    /// The name and version of the program.
    pub program: String,
    /// The revision of its sources; it ends in `-modified` if they were not committed.
    pub revision: String,
    /// The compiler of the program.
    pub compiler: String,
    /// The instruction set.
    pub isa: String,
    /// The number of threads.
    pub threads: usize,
    /// The wall time in seconds.
    pub seconds: f64,
}

/// The lines of a folder, in the order in which the cells were run.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    lines: Vec<Made>,
}

impl Runs {
    /// Reads the file of a folder. Without one there are no lines.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or a line is not of this form.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = path(folder);
        if !path.exists() {
            return Ok(Runs::default());
        }
        let text = read::text(&path)?;
        let parsed = |(index, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|fault| {
                let mend = format!("{fault}; delete the line");
                Error::input(path.display(), format!("line {}", index + 1), mend)
            })
        };
        let lines = text
            .lines()
            .enumerate()
            .map(parsed)
            .collect::<Result<_>>()?;
        Ok(Runs { lines })
    }

    /// Adds lines to the file of a folder, except those that it has.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written.
    pub fn add(folder: &Path, new: impl IntoIterator<Item = Made>) -> Result<()> {
        let mut runs = Self::read(folder)?;
        for made in new {
            if !runs.lines.contains(&made) {
                runs.lines.push(made);
            }
        }
        let line = |made: &Made| serde_json::to_string(made).map_err(Error::internal);
        let lines: Vec<String> = runs.lines.iter().map(line).collect::<Result<_>>()?;
        write_file(&path(folder), (lines.join("\n") + "\n").as_bytes())
    }

    /// All lines.
    pub fn into_lines(self) -> Vec<Made> {
        self.lines
    }

    /// How this cell was made, the last time that it was run.
    pub fn of(&self, finished: &Finished) -> Option<&Made> {
        self.lines.iter().rev().find(|made| {
            made.experiment == finished.experiment
                && made.scale == finished.scale
                && made.cell == finished.cell.name
        })
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("runs.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Cell;

    #[test]
    fn the_last_line_of_a_cell_counts_and_no_line_stands_twice() {
        let folder = tempfile::tempdir().unwrap();
        let made = |cell: &str, revision: &str| Made {
            experiment: "toy".to_owned(),
            scale: Scale::Quick,
            cell: cell.to_owned(),
            program: "sgd-stability 0.1.0".to_owned(),
            revision: revision.to_owned(),
            compiler: "rustc 1.90.0".to_owned(),
            isa: "avx2".to_owned(),
            threads: 2,
            seconds: 1.5,
        };
        assert!(Runs::read(folder.path()).unwrap().into_lines().is_empty());
        Runs::add(folder.path(), [made("a", "1"), made("b", "1")]).unwrap();
        Runs::add(folder.path(), [made("a", "2"), made("b", "1")]).unwrap();
        let runs = Runs::read(folder.path()).unwrap();
        let of = |cell: &str| {
            let finished = Finished {
                experiment: "toy".to_owned(),
                scale: Scale::Quick,
                cell: Cell {
                    name: cell.to_owned(),
                    settings: serde_json::Value::Null,
                },
                outcome: serde_json::Value::Null,
            };
            runs.of(&finished).map(|made| made.revision.clone())
        };
        assert_eq!(of("a").as_deref(), Some("2"));
        assert_eq!(of("b").as_deref(), Some("1"));
        assert_eq!(of("c"), None);
        assert_eq!(runs.into_lines().len(), 3);
        std::fs::write(path(folder.path()), "{}\n").unwrap();
        let fault = Runs::read(folder.path()).unwrap_err().message;
        assert!(fault.contains("line 1"), "{fault}");
    }
}
