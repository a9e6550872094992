//! Room **criterion**: the formulas of stability, each written once.
//!
//! A criterion is a closed condition on the curvature of a minimum, the learning rate `η` and the
//! weight `p` of the sampling noise ([`crate::model::Sampling::weight`]). Each is given by its *slack*,
//! generic over [`Algebra`](crate::matrix::Algebra): the criterion holds exactly when the slack is
//! `⪰ 0` (a matrix) or `≥ 0` (a number). Equality counts as stable.
//!
//! The criteria that `decide` evaluates for every model are values of one type, [`Criterion`], in one
//! list, [`CRITERIA`].
//!
//! | criterion | slack | what it says about SGD |
//! |---|---|---|
//! | [`gradient_descent`] | `2I − ηH` | necessary; exact for the full batch |
//! | [`non_uniformity`] | `I − η²pΣ` | necessary in one dimension, for two samples, when the `H_i` commute |
//! | [`one_step`] | `2H − η(H² + pΣ)` | sufficient; exact in one dimension |
//! | [`mean_square`] | `C − ηD` on Sym(d) | exact |
//! | [`direction`] | `2m − η(m² + p·Var)` | necessary along every direction |
//! | [`trace`] | `2 tr H − η tr(H² + pΣ)`, `r − η²p tr Σ` | necessary |
//! | [`alignment`] | `1 − η²pμ₀‖H‖_F²` | necessary |
//! | [`loss`] | `2H² − ηE[H_bHH_b]` | sufficient; the expected loss does not increase in one step |
//! | [`even_moment`] | `Id − E[A_b^{⊗k}]` on Sym^k | exact for `E‖x_t‖^k`, `k` even |
//! | [`almost_sure`] | `1 − Π(1 − ηa_b)²` | exact in one dimension; in several, words of batches decide some cases |
//! | [`bernoulli`] | `C − ηD` with `D = HXH + qV` | exact for Bernoulli batches |
//! | [`coherence`] | `σ² − a²η²(n/B − 1)` | necessary for Bernoulli batches |
//! | [`reshuffling`] | `Id − T_RR` on Sym(d) | exact for random reshuffling |
//! | [`cyclic`] | `ρ(P) < 1` | exact for one order of the samples, strictly |
//! | [`heavy_ball`], [`nesterov`] | see the modules | gradient descent; SGD in one dimension; any dimension, strictly |
//! | [`preconditioned`] | `2(1 + β)P − (1 − β)ηH` | exact for a frozen preconditioner |
//! | [`spectral`] | `1 − U` | exact for spectrally expressible noise, strictly |
//! | [`flip`] | `3f'''² − f''f''''` | what gradient descent does past its edge in one dimension |
//!
//! "Strictly" marks maps that are not self-adjoint. For these, convergence (`ρ < 1`) is decided, and
//! the criterion fails on the edge.
//!
//! The same slack is evaluated over matrices of rationals (to decide), matrices of intervals (to
//! certify), plain numbers (for measured values, or in one dimension) and symbols (to print its LaTeX).
//! `T: Field` in a signature means that no root is needed, so the criterion is decidable over ℚ.

pub mod alignment;
pub mod almost_sure;
pub mod bernoulli;
pub mod coherence;
pub mod cyclic;
pub mod definition;
pub mod direction;
pub mod even_moment;
pub mod flip;
pub mod gradient_descent;
pub mod heavy_ball;
pub mod loss;
pub mod mean_square;
pub mod nesterov;
pub mod non_uniformity;
pub mod one_dimension;
pub mod one_step;
mod per_criterion;
pub mod preconditioned;
pub(crate) mod proposed;
pub mod reshuffling;
pub mod spectral;
mod symbols;
pub mod trace;

pub use definition::{Criterion, Diffusion, Form, MatrixForm, Pencil, Power, Role};
pub use gradient_descent::GRADIENT_DESCENT;
pub use mean_square::MEAN_SQUARE;
pub use non_uniformity::NON_UNIFORMITY;
pub use one_step::ONE_STEP;
pub use per_criterion::PerCriterion;

