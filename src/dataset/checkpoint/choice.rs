//! The choice of the tensors in a file that belong to the model.

use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// The tensors to read: those below a prefix, except for some that are ignored.
///
/// A prefix matches whole parts of a name only: `ema` matches `ema`, `ema.fc.weight` and
/// `ema/fc/kernel`, but not `ema_model.fc.weight`. A prefix that ends with a character other than a
/// letter or a digit, such as `ema_`, matches literally.
///
/// The names that wrappers put in front (`module.`, `_orig_mod.` and the like) do not count where tensors are ignored: `head` ignores
/// `module.head.weight` too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    only: Option<String>,
    ignore: Vec<String>,
    key: Option<String>,
}

/// What wrappers put in front of the names of a model: `DataParallel`, a module that has the model as its
/// `model`, and `torch.compile`.
const WRAPPERS: [&str; 3] = ["module.", "model.", "_orig_mod."];

/// The longest prefix of wrappers that all these names have, and behind which all have a name.
pub(super) fn wrapper<'a>(names: impl Iterator<Item = &'a str> + Clone) -> &'a str {
    let Some(first) = names.clone().next() else {
        return "";
    };
    let (mut prefix, mut rest) = ("", first);
    while let Some(shorter) = unwrapped(rest) {
        let longer = &first[..first.len() - shorter.len()];
        let has_it = |name: &str| {
            name.strip_prefix(longer)
                .is_some_and(|rest| !rest.is_empty())
        };
        if !names.clone().all(has_it) {
            break;
        }
        (prefix, rest) = (longer, shorter);
    }
    prefix
}

/// The name without the first wrapper's prefix, if it has one.
fn unwrapped(name: &str) -> Option<&str> {
    WRAPPERS
        .iter()
        .find_map(|wrapper| name.strip_prefix(wrapper))
}

impl Choice {
    /// Chooses the tensors below the prefix `only`, if there is one, and removes that prefix from their
    /// names. The prefixes in `ignore` exclude tensors; they are matched against names with and without
    /// the prefix `only`.
    ///
    /// # Errors
    /// Returns an error when a prefix is empty, or when `only` is `a`, `s` or `a,s`: these words are
    /// reserved for choosing what is measured.
    pub fn new(only: Option<String>, ignore: Vec<String>) -> Result<Self> {
        if let Some(word @ ("a" | "s" | "a,s")) = only.as_deref() {
            let fault = "is no prefix here: it is kept for choosing what is measured; a module of \
                         this name is given as `a.` or `s.`";
            return Err(Error::input("--prefix", word, fault));
        }
        let flags = only.iter().map(|prefix| ("--prefix", prefix));
        let mut flags = flags.chain(ignore.iter().map(|prefix| ("--ignore", prefix)));
        match flags.find(|(_, prefix)| prefix.is_empty()) {
            Some((flag, _)) => {
                let fault = "is empty; give the beginning of the names";
                Err(Error::input(flag, "prefix", fault))
            }
            None => Ok(Choice {
                only,
                ignore,
                key: None,
            }),
        }
    }

    /// The same choice, of the state dictionary at this key of a file of PyTorch. Dots lead into dictionaries
    /// of dictionaries, and `.` is the whole file.
    ///
    /// # Errors
    /// Returns an error when the key is empty.
    pub fn with_key(self, key: Option<String>) -> Result<Self> {
        if key.as_deref() == Some("") {
            let fault = "is empty; give the key of the state dictionary, or . for the whole file";
            return Err(Error::input("--key", "key", fault));
        }
        Ok(Choice { key, ..self })
    }

