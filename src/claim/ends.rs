//! Where the criteria end: proposals in floating point, from which a search climbs.

use crate::criterion::{GRADIENT_DESCENT, MEAN_SQUARE, NON_UNIFORMITY, ONE_STEP, proposed};
use crate::decide::{Critical, CriticalRates};
use crate::model::Quadratic;

/// The largest learning rate at which something holds, roughly, for a model and a noise weight `p`: 0
/// for nowhere, `∞` for everywhere, NaN when it is not to be had.
pub type Proposal = fn(&Quadratic<f64>, f64) -> f64;

/// Where a criterion ends.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The certified bracket, for the margins of a check.
    pub certified: fn(&CriticalRates) -> &Critical,
    /// The proposal, for a search.
    pub proposed: Proposal,
}

impl End {
    /// Of `2I − ηH_i ⪰ 0` for every sample: `2/max_i λ_max(H_i)`.
    pub const SINGLE_SAMPLE: End = End {
        certified: |rates| &rates.single_sample,
        proposed: |model, _| {
            let largest = model.hessians().iter().map(proposed::largest_eigenvalue);
            largest.fold(0.0, f64::max).recip() * 2.0
        },
    };

    /// Of `2I − ηH ⪰ 0`: `2/λ_max(H)`.
    pub const GRADIENT_DESCENT: End = End {
        certified: |rates| &rates[GRADIENT_DESCENT],
        proposed: GRADIENT_DESCENT.critical,
    };

    /// Of the non-uniformity bound `I − η²pΣ ⪰ 0`: `1/(s√p)`.
    pub const NON_UNIFORMITY: End = End {
        certified: |rates| &rates[NON_UNIFORMITY],
        proposed: NON_UNIFORMITY.critical,
    };

    /// Of Theorem 1, `2H − η(H² + pΣ) ⪰ 0`: `η₁`.
    pub const ONE_STEP: End = End {
        certified: |rates| &rates[ONE_STEP],
        proposed: ONE_STEP.critical,
    };

    /// Of mean-square stability, `C − ηD ⪰ 0` on Sym(d): `η*`.
    pub const MEAN_SQUARE: End = End {
        certified: |rates| &rates[MEAN_SQUARE],
        proposed: MEAN_SQUARE.critical,
    };
}
