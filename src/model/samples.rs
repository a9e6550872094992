//! The sample curvatures over one common denominator, the form in which large models are decided.
//!
//! **The Gram view.** When there are fewer inputs `x_i` (rows of `G`, n × d) than dimensions, SGD moves
//! only within their span, and n × n matrices suffice:
//!
//! * a symmetric matrix on the span is *held* as a symmetric `Y` (n × n): `X = GᵀYG = Σ Y_ij x_i x_jᵀ`;
//! * an *operator* `X` is represented by the `L` (n × n) with `XGᵀ = GᵀL`, which is `YK` with the Gram
//!   matrix `K = GGᵀ`. The product of operators is the product of their `L`; the identity is `I`, and
//!   `H` is `K/n`.
//!
//! Since `HX` is held as `(K/n)Y`, every formula of the second moment is valid as written, with `K/n`
//! for `H`. In the other views a matrix is held as itself and is its own operator.

use nalgebra::DMatrix;

use super::{Curvature, Linear, Model, Quadratic, second_moment};
use crate::matrix::{Algebra, Fractions};
use crate::number::{Exact, Whole};

mod frame;

pub use frame::{Frame, Rounded};

/// The Hessians `H_i` of a model and their mean `H = (1/n) Σ H_i`. Hessians of rank one are stored as
/// their vectors, so that `V(X)` costs `n d²` and not `n d³`; in the Gram view it costs `n³`.
#[derive(Clone, Debug)]
pub struct Samples {
    storage: Storage,
    mean: Fractions,
}

#[derive(Clone, Debug)]
enum Storage {
    /// `H_i = x_i x_iᵀ`: one row `x_iᵀ` per sample (n × d).
    RankOne(Fractions),
    /// `H_i`, each d × d.
    Full(Vec<Fractions>),
    /// `H_i = x_i x_iᵀ`, represented by the Gram matrix `K` of the inputs (n × n).
    Gram(Fractions),
}

impl From<&Model> for Samples {
    fn from(model: &Model) -> Self {
        match model {
            Model::Linear(model) => model.into(),
            Model::Quadratic(model) => model.into(),
        }
    }
}

impl From<&Linear> for Samples {
    fn from(model: &Linear) -> Self {
        let inputs = Fractions::of(&model.design());
        let sum = inputs.transpose().symmetric_product(&inputs);
        let mean = sum.scaled(&Exact::fraction(1, inputs.shape().0 as u64));
        Samples {
            storage: Storage::RankOne(inputs),
            mean,
        }
    }
}

impl From<&Quadratic> for Samples {
    fn from(model: &Quadratic) -> Self {
        Samples {
            storage: Storage::Full(model.hessians().iter().map(Fractions::of).collect()),
            mean: Fractions::of(model.hessian()),
        }
    }
}

impl Samples {
    /// The Gram view of linear regression.
    pub fn gram(model: &Linear) -> Self {
        let inputs = Fractions::of(&model.design());
        let gram = inputs.symmetric_product(&inputs.transpose());
        let part = Exact::fraction(1, inputs.shape().0 as u64);
        Samples {
            mean: gram.clone().scaled(&part),
            storage: Storage::Gram(gram),
        }
    }

    /// The number of rows of a held matrix: `d`, or `n` in the Gram view.
    pub fn size(&self) -> usize {
        self.mean.shape().0
    }

    /// The Gram matrix `K` (n × n); `None` outside the Gram view.
    pub fn gram_matrix(&self) -> Option<&Fractions> {
        match &self.storage {
            Storage::Gram(gram) => Some(gram),
            Storage::RankOne(_) | Storage::Full(_) => None,
        }
    }

    /// The number of samples `n`.
    pub fn count(&self) -> usize {
        match &self.storage {
            Storage::RankOne(inputs) => inputs.shape().0,
            Storage::Full(hessians) => hessians.len(),
            Storage::Gram(gram) => gram.shape().0,
        }
    }

    /// `H = (1/n) Σ H_i` as an operator.
    pub fn hessian(&self) -> &Fractions {
        &self.mean
    }

    /// `H` as a held matrix.
    pub fn held_hessian(&self) -> Fractions {
        match &self.storage {
            Storage::RankOne(_) | Storage::Full(_) => self.mean.clone(),
            Storage::Gram(_) => self.over_count(Fractions::identity(self.size())),
        }
    }

    /// The Hessians `H_i`, if they are stored as matrices.
    pub fn full_hessians(&self) -> Option<&[Fractions]> {
        match &self.storage {
            Storage::Full(hessians) => Some(hessians),
            Storage::RankOne(_) | Storage::Gram(_) => None,
        }
    }

    /// `max_i tr H_i`; for Hessians of rank one this equals `max_i λ_max(H_i)`.
    pub fn largest_trace(&self) -> Exact {
        let largest = |traces: &mut dyn Iterator<Item = Exact>| traces.max();
        let count = 0..self.count();
        let found = match &self.storage {
            Storage::RankOne(inputs) => {
                let squares = inputs.values(&Fractions::identity(self.size()));
                largest(&mut count.map(|i| squares.entry(i, 0)))
            }
            Storage::Full(hessians) => largest(&mut hessians.iter().map(Fractions::trace)),
            Storage::Gram(gram) => largest(&mut count.map(|i| gram.entry(i, i))),
        };
        found.expect("a model has a sample")
    }

