//! `sgd-stability certify`: re-checks a certificate of mean-square stability.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sgd_stability::decide::Certificate;
use sgd_stability::error::Result;
use sgd_stability::work;

use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending};
use super::progress::told;

/// Check a certificate that `decide --certificate` wrote, using only the numbers in the file itself.
#[derive(Debug, Args)]
#[command(
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// The certificate, a file.
    #[arg(value_name = "CERT.json")]
    certificate: PathBuf,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  $ echo '{\"kind\":\"linear\",\"inputs\":[[\"1\",\"0\"],[\"0\",\"1\"],[\"1\",\"1\"]]}' > model.json
  $ sgd-stability decide model.json --lr 5/4 --batch 1 --certificate cert.json
  $ sgd-stability certify cert.json";

const ABOUT: &str = "\
A certificate holds a model, a learning rate and a matrix that proves the mean-square verdict by a few \
products over the rationals; docs/formats.md has its grammar. `theorems/check_certificate.py` checks the \
same in plain Python, without this program.";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "verified"),
    (
        5,
        "refuted: something in it was changed, or wrong from the start",
    ),
];

/// Checks the certificate, and reports progress.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let certificate = Certificate::read(&arguments.certificate)?;
    let refuted = told(|_| {
        work::stage("checking the witness");
        certificate.check()
    });
    let refuted = refuted.err().map(|fault| fault.message);
    let text = match &refuted {
        None => "verified".to_owned(),
        Some(fault) => format!("refuted: {fault}"),
    };
    Ok(Answer {
        text: format!("{}: {text}", arguments.certificate.display()),
        json: json!({
            "claim": certificate.claim,
            "lr": certificate.lr,
            "verified": refuted.is_none(),
            "fault": refuted,
        }),
        ending: match refuted {
            None => Ending::Done,
            Some(_) => Ending::Failed,
        },
    })
}
