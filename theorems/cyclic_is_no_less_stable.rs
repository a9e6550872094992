//! # Open: what converges in the mean square converges in every cyclic order
//!
//! **Statement.** For batches of one: if E‖x_t‖² converges on the range of H with independent
//! sampling, then ρ(A_{i_n} ⋯ A_{i_1}) < 1 there for every fixed order of the samples.
//!
//! **Source.** Ours; in one dimension it is the inequality of the geometric and the arithmetic
//! mean.
//!
//! **Hypotheses.** `single`: B = 1. `mean_square_converges`: ρ(T) < 1 on the range of H.
//!
//! **Reading.** A conjecture, with the count of what was tried. It would say that a fixed order
//! is as safe as independent draws.

use sgd_stability::claim::{Check, Claim, Status};
use sgd_stability::criterion::cyclic;
use sgd_stability::matrix::stein;
use sgd_stability::model::{Sampling, reshuffling};
use sgd_stability::number::{Exact, Verdict};

use super::examination::{Examination, Posed, end};
use super::family::instances;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "cyclic_is_no_less_stable",
    title: "Open: what converges in the mean square converges in every cyclic order",
    statement: "For batches of one: if E‖x_t‖² converges on the range of H with independent sampling, then ρ(A_{i_n} ⋯ A_{i_1}) < 1 there for every fixed order of the samples.",
    formula: cyclic::latex,
    source: "Ours; in one dimension it is the inequality of the geometric and the arithmetic mean.",
    hypotheses: &[
        "single: B = 1",
        "mean_square_converges: ρ(T) < 1 on the range of H",
    ],
    reading: "A conjecture, with the count of what was tried. It would say that a fixed order is as safe as independent draws.",
    status: Status::Open,
    exact: Check::Run(|| examination().of(instances())),
    outside: Check::Without("the conclusion is not expected to fail outside"),
    certified: Check::Without("strict spectral radii of exact products are decided over ℚ"),
    empirical: super::MEASURED,
};

fn examination() -> Examination<Exact> {
    Examination {
        hypotheses: |posed| match posed.instance.batch == 1 {
            true => mean_square_converges(posed),
            false => Verdict::Fails,
        },
        conclusion: every_order_converges,
        margin: |instance| instance.headroom(end::mean_square),
    }
}

/// `ρ(T) < 1` on the range of `H`.
fn mean_square_converges(posed: &Posed<Exact>) -> Verdict {
    let hessians = posed
        .model
        .batch_hessians_on_range(Sampling::WithReplacement, 1);
    let step = |h: &nalgebra::DMatrix<Exact>| {
        nalgebra::DMatrix::identity(h.nrows(), h.nrows()) - h.map(|entry| entry * &posed.eta)
    };
    stein::contracts(&hessians.iter().map(step).collect::<Vec<_>>())
}

/// Does every fixed order converge?
fn every_order_converges(posed: &Posed<Exact>) -> Verdict {
    let epochs = reshuffling::epochs(posed.model.samples(), 1);
    let verdicts = epochs
        .iter()
        .map(|epoch| cyclic::converges(&posed.model, epoch, &posed.eta));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_tried_contradicts_it() {
        let found = examination().of(instances());
        assert_eq!((found.fails, found.undecided), (0, 0));
        assert!(found.holds >= 40, "{}", found.holds);
    }
}
