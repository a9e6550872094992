//! `sgd-stability kernels list`: what can be tried.

use clap::Args;
use serde_json::json;
use sgd_stability::error::Result;
use sgd_stability::kernel::Isa;
use sgd_stability::kernel::foreign::Signature;
use sgd_stability::trial::ours;

use super::trials;
use crate::cli::help::{exit_codes, headings};
use crate::cli::output::{Answer, Ending};

/// List our kernels, the functions that a foreign kernel may compute, and the signatures.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sgd-stability kernels list",
    after_help = exit_codes(&[(0, "printed")])
)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

/// The longest line, in characters.
const WIDTH: usize = 80;

/// Answers with the list.
pub fn run(_: &Arguments) -> Result<Answer> {
    let sets: Vec<&str> = Isa::available().into_iter().map(Isa::name).collect();
    let mut own: Vec<String> = ours::entries()
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    own.sort();
    own.dedup();
    let (unary, binary) = (trials::unary_names(), trials::binary_names());
    let signatures = Signature::ALL.map(|known| (known.name(), known.declaration()));
    let mut text = format!("our kernels\n{}", commas(&own));
    text += &format!("instruction sets of this machine\n  {}\n", sets.join(", "));
    text += &format!("functions of one number\n{}", wrapped(&unary));
    text += &format!("functions of two numbers\n{}", wrapped(&binary));
    text += "signatures of foreign kernels\n";
    for (name, declaration) in signatures {
        text += &format!("  {name}\n{}", wrapped_text(declaration));
    }
    Ok(Answer {
        text,
        json: json!({
            "kernels": own,
            "instruction_sets": sets,
            "unary": unary,
            "binary": binary,
            "signatures": signatures.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        }),
        ending: Ending::Done,
    })
}

fn wrapped(names: &[String]) -> String {
    lines(names.iter().map(String::as_str), "  ")
}

/// Names that may contain spaces.
fn commas(names: &[String]) -> String {
    let joined = names.join(",\n").replace(' ', "\u{a0}").replace('\n', " ");
    lines(joined.split(' '), "  ").replace('\u{a0}', " ")
}

fn wrapped_text(text: &str) -> String {
    lines(text.split(' '), "      ")
}

fn lines<'a>(words: impl Iterator<Item = &'a str>, indent: &str) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for word in words {
        if !line.is_empty()
            && indent.len() + line.chars().count() + 1 + word.chars().count() > WIDTH
        {
            text += &format!("{indent}{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    text + &format!("{indent}{line}\n")
}
