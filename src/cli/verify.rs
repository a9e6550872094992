//! `sgd-stability verify`: checks the claims.

use clap::Args;
use serde_json::json;
use sgd_stability::claim::{Chapter, Claim, Evidence};
use sgd_stability::error::{Error, Result};
use sgd_stability::report::RollEntry;

use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending};
use super::progress::{Stages, told};
use super::suggest::unknown;
use super::terminal::{bad, bold, good};
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
Every claim is checked over the rationals on a family of instances, some of them exactly on the edge, and \
over intervals or by the engine where that says more; `--json` and the report count each check by itself. A \
refuted claim stays on the list and must fail on its counter-example.";

const EXIT_CODES: [(u8, &str); 2] = [
    (0, "every claim came out as its status says"),
    (5, "some claim did not"),
];

/// Checks the chosen claims, and reports progress.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let claims = choose(&arguments.claims)?;
    let roll = told(|stages| check(&claims, stages));
    let stated = roll.iter().filter(|entry| entry.findings.as_stated).count();
    let failed = stated < roll.len();
    let text = text(&roll, stated);
    Ok(Answer {
        text,
        json: json!({"as_stated": !failed, "claims": roll}),
        ending: Ending::failed_if(failed),
    })
}

/// The claims of these names, in the order of the roll.
fn choose(names: &[String]) -> Result<Vec<&'static Claim>> {
    let is_unknown = |name: &&String| ROLL.iter().all(|claim| claim.id != **name);
    if let Some(name) = names.iter().find(is_unknown) {
        let known: Vec<_> = ROLL.iter().map(|claim| claim.id).collect();
        let mend = "`sgd-stability verify` without a name lists all";
        let fault = unknown("claim", name, &known, mend);
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

/// The answer for a terminal of 80 columns: two lines for each claim, by chapter, and a legend.
fn text(roll: &[RollEntry], stated: usize) -> String {
    let mut text = String::new();
    for chapter in Chapter::ALL {
        let claims: Vec<_> = roll
            .iter()
            .filter(|entry| entry.chapter == chapter)
            .collect();
        if !claims.is_empty() {
            text += &format!("{}\n", bold(chapter.heading()));
        }
        claims.into_iter().for_each(|entry| text += &lines(entry));
    }
    text += LEGEND;
    text + &format!("{stated} of {} claims came out as stated", roll.len())
}

const LEGEND: &str = "\
✓ came out as its status says, ✗ did not. Counted: instances that hold / fail /
are undecided within their enclosures / do not meet the hypotheses; outside: of
the instances just outside of the hypotheses, those that fail, as all must.
";

/// The title of a claim with its mark, and its name with the counts of its checks.
fn lines(entry: &RollEntry) -> String {
    let mark = if entry.findings.as_stated {
        good("✓")
    } else {
        bad("✗")
    };
    let status = format!("{:?}", entry.status).to_lowercase();
    let title = shortened(&entry.title, WIDTH - 12);
    format!(
        "{mark} {status:<8}  {title}\n  {}: {}\n",
        entry.id,
        counts(entry)
    )
}

/// The columns of a terminal.
const WIDTH: usize = 80;

/// The beginning of a title that is too long.
fn shortened(title: &str, most: usize) -> String {
    if title.chars().count() <= most {
        return title.to_owned();
    }
    let start: String = title.chars().take(most - 1).collect();
    format!("{}…", start.trim_end())
}

/// The instances of all checks inside of the hypotheses, and those outside.
fn counts(entry: &RollEntry) -> String {
    let findings = &entry.findings;
    let inside = [&findings.exact, &findings.certified, &findings.empirical];
    let sum = |of: fn(&Evidence) -> u64| -> u64 { inside.iter().copied().flatten().map(of).sum() };
    let counted = [
        sum(|e| e.holds),
        sum(|e| e.fails),
        sum(|e| e.undecided),
        sum(|e| e.unmet),
    ];
    let counted = counted.map(|count| count.to_string()).join("/");
    let outside = findings.outside.as_ref().map(|outside| {
        let all = outside.holds + outside.fails + outside.undecided;
        format!(", outside {}/{all}", outside.fails)
    });
    counted + &outside.unwrap_or_default()
}
