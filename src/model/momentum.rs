//! One step of SGD with momentum, as a matrix that acts on the pair `(x_t, x_{t−1})`.
//!
//! Heavy ball (Polyak): `x⁺ = (1 + β)x − βx⁻ − ηH_b x`. Nesterov: the gradient is taken at
//! `y = x + β(x − x⁻)`, so `x⁺ = (I − ηH_b)((1 + β)x − βx⁻)`. Heavy ball with this `η` is PyTorch's SGD
//! with momentum.

use nalgebra::DMatrix;

use crate::matrix::Algebra;
use crate::number::Field;

/// The kind of momentum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Momentum {
    /// The gradient is taken at `x`.
    HeavyBall,
    /// The gradient is taken at the extrapolated point `y`.
    Nesterov,
}

impl Momentum {
    /// The 2d × 2d matrix of one step on a batch with Hessian `H_b` (d × d, in any coordinates).
    pub fn factor<T: Field>(self, hessian: &DMatrix<T>, learning_rate: &T, beta: &T) -> DMatrix<T> {
        let d = hessian.nrows();
        let identity = DMatrix::<T>::identity(d, d);
        let gradient = hessian.clone().scaled(learning_rate);
        let ahead = T::one() + beta;
        let (here, before) = match self {
            Momentum::HeavyBall => (identity.clone().scaled(&ahead) - gradient, identity.clone()),
            Momentum::Nesterov => {
                let step = &identity - gradient;
                (step.clone().scaled(&ahead), step)
            }
        };
        let mut factor = DMatrix::zeros(2 * d, 2 * d);
        factor.view_mut((0, 0), (d, d)).copy_from(&here);
        factor
            .view_mut((0, d), (d, d))
            .copy_from(&-before.scaled(beta));
        factor.view_mut((d, 0), (d, d)).copy_from(&identity);
        factor
    }

    /// The step matrices of all batches, equally likely when the Hessians are.
    pub fn factors<T: Field>(
        self,
        batch_hessians: &[DMatrix<T>],
        learning_rate: &T,
        beta: &T,
    ) -> Vec<DMatrix<T>> {
        let factor = |h: &DMatrix<T>| self.factor(h, learning_rate, beta);
        batch_hessians.iter().map(factor).collect()
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::number::Exact;

    #[test]
    fn a_factor_is_one_step_of_the_recursion() {
        let number = |text: &str| text.parse::<Exact>().unwrap();
        let (eta, beta, h) = (number("1/3"), number("9/10"), number("2"));
        let pair = DVector::from_vec(vec![number("5"), number("4")]);
        let hessian = DMatrix::from_element(1, 1, h.clone());
        let step = |momentum: Momentum| momentum.factor(&hessian, &eta, &beta) * &pair;
        // Velocity 1: heavy ball 5 + 0.9 − (2/3)·5, Nesterov 5.9·(1 − 2/3).
        assert_eq!(step(Momentum::HeavyBall)[0], number("77/30"));
        assert_eq!(step(Momentum::Nesterov)[0], number("59/30"));
        assert_eq!(step(Momentum::HeavyBall)[1], number("5"));
    }
}
