//! A checkpoint in which all numbers of a weight matrix are zero: often a file that was made and not
//! filled, or not to its end.
//!
//! Of one layer zero is a point as good as any. Where a layer stands behind another, nothing in front of
//! a zero one learns there, and whether somebody trained this network or its file is still being written
//! is not known: nothing is called stable by it.

use crate::network::{Kind, Layer};

use super::subject::Model;
use super::verdict::{Basis, Judgement, Stability};

/// What a reader must know of such a point.
pub const NOTE: &str = "A layer's weights are all zero: is this the file you mean, or one that was made \
                        and not filled? In front of a zero layer nothing learns.";

/// Are all weights of a dense layer or a convolution zero, in a network of several layers?
pub fn is_blank(model: &Model) -> bool {
    let is_zero = |layer: &Layer| {
        let weight = &model.state.parameters[layer.weight.clone()];
        let is_matrix = matches!(layer.kind, Kind::Dense | Kind::Convolution(_));
        is_matrix && weight.len() > 1 && weight.iter().all(|weight| *weight == 0.0)
    };
    model.network.modules().len() > 1 && model.network.layers().iter().any(is_zero)
}

/// The judgement of a point, where there is anything to judge.
pub fn judge(model: &Model, judgement: Judgement) -> Judgement {
    if judgement.verdict != Stability::Stable || !is_blank(model) {
        return judgement;
    }
    Judgement {
        verdict: Stability::Undecided,
        basis: Basis::None,
        reason: "a layer's weights are all zero, as in a file that was not filled".to_owned(),
    }
}
