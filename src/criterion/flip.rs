//! The flip criterion: does gradient descent in one dimension enter a stable cycle of period two when
//! it passes its edge `ηf'' = 2`? This depends on more than the linearisation.
//!
//! The flip bifurcation of `x ↦ x − ηf'(x)` is supercritical exactly when `3f'''² − f''f'''' > 0` (the
//! Schwarzian derivative of the map is then negative). In that case a minimum that has just become
//! unstable is still surrounded by a stable oscillation.

use crate::number::{Field, Symbol, Verdict};

/// The slack `3f'''² − f''f''''` from the derivatives of `f` at the minimum.
pub fn slack<T: Field>(second: &T, third: &T, fourth: &T) -> T {
    T::int(3) * third.square() - second * fourth
}

/// Is the cycle of period two that branches off at the edge stable? Fails at equality.
pub fn verdict<T: Field>(second: &T, third: &T, fourth: &T) -> Verdict {
    Verdict::positive(slack(second, third, fourth).sign())
}

/// The slack in LaTeX.
pub fn latex() -> String {
    let [second, third, fourth] = ["f''", "f'''", "f''''"].map(Symbol::named);
    slack(&second, &third, &fourth).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    /// f' = x − cx³ (f'' = 1, f'''' = −6c) at η = 2 + 1/100. With x² = (η − 2)/(ηc) the map swaps x and
    /// −x exactly, and the square of the map contracts near them.
    #[test]
    fn a_softening_potential_has_a_stable_cycle() {
        let number = |text: &str| text.parse::<Exact>().unwrap();
        assert!(verdict(&number("1"), &number("0"), &number("-6")).holds());
        assert!(verdict(&number("1"), &number("0"), &number("6")).fails());
        let (eta, square) = (number("2.01"), number("0.01") / number("2.01"));
        // x⁺ = x(1 − η + ηx²) = −x at this square; the slope 1 − η + 3ηx² is below 1 in absolute value.
        let factor = number("1") - &eta + &eta * &square;
        assert_eq!(factor, number("-1"));
        let slope = number("1") - &eta + number("3") * &eta * &square;
        assert!(slope.abs() < number("1"));
    }
}
