//! The sample curvatures over one common denominator: the form in which large models are decided.

use nalgebra::DMatrix;

use super::{Curvature, Linear, Model, Quadratic, second_moment};
use crate::matrix::{Algebra, Fractions, fraction_free};
use crate::number::{Exact, Whole};

/// The Hessians `H_i` of a model, with `H = (1/n) Σ H_i` at hand. Hessians of rank one stay the
/// vectors that they come from, so that `V(X)` costs `n d²` and not `n d³`.
#[derive(Clone, Debug)]
pub struct Samples {
    form: Form,
    mean: Fractions,
}

#[derive(Clone, Debug)]
enum Form {
    /// `H_i = x_i x_iᵀ`: one row `x_iᵀ` per sample (n × d).
    RankOne(Fractions),
    /// `H_i`, each d × d.
    Full(Vec<Fractions>),
}

impl From<&Model> for Samples {
    fn from(model: &Model) -> Self {
        match model {
            Model::Linear(model) => model.into(),
            Model::Quadratic(model) => model.into(),
        }
    }
}

impl From<&Linear> for Samples {
    fn from(model: &Linear) -> Self {
        let inputs = model.inputs();
        let entry = |i: usize, j: usize| inputs[i][j].clone();
        let inputs = Fractions::of(&DMatrix::from_fn(inputs.len(), inputs[0].len(), entry));
        let sum = inputs.transpose().symmetric_product(&inputs);
        let mean = sum.scaled(&Exact::fraction(1, inputs.shape().0 as u64));
        Samples {
            form: Form::RankOne(inputs),
            mean,
        }
    }
}

impl From<&Quadratic> for Samples {
    fn from(model: &Quadratic) -> Self {
        Samples {
            form: Form::Full(model.hessians().iter().map(Fractions::of).collect()),
            mean: Fractions::of(model.hessian()),
        }
    }
}

impl Samples {
    /// The dimension `d`.
    pub fn dimension(&self) -> usize {
        self.mean.shape().0
    }

    /// The number of samples `n`.
    pub fn count(&self) -> usize {
        match &self.form {
            Form::RankOne(inputs) => inputs.shape().0,
            Form::Full(hessians) => hessians.len(),
        }
    }

    /// `H = (1/n) Σ H_i`.
    pub fn hessian(&self) -> &Fractions {
        &self.mean
    }

    /// `V(X) = (1/n) Σ H_i X H_i` for a symmetric X (d × d).
    pub fn mean_sandwich(&self, x: &Fractions) -> Fractions {
        let sum = match &self.form {
            Form::RankOne(inputs) => {
                let weighted = weighted_rows(inputs, &inputs.values(x));
                inputs.transpose().symmetric_product(&weighted)
            }
            Form::Full(hessians) => {
                let sandwich = |h: &Fractions| h.symmetric_product(&(x.clone() * h.clone()));
                let zero = Fractions::zeros(x.shape().0, x.shape().1);
                hessians.iter().map(sandwich).fold(zero, |sum, h| sum + h)
            }
        };
        sum.scaled(&Exact::fraction(1, self.count() as u64))
    }

    /// `I`, `H` and `Σ = V(I) − H²`, in which most criteria are written.
    pub fn curvature(&self) -> Curvature<Fractions> {
        let identity = Fractions::identity(self.dimension());
        Curvature {
            variance: self.mean_sandwich(&identity) - self.mean.symmetric_product(&self.mean),
            hessian: self.mean.clone(),
            identity,
        }
    }

    /// `C(X) = HX + XH` for a symmetric X.
    pub fn drift(&self, x: &Fractions) -> Fractions {
        second_moment::drift(&self.mean, x)
    }

    /// `D(X) = (1 − p) HXH + p V(X)` for a symmetric X.
    pub fn diffusion(&self, x: &Fractions, weight: &Exact) -> Fractions {
        let d = self.dimension();
        // Single samples leave no part to the mean: its product has the factor 0.
        let mean = match *weight == Exact::from(1) {
            true => Fractions::zeros(d, d),
            false => (self.mean.clone() * x.clone()).symmetric_product(&self.mean),
        };
        second_moment::diffusion(mean, self.mean_sandwich(x), weight)
    }

    /// `C(X) − ηD(X) = (X − T(X))/η` for a symmetric X.
    pub fn slack(&self, x: &Fractions, learning_rate: &Exact, weight: &Exact) -> Fractions {
        second_moment::slack(self.drift(x), self.diffusion(x, weight), learning_rate)
    }

    /// A basis of the range of `H` as the rows of an r × d matrix: the identity when `r = d`, else
    /// r independent inputs, or rows of `H`.
    pub fn range(&self) -> Fractions {
        let rows = match &self.form {
            Form::RankOne(inputs) => inputs,
            Form::Full(_) => &self.mean,
        };
        let chosen = fraction_free::independent_rows(rows);
        let d = self.dimension();
        match chosen.len() == d {
            true => Fractions::identity(d),
            // The denominator is one number for all rows: it changes no span.
            false => {
                Fractions::from_fn(chosen.len(), d, |i, j| rows.numerator(chosen[i], j).clone())
            }
        }
    }

