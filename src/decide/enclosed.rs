//! Decisions by interval arithmetic, for models whose numbers are too long for exact matrices.
//!
//! Over a common denominator, each entry of a matrix is as long as all denominators together: 66
//! dimensions with a hundred digits each make entries of half a million digits. In interval arithmetic
//! of 512 bits the length of the numbers does not matter, and a verdict reached there is certain. It
//! leaves undecided the edges themselves, singular matrices, and mean-square stability where Theorem 1
//! fails and gradient descent is stable.

use std::collections::BTreeSet;

use nalgebra::DMatrix;

use super::decision::Decision;
use super::questions::{Asked, Questions};
use super::rates::CriticalRates;
use super::threshold::{Critical, NotFound, Unbounded, certified};
use crate::criterion::{Diffusion, Form, MatrixForm, PerCriterion};
use crate::matrix::algebra::mean_of;
use crate::matrix::{Algebra, pencil, positive_semidefinite};
use crate::model::{Curvature, Linear, Model};
use crate::number::{Exact, Field, Interval, Verdict};
use crate::work;

type Enclosure = Interval<512>;

/// The largest matrix over a common denominator that is computed exactly, in bits: a quarter of a
/// gigabyte.
const LONGEST: u64 = 1 << 31;

/// The reason why exact arithmetic is not used.
const TOO_LONG: &str = "over a common denominator its matrices would have more than 2^31 bits, and enclosures of 512 bits do not decide it";

/// Would a matrix of the model over a common denominator be too long?
pub(super) fn is_too_long(model: &Model) -> bool {
    let entries: Vec<&Exact> = match model {
        Model::Linear(linear) => linear.inputs().iter().flatten().collect(),
        Model::Quadratic(model) => model.hessians().iter().flatten().collect(),
        Model::Jacobians(model) => model.entries().collect(),
    };
    // Most models have few denominators. Many different ones mean that the matrix is long, and they are
    // not all kept.
    let count = entries.len() as u64;
    let mut distinct = BTreeSet::new();
    let mut bits = 0;
    for entry in entries {
        let denominator = entry.denominator();
        let own = u64::from(denominator.bits());
        if distinct.insert(denominator) {
            bits += own;
        }
        if bits.saturating_mul(count) > LONGEST {
            return true;
        }
    }
    false
}

/// A model with its moments as enclosures.
struct Enclosed<'a> {
    model: &'a Model,
    curvature: Curvature<DMatrix<Enclosure>>,
    weight: Enclosure,
}

impl<'a> Enclosed<'a> {
    fn of(model: &'a Model, weight: &Exact) -> Self {
        work::stage("enclosures of H and Σ");
        let (hessian, second_moment) = match model {
            Model::Linear(linear) => moments_of_inputs(linear),
            Model::Quadratic(_) | Model::Jacobians(_) => {
                let model = model.quadratic().to::<Enclosure>();
                (model.hessian().clone(), model.second_moment())
            }
        };
        let size = hessian.nrows();
        Enclosed {
            model,
            curvature: Curvature {
                variance: second_moment - product(&hessian, &hessian),
                identity: DMatrix::identity(size, size),
                hessian,
            },
            weight: Enclosure::from_exact(weight),
        }
    }

    /// Does `A − ηᵏB ⪰ 0` hold?
    fn verdict(&self, form: &MatrixForm, eta: &Exact) -> Verdict {
        let eta = Enclosure::from_exact(eta);
        positive_semidefinite(&(form.enclosures.slack)(
            &self.curvature,
            &eta,
            &self.weight,
        ))
    }

    /// Does no step on a single sample lengthen a vector? Decided for linear regression only.
    fn single_sample(&self, eta: &Exact) -> Verdict {
        match self.longest_square() {
            Some(longest) => (longest * eta <= Exact::from(2)).into(),
            None => Verdict::Undecided,
        }
    }

    /// The largest squared input length, `max_i ‖x_i‖²`.
    fn longest_square(&self) -> Option<Exact> {
        let Model::Linear(linear) = self.model else {
            return None;
        };
        linear.inputs().iter().map(|x| x.dot(x)).max()
    }

