//! The exact criterion in one dimension: `η(a² + ps²) ≤ 2a` (Wu, Ma and E 2018, section 3).
//!
//! `E x⁺² = ((1 − ηa)² + η²ps²) x²`, so this is the one-step criterion over plain numbers. For a
//! network it is evaluated at the measured `a = λ_max(H)` and `s² = λ_max(Σ)`, as if both belonged to
//! one direction.

use super::one_step;
use super::symbols::{eta, weight};
use crate::model::Curvature;
use crate::number::{Field, Symbol};

/// The slack `2a − η(a² + ps²)`, by the formula of [`one_step`], from `a` and `s²`.
pub fn slack<T: Field>(
    sharpness: T,
    squared_non_uniformity: T,
    learning_rate: &T,
    weight: &T,
) -> T {
    let curvature = Curvature::along_one_direction(sharpness, squared_non_uniformity);
    one_step::slack(&curvature, learning_rate, weight)
}

/// The factor `(1 − ηa)² + η²ps² = 1 − η·slack` by which one step multiplies the mean square.
pub fn growth<T: Field>(
    sharpness: T,
    squared_non_uniformity: T,
    learning_rate: &T,
    weight: &T,
) -> T {
    let noise = learning_rate.square() * weight * squared_non_uniformity;
    (T::one() - learning_rate * sharpness).square() + noise
}

/// The ratio `η(a² + ps²)/(2a)`, which is at most 1 when stable; it says how close to the edge a
/// measured minimum is.
///
/// # Panics
/// Over ℚ, when the sharpness is zero.
pub fn ratio<T: Field>(
    sharpness: T,
    squared_non_uniformity: T,
    learning_rate: &T,
    weight: &T,
) -> T {
    learning_rate / critical(sharpness, squared_non_uniformity, weight)
}

/// The largest stable learning rate, `η* = 2a/(a² + ps²)`.
///
/// # Panics
/// Over ℚ, when the sharpness is zero; every learning rate is then stable.
pub fn critical<T: Field>(sharpness: T, squared_non_uniformity: T, weight: &T) -> T {
    let curvature = Curvature::along_one_direction(sharpness, squared_non_uniformity);
    T::int(2) * &curvature.hessian / one_step::second_moment(&curvature, weight)
}

/// The slack in LaTeX.
pub fn latex() -> String {
    let slack: Symbol = one_step::slack(&Curvature::of_number_symbols(), &eta(), &weight());
    slack.to_string()
}

/// The growth factor in LaTeX.
pub fn latex_of_growth() -> String {
    let [a, s] = ["a", "s"].map(Symbol::named);
    let growth: Symbol = growth(a, s.square(), &eta(), &weight());
    growth.to_string()
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::number::Exact;

    fn toy() -> (Exact, Exact, Exact) {
        (Exact::from(2), Exact::fraction(81, 25), Exact::from(1))
    }

    #[test]
    fn the_toy_is_critical_at_100_over_181() {
        let (a, s2, p) = toy();
        let critical = critical(a.clone(), s2.clone(), &p);
        assert_eq!(critical, Exact::fraction(100, 181));
        assert!(slack(a.clone(), s2.clone(), &critical, &p).is_zero());
        assert_eq!(ratio(a.clone(), s2.clone(), &critical, &p), Exact::from(1));
        let growth = growth(a, s2, &Exact::fraction(7, 10), &p);
        assert_eq!(growth, Exact::fraction(4369, 2500));
    }

    #[test]
    fn growth_is_one_minus_the_slack_scaled() {
        let (a, s2, _) = toy();
        let (eta, p) = (Exact::fraction(3, 7), Exact::fraction(2, 5));
        let slack = slack(a.clone(), s2.clone(), &eta, &p);
        assert_eq!(growth(a, s2, &eta, &p), Exact::from(1) - eta * slack);
    }

    #[test]
    fn the_formula_prints_itself() {
        assert_eq!(latex(), r"2\,a - \eta\,\left(a^2 + p\,s^2\right)");
        let growth = r"\left(1 - \eta\,a\right)^2 + \eta^2\,p\,s^2";
        assert_eq!(latex_of_growth(), growth);
    }
}
