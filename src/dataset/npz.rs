//! The npz format of NumPy: a zip file of arrays. A data set consists of two of them: `x` and `y`, or
//! those that the user names ([`Arrays`]).
//!
//! `x` (n × …) holds the samples, with images as channels × rows × columns. Unsigned bytes are taken as
//! pixels and become byte / 255. Other numbers are rounded to the nearest f32, and also kept in f64 if
//! f32 does not represent them exactly ([`Exact`]). `y` holds either integers (n), which are labels from
//! 0 to c − 1, where c is the largest label plus one; or floating-point numbers (n, or n × c), which are
//! target values. Other arrays are ignored.

mod archive;
mod listing;

use std::io::{Read, Seek};
use std::path::Path;

use super::exact::{Exact, count_rounded};
use super::npy::{Array, Elements, Reach};
use super::samples::{Dataset, shade};
use super::targets::Targets;
use super::text::open;
use crate::error::{Error, Result};
pub(super) use archive::Archive;

/// Labels must be below this, so that their one-hot vectors have a sensible length.
const MOST_CLASSES: i64 = 1 << 16;

/// What to do where an array is not there.
const MEND: &str = "name two of its arrays with --inputs NAME and --targets NAME";

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
    let mut archive = Archive::open(place, source)?;
    let inputs = archive.array(arrays.inputs(), Reach::Single, MEND)?;
    let targets = archive.array(arrays.targets(), Reach::Single, MEND)?;
    of_arrays(place, inputs, targets, arrays)
}

/// The data set of two arrays, the samples and their targets. Errors name their origin as `place`, and them by the
/// names in `arrays`.
///
/// # Errors
/// Returns an error under the conditions of [`read`] that concern the contents of the two.
pub fn of_arrays(place: &str, inputs: Array, targets: Array, arrays: &Arrays) -> Result<Dataset> {
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
    let mut archive = Archive::open(&place, open(path)?)?;
    [arrays.inputs(), arrays.targets()]
        .iter()
        .try_fold(0_u64, |sum, name| {
            let header = archive.header(name, MEND)?;
            Ok(sum.saturating_add(header.size()))
        })
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
