//! Losses that are quadratic in every sample: the linearisation of SGD at an interpolating minimum.

use nalgebra::DMatrix;
use num_traits::Zero;
use serde::{Serialize, Serializer};

use super::document::shortened;
use super::{Curvature, Sampling, rounding};
use crate::error::{Error, Result};
use crate::matrix::algebra::mean_of;
use crate::matrix::range::{range_basis, restricted};
use crate::matrix::{Algebra, definite, positive_semidefinite};
use crate::number::{Exact, Field};
use crate::work;

/// Sample losses `f_i(x) = ½ (x − x*)ᵀ H_i (x − x*)`, `i = 1 … n`, with symmetric d × d matrices `H_i`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "T: Serialize")]
pub struct Quadratic<T: Field = Exact> {
    #[serde(serialize_with = "as_rows")]
    hessians: Vec<DMatrix<T>>,
    #[serde(skip)]
    mean: DMatrix<T>,
}

const INDEFINITE: &str =
    "has a negative eigenvalue; at a minimum of every sample it must be positive semi-definite";

impl Quadratic<Exact> {
    /// A model at a minimum: every `H_i` must be positive semi-definite.
    ///
    /// # Errors
    /// When there are no samples or d = 0, or an `H_i` is not square, not of the size of the first, not
    /// symmetric or not positive semi-definite.
    pub fn new(hessians: Vec<DMatrix<Exact>>) -> Result<Self> {
        Self::checked("model", hessians)
    }

    /// [`Quadratic::new`] for a model that was read from `place`, the name used in errors.
    pub(super) fn checked(place: &str, hessians: Vec<DMatrix<Exact>>) -> Result<Self> {
        let model = Self::checked_symmetric(place, hessians)?;
        work::stage("is every H_i positive semi-definite?");
        let negative = |h: &DMatrix<Exact>| !definite::exactly_semidefinite(h);
        match model.hessians.iter().position(negative) {
            None => Ok(model),
            Some(i) => {
                let fault = rounding::indefinite(&model.hessians[i]);
                let fault = fault.unwrap_or_else(|| INDEFINITE.to_owned());
                Err(Error::input(place, format!("hessians[{i}]"), fault))
            }
        }
    }

    /// A model at any critical point, including a saddle: the `H_i` need only be symmetric. It is for
    /// cases outside the hypotheses of the theory.
    ///
    /// # Errors
    /// As [`Quadratic::new`], except for definiteness.
    pub fn symmetric(hessians: Vec<DMatrix<Exact>>) -> Result<Self> {
        Self::checked_symmetric("model", hessians)
    }

    fn checked_symmetric(place: &str, hessians: Vec<DMatrix<Exact>>) -> Result<Self> {
        let fault =
            |i: usize, fault: String| Err(Error::input(place, format!("hessians[{i}]"), fault));
        let Some(d) = hessians.first().map(DMatrix::nrows) else {
            return Err(Error::input(
                place,
                "hessians",
                "is empty; give one matrix per sample",
            ));
        };
        for (i, hessian) in hessians.iter().enumerate() {
            let (rows, columns) = hessian.shape();
            if (rows, columns) != (d, d) || d == 0 {
                let size = d.max(1);
                return fault(
                    i,
                    format!("is {rows} × {columns}; it must be {size} × {size}"),
                );
            }
            if let Some((j, k)) = asymmetry(hessian) {
                let (one, other) = (&hessian[(j, k)], &hessian[(k, j)]);
                let mend = rounding::asymmetric(hessian, one, other).unwrap_or_default();
                let [one, other] = [one, other].map(|entry| shortened(&entry.to_string()));
                return fault(
                    i,
                    format!(
                        "is not symmetric: entry [{j}][{k}] is {one}, entry [{k}][{j}] is {other}{mend}"
                    ),
                );
            }
        }
        Ok(Self::of_symmetric(hessians))
    }

    /// The one-dimensional model with these sample curvatures.
    ///
    /// # Errors
    /// When the list is empty or a curvature is negative.
    pub fn one_dimensional(curvatures: &[Exact]) -> Result<Self> {
        let one_by_one = |a: &Exact| DMatrix::from_element(1, 1, a.clone());
        Self::new(curvatures.iter().map(one_by_one).collect())
    }

