//! The idx format of MNIST and similar data sets, with or without gzip compression.
//!
//! A file is a big-endian header (two zero bytes, the element type, the rank, one u32 per dimension),
//! followed by the elements, last dimension fastest. Only unsigned bytes (type 0x08) are supported.
//! Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

use std::ffi::{OsStr, OsString};
use std::io::{Cursor, ErrorKind, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::text::{LARGEST, open};
use super::{Dataset, Targets};
use crate::error::{Error, Result};

/// The code of the element type "unsigned byte".
const UNSIGNED_BYTE: u8 = 0x08;

/// An array of unsigned bytes of rank `RANK`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array<const RANK: usize> {
    /// The dimensions, slowest first.
    pub shape: [usize; RANK],
    /// The elements, row major; their number is the product of the dimensions.
    pub elements: Vec<u8>,
}

/// Reads an array of rank `RANK` from `source`, compressed or not; `place` names it in errors.
///
/// # Errors
/// Returns an error when the source cannot be read, is truncated, has another element type or rank, is
/// empty, has more than 235 million elements, or continues after its last element.
pub fn read<const RANK: usize>(place: &str, source: impl Read) -> Result<Array<RANK>> {
    let mut source = unpacked(place, source)?;
    let (shape, size) = read_header(place, &mut source)?;
    let elements = read_body(place, &mut source, size)?;
    Ok(Array { shape, elements })
}

/// The number of pixels that the header of a file of images, compressed or not, declares. Nothing else
/// is read.
///
/// # Errors
/// Returns an error under the conditions of [`read`] that concern the header.
pub fn elements(images: &Path) -> Result<u64> {
    let place = images.display().to_string();
    let mut source = unpacked(&place, open(images)?)?;
    read_header::<3>(&place, &mut source).map(|(_, size)| size)
}

/// Reads a data set from a file of images (rank 3: n × rows × columns) and a file of labels (rank 1).
///
/// # Errors
/// Returns an error under the conditions of [`read`]; when the two counts differ, or a label is not
/// below `classes`.
pub fn read_pair(images: &Path, labels: &Path, classes: usize) -> Result<Dataset> {
    pair(
        Named {
            place: &images.display().to_string(),
            source: open(images)?,
        },
        Named {
            place: &labels.display().to_string(),
            source: open(labels)?,
        },
        classes,
    )
}

/// The part of a file name that marks images, and the part that takes its place in the name of the
/// labels.
const NAMES: [&str; 2] = ["images-idx3-ubyte", "labels-idx1-ubyte"];

/// Whether this is the path of a file of images that [`load`] can pair with its labels.
pub fn names_images(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().contains(NAMES[0]))
}

/// Loads a data set from a file of images, whose name contains `images-idx3-ubyte`, and the file of
/// labels beside it, whose name has `labels-idx1-ubyte` instead, as MNIST and similar data sets are
/// published. The number of classes is the largest label plus one.
///
/// # Errors
/// Returns an error under the conditions of [`read_pair`].
pub fn load(images: &Path) -> Result<Dataset> {
    let named = labels_name(images.file_name().unwrap_or_default());
    let stem = named.as_bytes().strip_suffix(b".gz");
    let stem = stem.map_or(&named[..], OsStr::from_bytes);
    let folder = images.parent().unwrap_or(Path::new(""));
    let labels = find(folder, stem).unwrap_or_else(|| folder.join(&named));
    let mut data = read_pair(images, &labels, 1 + usize::from(u8::MAX))?;
    if let Targets::Labels { labels, .. } = data.targets {
        data.targets = Targets::of_labels(labels);
    }
    Ok(data)
}

/// The name of the labels that belong to images of this name; the rest of the name is kept byte by byte.
fn labels_name(images: &OsStr) -> OsString {
    let (images, [old, new]) = (images.as_bytes(), NAMES.map(str::as_bytes));
    let place = images.windows(old.len()).position(|part| part == old);
    let named = place.map(|at| [&images[..at], new, &images[at + old.len()..]].concat());
    OsString::from_vec(named.unwrap_or_else(|| images.to_vec()))
}

/// The file of that name in a folder or, if there is none, the one with `.gz` appended.
pub(super) fn find(folder: &Path, name: &OsStr) -> Option<PathBuf> {
    let mut packed = name.to_owned();
    packed.push(".gz");
    let candidates = [folder.join(name), folder.join(packed)];
    candidates.into_iter().find(|path| path.exists())
}

/// A source of bytes, with its name for errors.
pub(super) struct Named<'a, S> {
    pub place: &'a str,
    pub source: S,
}

