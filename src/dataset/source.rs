//! The data sets that a user can name.

use std::path::{Path, PathBuf};

use super::npz::Arrays;
use super::{Dataset, Selection, Split, cifar, fashion_mnist, idx, npz};
use crate::error::{Error, Result};

/// A data set as named by the user: `fashion-mnist`, `cifar-10`, or the path of an npz file or of the
/// images in a pair of idx files (see [`idx::load`]).
#[derive(Clone, Debug)]
pub struct Source {
    /// The name or the path.
    pub name: PathBuf,
    /// The folder with the files of a named data set.
    pub folder: Option<PathBuf>,
    /// The arrays to take from an npz file.
    pub arrays: Arrays,
}

/// The kind of a source, judged by its name.
enum Kind {
    FashionMnist,
    Cifar,
    Npz,
    Idx,
}

impl Source {
    /// The source of this name, without a folder and with the default arrays.
    pub fn named(name: impl Into<PathBuf>) -> Self {
        Source {
            name: name.into(),
            folder: None,
            arrays: Arrays::default(),
        }
    }

    /// Whether this is a file rather than the name of a data set.
    pub fn is_file(&self) -> bool {
        matches!(self.kind(), Some(Kind::Npz | Kind::Idx))
    }

    fn kind(&self) -> Option<Kind> {
        if self.name == Path::new("fashion-mnist") {
            Some(Kind::FashionMnist)
        } else if self.name == Path::new("cifar-10") {
            Some(Kind::Cifar)
        } else if self.name.as_os_str().as_encoded_bytes().ends_with(b".npz") {
            Some(Kind::Npz)
        } else {
            idx::names_images(&self.name).then_some(Kind::Idx)
        }
    }

    /// The kind of the source; an error if it has options that do not apply to this kind.
    fn check(&self) -> Result<Kind> {
        let name = self.name.display();
        let Some(kind) = self.kind() else {
            let mend = if self.name.is_dir() {
                "is a folder; name the data set here, and its folder with --data-dir"
            } else if self.name.extension().is_some_and(|ending| ending == "npy") {
                "is one array; give samples and targets in one file: numpy.savez(\"data.npz\", x=x, y=y)"
            } else {
                "is no data set; give fashion-mnist, cifar-10, a file that ends in .npz \
                 (numpy.savez), or one whose name has images-idx3-ubyte"
            };
            return Err(Error::input("--data", name, mend));
        };
        if self.is_file() && self.folder.is_some() {
            let fault = format!("does not belong to the file {name}; leave it out");
            return Err(Error::input("--data-dir", "folder", fault));
        }
        if self.arrays.are_named() && !matches!(kind, Kind::Npz) {
            let fault = format!("name arrays of an npz file, and {name} is none; leave them out");
            return Err(Error::input("--inputs, --targets", "name", fault));
        }
        Ok(kind)
    }
}

/// Loads the data that a source names. fashion-mnist is read from the published files in its folder, or
/// is the embedded subset without one; cifar-10 is read from the binary version in its folder. The first
/// `samples` samples (or all) of the given `classes` (or of all classes) are taken, in the order of the
/// files; labels become positions in `classes`.
///
/// # Errors
/// Returns an error when there is no such data set; when a file is missing or malformed; when `classes`
/// is not a valid choice among its classes; when there are too few samples; when the test split of an
/// npz file is requested.
pub fn load(
    source: &Source,
    split: Split,
    samples: Option<usize>,
    classes: Option<&[usize]>,
) -> Result<Dataset> {
    let selection = Selection::new(classes, samples)?;
    let (name, folder) = (source.name.display().to_string(), source.folder.as_deref());
    let kind = source.check()?;
    if source.is_file() && split == Split::Test {
        let fault = "a file has one part only; give the test samples in a file of their own";
        return Err(Error::input(name, "test part", fault));
    }
    match kind {
        Kind::FashionMnist => fashion_mnist::load(folder, split)?.select(&name, &selection),
        Kind::Cifar => match folder {
            Some(folder) => cifar::load(folder, split, &selection),
            None => {
                let fault = "is missing; give the folder of the binary version of CIFAR-10";
                Err(Error::input("--data-dir", "folder", fault))
            }
        },
        Kind::Npz => npz::load(&source.name, &source.arrays)?.select(&name, &selection),
        Kind::Idx => idx::load(&source.name)?.select(&name, &selection),
    }
}

