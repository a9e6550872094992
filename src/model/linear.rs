//! Linear regression with one output: every sample Hessian has rank one.

use nalgebra::{DMatrix, DVector};
use serde::{Serialize, Serializer};

use super::Quadratic;
use crate::error::{Error, Result};
use crate::number::Exact;

/// Losses `f_i(w) = ½ (x_iᵀw − y_i)²` at a solution of all equations: `H_i = x_i x_iᵀ`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Linear {
    #[serde(serialize_with = "as_lists")]
    inputs: Vec<DVector<Exact>>,
}

impl Linear {
    /// A model with the inputs `x_i ∈ ℚ^d`, one per sample.
    ///
    /// # Errors
    /// When there are no inputs, they have no entries, or they differ in length.
    pub fn new(inputs: Vec<DVector<Exact>>) -> Result<Self> {
        Self::checked("model", inputs)
    }

    /// [`Linear::new`] for a model that was read from `place`, the name used in errors.
    pub(super) fn checked(place: &str, inputs: Vec<DVector<Exact>>) -> Result<Self> {
        let Some(d) = inputs.first().map(DVector::len) else {
            return Err(Error::input(
                place,
                "inputs",
                "is empty; give one input per sample",
            ));
        };
        let odd = inputs.iter().position(|x| x.len() != d || d == 0);
        match odd {
            None => Ok(Linear { inputs }),
            Some(i) => {
                let fault = format!("has {} entries; it must have {}", inputs[i].len(), d.max(1));
                Err(Error::input(place, format!("inputs[{i}]"), fault))
            }
        }
    }

    /// The inputs `x_i`.
    pub fn inputs(&self) -> &[DVector<Exact>] {
        &self.inputs
    }

    /// The design matrix `G` (n × d), with the inputs as its rows.
    pub fn design(&self) -> DMatrix<Exact> {
        let entry = |i: usize, j: usize| self.inputs[i][j].clone();
        DMatrix::from_fn(self.inputs.len(), self.inputs[0].len(), entry)
    }

    /// The model as sample Hessians `H_i = x_i x_iᵀ`, which are semi-definite by construction.
    pub fn quadratic(&self) -> Quadratic {
        let outer = |x: &DVector<Exact>| -> DMatrix<Exact> { x * x.transpose() };
        let hessians = self.inputs.iter().map(outer).collect();
        Quadratic::symmetric(hessians).expect("outer products of equally long vectors")
    }
}

fn as_lists<S: Serializer>(
    inputs: &[DVector<Exact>],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(inputs.iter().map(|x| x.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_become_outer_products() {
        let x = DVector::from_vec(vec![Exact::from(1), Exact::fraction(2, 3)]);
        let model = Linear::new(vec![x]).unwrap();
        let expected = ["1", "2/3", "2/3", "4/9"].map(|text| text.parse().unwrap());
        assert_eq!(
            *model.quadratic().hessian(),
            DMatrix::from_row_slice(2, 2, &expected)
        );
    }

    #[test]
    fn ragged_inputs_are_refused() {
        let refusal = |inputs| Linear::new(inputs).unwrap_err().to_string();
        assert!(refusal(vec![]).contains("inputs: is empty"));
        assert!(refusal(vec![DVector::zeros(0)]).contains("inputs[0]: has 0 entries"));
        let ragged = vec![DVector::zeros(2), DVector::zeros(1)];
        assert!(refusal(ragged).contains("inputs[1]: has 1 entries; it must have 2"));
    }
}
