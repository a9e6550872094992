//! `sgd-stability decide`: exact verdicts for a model file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use sgd_stability::dataset::tables::{self, Told};
use sgd_stability::decide::{Answered, Certificate, Question};
use sgd_stability::error::{Error, Result};
use sgd_stability::model::{Meaning, Sampling};
use sgd_stability::number::Exact;
use sgd_stability::work;
use sgd_stability::write::write_file;

use super::decision;
use super::help::{exit_codes, explained, headings};
use super::output::{self, Answer, Ending};
use super::progress::Stages;
use super::words::{time_limit, whole};

/// Decide exactly, over the rationals, whether SGD is stable on a small model.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// The model: a JSON file, or an npy, npz or CSV file of arrays.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// Say what the array of an npy, npz or CSV file is: inputs, hessians or jacobians.
    ///
    /// inputs are n × d, the x_i of linear regression; hessians are n × d × d, the H_i; jacobians are n × c × d,
    /// the J_i. In CSV, and in arrays of two dimensions, matrices stand one below the other. An array of an
    /// npz file that is called so needs no --as.
    #[arg(long = "as", value_name = "MEANING", value_parser = meanings())]
    meaning: Option<Meaning>,
    /// The array of an npz file [default: the one that is called inputs, hessians or jacobians].
    #[arg(long, value_name = "NAME")]
    array: Option<String>,
    /// The number of rows of each Jacobian, where they stand one below the other.
    #[arg(long, value_name = "C", value_parser = whole::<usize>)]
    outputs: Option<usize>,
    /// The factor of J_iᵀJ_i for jacobians, exactly: 2/c for the mean of c squares, 1 for half their sum [default: 1].
    #[arg(long, value_name = "PHI", allow_hyphen_values = true)]
    factor: Option<String>,
    /// The learning rate η, exactly: "7/10" or "0.7".
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    lr: String,
    /// The batch size B, from 1 to the number of samples.
    #[arg(long, value_name = "B", value_parser = whole::<usize>)]
    batch: usize,
    /// How a batch is drawn: without-replacement or with-replacement.
    #[arg(long, value_name = "SCHEME", default_value_t = Sampling::WithoutReplacement)]
    sampling: Sampling,
    /// The number of significant digits in brackets and values.
    #[arg(long, help_heading = headings::OUTPUT, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=200))]
    digits: u32,
    /// Write a certificate of the mean-square verdict, which `certify` or anybody can check.
    #[arg(long, help_heading = headings::OUTPUT, value_name = "OUT.json")]
    certificate: Option<PathBuf>,
    /// Stop after this time (30s, 5m, 1h) and print what is known by then.
    #[arg(long, value_name = "LIMIT", value_parser = time_limit)]
    time: Option<Duration>,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, a linear regression with three inputs:
  $ echo '{\"kind\":\"linear\",\"inputs\":[[\"1\",\"0\"],[\"0\",\"1\"],[\"1\",\"1\"]]}' > model.json
  $ sgd-stability decide model.json --lr 5/4 --batch 1";

const ABOUT: &str = "\
A model file is JSON with rationals as strings: {\"kind\":\"linear\",\"inputs\":[…]} is linear regression, whose \
sample Hessians are H_i = x_i x_iᵀ; {\"kind\":\"quadratic\",\"hessians\":[[[\"1\",\"0\"],[\"0\",\"2\"]],…]} gives the \
H_i themselves, and {\"kind\":\"jacobians\",\"factor\":\"2/3\",\"jacobians\":[…]} the matrices J_i of several outputs, with \
H_i = factor·J_iᵀJ_i. Files of NumPy and CSV have arrays of the same, whose numbers are taken exactly as they \
are; --as says what they are. Every criterion gets a verdict at this learning rate and the largest learning rate at which \
it holds. The mean-square verdict is the exact one: is E|x_t|² bounded?";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "every question is decided, whatever the answer"),
    (4, "something is undecided, or the time was over"),
];

fn meanings() -> impl TypedValueParser<Value = Meaning> {
    PossibleValuesParser::new(Meaning::ALL.map(Meaning::name))
        .try_map(|name| name.parse::<Meaning>())
}

/// Decides, and reports progress.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let deadline = arguments
        .time
        .and_then(|limit| Instant::now().checked_add(limit));
    // With --json, stdout is reserved.
    let tell: fn(&str) = if arguments.json {
        output::remark
    } else {
        output::first_answer
    };
    let watcher = Box::new(Stages::new(Some(tell)));
    work::watched(deadline, watcher, || decide(arguments))
}

fn decide(arguments: &Arguments) -> Result<Answer> {
    let exact = |flag: &str, text: &str| -> Result<Exact> {
        text.parse()
            .map_err(|fault| Error::input("decide", flag, fault))
    };
    let question = Question {
        lr: exact("--lr", &arguments.lr)?,
        batch: arguments.batch,
        sampling: arguments.sampling,
        digits: arguments.digits,
    };
    let told = Told {
        meaning: arguments.meaning,
        array: arguments.array.clone(),
        outputs: arguments.outputs,
        factor: arguments
            .factor
            .as_deref()
            .map(|factor| exact("--factor", factor))
            .transpose()?,
    };
    work::stage("reading the model");
    let Ok(model) = work::in_time(|| tables::read(&arguments.model, &told)) else {
        return Ok(Answer {
            text: "Undecided: the time was over while the model was read and checked.".to_owned(),
            json: question.out_of_time(),
            ending: Ending::Undecided,
        });
    };
    let answered = question.answer(&model?)?;
    let written = match (&arguments.certificate, &answered.certificate) {
        (Some(path), Some(certificate)) => write(path, certificate)?,
        (Some(_), None) => format!("\n{}", answered.without_certificate()),
        (None, _) => String::new(),
    };
    let Answered {
        decision,
        chain,
        values,
        ..
    } = &answered;
    Ok(Answer {
        text: decision::text(decision, chain, values, arguments.digits) + &written,
        json: answered.json()?,
        ending: if decision.is_complete() {
            Ending::Done
        } else {
            Ending::Undecided
        },
    })
}

fn write(path: &Path, certificate: &Certificate) -> Result<String> {
    write_file(path, certificate.to_text()?.as_bytes())?;
    Ok(format!("\nThe certificate is in {}.", path.display()))
}
