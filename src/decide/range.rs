//! The range of `H`, with a basis over ℚ. SGD does not move on the kernel of `H`, so every question is
//! restricted to the range, which is small in over-parameterised models.

use crate::matrix::{Fractions, fraction_free};
use crate::model::Samples;

/// A basis `u_1 … u_r` of the range of `H`: inputs, rows of `H`, or the standard basis when `r = d`.
/// Held matrices have `m` rows ([`Samples::size`]).
#[derive(Clone, Debug)]
pub(super) struct HessianRange {
    rank: usize,
    /// The basis as held rows, r × m; `None` for the identity.
    basis: Option<Fractions>,
    /// The functionals `⟨u_a, ·⟩` as rows (r × m): the basis itself, or in the Gram view its rows of
    /// `K`; `None` for the identity.
    values: Option<Fractions>,
    /// Is every held matrix supported on the range?
    holds_only_range: bool,
}

impl HessianRange {
    pub(super) fn of(samples: &Samples) -> Self {
        let rows = samples.spanning_rows();
        let chosen = fraction_free::independent_rows(rows);
        let (rank, size) = (chosen.len(), samples.size());
        let everything = rank == size;
        // The common denominator scales all rows alike and does not change their span.
        let whole_rows = || {
            let entry = |i: usize, j: usize| rows.numerator(chosen[i], j).clone();
            Fractions::from_fn(rank, size, entry)
        };
        let gram = samples.gram_matrix();
        let (basis, values) = match gram {
            Some(gram) => (
                Fractions::identity(size).select_rows(&chosen),
                gram.select_rows(&chosen),
            ),
            None => (whole_rows(), whole_rows()),
        };
        HessianRange {
            rank,
            basis: (!everything).then_some(basis),
            values: (gram.is_some() || !everything).then_some(values),
            holds_only_range: gram.is_some() || everything,
        }
    }

    /// The rank `r` of `H`.
    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    /// Does a held symmetric matrix vanish on the kernel of `H`?
    pub(super) fn carries(&self, x: &Fractions) -> bool {
        match &self.basis {
            Some(basis) if !self.holds_only_range => fraction_free::spans(basis, x),
            _ => true,
        }
    }

    /// The held matrix `Σ y_ab u_a u_bᵀ` for a symmetric y (r × r). Every symmetric matrix on the range
    /// has this form.
    pub(super) fn lifted(&self, y: &Fractions) -> Fractions {
        match &self.basis {
            None => y.clone(),
            Some(basis) => {
                let product = y.clone() * basis.clone();
                basis.transpose().symmetric_product(&product)
            }
        }
    }

    /// An r × r matrix with the inertia of a held symmetric X on the range: `⟨u_a, X u_b⟩`, or X itself
    /// when held matrices are exactly those on the range.
    pub(super) fn seen(&self, x: &Fractions) -> Fractions {
        let (Some(_), Some(values)) = (&self.basis, &self.values) else {
            return x.clone();
        };
        let product = x.clone() * values.transpose();
        values.symmetric_product(&product)
    }

    /// The matrix `⟨u_a, X u_b⟩` (r × r) of an operator X.
    pub(super) fn seen_operator(&self, operator: &Fractions) -> Fractions {
        match &self.values {
            None => operator.clone(),
            Some(values) => values.symmetric_product(&self.on_basis(operator.clone())),
        }
    }

    /// `Uᵀ X U` (r × r) for the dual of a symmetric matrix, where the columns of `U` are the basis.
    pub(super) fn compressed(&self, dual: Fractions) -> Fractions {
        match &self.basis {
            None => dual,
            Some(basis) => basis.symmetric_product(&self.on_basis(dual)),
        }
    }

    /// The metric `⟨u_a, u_b⟩` (r × r).
    pub(super) fn metric(&self) -> Fractions {
        match &self.values {
            None => Fractions::identity(self.rank),
            Some(values) => self.on_basis(values.clone()),
        }
    }

    /// The product of the matrix with the basis as columns.
    fn on_basis(&self, matrix: Fractions) -> Fractions {
        match &self.basis {
            None => matrix,
            Some(basis) => matrix * basis.transpose(),
        }
    }

    /// The basis as held rows (r × m); `None` for the identity.
    pub(super) fn basis(&self) -> Option<&Fractions> {
        self.basis.as_ref()
    }

    /// The functionals `⟨u_a, ·⟩` as rows (r × m); `None` for the identity.
    pub(super) fn values(&self) -> Option<&Fractions> {
        self.values.as_ref()
    }
}