    /// The critical learning rates. That of mean-square stability is only bounded by its neighbours in
    /// the chain.
    fn rates(&self, weight: &Exact, width: &Exact) -> CriticalRates {
        let Curvature {
            identity,
            hessian,
            variance,
        } = &self.curvature;
        let machine = |matrix: &DMatrix<Enclosure>| matrix.map(|entry| entry.midpoint());
        let machine = Curvature {
            identity: machine(identity),
            hessian: machine(hessian),
            variance: machine(variance),
        };
        let point = |longest: Exact| Critical::point(Exact::from(2) / longest);
        let rates = CriticalRates {
            single_sample: self.longest_square().map_or_else(not_found, point),
            criteria: PerCriterion::from_fn(|criterion| match criterion.form {
                Form::Matrix(form) => self.critical(&form, &machine, weight, width),
                Form::SecondMoment => not_found(),
            }),
        };
        rates.bounded_by_neighbours()
    }

    /// The end of `A − ηᵏB ⪰ 0`, given the same curvature in floating point.
    fn critical(
        &self,
        form: &MatrixForm,
        machine: &Curvature<DMatrix<f64>>,
        weight: &Exact,
        width: &Exact,
    ) -> Critical {
        if form.diffusion == Diffusion::Noise && *weight == Exact::from(0) {
            return Critical::Unbounded(Unbounded::FullBatch);
        }
        let [a, b] = (form.machine.parts)(machine, &weight.to_f64());
        let guess = pencil::critical_factor(&a, &b).map(|end| form.power.machine_root(end));
        let guess = guess.and_then(Exact::from_f64);
        match guess.filter(|guess| *guess > Exact::from(0)) {
            None => not_found(),
            Some(guess) => {
                let ask = |eta: &Exact| self.verdict(form, eta);
                certified(ask, &guess, width, || TOO_LONG.to_owned())
            }
        }
    }
}

fn not_found() -> Critical {
    Critical::NotFound(NotFound {
        reason: TOO_LONG.to_owned(),
        ..NotFound::default()
    })
}

/// The moments `H` and `(1/n) Σ H_i² = (1/n) Σ ‖x_i‖² x_i x_iᵀ`.
fn moments_of_inputs(linear: &Linear) -> (DMatrix<Enclosure>, DMatrix<Enclosure>) {
    let inputs: Vec<_> = linear
        .inputs()
        .iter()
        .map(|x| x.map(|entry| Enclosure::from_exact(&entry)))
        .collect();
    let hessian = mean_of(&inputs, |x| {
        work::step();
        x * x.transpose()
    });
    let second_moment = mean_of(&inputs, |x| {
        work::step();
        (x * x.transpose()).scaled(&x.dot(x))
    });
    (hessian, second_moment)
}

fn product(a: &DMatrix<Enclosure>, b: &DMatrix<Enclosure>) -> DMatrix<Enclosure> {
    let mut product = DMatrix::zeros(a.nrows(), b.ncols());
    for (mut row, left) in product.row_iter_mut().zip(a.row_iter()) {
        work::step();
        row.copy_from(&(left * b));
    }
    product
}

/// Fills in the decision as far as interval arithmetic and the time limit permit.
pub(super) fn decide(decision: &mut Decision, model: &Model, weight: &Exact, width: &Exact) {
    let Ok(enclosed) = work::in_time(|| Enclosed::of(model, weight)) else {
        return;
    };
    let eta = decision.lr.clone();
    let mut questions = Questions::default();
    questions.ask_matrices(&Asked {
        matrix: &|form| enclosed.verdict(form, &eta),
        single_sample: &|| enclosed.single_sample(&eta),
        undecided: TOO_LONG,
    });
    (decision.verdicts, decision.undecided) = questions.answers();
    if let Ok(rates) = work::in_time(|| enclosed.rates(weight, width)) {
        decision.critical_lr = rates.knowing(&eta, &decision.verdicts);
    }
}
