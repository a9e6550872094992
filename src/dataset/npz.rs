//! The npz format of NumPy: a zip file of arrays. A data set consists of two of them: `x` and `y`, or
//! those that the user names ([`Arrays`]).
//!
//! `x` (n × …) holds the samples, with images as channels × rows × columns. Unsigned bytes are taken as
//! pixels and become byte / 255. Other numbers are rounded to the nearest f32, and also kept in f64 if
//! f32 does not represent them exactly ([`Exact`]). `y` holds either integers (n), which are labels from
//! 0 to c − 1, where c is the largest label plus one; or floating-point numbers (n, or n × c), which are
//! target values. Other arrays are ignored.

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

/// The largest number of bytes that one compressed byte can expand to: the shortest code of deflate, two
/// bits long, copies at most 258 bytes.
const MOST_PER_BYTE: u64 = 8 / 2 * 258;

/// Labels must be below this, so that their one-hot vectors have a sensible length.
const MOST_CLASSES: i64 = 1 << 16;

/// The arrays of a file that hold the samples and their targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrays {
    /// The array of the samples; `x` if `None`.
    pub inputs: Option<String>,
    /// The array of the targets; `y` if `None`.
    pub targets: Option<String>,
}

impl Arrays {
    /// Whether the user has named any of the two.
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

/// Reads a data set from an npz file.
///
/// # Errors
/// Returns an error under the conditions of [`read`].
pub fn load(path: &Path, arrays: &Arrays) -> Result<Dataset> {
    read(&path.display().to_string(), open(path)?, arrays)
}

/// Reads a data set from an npz file given as `source`; `place` names it in errors.
///
/// # Errors
/// Returns an error when the source is not a zip file or is damaged; when one of the two arrays is
/// missing, declares more bytes than its compressed data can hold, or is not supported (see
/// [`super::npy::read`]); when the two arrays differ in n; when a label is negative or not below 65,536.
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

/// The number of elements that the headers of the two arrays declare together. Nothing else is read.
///
/// # Errors
/// Returns an error under the conditions of [`read`] that concern the zip file and the headers.
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

/// Opens the array of this name and reads its header; the returned reader is at the first element.
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

/// Checks that the compressed data can hold as many bytes as they declare.
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

/// The targets in the array `y`, for n samples, and their exact values if f32 rounds some of them.
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

/// The elements in f32, with bytes as pixels, and their exact values if f32 rounds some of them.
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