    /// The batch Hessians `H_b`, all equally likely, on the range of `H`: r × r matrices in the
    /// coordinates of a rational orthogonal basis, hence similar to the restrictions but not symmetric.
    /// Nothing moves off the range, so strict stability is decided on it.
    ///
    /// # Panics
    /// When `batch` is not from 1 to `n`.
    pub fn batch_hessians_on_range(&self, sampling: Sampling, batch: usize) -> Vec<DMatrix<Exact>> {
        let basis = range_basis(&self.mean);
        let batches = sampling.batches(self.samples(), batch);
        let inside = |b: &Vec<usize>| restricted(&self.batch_hessian(b), &basis);
        batches.iter().map(inside).collect()
    }

    /// Converts the model to another scalar.
    pub fn to<T: Field>(&self) -> Quadratic<T> {
        let convert = |h: &DMatrix<Exact>| h.map(|entry| T::from_exact(&entry));
        Quadratic::of_symmetric(self.hessians.iter().map(convert).collect())
    }
}

/// The first entry that differs from its mirror image, if any.
fn asymmetry(matrix: &DMatrix<Exact>) -> Option<(usize, usize)> {
    let below = |i| (0..i).map(move |j| (i, j));
    (0..matrix.nrows())
        .flat_map(below)
        .find(|&(i, j)| matrix[(i, j)] != matrix[(j, i)])
}

impl<T: Field> Quadratic<T> {
    /// A model of matrices that are known to be symmetric and of one size.
    pub fn of_symmetric(hessians: Vec<DMatrix<T>>) -> Self {
        let mean = mean(&hessians);
        Quadratic { hessians, mean }
    }

    /// The dimension `d`.
    pub fn dimension(&self) -> usize {
        self.mean.nrows()
    }

    /// The number of samples `n`.
    pub fn samples(&self) -> usize {
        self.hessians.len()
    }

    /// The sample Hessians `H_i`, each d × d.
    pub fn hessians(&self) -> &[DMatrix<T>] {
        &self.hessians
    }

    /// The mean Hessian `H = (1/n) Σ H_i`.
    pub fn hessian(&self) -> &DMatrix<T> {
        &self.mean
    }

    /// The second moment `(1/n) Σ H_i²` of the sample Hessians.
    pub fn second_moment(&self) -> DMatrix<T> {
        mean_of(&self.hessians, Algebra::squared)
    }

    /// The variance `Σ = (1/n) Σ (H_i − H)² = (1/n) Σ H_i² − H²` of the sample Hessians;
    /// `s² = λ_max(Σ)`.
    pub fn variance(&self) -> DMatrix<T> {
        mean_of(&self.hessians, |h| (h - &self.mean).squared())
    }

    /// `V(X) = (1/n) Σ H_i X H_i` for a d × d matrix `X`.
    pub fn mean_sandwich(&self, x: &DMatrix<T>) -> DMatrix<T> {
        mean_of(&self.hessians, |h| h * x * h)
    }

    /// The moments of the sample Hessians that the criteria use.
    pub fn curvature(&self) -> Curvature<DMatrix<T>> {
        Curvature {
            identity: DMatrix::identity(self.dimension(), self.dimension()),
            hessian: self.mean.clone(),
            variance: self.variance(),
        }
    }

    /// The Hessian of a batch, `H_b = (1/B) Σ_{i∈b} H_i`.
    pub fn batch_hessian(&self, batch: &[usize]) -> DMatrix<T> {
        mean_of(batch, |&i| self.hessians[i].clone())
    }

    /// The step matrix of a batch, `A_b = I − ηH_b`.
    pub fn step(&self, batch: &[usize], learning_rate: &T) -> DMatrix<T> {
        let identity = DMatrix::identity(self.dimension(), self.dimension());
        step(identity, self.batch_hessian(batch), learning_rate)
    }

    /// Is every `H_i ⪰ 0`? Always decided over ℚ; over other scalars, `false` when the scalar cannot
    /// tell.
    pub fn is_minimum(&self) -> bool {
        self.hessians
            .iter()
            .all(|h| positive_semidefinite(h).holds())
    }

    /// Is the loss flat in every direction, `H = 0`? Exact over ℚ.
    pub fn is_flat(&self) -> bool {
        self.mean.iter().all(Zero::is_zero)
    }

