//! The linear net with one hidden layer of width `m` on one sample (Lewkowycz et al. 2020):
//! `f = u·v/√m`, `L = f²/2`, tangent kernel `λ = (‖u‖² + ‖v‖²)/m`.
//!
//! Under gradient descent the two numbers `f` and `λ` determine their own evolution:
//! `f⁺ = f (1 − ηλ + η²f²/m)` and `λ⁺ = λ + (ηf²/m)(ηλ − 4)`. So `λ` falls forever when `ηλ₀ < 4` and
//! rises forever when `ηλ₀ > 4` (unless `f` hits zero). At `ηλ₀ = 4` it is constant, and for `m = 1`
//! the number `g = ηf` follows `g⁺ = g³ − 3g = 2T₃(g/2)`, Chebyshev's chaotic cubic on `[−2, 2]`.
//!
//! To avoid the root, the state holds `√m·f = u·v`.

use nalgebra::DVector;

use crate::matrix::Algebra;
use crate::number::{Field, Symbol};

/// The state of gradient descent, output and kernel, and the width.
#[derive(Clone, Debug, PartialEq)]
pub struct Catapult<T> {
    /// `√m·f = u·v`.
    pub output: T,
    /// The tangent kernel `λ = (‖u‖² + ‖v‖²)/m`; at a minimum it is the sharpness.
    pub kernel: T,
    /// The width `m`.
    pub width: T,
}

impl<T: Field> Catapult<T> {
    /// The state at the weights `u` and `v` (both of length m).
    ///
    /// # Panics
    /// When `u` and `v` differ in length or are empty.
    pub fn at(u: &DVector<T>, v: &DVector<T>) -> Self {
        let (m, length) = (u.len(), v.len());
        assert!(m == length && m > 0, "weights of lengths {m} and {length}");
        let width = T::int(m as i64);
        Catapult {
            output: u.dot(v),
            kernel: (u.dot(u) + v.dot(v)) / &width,
            width,
        }
    }

    /// One step of gradient descent.
    #[must_use]
    pub fn step(&self, learning_rate: &T) -> Self {
        let (eta, lambda) = (learning_rate, &self.kernel);
        let square = self.squared_output();
        let factor = T::one() - eta * lambda + eta.square() * &square / &self.width;
        let push = eta * &square / &self.width * (eta * lambda - T::int(4));
        Catapult {
            output: &self.output * factor,
            kernel: lambda + push,
            width: self.width.clone(),
        }
    }

    /// `f² = 2L`.
    pub fn squared_output(&self) -> T {
        self.output.square() / &self.width
    }
}

/// One step of gradient descent on the weights: `u⁺ = u − ηf v/√m`, and `v⁺` likewise.
pub fn descend<T: Field>(
    u: &DVector<T>,
    v: &DVector<T>,
    learning_rate: &T,
) -> (DVector<T>, DVector<T>) {
    let pull = learning_rate * u.dot(v) / T::int(u.len() as i64);
    let along = |x: &DVector<T>| x.map(|entry| entry * &pull);
    (u - along(v), v - along(u))
}

/// The map `g⁺ = g³ − 3g = 2T₃(g/2)` of `g = ηf`, for `ηλ = 4` and width 1.
pub fn chebyshev<A: Algebra<T>, T: Field>(g: &A) -> A {
    g.squared() * g.clone() - g.clone().scaled(&T::int(3))
}

/// The formula of the next kernel in LaTeX.
pub fn latex() -> String {
    let [output, kernel, width] = [r"\varphi", r"\lambda", "m"].map(Symbol::named);
    let state = Catapult {
        output,
        kernel,
        width,
    };
    let next = state.step(&Symbol::named(r"\eta"));
    format!(r"\lambda^+ = {}", next.kernel)
}

/// Chebyshev's map in LaTeX.
pub fn latex_of_chebyshev() -> String {
    let next: Symbol = chebyshev::<Symbol, Symbol>(&Symbol::named("g"));
    format!("g^+ = {next}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn the_two_numbers_follow_the_weights() {
        let vector = |entries: [i64; 3]| {
            DVector::from_row_slice(&entries.map(|entry| Exact::fraction(entry, 4)))
        };
        let (mut u, mut v) = (vector([3, -1, 4]), vector([1, 5, -2]));
        let eta = Exact::fraction(6, 5);
        for _ in 0..5 {
            let predicted = Catapult::at(&u, &v).step(&eta);
            (u, v) = descend(&u, &v, &eta);
            assert_eq!(Catapult::at(&u, &v), predicted);
        }
    }

    #[test]
    fn the_formulas_print_themselves() {
        assert!(
            latex().contains(r"\left(\eta\,\lambda - 4\right)"),
            "{}",
            latex()
        );
        assert_eq!(latex_of_chebyshev(), r"g^+ = g^3 - 3\,g");
    }
}
