//! Self-stabilisation at the edge of stability (Damian, Nichani and Lee 2023): the reduced map near
//! sharpness `2/η`.
//!
//! `x` is the displacement along the top eigenvector, `y` the sharpness minus `2/η`, `α > 0` the rate
//! of progressive sharpening and `β > 0` the strength of the restoring force: `x⁺ = −(1 + ηy)x`,
//! `y⁺ = y + η(α − βx²/2)`. The 2-cycle `x² = 2α/β, y = 0` keeps the sharpness at `2/η`.

use crate::number::{Field, Symbol};

/// The constants of the reduced map.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfStabilisation<T> {
    /// The learning rate `η`.
    pub learning_rate: T,
    /// The progressive sharpening `α = −∇L·∇S`.
    pub sharpening: T,
    /// The restoring force `β = ‖∇S_⊥‖²`.
    pub restoring: T,
}

impl<T: Field> SelfStabilisation<T> {
    /// One step from `(x, y)`.
    pub fn step(&self, x: &T, y: &T) -> (T, T) {
        let eta = &self.learning_rate;
        let next_x = -(T::one() + eta * y) * x;
        let force = &self.sharpening - &self.restoring * x.square() * T::ratio(1, 2);
        (next_x, y + eta * force)
    }

    /// `x² = 2α/β` on the 2-cycle at `y = 0`.
    ///
    /// # Panics
    /// Over ℚ when `β = 0`.
    pub fn squared_amplitude(&self) -> T {
        T::int(2) * &self.sharpening / &self.restoring
    }
}

/// The map in LaTeX.
pub fn latex() -> String {
    let [learning_rate, sharpening, restoring, x, y] =
        [r"\eta", r"\alpha", r"\beta", "x", "y"].map(Symbol::named);
    let map = SelfStabilisation {
        learning_rate,
        sharpening,
        restoring,
    };
    let (x, y) = map.step(&x, &y);
    format!(r"x^+ = {x}, \quad y^+ = {y}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn the_cycle_returns_after_two_steps() {
        let number = |text: &str| text.parse::<Exact>().unwrap();
        let map = SelfStabilisation {
            learning_rate: number("1/10"),
            sharpening: number("2"),
            restoring: number("1"),
        };
        let (x, zero) = (number("2"), number("0"));
        assert_eq!(map.squared_amplitude(), x.square());
        assert_eq!(map.step(&x, &zero), (number("-2"), zero.clone()));
        assert_eq!(map.step(&number("-2"), &zero), (x, zero));
        let expected = r"x^+ = -\left(1 + \eta\,y\right)\,x, \quad ";
        assert!(latex().starts_with(expected), "{}", latex());
    }
}
