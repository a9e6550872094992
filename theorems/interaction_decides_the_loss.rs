//! One step of the full loss from given points, by enumerating all batches.

use nalgebra::DVector;
use num_traits::One;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Instance,
    POSITIVE_LEARNING_RATE, Status, Version, equivalent, headroom, tally,
};
use sgd_stability::criterion::loss::Interaction;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Symbol, Verdict};

use super::points::from_points;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "interaction_decides_the_loss",
    title: "The expected loss does not rise in one step iff tr(HS_b)/‖g‖² ≤ 2/η",
    statement: "With η > 0, from a point where the gradient g is not zero, E L(x⁺) ≤ L(x) exactly \
        when η tr(HS_b) ≤ 2‖g‖², S_b = E g_bg_bᵀ; equally, when the interaction-aware sharpness \
        tr(HS_b)/tr(S_b) is at most (2/η)‖g‖²/tr(S_b).",
    formula: interaction_formula,
    source: "Lee and Jang 2023 (interaction-aware sharpness); the gradient-noise interaction is \
        the same statement.",
    hypotheses: &[
        Hypothesis::by_the_check("moving: g ≠ 0"),
        POSITIVE_LEARNING_RATE,
    ],
    reading: "One step, one point, the loss as it is: no stability theorem. Where g = 0 nothing \
        moves on an interpolating quadratic with every H_i ⪰ 0. For η < 0 the first inequality \
        holds and the loss rises.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[Guard::exactly("interaction"), Guard::exactly("aware")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// The slack in LaTeX.
fn interaction_formula() -> String {
    let interaction = Interaction {
        squared_gradient: Symbol::named(r"\|g\|^2"),
        squared_batch_gradient: Symbol::named(r"\mathrm{tr}\,S_b"),
        curvature: Symbol::named(r"\mathrm{tr}(H S_b)"),
    };
    interaction.slack(&Symbol::named(r"\eta")).to_string() + r" \ge 0"
}

/// The golden models from two points each, at the learning rates where the loss starts to increase.
fn evidence<T: Field>(version: Version) -> Evidence {
    let end = |question: &Instance, x: &DVector<Exact>| {
        let interaction = Interaction::at(&question.model, x, &question.weight);
        Exact::from(2) / interaction.gradient_noise_interaction()
    };
    let ask = |question: &Instance, x: &DVector<Exact>, end: &Exact| {
        examine::<T>(question, x, end, version)
    };
    tally(version, from_points(end, ask))
}

fn examine<T: Field>(
    question: &Instance,
    x: &DVector<Exact>,
    end: &Exact,
    version: Version,
) -> Examined {
    let model: Quadratic<T> = question.model.to();
    let x = x.map(|entry| T::from_exact(&entry));
    let eta = T::from_exact(&question.learning_rate);
    let interaction = Interaction::at(&model, &x, &T::from_exact(&question.weight));
    let moving = Verdict::positive(interaction.squared_gradient.sign())
        .and(question.meets(CLAIM.hypotheses));
    let slack = |eta: &T| Verdict::non_negative(interaction.slack(eta).sign());
    let falls =
        Verdict::non_negative((loss(&model, &x) - loss_after(question, &model, &x, &eta)).sign());
    let conclusion = match moving {
        Verdict::Fails => equivalent(slack(&eta), falls),
        _ => equivalent(version.formula("interaction", &eta, slack), falls).and(equivalent(
            version.formula("aware", &eta, |eta| aware(&interaction, eta)),
            falls,
        )),
    };
    Examined {
        hypotheses: moving,
        conclusion,
        distance: headroom(&question.learning_rate, end),
        case: question.describe(),
    }
}

/// The bound `tr(HS_b)/tr(S_b) ≤ (2/η)‖g‖²/tr(S_b)`.
fn aware<T: Field>(interaction: &Interaction<T>, eta: &T) -> Verdict {
    let bound =
        T::int(2) / eta * &interaction.squared_gradient / &interaction.squared_batch_gradient;
    Verdict::non_negative((bound - interaction.interaction_aware_sharpness()).sign())
}

/// Ascent (η < 0): both forms of the criterion hold and the loss increases.
fn outside() -> Evidence {
    let cases = ["-1/10", "-1/2", "-2"].map(|eta| {
        let question = Instance::single(golden::three_inputs(), fraction(eta));
        let x = DVector::from_row_slice(&[1, -2].map(Exact::from));
        examine::<Exact>(&question, &x, &Exact::one(), Version::STATED).outside()
    });
    tally(Version::STATED, cases)
}

/// The loss `L = ½xᵀHx`.
fn loss<T: Field>(model: &Quadratic<T>, x: &DVector<T>) -> T {
    T::ratio(1, 2) * x.dot(&(model.hessian() * x))
}

/// The expected loss after a step, `E L(x⁺)`, by enumerating all batches.
fn loss_after<T: Field>(question: &Instance, model: &Quadratic<T>, x: &DVector<T>, eta: &T) -> T {
    question.mean_over_batches::<T, T>(|batch| loss(model, &(model.step(batch, eta) * x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_decided() {
        let found = evidence::<Exact>(Version::STATED);
        assert_eq!((found.fails, found.undecided), (0, 0));
    }
}