    /// `2^exponent` times the curvatures in machine numbers, in the coordinates of an f64 basis
    /// `Q` (d × r): the rows `x_iᵀQ·2^{exponent/2}` (n × r; `exponent` is even), or `QᵀH_iQ`.
    pub fn rounded(&self, basis: &DMatrix<f64>, exponent: i32) -> Rounded {
        match &self.form {
            Form::RankOne(inputs) => Rounded::RankOne(inputs.scaled_to_f64(exponent / 2) * basis),
            Form::Full(hessians) => {
                let project = |h: &Fractions| basis.tr_mul(&(h.scaled_to_f64(exponent) * basis));
                Rounded::Full(hessians.iter().map(project).collect())
            }
        }
    }
}

/// The curvatures in machine numbers, for proposals.
#[derive(Clone, Debug)]
pub enum Rounded {
    /// One row per sample.
    RankOne(DMatrix<f64>),
    /// One matrix per sample.
    Full(Vec<DMatrix<f64>>),
}

impl Rounded {
    /// `V(X)`, roughly.
    pub fn mean_sandwich(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        match self {
            Rounded::RankOne(inputs) => {
                let mut weighted = inputs * x;
                for (mut row, input) in weighted.row_iter_mut().zip(inputs.row_iter()) {
                    let value = row.dot(&input);
                    row.copy_from(&(input * value));
                }
                inputs.tr_mul(&weighted) / inputs.nrows() as f64
            }
            Rounded::Full(hessians) => {
                let zero = DMatrix::zeros(x.nrows(), x.ncols());
                let sum = hessians.iter().fold(zero, |sum, h| sum + h * x * h);
                sum / hessians.len() as f64
            }
        }
    }
}

/// Row `i` times `weights[i]`.
fn weighted_rows(rows: &Fractions, weights: &Fractions) -> Fractions {
    let (n, d) = rows.shape();
    let entry = |i, j| Whole::product(rows.numerator(i, j), weights.numerator(i, 0));
    let over = |denominator: &Whole| Exact::quotient(&Whole::one(), denominator);
    Fractions::from_fn(n, d, entry)
        .scaled(&over(rows.denominator()))
        .scaled(&over(weights.denominator()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sampling;
    use crate::number::Field;
    use nalgebra::DVector;

    fn inputs() -> Linear {
        let input = |i: i64| {
            DVector::from_fn(3, |j, _| {
                Exact::fraction((i * (j as i64 + 2)) % 5 - 2, 1 + j as u64)
            })
        };
        Linear::new((1..=4).map(input).collect()).unwrap()
    }

    #[test]
    fn both_forms_are_the_model() {
        let linear = inputs();
        let model = linear.quadratic();
        let weight = Sampling::WithoutReplacement.weight(4, 2).unwrap();
        let eta = Exact::fraction(2, 7);
        let x = DMatrix::from_fn(3, 3, |i, j| {
            Exact::fraction((i * j) as i64 - 1, 1 + (i + j) as u64)
        });
        let next = second_moment::step(&model, &weight, &eta, &x);
        let expected = (&x - next).map(|entry| entry / &eta);
        for samples in [Samples::from(&linear), Samples::from(&model)] {
            let slack = samples.slack(&Fractions::of(&x), &eta, &weight);
            assert_eq!(slack.to_exact(), expected);
            assert_eq!(samples.hessian().to_exact(), *model.hessian());
            assert_eq!(samples.curvature().variance.to_exact(), model.variance());
            assert_eq!((samples.count(), samples.dimension()), (4, 3));
        }
    }

    #[test]
    fn machine_numbers_are_near_the_curvatures() {
        let linear = inputs();
        let x = DMatrix::from_fn(3, 3, |i, j| (i * j) as f64 + 0.5);
        let model = linear.quadratic();
        let expected = model.to::<f64>().mean_sandwich(&x) * 4.0;
        for samples in [Samples::from(&linear), Samples::from(&model)] {
            let found = samples
                .rounded(&DMatrix::identity(3, 3), 2)
                .mean_sandwich(&x);
            // Scaled by 2² per Hessian; far above the rounding of a dozen products.
            assert!((found - &expected * 4.0).amax() < 1e-12 * expected.amax().square());
        }
    }

    #[test]
    fn the_range_is_spanned_by_whole_rows() {
        let thin = Linear::new(inputs().inputs()[..2].to_vec()).unwrap();
        for samples in [Samples::from(&thin), Samples::from(&thin.quadratic())] {
            let range = samples.range();
            assert_eq!(range.shape(), (2, 3));
            assert!(fraction_free::spans(&range, samples.hessian()));
        }
        assert!(Samples::from(&inputs()).range().shape().0 <= 3);
    }
}
