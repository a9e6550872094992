//! `sgd-stability networks`: which layers and losses are supported.

use clap::Args;
use serde_json::json;
use sgd_stability::diagnosis::support;
use sgd_stability::error::Result;

use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending};

/// List the layers and losses that `diagnose` and `watch` know, and what each can do.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sgd-stability networks",
    after_help = exit_codes(&[(0, "printed")]),
    after_long_help = explained(ABOUT, &[(0, "printed")])
)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const ABOUT: &str = "\
Nothing of the table is written by hand: every entry was found by running the layer or the loss in a tiny \
network. The words are those of architecture files (--arch NET.toml).";

/// Answers with the table.
pub fn run(_: &Arguments) -> Result<Answer> {
    let [layers, losses] = support::table();
    let rows = |rows: &[support::Row]| -> serde_json::Map<String, serde_json::Value> {
        let row = |row: &support::Row| {
            let can = support::HEADS
                .iter()
                .zip(row.can)
                .map(|(head, can)| (*head, can));
            (
                row.name.clone(),
                can.collect::<std::collections::BTreeMap<_, _>>(),
            )
        };
        rows.iter()
            .map(row)
            .map(|(name, can)| (name, json!(can)))
            .collect()
    };
    Ok(Answer {
        text: support::markdown(),
        json: json!({"layers": rows(&layers), "losses": rows(&losses)}),
        ending: Ending::Done,
    })
}