/// The criteria that `decide` evaluates for every model, in the order in which they are listed
/// everywhere. A new criterion is added here, and its value is defined in the module of its formula.
pub const CRITERIA: [Criterion; 4] = [GRADIENT_DESCENT, NON_UNIFORMITY, ONE_STEP, MEAN_SQUARE];

#[cfg(test)]
mod tests {
    use super::symbols::{eta, weight};
    use super::*;
    use crate::matrix::Algebra;
    use crate::model::{Curvature, Sampling, golden};
    use crate::number::{Exact, Real, Symbol};

    /// A relative tolerance, far above the rounding errors of 2 × 2 matrices and far below the error of
    /// any wrong formula.
    const NEAR: f64 = 1e-9;

    #[test]
    fn every_verdict_turns_at_the_critical_learning_rate() {
        for (name, model) in golden::all() {
            let weight = Sampling::WithReplacement
                .weight(model.samples(), 2)
                .unwrap();
            for criterion in CRITERIA {
                let end = (criterion.critical)(&model.to(), weight.to_f64());
                let at = |part: f64| {
                    let eta = Exact::from_f64(end * part).unwrap();
                    (criterion.verdict)(&model, &eta, &weight)
                };
                assert!(at(1.0 - NEAR).holds(), "{} of {name}", criterion.name);
                assert!(at(1.0 + NEAR).fails(), "{} of {name}", criterion.name);
            }
        }
    }

    /// The plain text is the LaTeX that the code prints, transliterated.
    #[test]
    fn plain_formulas_say_what_the_code_prints() {
        let letters = [
            (r"\left", ""),
            (r"\right", ""),
            (r"\,", ""),
            (r"\eta", "η"),
            (r"\Sigma", "Σ"),
            ("^2", "²"),
            (" - ", " − "),
        ];
        for criterion in CRITERIA {
            if let Form::Matrix(_) = criterion.form {
                let plain = letters
                    .iter()
                    .fold((criterion.latex)(), |text, (tex, plain)| {
                        text.replace(tex, plain)
                    });
                assert_eq!(criterion.formula, format!("{plain} ⪰ 0"));
            }
        }
    }

    #[test]
    fn names_are_unique() {
        for (place, criterion) in CRITERIA.iter().enumerate() {
            assert!(!CRITERIA[..place].contains(criterion), "{criterion:?}");
        }
    }

    /// A slack as a function of the curvature, η and p.
    trait Slack {
        fn of<T: Real, A: Algebra<T>>(&self, curvature: &Curvature<A>, eta: &T, p: &T) -> A;
    }

    /// Evaluating the printed expression at numbers gives bit for bit what the formula gives at these
    /// numbers.
    fn prints_what_it_computes(slack: impl Slack) {
        let tree: Symbol = slack.of(&Curvature::of_matrix_symbols(), &eta(), &weight());
        let numbers = Curvature::along_one_direction(1.375, 0.8125);
        let value = |name: &str| match name {
            "I" => Some(1.0),
            "H" => Some(1.375),
            r"\Sigma" => Some(0.8125),
            r"\eta" => Some(0.7),
            "p" => Some(0.3),
            _ => None,
        };
        assert_eq!(
            tree.evaluate::<f64>(&value),
            Ok(slack.of(&numbers, &0.7, &0.3))
        );
    }

    #[test]
    fn every_criterion_prints_what_it_computes() {
        struct GradientDescent;
        impl Slack for GradientDescent {
            fn of<T: Real, A: Algebra<T>>(&self, curvature: &Curvature<A>, eta: &T, _: &T) -> A {
                gradient_descent::slack(curvature, eta)
            }
        }
        struct NonUniformity;
        impl Slack for NonUniformity {
            fn of<T: Real, A: Algebra<T>>(&self, curvature: &Curvature<A>, eta: &T, p: &T) -> A {
                non_uniformity::slack(curvature, eta, p)
            }
        }
        struct OneStep;
        impl Slack for OneStep {
            fn of<T: Real, A: Algebra<T>>(&self, curvature: &Curvature<A>, eta: &T, p: &T) -> A {
                one_step::slack(curvature, eta, p)
            }
        }
        prints_what_it_computes(GradientDescent);
        prints_what_it_computes(NonUniformity);
        prints_what_it_computes(OneStep);
    }
}
