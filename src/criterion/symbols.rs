//! The symbols that formulas are printed with.

use crate::number::Symbol;

/// The learning rate `η`.
pub(super) fn eta() -> Symbol {
    Symbol::named(r"\eta")
}

/// The weight `p` of the sampling noise.
pub(super) fn weight() -> Symbol {
    Symbol::named("p")
}

/// The momentum `β`.
pub(super) fn beta() -> Symbol {
    Symbol::named(r"\beta")
}

/// The step `I − ηH_b` in LaTeX, for a batch Hessian of this name.
pub(super) fn step(hessian: &str) -> String {
    let [identity, hessian] = ["I", hessian].map(Symbol::named);
    crate::model::quadratic::step(identity, hessian, &eta()).to_string()
}
