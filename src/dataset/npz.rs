//! The npz format of NumPy: a zip file of arrays. A data set has two: `x` and `y`, or those that the
//! user names ([`Arrays`]).
//!
//! `x` (n × …) holds the samples, images as channels × rows × columns. Unsigned bytes are taken for
//! pixels and become byte / 255; other numbers are taken as they are, rounded to the nearest f32, and kept
//! in f64 as well where f32 does not hold them ([`Exact`]).
//! `y` holds whole numbers (n): the labels 0 to c − 1, where c is the largest plus one; or
//! floating-point numbers (n, or n × c): target values. Other arrays are not looked at.

mod listing;

use std::io::{Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::exact::{Exact, count_rounded};
use super::npy::{Array, Elements, Header};
use super::samples::{Dataset, shade};
use super::targets::Targets;
use super::text::open;
use crate::error::{Error, Result};

/// The most bytes that one compressed byte can stand for: the shortest code of deflate, two bits,
/// copies 258 bytes at most.
const MOST_PER_BYTE: u64 = 8 / 2 * 258;

/// Labels are below this, so that their unit vectors have a sensible length.
const MOST_CLASSES: i64 = 1 << 16;

/// Which arrays of a file are the samples and their targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrays {
    /// The array of the samples; `x` when it is not named.
    pub inputs: Option<String>,
    /// The array of the targets; `y` when it is not named.
    pub targets: Option<String>,
}

impl Arrays {
    /// Is any named?
    pub fn are_named(&self) -> bool {
        self.inputs.is_some() || self.targets.is_some()
    }

    fn inputs(&self) -> &str {
        self.inputs.as_deref().unwrap_or("x")
    }

    fn targets(&self) -> &str {
        self.targets.as_deref().unwrap_or("y")
    }
}

/// Reads the data set of an npz file.
///
/// # Errors
/// As [`read`].
pub fn load(path: &Path, arrays: &Arrays) -> Result<Dataset> {
    read(&path.display().to_string(), open(path)?, arrays)
}

/// Reads the data set of the npz file that `source` holds; `place` names it in errors.
///
/// # Errors
/// When the source is no zip file or is damaged; when one of the two arrays is missing, promises more than
/// its compressed bytes can hold, or is none of the arrays that are read (see [`super::npy::read`]); when
/// the two differ in n; when a label is negative or not below 65,536.
pub fn read(place: &str, source: impl Read + Seek, arrays: &Arrays) -> Result<Dataset> {
    let mut archive = archive(place, source)?;
    let inputs = array(place, &mut archive, arrays.inputs())?;
    let targets = array(place, &mut archive, arrays.targets())?;
    let (n, shape) = match inputs.shape.split_first() {
        Some((&n, shape)) => (n, shape.to_vec()),
        None => {
            let fault = "is one number; it must be n × …, a row for each sample";
            let field = format!("{}: shape", arrays.inputs());
            return Err(Error::input(place, field, fault));
        }
    };
    let (narrow, exact_inputs) = rounded(inputs.elements);
    let (targets, exact_targets) = targets_of(place, n, targets, arrays)?;
    Ok(Dataset {
        inputs: narrow,
        shape,
        targets,
        exact: Exact {
            inputs: exact_inputs,
            targets: exact_targets,
        },
    })
}

/// How many elements the two arrays of an npz file have together, by their headers: nothing else is read.
///
/// # Errors
/// As [`read`], for the zip file and the headers.
pub fn elements(path: &Path, arrays: &Arrays) -> Result<u64> {
    let place = path.display().to_string();
    let mut archive = archive(&place, open(path)?)?;
    [arrays.inputs(), arrays.targets()]
        .iter()
        .try_fold(0_u64, |sum, name| {
            let (_, header) = begin(&place, &mut archive, name)?;
            Ok(sum.saturating_add(header.size()))
        })
}

/// Opens a zip file.
fn archive<S: Read + Seek>(place: &str, source: S) -> Result<ZipArchive<S>> {
    let refuse = |fault: String| Error::input(place, "zip file", fault);
    let archive = ZipArchive::new(source)
        .map_err(|cause| refuse(format!("{cause}; write it with numpy.savez")))?;
    if archive.has_duplicate_names() {
        return Err(refuse(
            "names an array twice; write it with numpy.savez".to_owned(),
        ));
    }
    Ok(archive)
}

/// Reads the array of this name.
fn array(place: &str, archive: &mut ZipArchive<impl Read + Seek>, name: &str) -> Result<Array> {
    let (mut file, header) = begin(place, archive, name)?;
    header.read_body(&format!("{place}: {name}"), &mut file)
}

