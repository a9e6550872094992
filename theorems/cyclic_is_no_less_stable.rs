//! # Refuted: what converges in the mean square converges in every cyclic order
//!
//! **Statement.** For batches of one: if E‖x_t‖² converges on the range of H with independent
//! sampling, then ρ(A_{i_n} ⋯ A_{i_1}) < 1 there for every fixed order of the samples. False.
//!
//! **Source.** Ours. The counter-example: η = 1 and H₁ = [[1, −2/3], [−2/3, 5/3]], H₂ = diag(2,
//! 0), H₃ = diag(0, 2), where A₃A₂ = −I, so the order 1, 2, 3 has ρ = ρ(A₁) = (1 + √5)/3 > 1.
//!
//! **Hypotheses.** `single`: B = 1. `mean_square_converges`: ρ(T) < 1 on the range of H.
//!
//! **Reading.** A fixed order can be worse than independent draws: two steps cancel each other
//! in every epoch, and the third is left alone. In one dimension and for two samples the claim
//! is true.

use nalgebra::DMatrix;
use sgd_stability::claim::{Change, Check, Claim, Evidence, Part, Status, Version};
use sgd_stability::criterion::cyclic;
use sgd_stability::matrix::stein;
use sgd_stability::model::{Sampling, golden, reshuffling};
use sgd_stability::number::{Exact, Verdict};

use super::examination::{Examination, Posed, end};
use super::family::{Instance, instances};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "cyclic_is_no_less_stable",
    title: "Refuted: what converges in the mean square converges in every cyclic order",
    statement: "For batches of one: if E‖x_t‖² converges on the range of H with independent sampling, then ρ(A_{i_n} ⋯ A_{i_1}) < 1 there for every fixed order of the samples. False.",
    formula: cyclic::latex,
    source: "Ours. The counter-example: η = 1 and H₁ = [[1, −2/3], [−2/3, 5/3]], H₂ = diag(2, 0), H₃ = diag(0, 2), where A₃A₂ = −I, so the order 1, 2, 3 has ρ = ρ(A₁) = (1 + √5)/3 > 1.",
    hypotheses: &[
        "single: B = 1",
        "mean_square_converges: ρ(T) < 1 on the range of H",
    ],
    reading: "A fixed order can be worse than independent draws: two steps cancel each other in every epoch, and the third is left alone. In one dimension and for two samples the claim is true.",
    status: Status::Refuted,
    parts: &[Part::of("orders", &[Change::Tenths(9)])],
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
        hypotheses: |posed| {
            let single = Verdict::from(posed.instance.batch == 1);
            single.and(mean_square_converges(posed))
        },
        conclusion: |posed| posed.formula("orders", |eta| every_order_converges(posed, eta)),
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// The counter-example, at learning rates around 1.
fn two_reflections() -> [Instance; 3] {
    [(99, 100), (1, 1), (101, 100)]
        .map(|(p, q)| Instance::single(golden::two_reflections(), Exact::fraction(p, q)))
}

/// `ρ(T) < 1` on the range of `H`.
fn mean_square_converges(posed: &Posed<Exact>) -> Verdict {
    let hessians = posed
        .model
        .batch_hessians_on_range(Sampling::WithReplacement, 1);
    let step = |h: &DMatrix<Exact>| {
        DMatrix::identity(h.nrows(), h.nrows()) - h.map(|entry| entry * &posed.eta)
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

    /// The counter-example is one, and its epoch is `−A₁`.
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
