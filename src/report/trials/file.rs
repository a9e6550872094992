//! Reads the files of the folder `kernels`.
//!
//! ```json
//! {"library": "glibc 2.36 (FMA)", "measured": "On an Intel Core, …", "kernels": [VERDICT, …]}
//! {"faulty": [VERDICT, …], "honest": [VERDICT, …]}
//! {"speeds": [{"library": "ours", "function": "tanh", "isa": "avx2", "nanoseconds": 0.6}, …]}
//! {"libraries": {"glibc": "glibc 2.36 (FMA)", …}}
//! ```
//! A verdict is what `kernels check --json` prints of a kernel; it may have its own `library` and `isa`.
//! Without a `library`, the name of the file stands for it, or what `libraries` calls it: the kernels in
//! `ours.json` are ours.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::entry::{Entry, Speed};
use super::input::Trials;
use crate::error::{Error, Result};
use crate::trial::Verdict;

/// What the reader can do about a broken file.
const MEND: &str = "write the file again with `kernels check --json --out FILE`, or delete it";

impl Trials {
    /// Adds what a file contains. `name` is its name without the extension; errors name it as `place`.
    ///
    /// # Errors
    /// Returns an error that names the field if the file is not of this form.
    pub fn add(&mut self, place: &str, name: &str, text: &str) -> Result<()> {
        let whole: Value = serde_json::from_str(text)
            .map_err(|why| Error::input(place, "file", format!("is not JSON ({why}); {MEND}")))?;
        let file = File { place, name };
        let object = file.object(whole, "file")?;
        let known = ["kernels", "faulty", "honest", "speeds", "libraries"];
        if !known.iter().any(|field| object.contains_key(*field)) {
            let fault = format!("has none of the lists {}; {MEND}", known.join(", "));
            return Err(Error::input(place, "file", fault));
        }
        let library = file.words(&object, "library", "library")?;
        let library = library.unwrap_or_else(|| name.to_owned());
        for (field, item) in file.list(&object, "kernels")? {
            self.kernels.push(file.entry(&field, item, &library)?);
        }
        for (field, item) in file.list(&object, "faulty")? {
            self.faulty.push(file.verdict(&field, item)?);
        }
        for (field, item) in file.list(&object, "honest")? {
            self.honest.push(file.verdict(&field, item)?);
        }
        for (field, item) in file.list(&object, "speeds")? {
            let speed: Speed = file.parsed(&field, item)?;
            file.check_positive(&field, speed.nanoseconds)?;
            if speed.max_ulp.is_some_and(|ulps| ulps < 0.0) {
                return Err(file.fault(&format!("{field}: max_ulp"), "is negative"));
            }
            self.speeds.push(speed);
        }
        self.libraries.extend(file.names(&object)?);
        if let Some(sentence) = file.words(&object, "measured", "measured")?
            && !self.measured.contains(&sentence)
        {
            self.measured.push(sentence);
        }
        Ok(())
    }
}

/// The file that is read.
struct File<'a> {
    place: &'a str,
    name: &'a str,
}

impl File<'_> {
    fn fault(&self, field: &str, fault: impl std::fmt::Display) -> Error {
        Error::input(self.place, field, format!("{fault}; {MEND}"))
    }

    fn object(&self, value: Value, field: &str) -> Result<Map<String, Value>> {
        match value {
            Value::Object(object) => Ok(object),
            _ => Err(self.fault(field, "is no JSON object")),
        }
    }

    /// The items of a list with the name of each; none if there is no such list.
    fn list(&self, object: &Map<String, Value>, field: &str) -> Result<Vec<(String, Value)>> {
        let items = match object.get(field) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().cloned(),
            Some(_) => return Err(self.fault(field, "is no list")),
        };
        let named = items.enumerate().map(|(i, item)| {
            let name = item.get("name").and_then(Value::as_str);
            let name = name.map_or(String::new(), |name| format!(" ({name})"));
            (format!("{field}[{i}]{name}"), item)
        });
        Ok(named.collect())
    }

    /// A text of an object, if it is there.
    fn words(&self, object: &Map<String, Value>, key: &str, field: &str) -> Result<Option<String>> {
        match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.fault(field, "is no text")),
        }
    }

    /// The full names of libraries.
    fn names(&self, object: &Map<String, Value>) -> Result<Vec<(String, String)>> {
        let Some(names) = object.get("libraries") else {
            return Ok(Vec::new());
        };
        let names = self.object(names.clone(), "libraries")?;
        let pairs = names.keys().map(|short| {
            let field = format!("libraries: {short}");
            let full = self.words(&names, short, &field)?;
            let full = full.ok_or_else(|| self.fault(&field, "is no text"))?;
            Ok((short.clone(), full))
        });
        pairs.collect()
    }

    fn parsed<T: DeserializeOwned>(&self, field: &str, value: Value) -> Result<T> {
        serde_json::from_value(value).map_err(|why| self.fault(field, why))
    }

    fn entry(&self, field: &str, item: Value, library: &str) -> Result<Entry> {
        let object = self.object(item, field)?;
        let own = self.words(&object, "library", &format!("{field}: library"))?;
        let isa = self.words(&object, "isa", &format!("{field}: isa"))?;
        Ok(Entry {
            library: own.unwrap_or_else(|| library.to_owned()),
            isa,
            verdict: self.verdict(field, Value::Object(object))?,
        })
    }

    /// A verdict whose numbers can be shown.
    fn verdict(&self, field: &str, mut item: Value) -> Result<Verdict> {
        if let Some(Value::Array(faults)) = item.get_mut("faults") {
            faults.iter_mut().for_each(replay_by_command);
        }
        let verdict: Verdict = self.parsed(field, item)?;
        for (what, value) in [
            ("max_ulp", verdict.max_ulp),
            ("allowed_ulp", verdict.allowed_ulp),
            ("max_ratio", verdict.max_ratio),
        ] {
            if value.is_some_and(|value| value < 0.0) {
                return Err(self.fault(&format!("{field}: {what}"), "is negative"));
            }
        }
        if let Some(nanoseconds) = verdict.nanoseconds {
            self.check_positive(field, nanoseconds)?;
        }
        if verdict.function.is_empty() {
            let fault = format!("is empty in the file {}", self.name);
            return Err(self.fault(&format!("{field}: function"), fault));
        }
        Ok(verdict)
    }

    fn check_positive(&self, field: &str, nanoseconds: f64) -> Result<()> {
        if nanoseconds > 0.0 {
            return Ok(());
        }
        Err(self.fault(&format!("{field}: nanoseconds"), "is not above zero"))
    }
}

/// Puts the whole command that tries a fault again, where it is told, in place of its arguments.
fn replay_by_command(fault: &mut Value) {
    if let Some(command) = fault.get("command").filter(|c| c.is_string()).cloned() {
        fault["replay"] = command;
    }
}
