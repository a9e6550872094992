//! What the claims on momentum share: their cases and the behaviour they are compared with.

use nalgebra::DMatrix;
use num_traits::One;
use sgd_stability::claim::Evidence;
use sgd_stability::matrix::polynomial::spectral_radius_below_one;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

use super::examination::{Finding, headroom, tally};
use super::family::{Instance, fraction, one_dimensional_models, rates_at};

/// Models whose sharpness is rational and whose mean Hessian is regular, with their sharpness.
fn models() -> Vec<(Quadratic, Exact)> {
    let one_dimensional = one_dimensional_models().into_iter().map(|model| {
        let sharpness = model.hessian()[(0, 0)].clone();
        (model, sharpness)
    });
    let plane = [
        (golden::three_inputs(), Exact::one()),
        (golden::diagonal_mean(), fraction("4/3")),
    ];
    one_dimensional.chain(plane).collect()
}

/// A claim on gradient descent with momentum: `criterion` holds exactly when it converges.
pub struct Descent<T: Field> {
    /// Which momentum.
    pub momentum: Momentum,
    /// The criterion, strictly.
    pub criterion: fn(&Quadratic<T>, &T, &T) -> Verdict,
    /// Do the hypotheses on `β` hold?
    pub hypotheses: fn(&Exact) -> Verdict,
    /// Where the criterion ends, from the sharpness and `β`.
    pub end: fn(&Exact, &Exact) -> Exact,
}

impl<T: Field> Descent<T> {
    /// The claim at these momenta, at the ends of the criterion and beside them.
    pub fn of(&self, momenta: &[Exact]) -> Evidence {
        let models = models();
        let asked = models.iter().flat_map(|(model, sharpness)| {
            momenta.iter().flat_map(move |beta| {
                let end = (self.end)(sharpness, beta);
                let ask = move |eta: Exact| {
                    let agree = self.agrees(model, &eta, beta);
                    self.finding(agree, (sharpness, &end), &eta, beta)
                };
                rates_at(&(self.end)(sharpness, beta)).map(ask)
            })
        });
        tally(asked)
    }

    /// The claim at questions outside its hypotheses, for the three inputs, whose sharpness is 1.
    pub fn outside(&self, questions: &[(&str, &str)]) -> Evidence {
        tally(questions.iter().map(|(eta, beta)| {
            let (model, one) = (golden::three_inputs(), Exact::one());
            let (eta, beta) = (fraction(eta), fraction(beta));
            let agree = self.agrees(&model, &eta, &beta);
            self.finding(agree, (&one, &one), &eta, &beta).beyond()
        }))
    }

    fn agrees(&self, model: &Quadratic, eta: &Exact, beta: &Exact) -> Verdict {
        let (eta, beta) = (T::from_exact(eta), T::from_exact(beta));
        let model: Quadratic<T> = model.to();
        let factor: DMatrix<T> = self.momentum.factor(model.hessian(), &eta, &beta);
        let criterion = (self.criterion)(&model, &eta, &beta);
        super::examination::equivalent(criterion, spectral_radius_below_one(&factor))
    }

    fn finding(
        &self,
        conclusion: Verdict,
        (sharpness, end): (&Exact, &Exact),
        eta: &Exact,
        beta: &Exact,
    ) -> Finding {
        Finding {
            hypotheses: (self.hypotheses)(beta),
            conclusion,
            distance: headroom(eta, end),
            case: format!("sharpness {sharpness}, η = {eta}, β = {beta}"),
        }
    }
}

/// `|β| < 1`.
pub fn damped(beta: &Exact) -> Verdict {
    (beta.abs() < Exact::one()).into()
}

/// `d = 1`.
pub fn one_dimensional(model: &Quadratic) -> Verdict {
    (model.dimension() == 1).into()
}

/// `a` and `s²` along the first axis.
pub fn moments(model: &Quadratic) -> (Exact, Exact) {
    let entry = |matrix: &DMatrix<Exact>| matrix[(0, 0)].clone();
    (entry(model.hessian()), entry(&model.variance()))
}

/// The batch Hessians on the range of `H`, over `T`.
pub fn batch_hessians<T: Field>(question: &Instance) -> Vec<DMatrix<T>> {
    let (sampling, batch) = (question.sampling, question.batch);
    let hessians = question.model.batch_hessians_on_range(sampling, batch);
    let over = |h: &DMatrix<Exact>| h.map(|entry| T::from_exact(&entry));
    hessians.iter().map(over).collect()
}
