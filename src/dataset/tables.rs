//! Models of `decide` in files of arrays: npy, npz and CSV, besides JSON.
//!
//! Floating-point numbers are taken as the rationals that they are, the decimals and fractions of a CSV file
//! as they are written. What an array is must be said: by its name in an npz file (`inputs`, `hessians`,
//! `jacobians`), or by the user ([`Told`]). Which format a file has is seen from its contents; text is CSV if
//! its name ends in `.csv` or the user says what its numbers are, and JSON otherwise.

mod count;
mod csv;

use std::io::Cursor;
use std::path::Path;

use super::npy::{Array, Elements, Header, Reach};
use super::npz::Archive;
use crate::error::{Error, Result};
use crate::model::{Legend, Meaning, Model, Table};
use crate::number::Exact;
use crate::read;
use count::check_count;

/// What the user says of a file of arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// What the array is; by its name if `None`.
    pub meaning: Option<Meaning>,
    /// The name of the array in an npz file; that of its meaning if `None`.
    pub array: Option<String>,
    /// The number of rows of each Jacobian, where the array has two dimensions.
    pub outputs: Option<usize>,
    /// The curvature of the loss in each output of a model of Jacobians.
    pub factor: Option<Exact>,
}

/// Reads a model from a file: JSON, npy, npz or CSV.
///
/// # Errors
/// When the file cannot be read, is damaged or is no model; when it is not said what an array is; when what is
/// said does not belong to the file.
pub fn read(path: &Path, told: &Told) -> Result<Model> {
    parse(&path.display().to_string(), read::bytes(path)?, told)
}

/// Reads a model from the bytes of a file; `place` is its name, for errors and for its ending.
///
/// # Errors
/// The errors of [`read()`], but for those of the file system.
pub fn parse(place: &str, bytes: Vec<u8>, told: &Told) -> Result<Model> {
    match Format::of(place, &bytes, told) {
        Format::Json => {
            told.check_json(place)?;
            Model::parse(place, &read::utf8(place, bytes)?)
        }
        Format::Npy => {
            let legend = told.legend(place)?;
            npy(place, &bytes)?.model(place, &legend)
        }
        Format::Npz => npz(place, &bytes, told),
        Format::Csv => {
            let legend = told.legend(place)?;
            csv::read(place, &read::utf8(place, bytes)?)?.model(place, &legend)
        }
    }
}

enum Format {
    Json,
    Npy,
    Npz,
    Csv,
}

impl Format {
    fn of(place: &str, bytes: &[u8], told: &Told) -> Self {
        let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let ends = |ending| place.ends_with(ending);
        if bytes.starts_with(b"\x93NUMPY") || ends(".npy") {
            Format::Npy
        } else if bytes.starts_with(b"PK") || ends(".npz") {
            Format::Npz
        } else if ends(".csv") || (told.meaning.is_some() && begins != Some(&b'{')) {
            Format::Csv
        } else {
            Format::Json
        }
    }
}

impl Told {
    /// Checks that nothing is said of a JSON file, which says everything itself.
    fn check_json(&self, place: &str) -> Result<()> {
        let outputs = self.outputs.map(|outputs| outputs.to_string());
        let flags = [
            ("--as", self.meaning.map(|meaning| meaning.to_string())),
            ("--array", self.array.clone()),
            ("--outputs", outputs),
            ("--factor", self.factor.as_ref().map(Exact::to_string)),
        ];
        let said = flags
            .into_iter()
            .find_map(|(flag, value)| Some((flag, value?)));
        let Some((flag, value)) = said else {
            return Ok(());
        };
        let fault = format!(
            "is of files of arrays, and {place} is JSON, which says it itself; leave it out"
        );
        Err(Error::input(flag, value, fault))
    }

    /// What is said of the only array of a file.
    fn legend(&self, place: &str) -> Result<Legend> {
        if let Some(array) = &self.array {
            let fault = format!("names an array of an npz file, and {place} is none; leave it out");
            return Err(Error::input("--array", array, fault));
        }
        match self.meaning {
            Some(meaning) => Ok(self.with(meaning)),
            None => Err(unsaid(place, "the file does not say what its numbers are")),
        }
    }

    fn with(&self, meaning: Meaning) -> Legend {
        Legend {
            meaning,
            outputs: self.outputs,
            factor: self.factor.clone(),
        }
    }
}

/// The error for an array of which it is not known what it is.
fn unsaid(place: &str, why: &str) -> Error {
    let fault = format!(
        "{why}; give --as inputs (n × d, of linear regression), --as hessians (n × d × d) or --as jacobians \
         (n × c × d)"
    );
    Error::input(place, "array", fault)
}

fn npy(place: &str, mut bytes: &[u8]) -> Result<Table> {
    let header = Header::read(place, &mut bytes)?;
    check_count(place, header.size())?;
    header
        .read_body(place, &mut bytes, Reach::Double)
        .map(table)
}

/// The model in an npz file: the array that the user names, or the one whose name says what it is.
fn npz(place: &str, bytes: &[u8], told: &Told) -> Result<Model> {
    let mut archive = Archive::open(place, Cursor::new(bytes))?;
    let own = |name: &String| name.parse::<Meaning>().ok();
    let meaning = match told.meaning.or(told.array.as_ref().and_then(own)) {
        Some(meaning) => meaning,
        None if told.array.is_some() => {
            return Err(unsaid(
                place,
                "the name of the array does not say what it is",
            ));
        }
        None => by_name(place, &mut archive)?,
    };
    if archive.has("factor") {
        let fault = "is no number that is taken from the file, since 2/3 is no float; give --factor 2/3, and \
                     leave the array out";
        return Err(Error::input(place, "factor", fault));
    }
    let name = told.array.as_deref().unwrap_or(meaning.name());
    let mend = "name one of them with --array NAME, and say with --as what it is";
    check_count(
        &format!("{place}: {name}"),
        archive.header(name, mend)?.size(),
    )?;
    let array = archive.array(name, Reach::Double, mend)?;
    table(array).model(place, &told.with(meaning))
}

/// The meaning of the only array of an npz file whose name says it.
fn by_name(place: &str, archive: &mut Archive<'_, Cursor<&[u8]>>) -> Result<Meaning> {
    let there: Vec<Meaning> = Meaning::ALL
        .into_iter()
        .filter(|meaning| archive.has(meaning.name()))
        .collect();
    match there[..] {
        [meaning] => Ok(meaning),
        [] => {
            let fault = format!(
                "none is called inputs, hessians or jacobians; the file has {}: give --array NAME, and say with \
                 --as what it is",
                archive.listing()
            );
            Err(Error::input(place, "array", fault))
        }
        [one, other, ..] => {
            let fault = format!("there are {one} and {other}; say with --as which is meant");
            Err(Error::input(place, "array", fault))
        }
    }
}

/// The numbers of an array of NumPy, exactly.
fn table(array: Array) -> Table {
    let float =
        |number: f64| Exact::from_f64(number).expect("the reader refuses what is not finite");
    let numbers = match array.elements {
        Elements::Bytes(bytes) => bytes
            .into_iter()
            .map(|byte| i64::from(byte).into())
            .collect(),
        Elements::Whole(numbers) => numbers.into_iter().map(Exact::from).collect(),
        Elements::Real(numbers) => numbers
            .into_iter()
            .map(|number| float(number.into()))
            .collect(),
        Elements::Double(numbers) => numbers.into_iter().map(float).collect(),
    };
    Table::new(array.shape, numbers)
}

#[cfg(test)]
mod tests;
