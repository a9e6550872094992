//! Quadratic regression on one sample: `f(θ) = b + Gᵀθ + θᵀQθ/2`, `L = z²/2`, `z = f − y` (Zhu et al.
//! 2022; Agarwala, Pedregosa and Pennington 2022).
//!
//! Under gradient descent the residual `z` and the Jacobian `J = ∇f = G + Qθ` determine their own
//! evolution: `z⁺ = z − ηz JᵀJ + ½η²z² JᵀQJ` and `J⁺ = J − ηzQJ`.

use nalgebra::{DMatrix, DVector};

use crate::number::{Field, Symbol};

/// The model, with the constants `b` and `y` combined into `b − y`.
#[derive(Clone, Debug, PartialEq)]
pub struct QuadraticRegression<T> {
    /// `b − y`, the residual at `θ = 0`.
    pub offset: T,
    /// `G`, of length d: the slope of `f` at `θ = 0`.
    pub slope: DVector<T>,
    /// `Q`, symmetric, d × d: the Hessian of `f`.
    pub curvature: DMatrix<T>,
}

/// The residual and the Jacobian at some parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T> {
    /// `z = f − y`.
    pub residual: T,
    /// `J = ∇f`, of length d.
    pub jacobian: DVector<T>,
}

impl<T: Field> QuadraticRegression<T> {
    /// The state at the parameters `θ` (length d).
    pub fn at(&self, theta: &DVector<T>) -> State<T> {
        let bend = &self.curvature * theta;
        State {
            residual: &self.offset + self.slope.dot(theta) + T::ratio(1, 2) * theta.dot(&bend),
            jacobian: &self.slope + bend,
        }
    }

    /// One step of gradient descent on the parameters, `θ⁺ = θ − ηzJ`.
    pub fn descend(&self, theta: &DVector<T>, learning_rate: &T) -> DVector<T> {
        let state = self.at(theta);
        let pull = learning_rate * &state.residual;
        theta - state.jacobian.map(|entry| entry * &pull)
    }

    /// The same step, on residual and Jacobian.
    pub fn step(&self, state: &State<T>, learning_rate: &T) -> State<T> {
        let (z, j) = (&state.residual, &state.jacobian);
        let bend = &self.curvature * j;
        let pull = learning_rate * z;
        State {
            residual: next_residual(z, &state.kernel(), &j.dot(&bend), &pull),
            jacobian: j.zip_map(&bend, |j, bend| next_slope(&j, &bend, &pull)),
        }
    }
}

/// `z − ηz JᵀJ + ½(ηz)² JᵀQJ`, where `pull` is `ηz`, `kernel` is `JᵀJ` and `bent` is `JᵀQJ`.
fn next_residual<T: Field>(residual: &T, kernel: &T, bent: &T, pull: &T) -> T {
    residual - pull * kernel + T::ratio(1, 2) * pull.square() * bent
}

/// `J − ηzQJ`, entry by entry, where `pull` is `ηz`.
fn next_slope<T: Field>(slope: &T, bend: &T, pull: &T) -> T {
    slope - pull * bend
}

/// Both equations in LaTeX.
pub fn latex() -> String {
    let [z, kernel, bent] = ["z", r"J^\top J", r"J^\top Q\,J"].map(Symbol::named);
    let [slope, bend, eta] = ["J", r"Q\,J", r"\eta"].map(Symbol::named);
    let pull = eta * &z;
    let (residual, slope) = (
        next_residual(&z, &kernel, &bent, &pull),
        next_slope(&slope, &bend, &pull),
    );
    format!(r"z^+ = {residual}, \quad J^+ = {slope}")
}

impl<T: Field> State<T> {
    /// The tangent kernel `JᵀJ`; at `z = 0` it is the sharpness.
    pub fn kernel(&self) -> T {
        self.jacobian.dot(&self.jacobian)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn residual_and_jacobian_follow_the_parameters() {
        let number = |entry: i64| Exact::fraction(entry, 3);
        let model = QuadraticRegression {
            offset: number(4),
            slope: DVector::from_row_slice(&[1, -2].map(number)),
            curvature: DMatrix::from_row_slice(2, 2, &[1, 3, 3, -2].map(number)),
        };
        let mut theta = DVector::from_row_slice(&[2, -1].map(number));
        for _ in 0..4 {
            let eta = Exact::fraction(3, 7);
            let predicted = model.step(&model.at(&theta), &eta);
            theta = model.descend(&theta, &eta);
            assert_eq!(model.at(&theta), predicted);
        }
    }
}
