//! Every fixed order of the samples, checked wherever independent sampling converges.

use nalgebra::DMatrix;
use sgd_stability::claim::family::instances;
use sgd_stability::claim::{
    Change, Chapter, Check, Claim, Evidence, Examination, Guard, Hypothesis, Instance, Posed,
    Status, Version,
};
use sgd_stability::criterion::{MEAN_SQUARE, cyclic};
use sgd_stability::matrix::stein;
use sgd_stability::model::{Sampling, golden, reshuffling};
use sgd_stability::number::{Exact, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "cyclic_is_no_less_stable",
    title: "Refuted: what converges in the mean square converges in every cyclic order",
    statement: "For batches of one: if E‖x_t‖² converges on the range of H with independent \
        sampling, then ρ(A_{i_n} ⋯ A_{i_1}) < 1 there for every fixed order of the samples.",
    formula: cyclic::latex,
    source: "Ours. The counter-example: η = 1 and H₁ = [[1, −2/3], [−2/3, 5/3]], H₂ = diag(2, 0), \
        H₃ = diag(0, 2), where A₃A₂ = −I, so the order 1, 2, 3 has ρ = ρ(A₁) = (1 + √5)/3 > 1.",
    hypotheses: &[
        Hypothesis::decided("single: B = 1", |asked| (asked.batch == 1).into()),
        Hypothesis::decided(
            "mean_square_converges: ρ(T) < 1 on the range of H",
            mean_square_converges,
        ),
    ],
    reading: "A fixed order can be worse than independent draws: two steps cancel each other in \
        every epoch, and the third is left alone. In one dimension and for two samples the claim \
        is true.",
    chapter: Chapter::SamplingSchemes,
    status: Status::Refuted,
    guards: &[Guard::of("orders", &[Change::Tenths(9)])],
    exact: Check::Run(evidence),
    outside: Check::Without("the claim fails inside its hypotheses; no instance outside is needed"),
    certified: Check::Without(
        "the spectral radii are decided over ℚ; an enclosure would add nothing",
    ),
    empirical: super::UNMEASURED,
};

fn evidence(version: Version) -> Evidence {
    let reflections = two_reflections();
    examination().of(instances().chain(&reflections), version)
}

fn examination() -> Examination<Exact> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| posed.formula("orders", |eta| every_order_converges(posed, eta)),
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

/// The counter-example, at learning rates around 1.
fn two_reflections() -> [Instance; 3] {
    [(99, 100), (1, 1), (101, 100)]
        .map(|(p, q)| Instance::single(golden::two_reflections(), Exact::fraction(p, q)))
}

/// Is `ρ(T) < 1` on the range of `H`?
fn mean_square_converges(asked: &Instance) -> Verdict {
    let hessians = asked
        .model
        .batch_hessians_on_range(Sampling::WithReplacement, 1);
    let step = |h: &DMatrix<Exact>| {
        DMatrix::identity(h.nrows(), h.nrows()) - h.map(|entry| entry * &asked.learning_rate)
    };
    stein::contracts(&hessians.iter().map(step).collect::<Vec<_>>())
}

/// Does every fixed order converge?
fn every_order_converges(posed: &Posed<Exact>, eta: &Exact) -> Verdict {
    let epochs = reshuffling::epochs(posed.model.samples(), 1);
    let verdicts = epochs
        .iter()
        .map(|epoch| cyclic::converges(&posed.model, epoch, eta));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counter-example breaks the claim, and its epoch is `−A₁`.
    #[test]
    fn two_reflections_break_it() {
        let found = examination().of(&two_reflections(), Version::STATED);
        assert_eq!((found.fails, found.total()), (3, 3));
        let [_, at_one, _] = two_reflections();
        let (model, eta) = (&at_one.model, &at_one.learning_rate);
        let product = reshuffling::factor(model, &reshuffling::in_order(3, 1), eta);
        assert_eq!(product, -model.step(&[0], eta));
    }
}