    /// The key of the state dictionary, if there is one.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The name that a tensor has from here on, or `None` if it does not belong to the model.
    pub(super) fn name<'a>(&self, name: &'a str) -> Option<&'a str> {
        let own = match &self.only {
            Some(prefix) => below(name, prefix).filter(|rest| !rest.is_empty())?,
            None => name,
        };
        let is_ignored = |prefix: &String| is_below(name, Some(own), prefix);
        (!self.ignore.iter().any(is_ignored)).then_some(own)
    }

    /// Checks that every prefix matches a tensor and that at least one tensor is left.
    pub(super) fn check(&self, place: &str, names: &[&str]) -> Result<()> {
        let flags = self.only.iter().map(|prefix| ("--prefix", prefix));
        let flags = flags.chain(self.ignore.iter().map(|prefix| ("--ignore", prefix)));
        let begins = |name: &str, prefix: &str| {
            let own = match &self.only {
                Some(only) => below(name, only),
                None => Some(name),
            };
            is_below(name, own, prefix)
        };
        for (flag, prefix) in flags {
            if !names.iter().any(|name| begins(name, prefix)) {
                let there = names.first().map_or("", |name| name);
                let fault = format!(
                    "no tensor of {place} is called so or below it; one is called {:?}",
                    brief(there)
                );
                return Err(Error::input(flag, brief(prefix), fault));
            }
        }
        if names.iter().all(|name| self.name(name).is_none()) {
            let fault = "leaves no tensor to read; leave fewer of them out";
            return Err(Error::input(place, "--ignore", fault));
        }
        Ok(())
    }
}

/// Whether a name is the prefix or lies below it: the name in the file, or its `own` part, with or without what
/// wrappers put in front.
fn is_below(name: &str, own: Option<&str>, prefix: &str) -> bool {
    let mut wrapped = std::iter::successors(own, |name| unwrapped(name));
    below(name, prefix).is_some() || wrapped.any(|name| below(name, prefix).is_some())
}

/// The rest of `name` after `prefix`, if the name is the prefix or lies below it.
fn below<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = name.strip_prefix(prefix)?;
    let is_whole = rest.is_empty() || prefix.ends_with(|c: char| !c.is_alphanumeric());
    if is_whole {
        Some(rest)
    } else {
        rest.strip_prefix(['.', '/'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(only: Option<&str>, ignore: &[&str]) -> Choice {
        let ignore = ignore.iter().map(|&prefix| prefix.to_owned());
        Choice::new(only.map(str::to_owned), ignore.collect()).unwrap()
    }

    #[test]
    fn a_prefix_ends_where_a_part_of_a_name_does() {
        let all = choice(None, &["ema", "step", "opt_"]);
        assert_eq!(all.name("ema.fc.weight"), None);
        assert_eq!(all.name("ema/fc/kernel"), None);
        assert_eq!(all.name("opt_0.weight"), None);
        assert_eq!(all.name("step"), None);
        for name in ["ema_model.fc.weight", "steps", "fc.step"] {
            assert_eq!(all.name(name), Some(name));
        }
        for only in ["model", "model."] {
            let model = choice(Some(only), &["head"]);
            assert_eq!(model.name("model.fc.weight"), Some("fc.weight"));
            for name in [
                "fc.weight",
                "models.fc.weight",
                "model.head.weight",
                "model",
            ] {
                assert_eq!(model.name(name), None, "{only} {name}");
            }
        }
    }

    #[test]
    fn words_that_are_kept_and_prefixes_of_nothing_are_refused() {
        for word in ["a", "s", "a,s"] {
            let fault = Choice::new(Some(word.to_owned()), Vec::new()).unwrap_err();
            assert!(fault.message.contains("given as `a.`"), "{fault}");
        }
        assert!(Choice::new(None, vec![String::new()]).is_err());
        assert_eq!(choice(Some("a."), &[]).name("a.weight"), Some("weight"));
        let names = ["a.weight", "b.weight"];
        let of = |choice: Choice| choice.check("w", &names).unwrap_err().message;
        assert!(of(choice(None, &["c"])).contains("--ignore: c: no tensor of w"));
        assert!(of(choice(Some("c"), &[])).contains("--prefix: c: no tensor of w"));
        assert!(of(choice(None, &["a", "b"])).contains("leaves no tensor"));
    }
}