/// [`read_pair`] for arbitrary sources.
pub(super) fn pair(
    images: Named<'_, impl Read>,
    labels: Named<'_, impl Read>,
    classes: usize,
) -> Result<Dataset> {
    let (images_place, labels_place) = (images.place, labels.place);
    let images: Array<3> = read(images_place, images.source)?;
    let labels: Array<1> = read(labels_place, labels.source)?;
    let ([n, rows, columns], [m]) = (images.shape, labels.shape);
    if n != m {
        let fault =
            format!("{m} labels for the {n} images of {images_place}; give files of one set");
        return Err(Error::input(labels_place, "count", fault));
    }
    let labels: Vec<usize> = labels.elements.into_iter().map(usize::from).collect();
    if let Some(i) = labels.iter().position(|&label| label >= classes) {
        let label = labels[i];
        let fault = format!(
            "is {label}, but the {classes} classes are 0 to {}",
            classes - 1
        );
        return Err(Error::input(labels_place, format!("label {i}"), fault));
    }
    let shape = [1, rows, columns];
    let pixels = &images.elements;
    Ok(Dataset::from_pixels(pixels, &shape, labels, classes))
}

/// The source, decompressed if it begins like a gzip file.
fn unpacked<'a>(place: &str, mut source: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
    let mut head = [0; 2];
    fill(place, "header", &mut source, &mut head)?;
    let whole = Cursor::new(head).chain(source);
    Ok(match head {
        [0x1f, 0x8b] => Box::new(MultiGzDecoder::new(whole)),
        _ => Box::new(whole),
    })
}

/// Reads the dimensions; returns them and the number of elements.
fn read_header<const RANK: usize>(
    place: &str,
    source: &mut dyn Read,
) -> Result<([usize; RANK], u64)> {
    let mut magic = [0; 4];
    fill(place, "header", source, &mut magic)?;
    check_magic::<RANK>(place, magic)?;
    let mut shape = [0; RANK];
    for dimension in &mut shape {
        let mut bytes = [0; 4];
        fill(place, "header", source, &mut bytes)?;
        *dimension = u32::from_be_bytes(bytes) as usize;
    }
    let size = check_shape(place, &shape)?;
    Ok((shape, size))
}

fn check_magic<const RANK: usize>(place: &str, magic: [u8; 4]) -> Result<()> {
    let [0, 0, element, rank] = magic else {
        let [a, b, ..] = magic;
        let fault = format!(
            "the file begins with bytes {a:#04x} {b:#04x}; an idx file begins with two zeros"
        );
        return Err(Error::input(place, "magic", fault));
    };
    if element != UNSIGNED_BYTE {
        let fault =
            format!("is {element:#04x}; only unsigned bytes, {UNSIGNED_BYTE:#04x}, are read");
        return Err(Error::input(place, "element type", fault));
    }
    if usize::from(rank) != RANK {
        let fault = format!("is {rank}, expected {RANK}; images have rank 3 and labels rank 1");
        return Err(Error::input(place, "rank", fault));
    }
    Ok(())
}

/// The number of elements of an array of this shape, if such an array may be read.
fn check_shape(place: &str, shape: &[usize]) -> Result<u64> {
    let product = |size: u64, &dimension: &usize| size.checked_mul(dimension as u64);
    let refuse = |what: &str| {
        let fault = format!("{shape:?} is {what}; check that the file is whole and is an idx file");
        Err(Error::input(place, "dimensions", fault))
    };
    match shape.iter().try_fold(1, product) {
        Some(0) => refuse("an empty array"),
        Some(size) if size <= LARGEST => Ok(size),
        _ => refuse(&format!("more than the {LARGEST} elements that are read")),
    }
}

/// Reads exactly `size` bytes and checks that the source ends there. Memory is allocated only for bytes
/// that actually arrive.
fn read_body(place: &str, source: &mut dyn Read, size: u64) -> Result<Vec<u8>> {
    let mut elements = Vec::new();
    let read = source.take(size + 1).read_to_end(&mut elements);
    read.map_err(|cause| {
        let fault = format!("cannot be read ({cause}): cut short or damaged; fetch the file again");
        Error::input(place, "body", fault)
    })?;
    match (elements.len() as u64).cmp(&size) {
        std::cmp::Ordering::Equal => Ok(elements),
        std::cmp::Ordering::Less => {
            let fault = format!(
                "ends after {} of {size} elements; the file is cut short",
                elements.len()
            );
            Err(Error::input(place, "body", fault))
        }
        std::cmp::Ordering::Greater => {
            let fault = format!("goes on after its {size} elements; remove the trailing bytes");
            Err(Error::input(place, "body", fault))
        }
    }
}

fn fill(place: &str, field: &str, source: &mut dyn Read, bytes: &mut [u8]) -> Result<()> {
    source.read_exact(bytes).map_err(|cause| {
        let fault = match cause.kind() {
            ErrorKind::UnexpectedEof => "the file is cut short; fetch it again".to_owned(),
            _ => format!("cannot be read ({cause}); fetch the file again"),
        };
        Error::input(place, field, fault)
    })
}

#[cfg(test)]
mod tests;
