//! The sample curvatures over one common denominator, the form in which large models are decided.
//!
//! Hessians that are given by factors, `H_i = φ·J_iᵀJ_i` with c × d matrices `J_i` (linear regression has
//! c = 1 and φ = 1), are stored as the N = n·c rows of `G`, the matrix of all `J_i`.
//!
//! **The Gram view.** When there are fewer rows `x_k` of `G` (N × d) than dimensions, SGD moves
//! only within their span, and N × N matrices suffice:
//!
//! * a symmetric matrix on the span is *held* as a symmetric `Y` (N × N): `X = GᵀYG = Σ Y_ij x_i x_jᵀ`;
//! * an *operator* `X` is represented by the `L` (N × N) with `XGᵀ = GᵀL`, which is `YK` with the Gram
//!   matrix `K = GGᵀ`. The product of operators is the product of their `L`; the identity is `I`, and
//!   `H` is `φK/n`.
//!
//! Since `HX` is held as `(φK/n)Y`, every formula of the second moment is valid as written, with `φK/n`
//! for `H`. In the other views a matrix is held as itself and is its own operator.

use nalgebra::DMatrix;

use super::{Curvature, Jacobians, Linear, Model, Quadratic, second_moment};
use crate::matrix::{Algebra, Fractions};
use crate::number::{Exact, Field};

mod blocks;
mod frame;

pub use frame::{Frame, Rounded};

/// The Hessians `H_i` of a model and their mean `H = (1/n) Σ H_i`. Hessians with factors are stored as
/// those, so that `V(X)` costs `N d²` and not `n d³`; in the Gram view it costs `N³`.
#[derive(Clone, Debug)]
pub struct Samples {
    storage: Storage,
    mean: Fractions,
}

#[derive(Clone, Debug)]
enum Storage {
    /// `H_i = φ·J_iᵀJ_i`: the rows of all `J_i` (N × d).
    Factors(Fractions, Loss),
    /// `H_i`, each d × d.
    Full(Vec<Fractions>),
    /// `H_i = φ·J_iᵀJ_i`, represented by the Gram matrix `K` of the rows (N × N).
    Gram(Fractions, Loss),
}

/// The loss of a model with factors.
#[derive(Clone, Debug)]
struct Loss {
    /// The number of rows of each sample, c.
    outputs: usize,
    /// The curvature φ of the loss in each output.
    factor: Exact,
}

impl From<&Model> for Samples {
    fn from(model: &Model) -> Self {
        match model {
            Model::Linear(model) => model.into(),
            Model::Quadratic(model) => model.into(),
            Model::Jacobians(model) => model.into(),
        }
    }
}

impl From<&Linear> for Samples {
    fn from(model: &Linear) -> Self {
        Self::of_factors(Fractions::of(&model.design()), Loss::of_one_output())
    }
}

