//! A Krylov space that grows product by product, with the matrix projected onto it.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::kernel::{self, Isa};
use crate::work;

use super::basis::Basis;

/// An approximate eigenvalue with its vector.
#[derive(Clone, Debug)]
pub struct Ritz {
    /// The Ritz value θ.
    pub value: f64,
    /// `‖Ax − θx‖` for the unit Ritz vector `x`. Some eigenvalue lies within this distance of θ, up to
    /// the rounding of f32 products (about 10⁻⁶ of the largest absolute eigenvalue).
    pub residual: f64,
    /// The estimated distance between θ and its eigenvalue: the smaller of the residual and
    /// `residual²/gap` (Kato and Temple), where the gap to the rest of the spectrum is estimated from
    /// the Ritz values.
    pub error: f64,
    /// The unit Ritz vector `x`.
    pub vector: Vec<f32>,
}

/// The share of the second Ritz vector in [`Space::ahead`].
const SECOND: f64 = 0.3;

/// The rounding error of f32 products, relative to the largest absolute eigenvalue. A coupling below it
/// means that the Krylov space is complete: further products would add nothing but rounding errors.
const ROUNDING: f64 = 1e-5;

/// The eigenvalues of the tridiagonal matrix in ascending order, with its unit eigenvectors as columns.
#[derive(Clone, Debug)]
pub(super) struct Projected {
    pub values: Vec<f64>,
    pub vectors: DMatrix<f64>,
    /// The coupling to the vector that would extend the space next.
    beside: f64,
}

/// One end of the sorted Ritz values.
#[derive(Clone, Copy)]
pub(super) struct End {
    /// The index of the end.
    pub place: usize,
    /// The index of the neighbouring value.
    pub next: Option<usize>,
}

impl Projected {
    fn new(diagonal: &[f64], beside: &[f64]) -> Self {
        let size = diagonal.len();
        let eigen = SymmetricEigen::new(DMatrix::from_fn(size, size, |i, j| match i.abs_diff(j) {
            0 => diagonal[i],
            1 => beside[i.min(j)],
            _ => 0.0,
        }));
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        Projected {
            values: order.iter().map(|&i| eigen.eigenvalues[i]).collect(),
            vectors: eigen.eigenvectors.select_columns(&order),
            beside: beside[size - 1],
        }
    }

    /// The residual of Ritz value `i`, as the recurrence implies it.
    pub fn residual(&self, i: usize) -> f64 {
        self.beside * self.vectors[(self.values.len() - 1, i)].abs()
    }

    /// The largest absolute Ritz value.
    pub fn scale(&self) -> f64 {
        self.values[0]
            .abs()
            .max(self.values[self.values.len() - 1].abs())
    }

    /// Whether the Krylov space is complete; `scale` is the largest absolute eigenvalue.
    pub fn is_whole(&self, scale: f64) -> bool {
        self.beside <= ROUNDING * scale
    }

    /// The estimated error of an end with this residual ([`Ritz::error`]).
    pub fn error(&self, end: End, residual: f64) -> f64 {
        let gap = end.next.map_or(0.0, |next| {
            (self.values[end.place] - self.values[next]).abs() - self.residual(next)
        });
        if gap > residual {
            residual * residual / gap
        } else {
            residual
        }
    }

    /// The value at this place of the sorted ones, beside its nearer neighbour.
    pub fn at(&self, place: usize) -> End {
        let distance = |other: &usize| (self.values[*other] - self.values[place]).abs();
        let below = place.checked_sub(1);
        let above = (place + 1 < self.values.len()).then_some(place + 1);
        let nearer = below.into_iter().chain(above);
        End {
            place,
            next: nearer.min_by(|a, b| distance(a).total_cmp(&distance(b))),
        }
    }

    pub fn largest(&self) -> End {
        self.at(self.values.len() - 1)
    }

    pub fn smallest(&self) -> End {
        self.at(0)
    }
}

/// A product with the symmetric matrix A: `(v, out) → out ← A v`.
pub(super) type Product<'p> = &'p mut dyn FnMut(&[f32], &mut [f32]);

/// A Krylov space of at least one product. It can grow further for each number that is asked of the matrix.
#[derive(Clone, Debug)]
pub(super) struct Space {
    isa: Isa,
    basis: Basis,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
    projected: Projected,
    /// The last product without its part in the space: the direction in which the space grows next.
    rest: Vec<f32>,
    is_done: bool,
    /// How many of its products have been counted.
    counted: usize,
}

