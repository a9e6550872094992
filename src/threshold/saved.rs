//! The state of an iteration, as it is kept in a folder.
//!
//! Only vectors are kept: their images are two products away. They are symmetric matrices, of which the lower
//! triangle is written.

use std::io::{Error, ErrorKind};
use std::ops::Deref;

use super::dense;
use super::keep::{Keep, State};
use super::pencil::Pencil;

/// Where an iteration stands.
pub(super) struct Saved<V> {
    /// The current matrix.
    pub here: V,
    /// The last step.
    pub last: Option<V>,
    /// The number of products so far.
    pub products: usize,
}

impl Saved<Vec<f64>> {
    /// The state that is kept for this pencil.
    pub fn load(keep: &Keep, pencil: &Pencil<'_>) -> Option<Self> {
        let (what, rank) = (pencil.name(), pencil.rank());
        let saved = keep.load(&what, |source| {
            let vectors = source.heading.vectors;
            let is_fitting = (1..=2).contains(&vectors)
                && source.heading.numbers == (vectors * triangle(rank)) as u64;
            if !is_fitting {
                return Err(Error::from(ErrorKind::InvalidData));
            }
            let mut next = || {
                let mut matrix = vec![0.0; rank * rank];
                for row in 0..rank {
                    source.numbers(&mut matrix[row * rank..][row..rank])?;
                }
                dense::mirror(&mut matrix, rank);
                Ok::<_, Error>(matrix)
            };
            let here = next()?;
            let last = (vectors == 2).then(next).transpose()?;
            Ok(Saved {
                here,
                last,
                products: source.heading.products,
            })
        })?;
        keep.note(format!(
            "{} was taken up from the folder at product {}",
            pencil.what(),
            saved.products
        ));
        Some(saved)
    }
}

impl<V: Deref<Target = [f64]>> Saved<V> {
    /// Keeps the state of this pencil.
    pub fn save(&self, keep: &Keep, pencil: &Pencil<'_>) {
        let (what, rank) = (pencil.name(), pencil.rank());
        let vectors = 1 + usize::from(self.last.is_some());
        let state = State {
            what: &what,
            products: self.products,
            vectors,
            numbers: (vectors * triangle(rank)) as u64,
        };
        keep.save(&state, |sink| {
            for matrix in [&self.here].into_iter().chain(&self.last) {
                for row in 0..rank {
                    sink.numbers(&matrix[row * rank..][row..rank])?;
                }
            }
            Ok(())
        });
    }
}

/// The number of entries of a lower triangle.
fn triangle(rank: usize) -> usize {
    rank * (rank + 1) / 2
}
