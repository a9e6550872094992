//! The data sets a user names.

use std::path::{Path, PathBuf};

use super::{Dataset, Selection, Split, cifar, fashion_mnist, idx, npz};
use crate::error::{Error, Result};

/// The data set `source`: `fashion-mnist` (from the published files in `data_dir`, or the embedded
/// part), `cifar-10` (from the binary version in `data_dir`), or the path of an npz file or of the
/// images of a pair of idx files (see [`idx::load`]). Of it the
/// first `samples` (or all) of the samples of `classes` (or of all classes), in the order of the
/// files; labels become positions in `classes`.
///
/// # Errors
/// When there is no such data set, when a file is not there or is malformed, when `classes` is no
/// choice among its classes, when there are fewer samples, or for the test part of an npz file.
pub fn load(
    source: &str,
    data_dir: Option<&Path>,
    split: Split,
    samples: Option<usize>,
    classes: Option<&[usize]>,
) -> Result<Dataset> {
    let selection = Selection::new(classes, samples)?;
    match (source, data_dir) {
        ("fashion-mnist", _) => fashion_mnist::load(data_dir, split)?.select(source, &selection),
        ("cifar-10", Some(folder)) => cifar::load(folder, split, &selection),
        ("cifar-10", None) => {
            let fault = "is missing; give the folder of the binary version of CIFAR-10";
            Err(Error::input("--data-dir", "folder", fault))
        }
        (_, None) if is_file(source) => match split {
            Split::Train => read(source)?.select(source, &selection),
            Split::Test => Err(Error::input(
                source,
                "test part",
                "a file has one part only; give the test samples in a file of their own",
            )),
        },
        (_, Some(_)) if is_file(source) => {
            let fault = format!("does not belong to the file {source}; leave it out");
            Err(Error::input("--data-dir", "folder", fault))
        }
        _ => {
            let fault = "is no data set; give fashion-mnist, cifar-10, a file that ends in .npz, or one \
                         whose name has images-idx3-ubyte";
            Err(Error::input("--data", source, fault))
        }
    }
}

/// What a file, compressed or not, says that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The file.
    pub path: PathBuf,
    /// How many numbers.
    pub count: u64,
    /// The most bytes that one takes as it is read.
    pub width: u64,
}

/// What a source promises by its headers, before the rest is unpacked; `None` for the embedded images,
/// for CIFAR-10, of which no more is kept than is asked for, and for what is no source.
///
/// # Errors
/// As [`npz::elements`] and [`idx::elements`].
pub fn contents(source: &str, data_dir: Option<&Path>) -> Result<Option<Contents>> {
    let (path, is_npz) = match (source, data_dir) {
        ("fashion-mnist", Some(folder)) => (fashion_mnist::images(folder, Split::Train)?, false),
        (_, None) if is_file(source) => (PathBuf::from(source), is_npz(source)),
        _ => return Ok(None),
    };
    let (count, width) = match is_npz {
        // As it is in the file, and in f64 selected where that is its own: what is beside is in f32.
        true => (npz::elements(&path)?, 12),
        false => (idx::elements(&path)?, 1),
    };
    Ok(Some(Contents { path, count, width }))
}

fn is_npz(source: &str) -> bool {
    source.ends_with(".npz")
}

fn read(source: &str) -> Result<Dataset> {
    let path = Path::new(source);
    match is_npz(source) {
        true => npz::load(path),
        false => idx::load(path),
    }
}

/// Is this source a file, and not the name of a data set?
pub fn is_file(source: &str) -> bool {
    is_npz(source) || idx::names_images(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expect(source: &str, data_dir: Option<&str>, split: Split, words: &[&str]) {
        let result = load(source, data_dir.map(Path::new), split, None, None);
        let message = result.unwrap_err().message;
        for word in words {
            assert!(message.contains(word), "no {word:?} in {message:?}");
        }
    }

    #[test]
    fn a_source_that_is_none_says_what_to_give() {
        use Split::{Test, Train};
        expect("mnist", None, Train, &["--data: mnist", "fashion-mnist"]);
        expect("cifar-10", None, Train, &["--data-dir", "CIFAR-10"]);
        expect("no/such.npz", None, Train, &["no/such.npz", "cannot"]);
        expect("a.npz", Some("dir"), Train, &["--data-dir", "a.npz"]);
        expect("a.npz", None, Test, &["a.npz: test part"]);
    }

    #[test]
    fn images_find_the_labels_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let images = [
            &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2][..],
            &[0, 51, 255, 102],
        ];
        std::fs::write(path("my-images-idx3-ubyte"), images.concat()).unwrap();
        let source = path("my-images-idx3-ubyte").display().to_string();
        expect(&source, None, Split::Train, &["my-labels-idx1-ubyte"]);
        std::fs::write(path("my-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 2, 2, 0]).unwrap();
        let data = load(&source, None, Split::Train, None, None).unwrap();
        assert_eq!(
            (&data.shape[..], data.inputs),
            (&[1, 1, 2][..], vec![0.0, 0.2, 1.0, 0.4])
        );
        assert_eq!(data.targets.rows(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        expect(
            &source,
            Some("dir"),
            Split::Train,
            &["--data-dir", "my-images"],
        );
        // One compressed, the other not.
        let packed = std::fs::File::create(path("my-images-idx3-ubyte.gz")).unwrap();
        let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &images.concat()).unwrap();
        packed.finish().unwrap();
        let mixed = load(&format!("{source}.gz"), None, Split::Train, None, None).unwrap();
        assert_eq!(
            mixed.digest(),
            load(&source, None, Split::Train, None, None)
                .unwrap()
                .digest()
        );
        expect(&source, None, Split::Test, &["test part"]);
        let contents = contents(&source, None).unwrap().unwrap();
        assert_eq!((contents.count, contents.width), (4, 1));
    }

    #[test]
    fn classes_of_the_embedded_images_are_chosen_and_cut() {
        let data = load("fashion-mnist", None, Split::Train, Some(50), Some(&[9, 0])).unwrap();
        let whole = fashion_mnist::load(None, Split::Train).unwrap();
        let labels = whole.targets.rows();
        let rows = labels.chunks(10).zip(whole.inputs.chunks(784));
        let wanted = rows.filter(|(target, _)| target[0] + target[9] == 1.0);
        let wanted: Vec<_> = wanted.take(50).collect();
        let inputs: Vec<&[f32]> = wanted.iter().map(|(_, row)| *row).collect();
        assert_eq!(data.inputs, inputs.concat());
        let targets: Vec<_> = wanted.iter().flat_map(|(t, _)| [t[9], t[0]]).collect();
        assert_eq!(data.targets.rows(), targets);
        assert_eq!(data.shape, [1, 28, 28]);
    }
}
