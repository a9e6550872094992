//! The losses, written as their definitions.

use super::jet::{Jet, float, number};
use super::sign::Sign;
use crate::number::Real;

/// The loss of one sample, as a function of its `c` outputs `o` and its target `y`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// `(1/c)·Σ_k (o_k − y_k)²`.
    MeanSquared,
    /// `½·Σ_k (o_k − y_k)²`.
    HalfSumSquared,
    /// `Σ_k (o_k − y_k)²`.
    SumSquared,
    /// `−Σ_k y'_k·log softmax(o)_k` with `y' = (1 − ε)·y + ε/c`.
    CrossEntropy {
        /// ε.
        smoothing: f64,
    },
    /// `−(1/c)·Σ_k (y_k·log σ(o_k) + (1 − y_k)·log(1 − σ(o_k)))`, σ the logistic function.
    BinaryCrossEntropy,
    /// `(1/c)·Σ_k max(0, 1 − t_k·o_k)²`, `t = 2y − 1`.
    HingeSquared,
}

impl Loss {
    /// Which outputs lie on the curved side of the hinge, and the distance of each output from the kink.
    pub(super) fn switches<T: Real>(self, outputs: &[T], targets: &[f32]) -> Vec<(bool, T)> {
        if self != Loss::HingeSquared {
            return Vec::new();
        }
        let margin = |(o, y): (&T, &f32)| {
            let margin = T::one() - sign::<T>(*y, Sign::AsIs) * o;
            (margin.sign() == Some(std::cmp::Ordering::Greater), margin)
        };
        outputs.iter().zip(targets).map(margin).collect()
    }

    /// Whether the loss is a polynomial in the outputs, on either side of a kink.
    pub(super) fn is_polynomial(self) -> bool {
        match self {
            Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared | Loss::HingeSquared => {
                true
            }
            Loss::CrossEntropy { .. } | Loss::BinaryCrossEntropy => false,
        }
    }

    /// The loss of one sample; `open` tells which outputs contribute ([`Loss::switches`]). With
    /// [`Sign::Positive`], every difference is replaced by a sum and every term is taken positive.
    pub(super) fn of<T: Real>(
        self,
        outputs: &[Jet<T>],
        targets: &[f32],
        open: &[bool],
        terms: Sign,
    ) -> Jet<T> {
        let share = T::ratio(1, outputs.len() as u64);
        let squares = |share: &T, of: &dyn Fn(usize) -> Option<Jet<T>>| {
            let residuals = (0..outputs.len()).filter_map(of);
            let sum = residuals.fold(Jet::zero(), |mut sum: Jet<T>, residual| {
                sum.add_product(&residual, &residual);
                sum
            });
            sum.scaled(share)
        };
        let residuals = |share: &T| {
            squares(share, &|k| {
                let target = terms.subtracted(targets[k]);
                Some(outputs[k].minus(&Jet::constant(number(target))))
            })
        };
        match self {
            Loss::MeanSquared => residuals(&share),
            Loss::HalfSumSquared => residuals(&T::ratio(1, 2)),
            Loss::SumSquared => residuals(&T::one()),
            Loss::HingeSquared => squares(&share, &|k| {
                let own = outputs[k].scaled(&-sign::<T>(targets[k], terms));
                open[k].then(|| own.plus(&Jet::constant(T::one())))
            }),
            Loss::CrossEntropy { smoothing } => cross_entropy(outputs, targets, smoothing),
            Loss::BinaryCrossEntropy => binary_cross_entropy(outputs, targets).scaled(&share),
        }
    }
}

/// `t = 2y − 1`; with positive terms it is `−|t|`, so that `1 − t·o` becomes a sum.
fn sign<T: Real>(target: f32, terms: Sign) -> T {
    let t = number::<T>(target) * T::int(2) - T::one();
    match (terms, t.sign()) {
        (Sign::Positive, Some(std::cmp::Ordering::Greater)) => -t,
        _ => t,
    }
}

/// `(λ/2)·Σ_j w_j²`.
pub(super) fn penalty<T: Real>(parameters: &[Jet<T>], decay: f64) -> Jet<T> {
    let squares = parameters.iter().fold(Jet::zero(), |mut sum: Jet<T>, w| {
        sum.add_product(w, w);
        sum
    });
    squares.scaled(&(float::<T>(decay) * T::ratio(1, 2)))
}

/// `−Σ_k (y_k·log σ(o_k) + (1 − y_k)·log(1 − σ(o_k)))` with `σ(o) = 1/(1 + exp(−o))`.
fn binary_cross_entropy<T: Real>(outputs: &[Jet<T>], targets: &[f32]) -> Jet<T> {
    let one = Jet::constant(T::one());
    // −log σ(o) = log(1 + exp(−o)), and −log(1 − σ(o)) = log(1 + exp(o)).
    let softplus = |o: &Jet<T>| one.plus(&o.exp()).ln();
    let terms = outputs.iter().zip(targets);
    terms.fold(Jet::zero(), |sum, (output, target)| {
        let y = number::<T>(*target);
        let (yes, no) = (softplus(&Jet::zero().minus(output)), softplus(output));
        sum.plus(&yes.scaled(&y)).plus(&no.scaled(&(T::one() - y)))
    })
}

/// `Σ_k y'_k·(log Σ_j exp(o_j) − o_k)` with `y' = (1 − ε)·y + ε/c`.
fn cross_entropy<T: Real>(outputs: &[Jet<T>], targets: &[f32], smoothing: f64) -> Jet<T> {
    let epsilon = float::<T>(smoothing);
    let share = T::ratio(1, outputs.len() as u64) * &epsilon;
    let smoothed = |y: &f32| (T::one() - &epsilon) * number::<T>(*y) + &share;
    let sum = outputs
        .iter()
        .fold(Jet::zero(), |sum, output| sum.plus(&output.exp()));
    let logarithm = sum.ln();
    let terms = outputs.iter().zip(targets);
    terms.fold(Jet::zero(), |sum, (output, target)| {
        sum.plus(&logarithm.minus(output).scaled(&smoothed(target)))
    })
}
