//! The two matrices of second derivatives.

/// Which matrix of second derivatives is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurvatureMatrix {
    /// The full Hessian `H_i = J_iᵀ L_i J_i + Σ_k (∂f_i/∂o_k)·∇²o_k`, with `L_i` the Hessian of the
    /// loss by the outputs and `J_i` the outputs' Jacobian.
    Hessian,
    /// The Gauss–Newton matrix `J_iᵀ L_i J_i`, equal to the Hessian where the loss is least.
    GaussNewton,
}

impl CurvatureMatrix {
    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CurvatureMatrix::Hessian => "hessian",
            CurvatureMatrix::GaussNewton => "gauss-newton",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            CurvatureMatrix::Hessian => CurvatureMatrix::GaussNewton,
            CurvatureMatrix::GaussNewton => CurvatureMatrix::Hessian,
        }
    }
}
