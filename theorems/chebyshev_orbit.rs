//! The minimal net uv/√m exactly at the end of the catapult range.

use nalgebra::DVector;
use sgd_stability::claim::family::fraction;
use sgd_stability::claim::{
    Chapter, Check, Claim, Evidence, Examined, Guard, Hypothesis, Status, Version, at_most, tally,
};
use sgd_stability::model::minimal::catapult::{self, Catapult, chebyshev};
use sgd_stability::number::{Exact, Field, Interval, Verdict};

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "chebyshev_orbit",
    title: "At ηλ₀ = 4 the kernel stands still and the output obeys Chebyshev's cubic",
    statement: "For the linear net of width 1 with η(u² + v²) = 4: λ is constant and g = ηf obeys \
        g⁺ = g³ − 3g = 2T₃(g/2), so |g| ≤ 2 for ever and the loss does not diverge.",
    formula: catapult::latex_of_chebyshev,
    source: "Lewkowycz et al. 2020 for the model; the orbit is ours.",
    hypotheses: &[Hypothesis::by_the_check("on_the_edge: ηλ₀ = 4 and m = 1")],
    reading: "The boundary between catapult and divergence is Chebyshev's map, chaotic on [−2, 2]: \
        from almost every start the loss does not converge either. It does from some: g = 0 (v = \
        0) and g = ±2 (u = ±v) stand still, and g = ±1 lands there. Beside the edge λ moves.",
    chapter: Chapter::BeyondTheEdge,
    status: Status::Upheld,
    guards: &[
        Guard::identity("kernel").exact_only(),
        Guard::identity("map").exact_only(),
        Guard::necessary("bounded"),
    ],
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(certified),
    empirical: super::UNMEASURED,
};

/// The number of steps over ℚ, where the numbers triple in length with each step.
const EXACT_STEPS: usize = 7;

/// The number of steps over intervals; each step loses slightly more than log₂ 3 bits.
const CERTIFIED_STEPS: usize = 60;

/// An interval type with enough bits to stay narrow for that many steps.
type Wide = Interval<512>;

/// Weights `u` and `v` for width 1; with the last three nothing moves.
const WEIGHTS: [[&[&str]; 2]; 8] = [
    [&["1"], &["1/3"]],
    [&["2"], &["-1/5"]],
    [&["3/7"], &["3/8"]],
    [&["7"], &["1"]],
    [&["5"], &["4"]],
    [&["1"], &["1"]],
    [&["1"], &["-1"]],
    [&["2"], &["0"]],
];

/// Weights for width 2.
const WIDER: [&[&str]; 2] = [&["1", "2"], &["1/3", "1"]];

fn exact(version: Version) -> Evidence {
    tally(version, asked(version, follows_chebyshev))
}

fn certified(version: Version) -> Evidence {
    tally(version, asked(version, stays_bounded))
}

/// A conclusion, checked over rationals or over intervals.
type Conclusion = fn(&Catapult<Exact>, &Exact, Version) -> Verdict;

/// Starts on the edge, and two kinds that violate the hypotheses: beside the edge, and with a larger
/// width.
fn asked(version: Version, conclusion: Conclusion) -> impl Iterator<Item = Examined> {
    let starts = WEIGHTS.into_iter().chain([WIDER]);
    starts.flat_map(move |start| {
        ["4", "3"].map(|product| examine(start, product, version, conclusion))
    })
}

/// Beside the edge the kernel changes, and a wider net follows another map.
fn outside() -> Evidence {
    let beside = ["3999/1000", "4001/1000", "2"];
    let narrow = WEIGHTS[..5]
        .iter()
        .flat_map(|start| beside.map(|product| (*start, product)));
    let cases = narrow.chain([(WIDER, "4")]).map(|(start, product)| {
        examine(start, product, Version::STATED, follows_chebyshev).outside()
    });
    tally(Version::STATED, cases)
}

/// Checks the conclusion for these weights and this `ηλ₀`.
fn examine(
    weights: [&[&str]; 2],
    product: &str,
    version: Version,
    conclusion: Conclusion,
) -> Examined {
    let vector = |x: &[&str]| DVector::from_iterator(x.len(), x.iter().map(|part| fraction(part)));
    let [u, v] = weights;
    let start = Catapult::at(&vector(u), &vector(v));
    let product = fraction(product);
    let eta = &product / &start.kernel;
    Examined {
        hypotheses: (product == Exact::from(4) && start.width == Exact::from(1)).into(),
        conclusion: conclusion(&start, &eta, version),
        distance: (&product - Exact::from(4)).to_f64(),
        case: format!("u = {u:?}, v = {v:?}, η = {eta}"),
    }
}

/// Is `λ` constant, does `g` follow Chebyshev's map, and does `g² ≤ 4` stay true? Compared as
/// rationals.
fn follows_chebyshev(start: &Catapult<Exact>, eta: &Exact, version: Version) -> Verdict {
    let mut state = start.clone();
    let steps = (0..EXACT_STEPS).map(|_| {
        let (g, next) = (eta * &state.output, state.step(eta));
        let stands = version.formula("kernel", eta, |eta| {
            (state.step(eta).kernel == state.kernel).into()
        });
        let maps = version.formula("map", &g, |g| {
            (eta * &next.output == chebyshev::<_, Exact>(g)).into()
        });
        let bounded = version.formula("bounded", &g.square(), |square| {
            at_most(square, &Exact::from(4))
        });
        state = next;
        stands.and(maps).and(bounded)
    });
    steps.fold(Verdict::Holds, Verdict::and)
}

/// Does `g² ≤ 4` stay true for many steps, over intervals? A start with `g² = 4` cannot be decided over
/// intervals.
fn stays_bounded(start: &Catapult<Exact>, eta: &Exact, version: Version) -> Verdict {
    let mut g = Wide::from_exact(&(eta * &start.output));
    let bounded = (0..CERTIFIED_STEPS).map(|_| {
        let square = g.square();
        g = chebyshev::<Wide, Wide>(&g);
        version.formula("bounded", &square, |square| at_most(square, &Wide::int(4)))
    });
    bounded.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_is_decided() {
        for found in [exact(Version::STATED), certified(Version::STATED)] {
            assert_eq!((found.fails, found.undecided), (0, 0), "{found:?}");
            assert_eq!(found.holds, WEIGHTS.len() as u64, "{found:?}");
        }
    }

    /// g = 2 cos θ is mapped to 2 cos 3θ, so g = 1 (θ = π/3) reaches the fixed point −2, where the loss
    /// converges: "almost every" start does not mean every start.
    #[test]
    fn the_map_triples_the_angle() {
        for g in [1, -2] {
            let next: Exact = chebyshev::<_, Exact>(&Exact::from(g));
            assert_eq!(next, Exact::from(-2));
        }
    }
}
