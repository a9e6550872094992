//! A checkpoint in which every weight is zero: as a rule a file that was made and never filled.
//!
//! Of one layer zero is a point as good as any. Where a layer stands behind another, no layer but the
//! last learns anything there: the curvature is that of a network nobody trained, and nothing is
//! called stable by it.

use super::subject::Model;
use super::verdict::{Judgement, Justification, Stability};

/// What a reader must know of such a point.
pub const NOTE: &str = "Every weight is zero: is this the file you mean, or one that was made and never \
                        filled? Behind a zero layer no other learns.";

/// The judgement of a point, where there is anything to judge.
pub fn judge(model: &Model, judgement: Judgement) -> Judgement {
    if judgement.verdict != Stability::Stable || !model.is_untrained() {
        return judgement;
    }
    Judgement {
        verdict: Stability::Undecided,
        basis: Justification::None,
        reason: "every weight is zero, as in a file that was never filled".to_owned(),
    }
}
