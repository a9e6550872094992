//! Deliberately faulty kernels of vectors, each with the fault that must be found.

mod dots;
mod dots_in_memory;
mod elements;
mod reductions;
pub mod stray;

use sgd_stability::trial::{
    FaultKind, Options, Policy, Vector, VectorMut, Verdict, check_asum, check_axpy, check_dot,
    check_nrm2, check_scal,
};

use crate::honest_vectors::in_f64;
use crate::support::{AxpyBy, DotBy, Reduced, ScalBy, elements as elements_of, products};

/// A faulty kernel.
pub struct Faulty {
    /// The function that it should compute.
    pub function: &'static str,
    /// What is wrong with it.
    pub name: &'static str,
    /// The fault that must be found, perhaps among others.
    pub kind: FaultKind,
    /// The policy by which it is a fault.
    pub policy: Policy,
    /// Whether the same case always shows the fault.
    pub is_steady: bool,
    /// Puts the kernel on trial.
    pub check: Box<dyn Fn(&Options) -> Verdict>,
}

/// All faulty kernels.
pub fn all() -> Vec<Faulty> {
    let mut all = dots::dots();
    all.extend(dots_in_memory::dots());
    all.extend(elements::axpys());
    all.extend(elements::scals());
    all.extend(reductions::norms());
    all.extend(reductions::absolute_sums());
    all
}

/// A faulty kernel of any function.
pub fn faulty(
    function: &'static str,
    name: &'static str,
    kind: FaultKind,
    check: impl Fn(&Options) -> Verdict + 'static,
) -> Faulty {
    Faulty {
        function,
        name,
        kind,
        policy: Policy::Reference,
        is_steady: true,
        check: Box::new(check),
    }
}

/// By the strict policy only.
pub fn strictly(faulty: Faulty) -> Faulty {
    Faulty {
        policy: Policy::Strict,
        ..faulty
    }
}

/// A faulty dot product.
pub fn dot(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vector, Vector) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = DotBy::new(f);
    faulty("dot", name, kind, move |options| {
        check_dot(&kernel, name, options)
    })
}

/// A dot product with a fault in what it does with the products.
pub fn of_products(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    dot(name, kind, move |x, y| f(products(x, y)))
}

/// A faulty scaled addition.
pub fn axpy(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(f32, Vector, VectorMut) + Sync + 'static,
) -> Faulty {
    let kernel = AxpyBy::new(f);
    faulty("axpy", name, kind, move |options| {
        check_axpy(&kernel, name, options)
    })
}

/// A faulty scaling.
pub fn scal(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(f32, VectorMut) + Sync + 'static,
) -> Faulty {
    let kernel = ScalBy::new(f);
    faulty("scal", name, kind, move |options| {
        check_scal(&kernel, name, options)
    })
}

/// A faulty norm.
pub fn nrm2(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = Reduced::new(move |x| f(elements_of(x)));
    faulty("nrm2", name, kind, move |options| {
        check_nrm2(&kernel, name, options)
    })
}

/// A faulty sum of absolute values.
pub fn asum(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = Reduced::new(move |x| f(elements_of(x)));
    faulty("asum", name, kind, move |options| {
        check_asum(&kernel, name, options)
    })
}

/// The sum, one after the other.
pub fn plain(terms: &[f32]) -> f32 {
    terms.iter().fold(0.0, |sum, z| sum + z)
}

/// The norm, in f64.
pub fn norm(x: &[f32]) -> f32 {
    in_f64(x, x).sqrt() as f32
}

/// Rounds to the nearest number with `24 − dropped` bits.
pub fn short(x: f32, dropped: u32) -> f32 {
    if !x.is_finite() {
        return x;
    }
    let bits = x.to_bits();
    let half = (1 << (dropped - 1)) - 1 + (bits >> dropped & 1);
    f32::from_bits((bits + half) >> dropped << dropped)
}

/// Rounds to bfloat16.
pub fn bfloat(x: f32) -> f32 {
    short(x, 16)
}

/// A zero instead of a subnormal number.
pub fn flushed(x: f32) -> f32 {
    if x.is_subnormal() { 0.0 * x } else { x }
}
