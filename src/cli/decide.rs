//! `sgd-stability decide`: exact verdicts for a model file.

use std::path::{Path, PathBuf};

use clap::Args;
use sgd_stability::decide::{Certificate, Decision, Link, Values, decide_to_width};
use sgd_stability::error::{Error, Result};
use sgd_stability::matrix::Bracket;
use sgd_stability::model::{Model, Sampling};
use sgd_stability::number::Exact;
use sgd_stability::write::write_file;

use super::output::{Answer, Ending};

/// Decide every criterion exactly for a model file, at one learning rate and batch size.
///
/// A model file is JSON with rationals as strings:
/// {"kind":"linear","inputs":[["1","0"],["1/2","1"]]} for linear regression (H_i = x_i x_iᵀ), or
/// {"kind":"quadratic","hessians":[[["1","0"],["0","2"]]]} for given sample Hessians.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The model file.
    #[arg(value_name = "MODEL.json")]
    model: PathBuf,
    /// The learning rate η, exactly: "7/10" or "0.7".
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    lr: String,
    /// The batch size B, from 1 to the number of samples.
    #[arg(long, value_name = "B")]
    batch: usize,
    /// How a batch is drawn: without-replacement or with-replacement.
    #[arg(long, value_name = "SCHEME", default_value_t = Sampling::WithoutReplacement)]
    sampling: Sampling,
    /// Brackets and values to this many significant digits.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=200))]
    digits: u32,
    /// Write a certificate of the mean-square verdict, for `certify` or a stranger to check.
    #[arg(long, value_name = "OUT.json")]
    certificate: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Decides.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let learning_rate: Exact = arguments
        .lr
        .parse()
        .map_err(|fault| Error::input("decide", "--lr", fault))?;
    let model = Model::read(&arguments.model)?;
    let width = Exact::from(10).pow(arguments.digits).reciprocal();
    let (decision, certificate) = decide_to_width(
        &model,
        &learning_rate,
        arguments.batch,
        arguments.sampling,
        &width,
    )?;
    let values = Values::of(&model, &decision, arguments.digits)?;
    let mut json = serde_json::to_value(&decision).map_err(Error::internal)?;
    json["values"] = serde_json::to_value(&values).map_err(Error::internal)?;
    let chain = decision.critical_lr.chain()?;
    json["chain"] = serde_json::to_value(&chain).map_err(Error::internal)?;
    let written = match (&arguments.certificate, &certificate) {
        (Some(path), Some(certificate)) => write(path, certificate)?,
        (Some(_), None) => "\nNo certificate is written: there is no verdict.".to_owned(),
        (None, _) => String::new(),
    };
    Ok(Answer {
        text: text(&decision, &chain, &values, arguments.digits) + &written,
        json,
        ending: match decision.undecided.is_empty() {
            true => Ending::Done,
            false => Ending::Undecided,
        },
    })
}

fn write(path: &Path, certificate: &Certificate) -> Result<String> {
    write_file(path, certificate.to_text()?.as_bytes())?;
    Ok(format!("\nThe certificate is in {}.", path.display()))
}

fn text(decision: &Decision, chain: &[Link], values: &Values, digits: u32) -> String {
    let mut text = format!(
        "{} samples in dimension {}, η = {}, B = {} {}\n\n{:<18}{:<18}{:<10}largest stable η\n",
        decision.samples,
        decision.dimension,
        decision.lr,
        decision.batch,
        decision.sampling.name(),
        "criterion",
        "",
        "at η",
    );
    for (name, formula, holds, bracket) in rows(decision) {
        let verdict = match holds {
            Some(true) => "holds",
            Some(false) => "fails",
            None => "undecided",
        };
        let critical = critical_text(bracket.as_ref(), digits);
        text += &format!("{name:<18}{formula:<18}{verdict:<10}{critical}\n");
    }
    text += &chain_text(decision, chain, digits);
    for (name, value) in values.named() {
        text += &format!("{name:<36}[{}, {}]\n", value.lower, value.upper);
    }
    text + match decision.verdicts.mean_square {
        Some(true) => "\nSGD is stable in mean square: the exact criterion decides.",
        Some(false) => "\nSGD is unstable in mean square: the exact criterion decides.",
        None => "\nUndecided: this is the edge, or next to it, of a model too large to eliminate.",
    }
}

type Row<'a> = (&'a str, &'a str, Option<bool>, &'a Option<Bracket>);

/// Name, formula, verdict and critical learning rate of every criterion.
fn rows(decision: &Decision) -> [Row<'_>; 4] {
    let (at, end) = (&decision.verdicts, &decision.critical_lr);
    [
        (
            "gradient descent",
            "η λ_max(H) ≤ 2",
            at.gradient_descent,
            &end.gradient_descent,
        ),
        (
            "non-uniformity",
            "s ≤ 1/(η√p)",
            at.non_uniformity,
            &end.non_uniformity,
        ),
        ("one step", "Theorem 1", at.one_step, &end.one_step),
        ("mean square", "exact", at.mean_square, &end.mean_square),
    ]
}

/// The smallest member of the chain, and how the brackets order all of it.
fn chain_text(decision: &Decision, chain: &[Link], digits: u32) -> String {
    let single = decision.critical_lr.single_sample.as_ref();
    let smallest = critical_text(single, digits);
    let mut text = format!(
        "{:<46}{smallest}\n",
        "2/max λ_max(H_i), no sample's step lengthens"
    );
    let symbol = |name: &str| match name {
        "single_sample" => "2/max λ_max(H_i)",
        "one_step" => "η₁ (one step)",
        "mean_square" => "η* (mean square)",
        _ => "2/λ_max(H)",
    };
    for (place, link) in chain.iter().enumerate() {
        if place == 0 {
            text += symbol(link.first);
        }
        let relation = if link.apart { "<" } else { "≤" };
        text += &format!(" {relation} {}", symbol(link.second));
    }
    match chain.is_empty() {
        true => text,
        false => text + ", asserted over these brackets\n",
    }
}

/// As many digits as are certified; the JSON has the rational bracket.
fn critical_text(bracket: Option<&Bracket>, digits: u32) -> String {
    match bracket {
        None => "no bound".to_owned(),
        Some(point) if point.is_point() => format!("{} exactly", point.lower),
        Some(bracket) => {
            let decimal = bracket.lower.to_decimal(digits as usize);
            format!("{decimal} (certified to a relative 1e-{digits})")
        }
    }
}
