//! The losses, as they are defined.

use super::Loss;
use super::jet::{Jet, number};
use super::landscape::Sign;
use crate::number::Real;

impl Loss {
    /// Which outputs lie on the curved side of the hinge, and how far each is from the kink.
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

    /// The loss of one sample; `open` says which outputs count ([`Loss::switches`]). With
    /// [`Sign::Positive`] every difference becomes a sum and every term is taken positive.
    pub(super) fn of<T: Real>(
        self,
        outputs: &[Jet<T>],
        targets: &[f32],
        open: &[bool],
        terms: Sign,
    ) -> Jet<T> {
        let share = T::ratio(1, outputs.len() as u64);
        let squares = |of: &dyn Fn(usize) -> Option<Jet<T>>| {
            let residuals = (0..outputs.len()).filter_map(of);
            let sum = residuals.fold(Jet::zero(), |mut sum: Jet<T>, residual| {
                sum.add_product(&residual, &residual);
                sum
            });
            sum.scaled(&share)
        };
        match self {
            Loss::MeanSquared => squares(&|k| {
                let target = match terms {
                    Sign::AsIs => targets[k],
                    Sign::Positive => -targets[k].abs(),
                };
                Some(outputs[k].minus(&Jet::constant(number(target))))
            }),
            Loss::HingeSquared => squares(&|k| {
                let own = outputs[k].scaled(&-sign::<T>(targets[k], terms));
                open[k].then(|| own.plus(&Jet::constant(T::one())))
            }),
            Loss::CrossEntropy => cross_entropy(outputs, targets),
        }
    }
}

/// `t = 2y − 1`; with positive terms `−|t|`, so that `1 − t·o` is a sum.
fn sign<T: Real>(target: f32, terms: Sign) -> T {
    let t = number::<T>(target) * T::int(2) - T::one();
    match (terms, t.sign()) {
        (Sign::Positive, Some(std::cmp::Ordering::Greater)) => -t,
        _ => t,
    }
}

/// `Σ_k y_k·(log Σ_j exp(o_j) − o_k)`.
fn cross_entropy<T: Real>(outputs: &[Jet<T>], targets: &[f32]) -> Jet<T> {
    let sum = outputs
        .iter()
        .fold(Jet::zero(), |sum, output| sum.plus(&output.exp()));
    let logarithm = sum.ln();
    let terms = outputs.iter().zip(targets);
    terms.fold(Jet::zero(), |sum, (output, target)| {
        sum.plus(&logarithm.minus(output).scaled(&number(*target)))
    })
}
