//! Instances shared by the claims on momentum, and the behaviour with which those are compared.

use nalgebra::{DMatrix, DVector};
use num_traits::{One, Zero};
use sgd_stability::claim::family::{every_batch, fraction, one_dimensional_models, rates_at};
use sgd_stability::claim::{
    CaseHypothesis, Evidence, Examined, Instance, Version, equivalent, headroom, tally,
};
use sgd_stability::matrix::polynomial::spectral_radius_below_one;
use sgd_stability::matrix::positive_semidefinite;
use sgd_stability::matrix::range::{range_basis, restricted};
use sgd_stability::model::momentum::Momentum;
use sgd_stability::model::{Quadratic, golden};
use sgd_stability::number::{Exact, Field, Verdict};

/// Models with a rational sharpness, paired with it: in one dimension, in the plane, with a singular
/// Hessian, and a saddle.
fn models() -> Vec<(Quadratic, Exact)> {
    let one_dimensional = one_dimensional_models().into_iter().map(|model| {
        let sharpness = model.hessian()[(0, 0)].clone();
        (model, sharpness)
    });
    let diagonal = |entries: [i64; 2]| {
        let diagonal = DMatrix::from_diagonal(&DVector::from_row_slice(&entries.map(Exact::from)));
        Quadratic::symmetric(vec![diagonal]).expect("a diagonal matrix is symmetric")
    };
    let plane = [
        (golden::three_inputs(), Exact::one()),
        (golden::diagonal_mean(), fraction("4/3")),
        (diagonal([2, 0]), Exact::from(2)),
        (diagonal([2, -1]), Exact::from(2)),
    ];
    one_dimensional.chain(plane).collect()
}

/// A claim about gradient descent with momentum: `criterion` holds exactly when the run converges on
/// the range of `H`.
pub struct Descent<T: Field> {
    /// The criterion's name in the claim.
    pub name: &'static str,
    /// The kind of momentum.
    pub momentum: Momentum,
    /// The criterion, taken strictly, as a function of model, learning rate and `β`.
    pub criterion: fn(&Quadratic<T>, &T, &T) -> Verdict,
    /// The hypothesis on `β`.
    pub moderate: CaseHypothesis<Exact>,
    /// The end of the criterion, as a function of the sharpness and `β`.
    pub end: fn(&Exact, &Exact) -> Exact,
}

impl<T: Field> Descent<T> {
    /// Checks the claim for these momenta: at the ends of the criterion, beside them, and at learning
    /// rates that are not positive.
    pub fn of(&self, momenta: &[Exact], version: Version) -> Evidence {
        let models = models();
        let asked = models.iter().flat_map(|(model, sharpness)| {
            momenta.iter().flat_map(move |beta| {
                let end = (self.end)(sharpness, beta);
                let rates = rates_at(&end)
                    .into_iter()
                    .chain(["0", "-1/2"].map(fraction));
                rates.map(move |eta| self.examine(model, &end, &eta, beta, version))
            })
        });
        tally(version, asked)
    }

    /// Checks the claim at pairs of `η` and `β` outside its hypotheses, for the three inputs, whose
    /// sharpness is 1.
    pub fn outside(&self, questions: &[[&str; 2]]) -> Evidence {
        let (model, one) = (golden::three_inputs(), Exact::one());
        let beyond = questions.iter().map(|question| {
            let [eta, beta] = question.map(fraction);
            self.examine(&model, &one, &eta, &beta, Version::STATED)
                .outside()
        });
        tally(Version::STATED, beyond)
    }

    fn examine(
        &self,
        model: &Quadratic,
        end: &Exact,
        eta: &Exact,
        beta: &Exact,
        version: Version,
    ) -> Examined {
        Examined {
            hypotheses: (self.moderate.holds)(beta)
                .and((*eta > Exact::zero()).into())
                .and((SEMIDEFINITE.holds)(model.hessian())),
            conclusion: self.agrees(model, eta, beta, version),
            distance: headroom(eta, end),
            case: format!("H = {}, η = {eta}, β = {beta}", model.hessian()),
        }
    }

    fn agrees(&self, model: &Quadratic, eta: &Exact, beta: &Exact, version: Version) -> Verdict {
        let over = |m: DMatrix<Exact>| m.map(|entry| T::from_exact(&entry));
        let moving = over(restricted(model.hessian(), &range_basis(model.hessian())));
        let (eta, beta) = (T::from_exact(eta), T::from_exact(beta));
        let model: Quadratic<T> = model.to();
        let criterion = |eta: &T| (self.criterion)(&model, eta, &beta);
        let converges = spectral_radius_below_one(&self.momentum.factor(&moving, &eta, &beta));
        equivalent(version.formula(self.name, &eta, criterion), converges)
    }
}

/// The momentum decays, `|β| < 1`.
pub const DAMPED: CaseHypothesis<Exact> = CaseHypothesis::new("damped: |β| < 1", |beta| {
    (beta.abs() < Exact::one()).into()
});

/// The full-batch Hessian is positive semi-definite.
pub const SEMIDEFINITE: CaseHypothesis<DMatrix<Exact>> =
    CaseHypothesis::new("minimum: H ⪰ 0", positive_semidefinite);

/// Momenta: zero, medium, large and negative.
pub fn momenta() -> [Exact; 4] {
    ["0", "1/2", "9/10", "-1/3"].map(fraction)
}

/// The mean `a` and the variance `s²` of the curvatures along the first axis.
pub fn moments(model: &Quadratic) -> (Exact, Exact) {
    let entry = |matrix: &DMatrix<Exact>| matrix[(0, 0)].clone();
    (entry(model.hessian()), entry(&model.variance()))
}

/// Minima in one dimension, with every batch size and scheme.
pub fn usual_questions() -> Vec<Instance> {
    let models = one_dimensional_models().into_iter();
    models.flat_map(every_batch).collect()
}

/// Instances that a statement about one dimension may have forgotten: no curvature, saddles of all
/// samples or of some, two dimensions, and learning rates that are not positive.
pub fn unusual_questions() -> Vec<Instance> {
    let line = |curvatures: &[i64]| {
        let entry = |a: &i64| DMatrix::from_element(1, 1, Exact::from(*a));
        Quadratic::symmetric(curvatures.iter().map(entry).collect())
            .expect("one entry is symmetric")
    };
    let models = [
        line(&[0]),
        line(&[-1]),
        line(&[-1, 3]),
        line(&[-2, 1]),
        line(&[1, 2]),
        golden::three_inputs(),
    ];
    let rates = ["-1/2", "0", "1/4", "1", "4"];
    let ask = |model: Quadratic| {
        let question = Instance::single(model, Exact::one());
        rates.map(|eta| question.at(fraction(eta)))
    };
    models.into_iter().flat_map(ask).collect()
}

/// The Hessians of all batches, over `T`.
pub fn batch_hessians<T: Field>(question: &Instance) -> Vec<DMatrix<T>> {
    let hessian = |batch: &Vec<usize>| question.model.batch_hessian(batch);
    let over = |h: DMatrix<Exact>| h.map(|entry| T::from_exact(&entry));
    question.batches().iter().map(hessian).map(over).collect()
}
