//! How the cells of a report were made, in words: from what sources, on what machine, and in what time.

use std::collections::BTreeMap;

use sgd_stability::experiment::{Context, Scale};
use sgd_stability::sweep::{Finished, Made, Runs};

/// How this program makes a cell with this context in `seconds`.
pub fn made(experiment: &str, scale: Scale, cell: &str, context: &Context, seconds: f64) -> Made {
    Made {
        experiment: experiment.to_owned(),
        scale,
        cell: cell.to_owned(),
        program: format!("sgd-stability {}", env!("CARGO_PKG_VERSION")),
        revision: git_version::git_version!(fallback = "unknown").to_owned(),
        compiler: format!("rustc {}", rustc_version_runtime::version()),
        isa: context.isa.name().to_owned(),
        threads: rayon::current_num_threads(),
        seconds: (seconds * 1000.0).round() / 1000.0,
    }
}

/// How these cells were made, as entries of the manifest. Cells without a line in `runs.jsonl` are
/// counted as not recorded.
pub fn entries(cells: &[&Finished], runs: &Runs) -> Vec<(String, String)> {
    let made: Vec<Option<&Made>> = cells.iter().map(|cell| runs.of(cell)).collect();
    let entry = |name: &str, of: fn(&Made) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for made in &made {
            let value = made.map_or_else(|| "not recorded".to_owned(), of);
            *counts.entry(value).or_default() += 1;
        }
        let text = |(value, count): (&String, &usize)| format!("{value} ({count} cells)");
        let texts: Vec<String> = counts.iter().map(text).collect();
        (name.to_owned(), texts.join("; "))
    };
    vec![
        entry("program", |made| made.program.clone()),
        entry("revision", |made| made.revision.clone()),
        entry("compiler", |made| made.compiler.clone()),
        entry("instruction set used", |made| made.isa.clone()),
        entry("threads", |made| made.threads.to_string()),
    ]
}

/// The wall time of these cells, as far as it is recorded; `None` if no cell has one.
pub fn wall_time(cells: &[&Finished], runs: &Runs) -> Option<String> {
    let seconds: Vec<f64> = cells
        .iter()
        .filter_map(|cell| runs.of(cell))
        .map(|m| m.seconds)
        .collect();
    if seconds.is_empty() {
        return None;
    }
    let total = seconds.iter().sum::<f64>();
    let missing = cells.len() - seconds.len();
    let rest = if missing > 0 {
        format!(", {missing} cells not recorded")
    } else {
        String::new()
    };
    Some(format!("{total:.1} s in {} cells{rest}", seconds.len()))
}