    /// The Hessians in a basis, `⟨u_a, H_i u_b⟩`. The basis is given by the rows `u_aᵀ` of an r × d
    /// matrix, or in the Gram view by the rows `(⟨u_a, x_j⟩)_j` (r × n); `None` means the standard
    /// basis.
    pub fn seen_by(&self, basis: Option<&Fractions>) -> Vec<DMatrix<Exact>> {
        let outer = |rows: Fractions| -> Vec<DMatrix<Exact>> {
            let rows = rows.to_exact();
            let outer = |row: nalgebra::DVector<Exact>| &row * row.transpose();
            rows.row_iter().map(|row| outer(row.transpose())).collect()
        };
        let moved = |rows: &Fractions| match basis {
            Some(basis) => rows.clone() * basis.transpose(),
            None => rows.clone(),
        };
        match &self.storage {
            Storage::RankOne(inputs) => outer(moved(inputs)),
            Storage::Gram(gram) => outer(basis.map_or_else(|| gram.clone(), Fractions::transpose)),
            Storage::Full(hessians) => {
                let compressed = |h: &Fractions| match basis {
                    Some(basis) => basis.symmetric_product(&moved(h)).to_exact(),
                    None => h.to_exact(),
                };
                hessians.iter().map(compressed).collect()
            }
        }
    }

    /// `V(X) = (1/n) Σ H_i X H_i`, for a symmetric X; both are held matrices.
    pub fn mean_sandwich(&self, x: &Fractions) -> Fractions {
        let sum = match &self.storage {
            Storage::RankOne(inputs) => {
                let weighted = weighted_rows(inputs, &inputs.values(x));
                inputs.transpose().symmetric_product(&weighted)
            }
            Storage::Gram(gram) => {
                let identity = Fractions::identity(self.size());
                weighted_rows(&identity, &gram.values(x))
            }
            Storage::Full(hessians) => {
                let sandwich = |h: &Fractions| h.symmetric_product(&(x.clone() * h.clone()));
                let zero = Fractions::zeros(x.shape().0, x.shape().1);
                hessians.iter().map(sandwich).fold(zero, |sum, h| sum + h)
            }
        };
        self.over_count(sum)
    }

    fn over_count(&self, sum: Fractions) -> Fractions {
        sum.scaled(&Exact::fraction(1, self.count() as u64))
    }

    /// The operators `I`, `H` and `Σ = V(I) − H²`, which most criteria are written in.
    pub fn curvature(&self) -> Curvature<Fractions> {
        let identity = Fractions::identity(self.size());
        let second_moment = match &self.storage {
            Storage::RankOne(_) | Storage::Full(_) => self.mean_sandwich(&identity),
            // `Σ ‖x_i‖² x_i x_iᵀ` maps x_j to `Σ ‖x_i‖² K_ij x_i`.
            Storage::Gram(gram) => self.over_count(weighted_rows(gram, &gram.diagonal())),
        };
        Curvature {
            variance: second_moment - self.mean.symmetric_product(&self.mean),
            hessian: self.mean.clone(),
            identity,
        }
    }

    /// The dual of X, which gives inner products: `⟨X, Z⟩ = tr(XZ)` is the entrywise inner product of
    /// the dual of X with Z, both held. In the Gram view the dual is `KXK`.
    pub fn dual(&self, x: &Fractions) -> Fractions {
        match &self.storage {
            Storage::RankOne(_) | Storage::Full(_) => x.clone(),
            Storage::Gram(gram) => gram.symmetric_product(&(x.clone() * gram.clone())),
        }
    }

    /// `C(X) = HX + XH` for a symmetric X.
    pub fn drift(&self, x: &Fractions) -> Fractions {
        second_moment::drift(&self.mean, x)
    }

    /// `D(X) = (1 − p) HXH + p V(X)` for a symmetric X.
    pub fn diffusion(&self, x: &Fractions, weight: &Exact) -> Fractions {
        let size = self.size();
        // Batches of one sample (`p = 1`) give the mean the factor 0, so its product is not computed.
        let mean = if *weight == Exact::from(1) {
            Fractions::zeros(size, size)
        } else {
            (self.mean.clone() * x.clone()).symmetric_product(&self.mean)
        };
        second_moment::diffusion(mean, self.mean_sandwich(x), weight)
    }

    /// `C(X) − ηD(X) = (X − T(X))/η` for a symmetric X.
    pub fn slack(&self, x: &Fractions, learning_rate: &Exact, weight: &Exact) -> Fractions {
        second_moment::slack(self.drift(x), self.diffusion(x, weight), learning_rate)
    }

    /// Rows that span the range of `H` and may be dependent: the inputs (n × d), `H` itself (d × d), or
    /// in the Gram view `K`, the inner products of the inputs with each other.
    pub fn spanning_rows(&self) -> &Fractions {
        match &self.storage {
            Storage::RankOne(inputs) => inputs,
            Storage::Full(_) => &self.mean,
            Storage::Gram(gram) => gram,
        }
    }
}

/// Row `i` times `weights[i]`.
fn weighted_rows(rows: &Fractions, weights: &Fractions) -> Fractions {
    let (n, d) = rows.shape();
    let entry = |i, j| Whole::product(rows.numerator(i, j), weights.numerator(i, 0));
    let over = |denominator: &Whole| Exact::quotient(&Whole::one(), denominator);
    Fractions::from_fn(n, d, entry)
        .scaled(&over(rows.denominator()))
        .scaled(&over(weights.denominator()))
}

#[cfg(test)]
mod tests;
