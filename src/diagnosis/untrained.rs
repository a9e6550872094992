//! Checkpoints in which every weight is zero, usually files that were created but never filled.
//!
//! In a network of one layer, zero is an ordinary point. In a network of several layers, no layer but the
//! last has a gradient at zero: the curvature is that of an untrained network, and the point is never
//! called stable.

use super::subject::LoadedNetwork;
use super::verdict::{Judgement, Justification, Stability};

/// The note on such a point.
pub const NOTE: &str = "Every weight is zero: is this the file you mean, or one that was made and never \
                        filled? Behind a zero layer no other learns.";

/// The judgement of a model: unchanged, unless the model is untrained and would be called stable.
pub fn judge(model: &LoadedNetwork, judgement: Judgement) -> Judgement {
    if judgement.verdict != Stability::Stable || !model.is_untrained() {
        return judgement;
    }
    Judgement {
        verdict: Stability::Undecided,
        basis: Justification::None,
        reason: "every weight is zero, as in a file that was never filled".to_owned(),
    }
}
