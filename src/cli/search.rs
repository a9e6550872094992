//! `sgd-stability search`: searches for an exact counter-example.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sgd_stability::error::{Error, Result};
use sgd_stability::model::{Model, Sampling};
use sgd_stability::number::Exact;
use sgd_stability::search::{CounterExample, Outcome, Settings, search};
use sgd_stability::write::write_file;

use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending};
use super::progress::progress;
use super::words::whole;
use crate::theorems::{SEARCHES, Search};

/// Look for an exact counter-example to a claim, made as small as it gets.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// What to refute or to widen: a claim, open:CONJECTURE, gap:non_uniformity (largest η*·s·√p) or
    /// gap:one_step (largest η*/η₁).
    claim: String,
    /// The dimension d of the models that are tried.
    #[arg(long, value_name = "D", default_value_t = 2, value_parser = whole::<usize>, help_heading = MODELS)]
    dimension: usize,
    /// Their number of samples n.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = whole::<usize>, help_heading = MODELS)]
    samples: usize,
    /// The batch size B.
    #[arg(long, value_name = "B", default_value_t = 1, value_parser = whole::<usize>, help_heading = MODELS)]
    batch: usize,
    /// How a batch is drawn: without-replacement or with-replacement.
    #[arg(long, value_name = "SCHEME", default_value_t = Sampling::WithoutReplacement, help_heading = MODELS)]
    sampling: Sampling,
    /// How many models to try.
    #[arg(long, value_name = "MODELS", default_value_t = 20_000, value_parser = whole::<u64>, help_heading = EFFORT)]
    budget: u64,
    /// The seed of the random models; the same seed gives the same answer.
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>, help_heading = EFFORT)]
    seed: u64,
    /// Write the counter-example to this model file.
    #[arg(long, value_name = "MODEL.json", help_heading = headings::OUTPUT)]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const MODELS: &str = "Which models";
const EFFORT: &str = "How many";

const EXAMPLE: &str = "\
Example, the model on which the exact threshold lies furthest beyond Theorem 1:
  $ sgd-stability search gap:one_step --budget 200";

const ABOUT: &str = "\
Floating point proposes models, exact arithmetic decides them. A claim that can be searched is an \
implication between criteria, or an open conjecture; with gap:NAME the search is for the model on which \
mean-square stability reaches furthest beyond a criterion. Finding nothing proves nothing.";

const EXIT_CODES: [(u8, &str); 1] = [(
    0,
    "the search has ended, whether something was found or not",
)];

/// Runs the search.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let known = choose(&arguments.claim)?;
    let settings = Settings {
        goal: known.goal,
        dimension: arguments.dimension,
        samples: arguments.samples,
        batch: arguments.batch,
        sampling: arguments.sampling,
        budget: arguments.budget,
        seed: arguments.seed,
    };
    let bar = progress(settings.budget);
    let outcome = search(known.conjecture, &settings, &mut |tried| {
        bar.set_position(tried)
    })?;
    bar.finish_and_clear();
    if let (Some(path), Some(found)) = (&arguments.out, &outcome.found) {
        write_file(path, format!("{}\n", file(&found.model)?).as_bytes())?;
    }
    let out = arguments.out.as_deref();
    Ok(Answer {
        text: text(&known, &outcome, out)?,
        json: json(&known, &settings, &outcome, out)?,
        ending: Ending::Done,
    })
}

/// The search of this name.
fn choose(name: &str) -> Result<Search> {
    SEARCHES
        .into_iter()
        .find(|known| known.name == name)
        .ok_or_else(|| {
            let known = SEARCHES.map(|known| known.name).join(", ");
            let fault = format!("\"{name}\" is nothing that can be searched; choose from {known}");
            Error::input("search", "CLAIM", fault)
        })
}

fn file(model: &Model) -> Result<String> {
    serde_json::to_string(model).map_err(Error::internal)
}

fn text(known: &Search, outcome: &Outcome, out: Option<&Path>) -> Result<String> {
    let mut text = format!("{}\n{}\n\n", known.name, known.statement);
    text += &format!("{} models tried", outcome.tried);
    if outcome.unmet > 0 {
        text += &format!(", {} of them outside the hypotheses", outcome.unmet);
    }
    if let Some(widest) = outcome.widest {
        text += &format!("; widest gap in floating point {widest:.6}");
    }
    let Some(found) = &outcome.found else {
        return Ok(text + "\nno counter-example found, which proves nothing");
    };
    text += &format!(
        "\n\ncounter-example, decided over the rationals: {} samples in dimension {}, η = {}\n{}\n",
        found.samples,
        found.dimension,
        found.lr,
        file(&found.model)?
    );
    if let Some(span) = &found.span {
        let digits = floor_to_millionths(&span.gap());
        text += &format!("gap at least {digits}: the hypotheses reach that much further\n");
    }
    text += &format!("confirm with: {}", confirmation(found, out));
    if let Some(other) = counterpart(known, found) {
        let other = file(&other)?;
        text += &format!("\nthe other model of the pair, to be asked the same:\n{other}");
    }
    Ok(text)
}

/// The second model, if the statement is about a pair of models.
fn counterpart(known: &Search, found: &CounterExample) -> Option<Model> {
    let counterpart = known.conjecture.counterpart?;
    Some(Model::Quadratic(counterpart(&found.instance().model)))
}

/// The command line that checks the counter-example again.
fn confirmation(found: &CounterExample, out: Option<&Path>) -> String {
    let place = out.map_or("MODEL.json".into(), |path| path.display().to_string());
    format!("sgd-stability decide {place} {}", found.instance().flags())
}

/// A lower bound with six decimals.
fn floor_to_millionths(value: &Exact) -> String {
    let millionth = Exact::fraction(1, 1_000_000);
    let steps = (value / &millionth).to_f64().floor();
    // The quotient was rounded to the nearest f64. If it was rounded up, take one step less.
    let down = Exact::from_f64(steps).map(|steps| &steps * &millionth);
    match down {
        Some(down) if down <= *value => format!("{:.6}", steps / 1e6),
        _ => format!("{:.6}", (steps - 1.0) / 1e6),
    }
}

fn json(
    known: &Search,
    settings: &Settings,
    outcome: &Outcome,
    out: Option<&Path>,
) -> Result<Value> {
    let mut json = json!({
        "claim": known.name,
        "statement": known.statement,
        "settings": settings,
        "tried": outcome.tried,
        "unmet": outcome.unmet,
        "widest": outcome.widest,
        "found": outcome.found,
    });
    if let Some(found) = &outcome.found {
        let gap = found.span.as_ref().map(|span| span.gap());
        json["gap"] = serde_json::to_value(gap).map_err(Error::internal)?;
        json["confirm"] = confirmation(found, out).into();
        if let Some(other) = counterpart(known, found) {
            json["counterpart"] = serde_json::to_value(other).map_err(Error::internal)?;
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::*;

    #[test]
    fn a_lower_bound_is_printed_rounded_down() {
        assert_eq!(floor_to_millionths(&Exact::fraction(2, 3)), "0.666666");
        assert_eq!(floor_to_millionths(&Exact::one()), "1.000000");
    }
}