/// The array of this name behind its header.
fn begin<'a, S: Read + Seek>(
    place: &str,
    archive: &'a mut ZipArchive<S>,
    name: &str,
) -> Result<(ZipFile<'a, S>, Header)> {
    let Some(index) = archive.index_for_name(&format!("{name}.npy")) else {
        let fault = format!(
            "is not there; the file has {}: name two of its arrays with --inputs NAME and --targets NAME",
            listing::of(archive)
        );
        return Err(Error::input(place, name, fault));
    };
    let mut file = archive.by_index(index).map_err(|cause| {
        let fault = format!("cannot be read ({cause}); write the file with numpy.savez");
        Error::input(place, name, fault)
    })?;
    let place = format!("{place}: {name}");
    check_size(&place, &file)?;
    let header = Header::read(&place, &mut file)?;
    if header.bytes() > file.size() {
        let fault = format!(
            "promises {} bytes of elements, but the whole array has {}; the file is damaged",
            header.bytes(),
            file.size()
        );
        return Err(Error::input(place, "header", fault));
    }
    Ok((file, header))
}

/// Can the compressed bytes hold what they promise?
fn check_size(place: &str, file: &ZipFile<'_, impl Read>) -> Result<()> {
    let (size, compressed) = (file.size(), file.compressed_size());
    if size <= compressed.saturating_mul(MOST_PER_BYTE) {
        return Ok(());
    }
    let fault = format!(
        "promises {size} bytes, which its {compressed} compressed bytes cannot hold; the file is \
         damaged or a trap"
    );
    Err(Error::input(place, "size", fault))
}

/// The targets that the array `y` says, for n samples, and their values where f32 has rounded them.
fn targets_of(
    place: &str,
    n: usize,
    y: Array,
    arrays: &Arrays,
) -> Result<(Targets, Option<Vec<f64>>)> {
    let (shape, inputs, name) = (y.shape, arrays.inputs(), arrays.targets());
    let refuse = |fault: &str| {
        let fault = format!("{shape:?} does not fit the {n} samples of {inputs}; {fault}");
        Err(Error::input(place, format!("{name}: shape"), fault))
    };
    let outputs = match *shape {
        [m] if m == n => 1,
        [m, outputs] if m == n => outputs,
        _ => return refuse("targets have one row for each sample: n labels, or n × c numbers"),
    };
    match y.elements {
        elements @ (Elements::Real(_) | Elements::Double(_)) => {
            let (values, exact) = rounded(elements);
            Ok((Targets::Values { values, outputs }, exact))
        }
        _ if outputs != 1 => refuse(
            "whole numbers are labels, one a sample; make target values, rows of 0 and 1 as well, float32",
        ),
        Elements::Bytes(labels) => labelled(place, name, labels.into_iter().map(i64::from)),
        Elements::Whole(labels) => labelled(place, name, labels.into_iter()),
    }
}

fn labelled(
    place: &str,
    name: &str,
    numbers: impl Iterator<Item = i64>,
) -> Result<(Targets, Option<Vec<f64>>)> {
    let label = |(i, number): (usize, i64)| match number {
        0..MOST_CLASSES => Ok(number as usize),
        _ => {
            let fault = format!(
                "the label of sample {i} is {number}, and labels are 0 to {}: number the classes from 0, or \
                 make y float32 if it is no class, such as the values -1 and 1",
                MOST_CLASSES - 1
            );
            Err(Error::input(place, name, fault))
        }
    };
    let labels = numbers.enumerate().map(label).collect::<Result<_>>()?;
    Ok((Targets::of_labels(labels), None))
}

/// The elements of an array in f32, bytes as shades, and as they are where f32 does not hold them all.
fn rounded(elements: Elements) -> (Vec<f32>, Option<Vec<f64>>) {
    let exact: Vec<f64> = match elements {
        Elements::Bytes(pixels) => return (pixels.into_iter().map(shade).collect(), None),
        Elements::Real(numbers) => return (numbers, None),
        Elements::Whole(numbers) => numbers.into_iter().map(|number| number as f64).collect(),
        Elements::Double(numbers) => numbers,
    };
    let narrow: Vec<f32> = exact.iter().map(|&number| number as f32).collect();
    let is_rounded = count_rounded(&narrow, &exact) > 0;
    (narrow, is_rounded.then_some(exact))
}

#[cfg(test)]
mod tests;
