//! # At ηλ₀ = 4 the kernel stands still and the output moves chaotically
//!
//! **Statement.** For the linear net of width 1 with η(u² + v²) = 4: λ is constant and g = ηf
//! obeys g⁺ = g³ − 3g = 2T₃(g/2), so |g| ≤ 2 for ever and the loss neither converges nor
//! diverges.
//!
//! **Source.** Lewkowycz et al. 2020 for the model; the orbit is ours.
//!
//! **Hypotheses.** `on_the_edge`: ηλ₀ = 4 and m = 1.
//!
//! **Reading.** The boundary between catapult and divergence is Chebyshev's map, chaotic on [−2,
//! 2]. Beside it λ moves.

use nalgebra::DVector;
use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::model::minimal::catapult::{self, Catapult, chebyshev};
use sgd_stability::number::{Exact, Field, Interval, Verdict};

use super::examination::{Finding, at_most, tally};
use super::family::fraction;

/// The claim.
pub const CLAIM: Claim = Claim {
    id: "chebyshev_orbit",
    title: "At ηλ₀ = 4 the kernel stands still and the output moves chaotically",
    statement: "For the linear net of width 1 with η(u² + v²) = 4: λ is constant and g = ηf obeys g⁺ = g³ − 3g = 2T₃(g/2), so |g| ≤ 2 for ever and the loss neither converges nor diverges.",
    formula: catapult::latex_of_chebyshev,
    source: "Lewkowycz et al. 2020 for the model; the orbit is ours.",
    hypotheses: &["on_the_edge: ηλ₀ = 4 and m = 1"],
    reading: "The boundary between catapult and divergence is Chebyshev's map, chaotic on [−2, 2]. Beside it λ moves.",
    status: Status::Upheld,
    exact: Check::Run(exact),
    outside: Check::Run(outside),
    certified: Check::Run(certified),
    empirical: super::UNMEASURED,
};

/// The steps over ℚ: the numbers triple in length with each.
const EXACT_STEPS: usize = 7;

/// The steps by enclosures; each loses log₂ 3 bits or a little more.
const CERTIFIED_STEPS: usize = 60;

/// Wide enough to keep the enclosures of that many steps narrow.
type Wide = Interval<512>;

/// Weights `u` and `v`, none of them zero.
const WEIGHTS: [(&str, &str); 5] = [
    ("1", "1/3"),
    ("2", "-1/5"),
    ("3/7", "3/8"),
    ("7", "1"),
    ("5", "4"),
];

fn exact() -> Evidence {
    tally(findings("4", follows_chebyshev))
}

fn certified() -> Evidence {
    tally(findings("4", stays_bounded))
}

/// Beside the edge the kernel moves.
fn outside() -> Evidence {
    let beside =
        ["3999/1000", "4001/1000", "2"].map(|product| findings(product, follows_chebyshev));
    tally(beside.into_iter().flatten().map(|found| found.beyond()))
}

/// The conclusion at every start, with this `ηλ₀`.
fn findings(
    product: &str,
    conclusion: fn(&Exact, &Exact, &Exact) -> Verdict,
) -> [Finding; WEIGHTS.len()] {
    WEIGHTS.map(|(u, v)| {
        let (u, v, product) = (fraction(u), fraction(v), fraction(product));
        let eta = &product / (u.square() + v.square());
        Finding {
            hypotheses: (product == Exact::from(4)).into(),
            conclusion: conclusion(&u, &v, &eta),
            distance: (&product - Exact::from(4)).to_f64(),
            case: format!("u = {u}, v = {v}, η = {eta}"),
        }
    })
}

/// The start over `T`, in width 1.
fn start<T: Field>(u: &Exact, v: &Exact) -> Catapult<T> {
    let vector = |x: &Exact| DVector::from_element(1, T::from_exact(x));
    Catapult::at(&vector(u), &vector(v))
}

/// Does `λ` stand still and `g` follow Chebyshev's map, as rationals?
fn follows_chebyshev(u: &Exact, v: &Exact, eta: &Exact) -> Verdict {
    let mut state = start::<Exact>(u, v);
    let follows = (0..EXACT_STEPS).all(|_| {
        let next = state.step(eta);
        let g = eta * &state.output;
        let agrees = next.kernel == state.kernel && eta * &next.output == chebyshev::<_, Exact>(&g);
        state = next;
        agrees
    });
    follows.into()
}

/// Does `g² ≤ 4` stay true?
fn stays_bounded(u: &Exact, v: &Exact, eta: &Exact) -> Verdict {
    let mut g = Wide::from_exact(eta) * start::<Wide>(u, v).output;
    let bounded = (0..CERTIFIED_STEPS).map(|_| {
        g = chebyshev::<Wide, Wide>(&g);
        at_most(&g.square(), &Wide::int(4))
    });
    bounded.fold(Verdict::Holds, Verdict::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_is_decided() {
        for found in [exact(), certified()] {
            assert_eq!(found.holds, found.total(), "{found:?}");
        }
    }

    /// g = 2 cos θ goes to 2 cos 3θ, so g = 1 (θ = π/3) goes to the fixed point −2.
    #[test]
    fn the_map_triples_the_angle() {
        for g in [1, -2] {
            let next: Exact = chebyshev::<_, Exact>(&Exact::from(g));
            assert_eq!(next, Exact::from(-2));
        }
    }
}
