//! The largest s at which SGD with heavy ball converges for some sharpness.

use num_traits::{One, Zero};
use sgd_stability::claim::family::{fraction, rates_at};
use sgd_stability::claim::{
    Certified, Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis,
    POSITIVE_LEARNING_RATE, Status, Version, tally,
};
use sgd_stability::criterion::heavy_ball;
use sgd_stability::number::{Exact, Field, Verdict};

use super::momentum::DAMPED;
use super::momentum::momenta;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "momentum_narrows_non_uniformity",
    title: "With momentum stable SGD needs s ≤ √(1 − β²)/(η√p)",
    statement: "In one dimension with η > 0 and |β| < 1: if E x_t² of SGD with heavy ball \
        converges to zero, then η²ps² ≤ 1 − β², whatever the sharpness.",
    formula: || heavy_ball::latex_of_non_uniformity() + r" \ge 0",
    source: "Ours: the criterion of one dimension, maximised over a; equality is approached at a = \
        (1 + β)/η.",
    hypotheses: &[
        DAMPED.stated,
        POSITIVE_LEARNING_RATE,
        Hypothesis::by_the_check("converges: the mean square converges to zero"),
    ],
    reading: "Momentum widens the range of sharpness (β > 0) and narrows that of non-uniformity: \
        flat and uniform minima remain.",
    chapter: Chapter::Momentum,
    status: Status::Upheld,
    guards: &[Guard::necessary("bound")],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Run(outside),
    certified: Check::Run(evidence::<Certified>),
    empirical: super::UNMEASURED,
};

/// Sharpness `a`, squared non-uniformity `s²` and noise weight `p`.
const CURVATURES: [[&str; 3]; 7] = [
    ["2", "81/25", "1"],
    ["1", "1", "1/2"],
    ["1", "0", "1"],
    ["11/2", "81/4", "1"],
    ["1", "100", "1/9"],
    ["1", "1/100", "1"],
    ["8/5", "16/25", "1"],
];

/// One case: SGD with heavy ball in one dimension.
struct Run {
    a: Exact,
    s2: Exact,
    p: Exact,
    eta: Exact,
    beta: Exact,
}

fn evidence<T: Field>(version: Version) -> Evidence {
    let momenta: Vec<Exact> = momenta().into_iter().chain([fraction("3/5")]).collect();
    let runs = CURVATURES
        .iter()
        .flat_map(|curvature| momenta.iter().flat_map(|beta| runs(*curvature, beta)));
    tally(version, runs.map(|run| run.examine::<T>(version)))
}

/// Runs with this momentum at the end of the criterion, at `η = (1 + β)/a` (where the bound is tight if
/// `(1 + β)ps² = (1 − β)a²`), and at learning rates that are not positive.
fn runs(curvature: [&str; 3], beta: &Exact) -> Vec<Run> {
    let [a, s2, p] = curvature.map(fraction);
    let end = heavy_ball::critical(&a, &s2, &p, beta);
    let tight = (Exact::one() + beta) / &a;
    let backwards = ["-1", "0"].map(fraction);
    let rates = rates_at(&end).into_iter().chain(rates_at(&tight));
    let run = |eta| Run {
        a: a.clone(),
        s2: s2.clone(),
        p: p.clone(),
        eta,
        beta: beta.clone(),
    };
    rates.chain(backwards).map(run).collect()
}

impl Run {
    fn examine<T: Field>(&self, version: Version) -> Examined {
        let Run {
            a,
            s2,
            p,
            eta,
            beta,
        } = self;
        let [ta, ts2, tp, teta, tbeta] = [a, s2, p, eta, beta].map(T::from_exact);
        let slack = heavy_ball::slack(&ta, &ts2, &teta, &tp, &tbeta);
        let bound = |eta: &T| {
            let slack = heavy_ball::non_uniformity_slack(&ts2, eta, &tp, &tbeta);
            Verdict::non_negative(slack.sign())
        };
        Examined {
            hypotheses: (DAMPED.holds)(beta)
                .and((*eta > Exact::zero()).into())
                .and(Verdict::positive(slack.sign())),
            conclusion: version.formula("bound", &teta, bound),
            distance: heavy_ball::non_uniformity_slack(s2, eta, p, beta).to_f64(),
            case: format!("a = {a}, s² = {s2}, p = {p}, η = {eta}, β = {beta}"),
        }
    }
}

/// Unstable runs that violate the bound.
fn outside() -> Evidence {
    let runs = [["4/7", "0"], ["1/2", "1/2"], ["1/3", "9/10"]].map(|rates| {
        let ([a, s2, p], [eta, beta]) = (CURVATURES[0].map(fraction), rates.map(fraction));
        Run {
            a,
            s2,
            p,
            eta,
            beta,
        }
    });
    let examined = runs.map(|run| run.examine::<Exact>(Version::STATED).outside());
    tally(Version::STATED, examined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_reached_at_one_sharpness() {
        let beta = fraction("3/5");
        let (a, s2) = (fraction("8/5"), fraction("16/25"));
        let end = heavy_ball::critical(&a, &s2, &Exact::one(), &beta);
        assert_eq!(end, Exact::one());
        let bound = heavy_ball::non_uniformity_slack(&s2, &end, &Exact::one(), &beta);
        assert_eq!(bound, Exact::from(0));
        assert_eq!(evidence::<Exact>(Version::STATED).fails, 0);
    }
}
