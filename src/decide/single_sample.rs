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
    match subject.samples.full_hessians() {
        Some(hessians) if subject.samples.size() > 1 => of_hessians(subject, hessians, width),
        // A matrix of rank one has one non-zero eigenvalue, its trace: the squared length of the input.
        _ => {
            let largest = subject.samples.largest_trace();
            Critical::point(Exact::from(2) / largest)
        }
    }
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
    match subject.samples.full_hessians() {
        Some(hessians) => {
            let descents = hessians.iter().map(|hessian| subject.descent_on(hessian));
            no_sample_lengthens(descents, learning_rate)
        }
        None => {
            let longest = subject.samples.largest_trace() * learning_rate;
            (longest <= Exact::from(2)).into()
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
