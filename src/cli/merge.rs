//! `sgd-stability merge`: bring the outcomes of several shards together.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::{Scale, studies};
use sgd_stability::sweep::{Finished, Runs, Store};

use super::help::{exit_codes, headings};
use super::manifest;
use super::output::{Answer, Ending};

/// Bring the outcomes of several `reproduce` runs together, and name the cells that are missing.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLE, after_help = exit_codes(&[(0, "merged, whether cells are missing or not")]))]
pub struct Arguments {
    /// The folders that `reproduce` wrote.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// The folder into which the merged cells go.
    #[arg(long, help_heading = headings::OUTPUT, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, two machines that took half of the cells each:
  $ sgd-stability reproduce toy --scale smoke --shard 1/2 --out one
  $ sgd-stability reproduce toy --scale smoke --shard 2/2 --out two
  $ sgd-stability merge one two --out all";

/// The scale, experiment and cell of an outcome.
type Key = (Scale, String, String);

/// Merges the folders. Two different outcomes of one cell are an error; missing cells are listed.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let mut merged: BTreeMap<Key, Finished> = BTreeMap::new();
    for folder in &arguments.folders {
        for finished in Store::at(folder).finished()? {
            let (experiment, cell) = (&finished.experiment, &finished.cell.name);
            let key = (finished.scale, experiment.clone(), cell.clone());
            if merged.get(&key).is_some_and(|other| *other != finished) {
                let fault = "has two different outcomes; run the cell again in one of them";
                return Err(Error::input(folder.display(), cell, fault));
            }
            merged.insert(key, finished);
        }
    }
    for folder in &arguments.folders {
        manifest::join(&arguments.out, manifest::read(folder)?)?;
        Runs::add(&arguments.out, Runs::read(folder)?.into_lines())?;
    }
    let store = Store::at(&arguments.out);
    merged
        .values()
        .try_for_each(|finished| store.keep(finished))?;
    let missing = missing(&merged);
    let mut text = format!("{} cells in {}", merged.len(), arguments.out.display());
    if !missing.is_empty() {
        text += &format!("; missing: {}", missing.join(", "));
    }
    Ok(Answer {
        text,
        json: json!({
            "cells": merged.len(),
            "missing": missing,
            "out": arguments.out.display().to_string(),
        }),
        ending: Ending::Done,
    })
}

/// The cells that no folder contains, at the scales that occur in the folders.
fn missing(merged: &BTreeMap<Key, Finished>) -> Vec<String> {
    let mut missing = Vec::new();
    for scale in Scale::ALL {
        if merged.keys().all(|key| key.0 != scale) {
            continue;
        }
        for study in studies() {
            let names = study.cells(scale).into_iter().map(|cell| cell.name);
            let absent =
                |name: &String| !merged.contains_key(&(scale, study.name.to_owned(), name.clone()));
            missing.extend(
                names
                    .filter(absent)
                    .map(|name| format!("{}/{name}", study.name)),
            );
        }
    }
    missing
}
