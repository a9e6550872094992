//! `sgd-stability networks`: which layers and losses are supported.

use clap::Args;
use serde_json::json;
use sgd_stability::diagnosis::support;
use sgd_stability::error::Result;

use super::output::{Answer, Ending};

/// Print which layers and losses can do what, found by doing it on tiny networks.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints the table.
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