/// The size of a file's contents, compressed or not, according to its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The path of the file.
    pub path: PathBuf,
    /// How many numbers the file contains.
    pub count: u64,
    /// The largest memory that reading takes per number, in bytes.
    pub width: u64,
}

/// What the headers of a source declare, before anything else is unpacked. `None` for the embedded
/// images and for CIFAR-10, of which only the requested images are kept in memory.
///
/// # Errors
/// Returns an error when there is no such source; under the conditions of [`npz::elements`] and
/// [`idx::elements`].
pub fn contents(source: &Source) -> Result<Option<Contents>> {
    let images = |path: PathBuf| idx::elements(&path).map(|count| (path, count, 1));
    let (path, count, width) = match (source.check()?, &source.folder) {
        (Kind::FashionMnist, Some(folder)) => images(fashion_mnist::images(folder, Split::Train)?)?,
        (Kind::FashionMnist, None) | (Kind::Cifar, _) => return Ok(None),
        (Kind::Npz, _) => {
            let path = source.name.clone();
            let count = npz::elements(&path, &source.arrays)?;
            // The number as it is in the file and, for an f64 array, once more as a selected f64. All
            // other copies are in f32.
            (path, count, 12)
        }
        (Kind::Idx, _) => images(source.name.clone())?,
    };
    Ok(Some(Contents { path, count, width }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, folder: Option<&str>) -> Source {
        Source {
            folder: folder.map(PathBuf::from),
            ..Source::named(name)
        }
    }

    fn all(name: &str) -> Dataset {
        load(&Source::named(name), Split::Train, None, None).unwrap()
    }

    #[track_caller]
    fn expect(source: &str, data_dir: Option<&str>, split: Split, words: &[&str]) {
        let result = load(&named(source, data_dir), split, None, None);
        crate::error::expect(result, words);
    }

    #[test]
    fn a_source_that_is_none_says_what_to_give() {
        use Split::{Test, Train};
        expect("mnist", None, Train, &["--data: mnist", "fashion-mnist"]);
        expect("x.npy", None, Train, &["--data: x.npy", "numpy.savez"]);
        expect(".", None, Train, &["--data: .: is a folder", "--data-dir"]);
        expect("cifar-10", None, Train, &["--data-dir", "CIFAR-10"]);
        expect("no/such.npz", None, Train, &["no/such.npz", "cannot"]);
        expect("a.npz", Some("dir"), Train, &["--data-dir", "a.npz"]);
        expect("a.npz", None, Test, &["a.npz: test part"]);
        let mut images = Source::named("fashion-mnist");
        images.arrays.targets = Some("labels".to_owned());
        let message = load(&images, Train, None, None).unwrap_err().message;
        assert!(message.starts_with("--inputs, --targets: "), "{message}");
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
        let data = all(&source);
        assert_eq!(
            (&data.shape[..], data.inputs.clone()),
            (&[1, 1, 2][..], vec![0.0, 0.2, 1.0, 0.4])
        );
        assert_eq!(data.targets.rows(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        expect(
            &source,
            Some("dir"),
            Split::Train,
            &["--data-dir", "my-images"],
        );
        // One file is compressed, the other is not.
        let packed = std::fs::File::create(path("my-images-idx3-ubyte.gz")).unwrap();
        let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, &images.concat()).unwrap();
        packed.finish().unwrap();
        assert_eq!(all(&format!("{source}.gz")).digest(), data.digest());
        expect(&source, None, Split::Test, &["test part"]);
        let contents = contents(&Source::named(&source)).unwrap().unwrap();
        assert_eq!((contents.count, contents.width), (4, 1));
    }

    #[test]
    fn classes_of_the_embedded_images_are_chosen_and_cut() {
        let source = Source::named("fashion-mnist");
        let data = load(&source, Split::Train, Some(50), Some(&[9, 0])).unwrap();
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