impl Space {
    /// The space of one product; `None` when it is not finite.
    ///
    /// # Panics
    /// When `start` is empty.
    pub fn begin(isa: Isa, start: Vec<f32>, product: Product<'_>) -> Option<Self> {
        assert!(
            !start.is_empty(),
            "a matrix of dimension 0 has no eigenvalue"
        );
        let mut rest = vec![0.0; start.len()];
        let basis = Basis::new(isa, start);
        let (overlap, length) = multiply(&basis, &mut rest, product)?;
        let (diagonal, beside) = (vec![overlap], vec![length]);
        Some(Space {
            isa,
            projected: Projected::new(&diagonal, &beside),
            basis,
            diagonal,
            beside,
            rest,
            is_done: false,
            counted: 0,
        })
    }

    /// The number of products that span the space.
    pub fn products(&self) -> usize {
        self.diagonal.len()
    }

    /// The number of products since they were last counted.
    pub fn count(&mut self) -> usize {
        let new = self.products() - self.counted;
        self.counted = self.products();
        new
    }

    /// The matrix projected onto the space.
    pub fn projected(&self) -> &Projected {
        &self.projected
    }

    /// Whether the space last grew until it met its condition.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Grows until `is_done` returns true, the space has `limit` products, or the work has to end
    /// ([`work::is_over`]); `None` when a product is not finite.
    pub fn grow(
        &mut self,
        limit: usize,
        product: Product<'_>,
        is_done: impl Fn(&Projected) -> bool,
    ) -> Option<()> {
        let limit = limit.min(self.rest.len());
        loop {
            work::progress(self.products(), limit);
            self.is_done = is_done(&self.projected);
            if self.is_done || self.products() >= limit || work::is_over() {
                return Some(());
            }
            self.basis.push(&self.rest, self.projected.beside);
            let (overlap, length) = multiply(&self.basis, &mut self.rest, product)?;
            self.diagonal.push(overlap);
            self.beside.push(length);
            self.projected = Projected::new(&self.diagonal, &self.beside);
        }
    }

    /// The Ritz vector of one end, with its Rayleigh quotient and residual measured by an extra product;
    /// `None` when they are not finite.
    pub fn measured(&self, end: End, product: Product<'_>) -> Option<Ritz> {
        let isa = self.isa;
        let vector = self.vector(end);
        let mut image = vec![0.0; vector.len()];
        product(&vector, &mut image);
        let value =
            kernel::dot_wide(isa, &vector, &image) / kernel::dot_wide(isa, &vector, &vector);
        kernel::axpy(isa, -value as f32, &vector, &mut image);
        let residual = kernel::dot_wide(isa, &image, &image).sqrt();
        let is_finite = value.is_finite() && residual.is_finite();
        is_finite.then(|| Ritz {
            value,
            residual,
            error: self.projected.error(end, residual),
            vector,
        })
    }

    /// The Ritz vector of one end, with the value and the residual that the recurrence implies.
    pub fn implied(&self, end: End) -> Ritz {
        let residual = self.projected.residual(end.place);
        Ritz {
            value: self.projected.values[end.place],
            residual,
            error: self.projected.error(end, residual),
            vector: self.vector(end),
        }
    }

    /// The unit vector along that of the largest Ritz value plus [`SECOND`] times that of the second.
    pub fn ahead(&self) -> Vec<f32> {
        let (vectors, largest) = (&self.projected.vectors, self.products() - 1);
        let mut weights = vectors.column(largest).into_owned();
        if let Some(second) = largest.checked_sub(1) {
            weights += vectors.column(second) * SECOND;
        }
        self.basis.combine(weights.as_slice())
    }

    fn vector(&self, end: End) -> Vec<f32> {
        let weights = self.projected.vectors.column(end.place);
        self.basis.combine(weights.as_slice())
    }
}

/// `image ← A v` for the last vector v of the basis, without its part in the basis. Returns its overlap with v and
/// the length of what is left.
fn multiply(basis: &Basis, image: &mut [f32], product: Product<'_>) -> Option<(f64, f64)> {
    product(basis.last(), image);
    let (overlap, length) = basis.orthogonalise(image);
    (overlap.is_finite() && length.is_finite()).then_some((overlap, length))
}
