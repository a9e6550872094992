//! Two classes of a set of images.

use serde::{Deserialize, Serialize};

use super::Context;
use crate::dataset::{Dataset, Selection, Split, cifar};
use crate::error::{Error, Result};
use crate::network::{Shape, channels_last};

/// A set of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Images {
    /// 28 × 28 grey images.
    FashionMnist,
    /// 32 × 32 colour images; they are not embedded.
    Cifar10,
}

/// Two classes of a set, of which the network predicts one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoClasses {
    /// The set.
    pub images: Images,
    /// The classes.
    pub classes: [usize; 2],
}

impl TwoClasses {
    /// Pullover and coat of the embedded images, which are not easily told apart.
    pub const EMBEDDED: TwoClasses = TwoClasses {
        images: Images::FashionMnist,
        classes: [2, 4],
    };

    /// The authors' classes of CIFAR-10, aeroplane and car.
    pub const PAPER: TwoClasses = TwoClasses {
        images: Images::Cifar10,
        classes: [0, 1],
    };
}

/// The images of a split, and their digest.
pub struct Loaded {
    /// The images, channels last.
    pub data: Dataset,
    /// The SHA-256 of the images as they were read ([`Dataset::digest`]).
    pub digest: String,
}

/// The SHA-256 of the first 1000 images of the classes 0 and 1 of CIFAR-10 in a copy that was once stored as JPEG.
/// Its pixels differ a little from the published ones.
const RE_ENCODED: &str = "92a0cb515ddb05badbf5bafa5896da4fd178246f17bc5f5e913d4d53e999e799";

impl TwoClasses {
    /// The first `count` images of the two classes.
    ///
    /// # Errors
    /// Returns an error if the data cannot be read or hold too few images.
    pub fn load(&self, split: Split, count: usize, context: &Context) -> Result<Loaded> {
        let selection = Selection::new(Some(&self.classes), Some(count))?;
        let mut data = match self.images {
            Images::FashionMnist => fashion_mnist(split, context)?.select("images", &selection)?,
            Images::Cifar10 => {
                let dir = context.data_dir.as_deref().ok_or_else(|| {
                    let fault = "is not embedded; give --data-dir the folder of its binary version";
                    Error::input("reproduce", "CIFAR-10", fault)
                })?;
                cifar::load(dir, split, &selection)?
            }
        };
        let digest = data.digest();
        data.inputs = channels_last(self.shape(), &data.inputs);
        Ok(Loaded { data, digest })
    }

    /// The shape of an image.
    pub fn shape(&self) -> Shape {
        match self.images {
            Images::FashionMnist => Shape::image(1, 28, 28),
            Images::Cifar10 => Shape::image(3, 32, 32),
        }
    }

    /// The set and the classes in words.
    pub fn words(&self) -> String {
        let [one, other] = self.classes;
        let name = match self.images {
            Images::FashionMnist => "Fashion-MNIST",
            Images::Cifar10 => "CIFAR-10",
        };
        format!("classes {one} and {other} of {name}")
    }
}

/// What is known of training images with this digest, to be written beside it.
pub fn provenance(digest: &str) -> &'static str {
    if digest == RE_ENCODED {
        " (a copy that was stored as JPEG: its pixels differ a little from the published ones)"
    } else {
        ""
    }
}

/// All images of a split of Fashion-MNIST that are there.
fn fashion_mnist(split: Split, context: &Context) -> Result<Dataset> {
    crate::dataset::fashion_mnist::load(context.data_dir.as_deref(), split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Isa;

    #[test]
    fn the_first_images_of_two_classes_are_those_of_the_embedded_ones() {
        let context = Context {
            isa: Isa::best(),
            data_dir: None,
        };
        let classes = |images| TwoClasses {
            images,
            classes: [2, 4],
        };
        let set = classes(Images::FashionMnist);
        let loaded = set.load(Split::Train, 50, &context).expect("images");
        assert_eq!(
            (loaded.data.samples(), loaded.data.targets.outputs()),
            (50, 2)
        );
        assert_eq!(loaded.digest, loaded.data.digest());
        assert!(
            classes(Images::Cifar10)
                .load(Split::Test, 1, &context)
                .is_err()
        );
    }
}
