//! `sgd-stability verify`: checks the claims.

use clap::Args;
use serde_json::json;
use sgd_stability::claim::{Claim, Evidence, Findings};
use sgd_stability::error::{Error, Result};
use sgd_stability::report::RollEntry;

use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending};
use super::progress::{Stages, told};
use crate::theorems::ROLL;

/// Check the claims of the theory, exactly where that is possible, and count how each comes out.
#[derive(Debug, Args)]
#[command(
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// The claims to check, by their names; all of them when none is named.
    claims: Vec<String>,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

const EXAMPLE: &str = "\
Example, one claim; without a name all of them are checked:
  $ sgd-stability verify toy_escape";

const ABOUT: &str = "\
Every claim is checked over the rationals on a family of instances, some of them exactly on the edge. The \
counts are holds/fails/undecided/unmet: unmet are instances outside the hypotheses. A refuted claim stays on \
the list and must fail on its counter-example.";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "every claim came out as its status says"),
    (5, "some claim did not"),
];

/// Checks the chosen claims, and reports progress.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let claims = choose(&arguments.claims)?;
    let roll = told(arguments.json, |stages| check(&claims, stages));
    let stated = roll.iter().filter(|entry| entry.findings.as_stated).count();
    let failed = stated < roll.len();
    let mut text = format!("{}\n", heading());
    for entry in &roll {
        text += &line(entry);
    }
    text += &format!("{stated} of {} claims came out as stated", roll.len());
    Ok(Answer {
        text,
        json: json!({"as_stated": !failed, "claims": roll}),
        ending: Ending::failed_if(failed),
    })
}

/// The claims of these names, in the order of the roll.
fn choose(names: &[String]) -> Result<Vec<&'static Claim>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| ROLL.iter().all(|c| c.id != **name))
    {
        let known: Vec<_> = ROLL.iter().map(|claim| claim.id).collect();
        let known = known.join(", ");
        let fault = format!("there is no claim \"{unknown}\"; choose from {known}");
        return Err(Error::input("verify", "CLAIM", fault));
    }
    let wanted = |claim: &&Claim| names.is_empty() || names.iter().any(|name| name == claim.id);
    Ok(ROLL.iter().filter(wanted).collect())
}

/// Runs the checks of the claims.
pub fn check(claims: &[&'static Claim], stages: &Stages) -> Vec<RollEntry> {
    let entry = |(done, claim): (usize, &&'static Claim)| {
        stages.task("claim", claim.id, (done, claims.len()));
        RollEntry::new(claim, claim.check())
    };
    claims.iter().enumerate().map(entry).collect()
}

/// Checks all claims of the roll.
pub fn whole_roll(stages: &Stages) -> Vec<RollEntry> {
    check(&ROLL.iter().collect::<Vec<_>>(), stages)
}

/// The names of the checks, in the order of [`columns`].
const CHECKS: [&str; 4] = ["exact", "outside", "certified", "empirical"];

/// The column width: the widest count and a gap.
const COLUMN: usize = 17;

fn columns(findings: &Findings) -> [&Option<Evidence>; 4] {
    let Findings {
        exact,
        outside,
        certified,
        empirical,
        ..
    } = findings;
    [exact, outside, certified, empirical]
}

fn heading() -> String {
    let checks = CHECKS.map(|name| format!("{name:>COLUMN$}")).concat();
    format!(
        "{:<38} {:<8}{checks}  (holds/fails/undecided/unmet)",
        "claim", "status"
    )
}

fn line(entry: &RollEntry) -> String {
    let counts = |evidence: &Option<Evidence>| match evidence {
        Some(e) => format!("{}/{}/{}/{}", e.holds, e.fails, e.undecided, e.unmet),
        None => "–".to_owned(),
    };
    let cells = columns(&entry.findings).map(|evidence| format!("{:>COLUMN$}", counts(evidence)));
    let status = format!("{:?}", entry.status).to_lowercase();
    let mark = if entry.findings.as_stated {
        "as stated"
    } else {
        "NOT AS STATED"
    };
    format!("{:<38} {status:<8}{}  {mark}\n", entry.id, cells.concat())
}