    /// Do all `H_i` commute, so that one basis diagonalises them all? Exact over ℚ.
    pub fn commutes(&self) -> bool {
        let pairs = self.hessians.iter().enumerate();
        pairs
            .clone()
            .all(|(i, a)| self.hessians[..i].iter().all(|b| a * b == b * a))
    }
}

/// The step `I − ηH`, over matrices or symbols.
pub(crate) fn step<A: Algebra<T>, T: Field>(identity: A, hessian: A, learning_rate: &T) -> A {
    identity - hessian.scaled(learning_rate)
}

fn mean<T: Field>(matrices: &[DMatrix<T>]) -> DMatrix<T> {
    mean_of(matrices, DMatrix::clone)
}

/// The rows of a matrix, as a file has them.
pub(crate) fn rows<T: Field>(matrix: &DMatrix<T>) -> Vec<Vec<T>> {
    let row = |i| matrix.row(i).iter().cloned().collect();
    (0..matrix.nrows()).map(row).collect()
}

/// Serialises each matrix as a list of its rows.
pub(super) fn as_rows<T: Field + Serialize, S: Serializer>(
    matrices: &[DMatrix<T>],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(matrices.iter().map(rows))
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::*;
    use crate::model::golden;

    fn matrix(d: usize, entries: &[i64]) -> DMatrix<Exact> {
        let entries: Vec<Exact> = entries.iter().map(|&entry| Exact::from(entry)).collect();
        DMatrix::from_row_slice(d, entries.len() / d.max(1), &entries)
    }

    #[test]
    fn the_moments_of_the_three_inputs_are_known() {
        let model = golden::three_inputs();
        let scaled = |d, c: Exact| matrix(2, d).scaled(&c);
        assert_eq!(
            *model.hessian(),
            scaled(&[2, 1, 1, 2], Exact::fraction(1, 3))
        );
        assert_eq!(
            model.variance(),
            scaled(&[2, 1, 1, 2], Exact::fraction(2, 9))
        );
        assert_eq!(
            model.second_moment(),
            scaled(&[3, 2, 2, 3], Exact::fraction(1, 3))
        );
        let identity = DMatrix::identity(2, 2);
        assert_eq!(model.mean_sandwich(&identity), model.second_moment());
        assert_eq!(model.to::<f64>().hessian()[(0, 1)], 1.0 / 3.0);
        assert!(!model.commutes());
    }

    #[test]
    fn what_is_no_minimum_is_refused_in_one_sentence() {
        let refusal = |hessians| Quadratic::new(hessians).unwrap_err().to_string();
        assert!(refusal(vec![]).starts_with("model: hessians: is empty"));
        assert!(refusal(vec![DMatrix::zeros(0, 0)]).contains("hessians[0]: is 0 × 0"));
        assert!(refusal(vec![matrix(1, &[1, 2])]).contains("is 1 × 2"));
        let unequal = vec![matrix(1, &[1]), DMatrix::identity(2, 2)];
        assert!(refusal(unequal).contains("hessians[1]: is 2 × 2; it must be 1 × 1"));
        let skew = vec![matrix(2, &[1, 2, 3, 4])];
        assert!(refusal(skew).contains("entry [1][0] is 3, entry [0][1] is 2"));
        let saddle = vec![matrix(2, &[1, 2, 2, 1])];
        assert!(refusal(saddle.clone()).contains("negative eigenvalue"));
        assert_eq!(Quadratic::symmetric(saddle).unwrap().samples(), 1);
    }

    #[test]
    fn a_full_batch_is_gradient_descent() {
        let model = golden::three_inputs();
        assert_eq!(model.batch_hessian(&[0, 1, 2]), *model.hessian());
        let step = model.step(&[0, 1, 2], &Exact::from(1));
        assert_eq!(step, DMatrix::identity(2, 2) - model.hessian());
    }

    #[test]
    fn flat_and_one_dimensional_models_are_recognised() {
        let flat = Quadratic::one_dimensional(&[Exact::zero()]).unwrap();
        assert!(flat.is_flat() && flat.commutes());
        assert!(
            !Quadratic::one_dimensional(&[Exact::zero(), Exact::one()])
                .unwrap()
                .is_flat()
        );
        assert!(Quadratic::one_dimensional(&[-Exact::one()]).is_err());
    }
}
