//! The names that formulas print themselves with.

use crate::number::Symbol;

/// The learning rate.
pub(super) fn eta() -> Symbol {
    Symbol::named(r"\eta")
}

/// The weight `p` of the sample noise.
pub(super) fn weight() -> Symbol {
    Symbol::named("p")
}

/// The momentum.
pub(super) fn beta() -> Symbol {
    Symbol::named(r"\beta")
}

/// `I − ηH_b` as a step prints itself, for a batch Hessian of this name.
pub(super) fn step(hessian: &str) -> String {
    let [identity, hessian] = ["I", hessian].map(Symbol::named);
    crate::model::quadratic::step(identity, hessian, &eta()).to_string()
}
