//! `sgd-stability certify`: re-checks a certificate of mean-square stability.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sgd_stability::decide::Certificate;
use sgd_stability::error::Result;

use super::output::{Answer, Ending};

/// Re-check a certificate that `decide --certificate` wrote, from nothing but what stands in it.
///
/// Exit code 0: verified; 5: refuted, so something in it was changed or wrong from the start;
/// 2: no certificate by the grammar in docs/formats.md. `theorems/check_certificate.py` checks the
/// same in plain Python, without this program.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The certificate.
    #[arg(value_name = "CERT.json")]
    certificate: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let certificate = Certificate::read(&arguments.certificate)?;
    let refuted = certificate.check().err().map(|fault| fault.message);
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