impl From<&Jacobians> for Samples {
    fn from(model: &Jacobians) -> Self {
        Self::of_factors(Fractions::of(&model.stacked()), Loss::of(model))
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

impl Loss {
    fn of_one_output() -> Self {
        Loss {
            outputs: 1,
            factor: Exact::from(1),
        }
    }

    fn of(model: &Jacobians) -> Self {
        Loss {
            outputs: model.outputs(),
            factor: model.factor().clone(),
        }
    }

    /// The number of samples to which these rows belong.
    fn samples(&self, rows: &Fractions) -> usize {
        rows.shape().0 / self.outputs
    }

    /// The factor `φ/n` of the mean of all `J_iᵀJ_i`.
    fn part(&self, rows: &Fractions) -> Exact {
        &self.factor / Exact::from(self.samples(rows) as i64)
    }
}

impl Samples {
    fn of_factors(rows: Fractions, loss: Loss) -> Self {
        let sum = rows.transpose().symmetric_product(&rows);
        Samples {
            mean: sum.scaled(&loss.part(&rows)),
            storage: Storage::Factors(rows, loss),
        }
    }

    /// The Gram view of a model with factors; `None` of others.
    pub fn gram(model: &Model) -> Option<Self> {
        let loss = match model {
            Model::Quadratic(_) => return None,
            Model::Linear(_) => Loss::of_one_output(),
            Model::Jacobians(model) => Loss::of(model),
        };
        let rows = Fractions::of(&model.factors()?);
        let gram = rows.symmetric_product(&rows.transpose());
        Some(Samples {
            mean: gram.clone().scaled(&loss.part(&gram)),
            storage: Storage::Gram(gram, loss),
        })
    }

    /// The number of rows of a held matrix: `d`, or `N` in the Gram view.
    pub fn size(&self) -> usize {
        self.mean.shape().0
    }

    /// The Gram matrix `K` (N × N); `None` outside the Gram view.
    pub fn gram_matrix(&self) -> Option<&Fractions> {
        match &self.storage {
            Storage::Gram(gram, _) => Some(gram),
            Storage::Factors(..) | Storage::Full(_) => None,
        }
    }

    /// The number of samples `n`.
    pub fn count(&self) -> usize {
        match &self.storage {
            Storage::Factors(rows, loss) => loss.samples(rows),
            Storage::Full(hessians) => hessians.len(),
            Storage::Gram(gram, loss) => loss.samples(gram),
        }
    }

    /// `H = (1/n) Σ H_i` as an operator.
    pub fn hessian(&self) -> &Fractions {
        &self.mean
    }

    /// `H` as a held matrix.
    pub fn held_hessian(&self) -> Fractions {
        match &self.storage {
            Storage::Factors(..) | Storage::Full(_) => self.mean.clone(),
            Storage::Gram(gram, loss) => Fractions::identity(self.size()).scaled(&loss.part(gram)),
        }
    }

    /// The Hessians `H_i`, if they are stored as matrices.
    pub fn full_hessians(&self) -> Option<&[Fractions]> {
        match &self.storage {
            Storage::Full(hessians) => Some(hessians),
            Storage::Factors(..) | Storage::Gram(..) => None,
        }
    }

    /// Matrices with the eigenvalues of the `H_i` that are not zero: `H_i` itself, or `φ·J_iJ_iᵀ` (c × c).
    pub fn small_hessians(&self) -> Vec<Fractions> {
        let (blocks, loss) = match &self.storage {
            Storage::Full(hessians) => return hessians.clone(),
            Storage::Factors(rows, loss) => (blocks::inner(rows, rows, loss.outputs), loss),
            Storage::Gram(gram, loss) => (gram.diagonal(loss.outputs), loss),
        };
        let block = |i: usize| {
            let rows: Vec<usize> = (i * loss.outputs..(i + 1) * loss.outputs).collect();
            blocks.select_rows(&rows).scaled(&loss.factor)
        };
        (0..self.count()).map(block).collect()
    }

    /// The Hessians in a basis, `⟨u_a, H_i u_b⟩`. The basis is given by the rows `u_aᵀ` of an r × d
    /// matrix, or in the Gram view by the rows `(⟨u_a, x_k⟩)_k` (r × N); `None` means the standard
    /// basis.
    pub fn seen_by(&self, basis: Option<&Fractions>) -> Vec<DMatrix<Exact>> {
        let products = |rows: Fractions, loss: &Loss| -> Vec<DMatrix<Exact>> {
            let rows = rows.to_exact();
            let product = |i: usize| {
                let block = rows.rows(i * loss.outputs, loss.outputs).into_owned();
                (block.transpose() * block).scaled(&loss.factor)
            };
            (0..self.count()).map(product).collect()
        };
        let moved = |rows: &Fractions| match basis {
            Some(basis) => rows.clone() * basis.transpose(),
            None => rows.clone(),
        };
        match &self.storage {
            Storage::Factors(rows, loss) => products(moved(rows), loss),
            Storage::Gram(gram, loss) => products(
                basis.map_or_else(|| gram.clone(), Fractions::transpose),
                loss,
            ),
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
            Storage::Factors(rows, loss) => {
                let seen = blocks::inner(&(rows.clone() * x.clone()), rows, loss.outputs);
                let weighted = blocks::combined(&seen, rows);
                rows.transpose().symmetric_product(&weighted)
            }
            Storage::Gram(gram, loss) => {
                let seen = blocks::inner(&(gram.clone() * x.clone()), gram, loss.outputs);
                blocks::combined(&seen, &Fractions::identity(self.size()))
            }
            Storage::Full(hessians) => {
                let sandwich = |h: &Fractions| h.symmetric_product(&(x.clone() * h.clone()));
                let zero = Fractions::zeros(x.shape().0, x.shape().1);
                hessians.iter().map(sandwich).fold(zero, |sum, h| sum + h)
            }
        };
        self.mean_of_squares(sum)
    }

    /// The mean over samples of what is quadratic in the Hessians, from its sum without `φ²`.
    fn mean_of_squares(&self, sum: Fractions) -> Fractions {
        let count = Exact::from(self.count() as i64);
        let square = match &self.storage {
            Storage::Factors(_, loss) | Storage::Gram(_, loss) => loss.factor.square(),
            Storage::Full(_) => Exact::from(1),
        };
        sum.scaled(&(square / count))
    }

    /// The operators `I`, `H` and `Σ = V(I) − H²`, which most criteria are written in.
    pub fn curvature(&self) -> Curvature<Fractions> {
        let identity = Fractions::identity(self.size());
        let second_moment = match &self.storage {
            Storage::Factors(..) | Storage::Full(_) => self.mean_sandwich(&identity),
            // `Σ J_iᵀ (J_iJ_iᵀ) J_i` maps Gᵀ to Gᵀ times the blocks of K times K.
            Storage::Gram(gram, loss) => {
                let blocks = gram.diagonal(loss.outputs);
                self.mean_of_squares(blocks::combined(&blocks, gram))
            }
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
            Storage::Factors(..) | Storage::Full(_) => x.clone(),
            Storage::Gram(gram, _) => gram.symmetric_product(&(x.clone() * gram.clone())),
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

    /// Rows that span the range of `H` and may be dependent: those of the factors (N × d), `H` itself (d × d),
    /// or in the Gram view `K`, the inner products of the rows with each other.
    pub fn spanning_rows(&self) -> &Fractions {
        match &self.storage {
            Storage::Factors(rows, _) => rows,
            Storage::Full(_) => &self.mean,
            Storage::Gram(gram, _) => gram,
        }
    }
}

#[cfg(test)]
mod tests;
