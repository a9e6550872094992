//! Networks with several outputs, linearised: every sample Hessian is given by its factor.

use nalgebra::DMatrix;
use num_traits::Zero;
use serde::Serialize;

use super::Quadratic;
use super::quadratic::as_rows;
use crate::error::{Error, Result};
use crate::matrix::Algebra;
use crate::number::Exact;

/// Losses with the Hessians `H_i = φ·J_iᵀJ_i`, `i = 1 … n`, at a solution of all equations.
///
/// `J_i` (c × d) is the Jacobian of the c outputs for sample i, and φ the curvature of the loss in each
/// output: 1 for half the sum of squares, 2/c for the mean of squares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Jacobians {
    factor: Exact,
    #[serde(serialize_with = "as_rows")]
    jacobians: Vec<DMatrix<Exact>>,
}

impl Jacobians {
    /// The model with these Jacobians, one per sample, and this curvature of the loss.
    ///
    /// # Errors
    /// When there are no samples, a Jacobian has no entries or differs from the first in its shape, or the
    /// curvature is not positive.
    pub fn new(factor: Exact, jacobians: Vec<DMatrix<Exact>>) -> Result<Self> {
        Self::checked("model", factor, jacobians)
    }

    /// [`Jacobians::new`] for a model that was read from `place`, the name used in errors.
    pub(super) fn checked(
        place: &str,
        factor: Exact,
        jacobians: Vec<DMatrix<Exact>>,
    ) -> Result<Self> {
        if factor <= Exact::zero() {
            return Err(Error::input(place, "factor", "must be above 0"));
        }
        let Some(shape) = jacobians.first().map(DMatrix::shape) else {
            let fault = "is empty; give one matrix per sample";
            return Err(Error::input(place, "jacobians", fault));
        };
        let odd = |j: &DMatrix<Exact>| j.shape() != shape || j.is_empty();
        let Some(i) = jacobians.iter().position(odd) else {
            return Ok(Jacobians { factor, jacobians });
        };
        let ((rows, columns), (c, d)) = (jacobians[i].shape(), shape);
        let fault = format!(
            "is {rows} × {columns}; it must be {} × {}",
            c.max(1),
            d.max(1)
        );
        Err(Error::input(place, format!("jacobians[{i}]"), fault))
    }

    /// The curvature φ of the loss in each output.
    pub fn factor(&self) -> &Exact {
        &self.factor
    }

    /// The number of samples, n.
    pub fn samples(&self) -> usize {
        self.jacobians.len()
    }

    /// The number of outputs, c.
    pub fn outputs(&self) -> usize {
        self.jacobians[0].nrows()
    }

    /// The dimension, d.
    pub fn dimension(&self) -> usize {
        self.jacobians[0].ncols()
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Exact> {
        self.jacobians.iter().flatten()
    }

    /// The Jacobian of all outputs of all samples, (n·c) × d, sample after sample.
    pub fn stacked(&self) -> DMatrix<Exact> {
        let outputs = self.outputs();
        let entry =
            |row: usize, j: usize| self.jacobians[row / outputs][(row % outputs, j)].clone();
        DMatrix::from_fn(self.samples() * outputs, self.dimension(), entry)
    }

    /// The model as sample Hessians, which are semi-definite by construction.
    pub fn quadratic(&self) -> Quadratic {
        let hessian = |j: &DMatrix<Exact>| (j.transpose() * j).scaled(&self.factor);
        let hessians = self.jacobians.iter().map(hessian).collect();
        Quadratic::symmetric(hessians).expect("products of equally large matrices")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jacobians_become_products() {
        let j = DMatrix::from_fn(2, 2, |a, b| Exact::from((1 + a + b) as i64));
        let model = Jacobians::new(Exact::fraction(2, 3), vec![j]).unwrap();
        // JᵀJ = [[5, 8], [8, 13]] for J = [[1, 2], [2, 3]].
        let expected = ["10/3", "16/3", "16/3", "26/3"].map(|text| text.parse().unwrap());
        assert_eq!(
            *model.quadratic().hessian(),
            DMatrix::from_row_slice(2, 2, &expected)
        );
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let one = Exact::from(1);
        let refusal = |factor: &Exact, shapes: &[(usize, usize)]| {
            let jacobians = shapes.iter().map(|&(c, d)| DMatrix::zeros(c, d)).collect();
            let model = Jacobians::new(factor.clone(), jacobians);
            model.unwrap_err().to_string()
        };
        assert!(refusal(&one, &[]).contains("jacobians: is empty"));
        assert!(refusal(&one, &[(2, 0)]).contains("jacobians[0]: is 2 × 0; it must be 2 × 1"));
        assert!(refusal(&one, &[(2, 3), (1, 3)]).contains("jacobians[1]: is 1 × 3"));
        assert!(refusal(&Exact::zero(), &[(1, 1)]).contains("factor: must be above 0"));
    }
}
