//! The choice between the Hessian and the Gauss–Newton matrix.

use std::str::FromStr;

/// The matrix of second derivatives to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurvatureMatrix {
    /// The full Hessian `H_i = J_iᵀ L_i J_i + Σ_k (∂f_i/∂o_k)·∇²o_k`, where `L_i` is the Hessian of the
    /// loss with respect to the outputs and `J_i` is the Jacobian of the outputs with respect to the
    /// parameters.
    Hessian,
    /// The Gauss–Newton matrix `J_iᵀ L_i J_i`, equal to the Hessian where `∂f_i/∂o = 0`.
    GaussNewton,
}

impl CurvatureMatrix {
    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CurvatureMatrix::Hessian => "hessian",
            CurvatureMatrix::GaussNewton => "gauss-newton",
        }
    }

    /// The other of the two matrices.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            CurvatureMatrix::Hessian => CurvatureMatrix::GaussNewton,
            CurvatureMatrix::GaussNewton => CurvatureMatrix::Hessian,
        }
    }
}

impl FromStr for CurvatureMatrix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = [CurvatureMatrix::Hessian, CurvatureMatrix::GaussNewton]
            .into_iter()
            .find(|matrix| matrix.name() == text);
        named.ok_or_else(|| "give hessian or gauss-newton".to_owned())
    }
}
