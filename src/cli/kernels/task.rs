//! Which foreign kernel is tried, as what, and by which bound.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sgd_stability::error::{Error, Result};
use sgd_stability::kernel::foreign::Signature;
use sgd_stability::read;
use sgd_stability::trial::Policy;

use super::super::suggest::unknown;
use super::functions;

/// A foreign kernel to try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// What the answer calls it.
    pub name: String,
    /// The library: a file, or a name that the system's loader knows.
    pub library: PathBuf,
    /// The name of the function in the library.
    pub symbol: String,
    /// Its signature.
    pub signature: Word,
    /// The function that it computes.
    pub function: String,
    /// The permitted error in ulps, for functions of one or two numbers.
    pub max_ulp: f64,
    /// How special cases are judged: by the formula, or else as the reference BLAS does it.
    pub is_strict: bool,
}

/// A signature as a word in JSON and TOML.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Word(pub Signature);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        text.parse().map(Word)
    }
}

impl From<Word> for String {
    fn from(word: Word) -> String {
        word.0.name().to_owned()
    }
}

/// The default of `--max-ulp`.
pub const MAX_ULP: f64 = 1.0;

impl Task {
    /// The policy as the trials know it.
    pub fn policy(&self) -> Policy {
        if self.is_strict {
            Policy::Strict
        } else {
            Policy::Reference
        }
    }

    /// The flags that lead to this task.
    pub fn flags(&self) -> String {
        let mut flags = format!(
            "--library {} --symbol {} --signature {}",
            quoted(&self.library.display().to_string()),
            quoted(&self.symbol),
            self.signature.0
        );
        if self.signature.0.needs_function() {
            flags += &format!(" --function {}", self.function);
            if self.max_ulp != MAX_ULP {
                flags += &format!(" --max-ulp {}", self.max_ulp);
            }
        }
        if self.is_strict {
            flags += " --strict";
        }
        flags
    }
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=,:@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Checks that the function is one that can be judged, and returns it. The signatures of CBLAS say it
/// themselves.
pub fn function_of(place: &str, signature: Signature, function: Option<&str>) -> Result<String> {
    if !signature.needs_function() {
        return match function {
            Some(other) if other != signature.name() => {
                let fault = format!("the signature {signature} computes {signature}, not {other}");
                Err(Error::input(place, "function", fault))
            }
            _ => Ok(signature.name().to_owned()),
        };
    }
    let known = functions::of(signature);
    let Some(function) = function else {
        let fault = format!("say which it computes: {}", known.join(", "));
        return Err(Error::input(place, "function", fault));
    };
    if known.iter().any(|name| name == function) {
        return Ok(function.to_owned());
    }
    let mend = format!("choose from {}", known.join(", "));
    let fault = unknown("function", function, &known, &mend);
    Err(Error::input(place, "function", fault))
}

/// A file that exists becomes a full path, because the system's loader searches for a bare name elsewhere.
pub fn library(path: &Path, beside: &Path) -> PathBuf {
    let near = beside.join(path);
    if near.is_file() {
        std::path::absolute(&near).unwrap_or(near)
    } else {
        path.to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    library: PathBuf,
    max_ulp: Option<f64>,
    #[serde(default)]
    policy: Rule,
    kernel: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    symbol: String,
    signature: Word,
    name: Option<String>,
    function: Option<String>,
    max_ulp: Option<f64>,
    policy: Option<Rule>,
}

/// The word of a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    #[default]
    Reference,
    Strict,
}

/// Reads the kernels of a TOML file.
pub fn from_file(path: &Path) -> Result<Vec<Task>> {
    let text = read::text(path)?;
    let file: File = toml::from_str(&text).map_err(|fault| {
        let start = fault.span().map_or(0, |span| span.start);
        let line = 1 + text[..start].matches('\n').count();
        Error::input(path.display(), format!("line {line}"), fault.message())
    })?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let task = |(index, entry): (usize, Entry)| {
        let place = format!("{}: kernel[{index}]", path.display());
        let max_ulp = entry.max_ulp.or(file.max_ulp).unwrap_or(MAX_ULP);
        if !(max_ulp >= 0.0 && max_ulp.is_finite()) {
            return Err(Error::input(
                place,
                "max-ulp",
                "write a number from 0 on, such as 1",
            ));
        }
        Ok(Task {
            name: entry.name.unwrap_or_else(|| entry.symbol.clone()),
            library: library(&file.library, beside),
            function: function_of(&place, entry.signature.0, entry.function.as_deref())?,
            symbol: entry.symbol,
            signature: entry.signature,
            max_ulp,
            is_strict: entry.policy.unwrap_or(file.policy) == Rule::Strict,
        })
    };
    file.kernel.into_iter().enumerate().map(task).collect()
}
