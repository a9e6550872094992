//! `sgd-stability reproduce`: run experiments, cell by cell.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde_json::json;
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::{Cell, Context, Scale, Study, studies};
use sgd_stability::kernel::Isa;
use sgd_stability::shard::Shard;
use sgd_stability::sweep::{Runs, Store};

use super::help::{exit_codes, explained, headings};
use super::made::made;
use super::manifest;
use super::output::{Answer, Ending};
use super::progress::progress;
use super::suggest::unknown;

/// Run the experiments of the report and keep the outcome of every cell; cells that exist are not run again.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(&about(), &EXIT_CODES)
)]
pub struct Arguments {
    /// The experiments to run; all of them when none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How large: smoke takes seconds, quick minutes on two cores, paper (the sizes of the paper) hours.
    #[arg(long, value_enum, default_value_t = Size::Quick)]
    scale: Size,
    /// The folder with the four idx files of Fashion-MNIST, .gz or not, or with the binary files of CIFAR-10; without
    /// it, the embedded images.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The folder into which the outcomes go.
    #[arg(long, help_heading = headings::OUTPUT, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Run only share I of N of the cells, 1 ≤ I ≤ N, to spread them over machines.
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: Shard,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, one small experiment into the folder out:
  $ sgd-stability reproduce toy --scale smoke --out out";

/// The experiments, and what a cell is.
fn about() -> String {
    let line = |study: Study| format!("  {:<11}  {} ({})", study.name, study.shows, study.takes);
    let lines: Vec<String> = studies().into_iter().map(line).collect();
    format!(
        "The experiments, with the time that they take at scale quick on two cores:\n{}\n\n{ABOUT}",
        lines.join("\n")
    )
}

const ABOUT: &str = "\
All of them together take a quarter of an hour on two cores at scale quick.

An experiment consists of cells, each a run with its own settings. A cell gives the same bytes on every \
machine and with any number of threads. `report` makes a page of the outcomes, and `merge` brings the \
folders of several machines together.";

const EXIT_CODES: [(u8, &str); 1] = [(0, "every chosen cell has an outcome")];

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Size {
    Smoke,
    Quick,
    Paper,
}

impl From<Size> for Scale {
    fn from(size: Size) -> Scale {
        match size {
            Size::Smoke => Scale::Smoke,
            Size::Quick => Scale::Quick,
            Size::Paper => Scale::Paper,
        }
    }
}

/// Runs the cells of the shard that have no outcome yet.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let scale = arguments.scale.into();
    let chosen = choose(&arguments.names)?;
    let cells = chosen.iter().flat_map(|study| {
        let cells = study.cells(scale).into_iter();
        cells.map(move |cell| (study, cell))
    });
    let cells: Vec<(&Study, Cell)> = cells
        .enumerate()
        .filter(|(position, _)| arguments.shard.holds(*position))
        .map(|(_, cell)| cell)
        .collect();
    let context = Context {
        isa: Isa::best(),
        data_dir: arguments.data_dir.clone(),
    };
    manifest::join(&arguments.out, manifest::of(&context)?)?;
    let [ran, kept] = run_cells(&cells, scale, &context, &arguments.out)?;
    let out = arguments.out.display();
    Ok(Answer {
        text: format!(
            "{ran} cells run, {kept} were there already; see them with: sgd-stability report {out}"
        ),
        json: json!({"run": ran, "kept": kept, "out": out.to_string()}),
        ending: Ending::Done,
    })
}

/// Runs the missing cells. Returns the number of cells that were run, and of those that existed.
fn run_cells(
    cells: &[(&Study, Cell)],
    scale: Scale,
    context: &Context,
    out: &Path,
) -> Result<[usize; 2]> {
    let store = Store::at(out);
    let bar = progress(cells.len() as u64);
    let mut counts = [0; 2];
    for (study, cell) in cells {
        bar.set_message(format!("{} {}", study.name, cell.name));
        let started = Instant::now();
        let (_, ran) = store.complete(study, scale, cell, context)?;
        if ran {
            let seconds = started.elapsed().as_secs_f64();
            let line = made(study.name, scale, &cell.name, context, seconds);
            Runs::add(out, [line])?;
            bar.println(format!("{} {}: {seconds:.1} s", study.name, cell.name));
        }
        counts[usize::from(!ran)] += 1;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(counts)
}

/// The experiments of these names, in the order of the report.
fn choose(names: &[String]) -> Result<Vec<Study>> {
    let all = studies();
    let is_unknown = |name: &&String| all.iter().all(|study| study.name != **name);
    if let Some(name) = names.iter().find(is_unknown) {
        let known: Vec<_> = all.iter().map(|study| study.name).collect();
        let mend = format!("choose from {}", known.join(", "));
        let fault = unknown("experiment", name, &known, &mend);
        return Err(Error::input("reproduce", "NAME", fault));
    }
    let wanted = |study: &Study| names.is_empty() || names.iter().any(|name| name == study.name);
    Ok(all.into_iter().filter(wanted).collect())
}
