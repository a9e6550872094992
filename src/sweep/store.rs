//! The folder of finished cells.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::experiment::{Cell, Context, Scale, Study};
use crate::read;
use crate::write::write_file;

/// A finished cell, as stored in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finished {
    /// The name of the experiment.
    pub experiment: String,
    /// The scale of the cell.
    pub scale: Scale,
    /// The name and settings of the cell.
    pub cell: Cell,
    /// The outcome of the cell.
    pub outcome: Value,
}

/// A folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in `folder`, which need not exist yet.
    pub fn at(folder: &Path) -> Self {
        Store {
            folder: folder.to_owned(),
        }
    }

    /// The path of a cell's file.
    fn path(&self, experiment: &str, scale: Scale, cell: &str) -> PathBuf {
        let scale = self.folder.join("cells").join(scale.name());
        scale.join(experiment).join(format!("{cell}.json"))
    }

    /// The outcome of a cell, if it has been run with exactly these settings.
    fn outcome(&self, study: &Study, scale: Scale, cell: &Cell) -> Option<Value> {
        let text = read::text(&self.path(study.name, scale, &cell.name)).ok()?;
        let finished: Finished = serde_json::from_str(&text).ok()?;
        let is_whole = finished.cell == *cell && study.fits(cell, &finished.outcome);
        is_whole.then_some(finished.outcome)
    }

    /// Returns the outcome of a cell, after running the cell and storing the outcome if there is none.
    /// Also returns whether the cell was run.
    ///
    /// # Errors
    /// Returns an error if the data of the cell cannot be read, or the folder cannot be written.
    pub fn complete(
        &self,
        study: &Study,
        scale: Scale,
        cell: &Cell,
        context: &Context,
    ) -> Result<(Value, bool)> {
        if let Some(outcome) = self.outcome(study, scale, cell) {
            return Ok((outcome, false));
        }
        let outcome = study.run(cell, context)?;
        self.keep(&Finished {
            experiment: study.name.to_owned(),
            scale,
            cell: cell.clone(),
            outcome: outcome.clone(),
        })?;
        Ok((outcome, true))
    }

    /// Stores a finished cell atomically.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be written.
    pub fn keep(&self, finished: &Finished) -> Result<()> {
        let path = self.path(&finished.experiment, finished.scale, &finished.cell.name);
        let mut text = serde_json::to_vec_pretty(finished).map_err(Error::internal)?;
        text.push(b'\n');
        write_file(&path, &text)
    }

    /// All finished cells of the folder, ordered by path.
    ///
    /// # Errors
    /// Returns an error if a file is not a finished cell, or not the cell that its path names.
    pub fn finished(&self) -> Result<Vec<Finished>> {
        let cells = self.folder.join("cells");
        let mut paths = Vec::new();
        if cells.exists() {
            collect(&cells, &mut paths)?;
        }
        paths.sort();
        paths.iter().map(|path| self.read(path)).collect()
    }

    /// Reads one file. A cell whose own names imply another path is refused, because merging would write
    /// it to that path.
    fn read(&self, path: &Path) -> Result<Finished> {
        let text = read::text(path)?;
        let fault = |fault| Error::input(path.display(), "cell", fault);
        let finished: Finished = serde_json::from_str(&text)
            .map_err(|why| fault(format!("{why}; delete the file and run its cell again")))?;
        if self.path(&finished.experiment, finished.scale, &finished.cell.name) != path {
            let (experiment, cell) = (&finished.experiment, &finished.cell.name);
            return Err(fault(format!(
                "says that it is \"{cell}\" of \"{experiment}\"; put it where that belongs, or delete it"
            )));
        }
        Ok(finished)
    }
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let unreadable = |cause| Error::unreadable(folder, &cause);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    Ok(())
}
