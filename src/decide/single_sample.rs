//! The learning rate `2/max_i λ_max(H_i)`, up to which no step on a single sample lengthens a vector:
//! `2I − ηH_i ⪰ 0` for every `i`.

use std::borrow::Borrow;

use super::subject::{Subject, UNDECIDED};
use super::threshold::{Critical, certified, digits};
use crate::criterion::{Diffusion, gradient_descent};
use crate::matrix::least_quotient::least_quotient;
use crate::matrix::{Algebra, Fractions, definite, pencil};
use crate::model::Curvature;
use crate::number::{Exact, Verdict};

/// The critical learning rate `2/max_i λ_max(H_i)`.
pub(super) fn single_sample(subject: &Subject, width: &Exact) -> Critical {
    if let Some(flat) = subject.unbounded(Diffusion::Mean) {
        return Critical::Unbounded(flat);
    }
    let hessians = subject.samples.small_hessians();
    match largest_entry(&hessians) {
        Some(largest) => Critical::point(Exact::from(2) / largest),
        None => of_hessians(subject, &hessians, width),
    }
}

/// The largest of matrices with one entry; `None` if they have more.
fn largest_entry(hessians: &[Fractions]) -> Option<Exact> {
    let entries = hessians.iter().map(|hessian| hessian.entry(0, 0));
    (hessians[0].shape() == (1, 1)).then(|| entries.max().expect("a model has a sample"))
}

fn of_hessians(subject: &Subject, hessians: &[Fractions], width: &Exact) -> Critical {
    let descents: Vec<Curvature<Fractions>> = sharpest_first(hessians)
        .into_iter()
        .map(|hessian| subject.descent_on(hessian))
        .collect();
    let proposed = descents.first().and_then(|sharpest| {
        let twice = sharpest.identity.clone().scaled(&Exact::from(2));
        least_quotient(&twice, &sharpest.hessian, digits(width))
    });
    let ask = |eta: &Exact| no_sample_lengthens(&descents, eta);
    certified(ask, &subject.usable(proposed), width, || {
        UNDECIDED.to_owned()
    })
}

/// Does no step on a single sample lengthen a vector at this learning rate? If so, SGD is stable in
/// every sense.
pub(super) fn holds(subject: &Subject, learning_rate: &Exact) -> Verdict {
    let hessians = subject.samples.small_hessians();
    match largest_entry(&hessians) {
        Some(largest) => (largest * learning_rate <= Exact::from(2)).into(),
        None => {
            let descents = hessians.iter().map(|hessian| subject.descent_on(hessian));
            no_sample_lengthens(descents, learning_rate)
        }
    }
}

/// Is `2I − ηH_i ⪰ 0` for every sample? Stops at the first sample for which it fails.
fn no_sample_lengthens<C: Borrow<Curvature<Fractions>>>(
    descents: impl IntoIterator<Item = C>,
    learning_rate: &Exact,
) -> Verdict {
    let mut all = Verdict::Holds;
    for descent in descents {
        let slack = gradient_descent::slack(descent.borrow(), learning_rate);
        all = all.and(definite::semidefinite(&slack));
        if all.fails() {
            break;
        }
    }
    all
}

/// The non-zero Hessians, approximately in descending order of `λ_max`.
fn sharpest_first(hessians: &[Fractions]) -> Vec<&Fractions> {
    let exponents = hessians.iter().map(Fractions::exponent);
    let unit = exponents.flatten().max().unwrap_or(0);
    let sharpness = |h: &Fractions| {
        let machine = h.scaled_to_f64(-unit);
        pencil::largest_eigenvalue(&machine).unwrap_or_else(|| machine.trace())
    };
    let mut found: Vec<(f64, &Fractions)> = hessians
        .iter()
        .filter(|h| !h.is_zero())
        .map(|h| (sharpness(h), h))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, hessian)| hessian).collect()
}
