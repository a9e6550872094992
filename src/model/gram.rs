//! Linear regression in terms of its residuals: n × n matrices instead of d × d.
//!
//! With one output, `H_i = g_i g_iᵀ`. The residuals `r_i = g_iᵀx` obey `r⁺ = r − (η/B) K S_b r` with
//! the Gram matrix `K = GGᵀ` (the neural tangent kernel) and the selector `S_b` of the batch. Their
//! second moment `R = E[r rᵀ]` evolves as
//!
//! ```text
//! R⁺ = R − (η/n)(KR + RK) + η² K ((1 − p)R/n² + p diag(R)/n) K
//! ```
//!
//! and the loss is `tr R/(2n)`.

use nalgebra::{DMatrix, DVector};

use super::Linear;
use crate::matrix::Algebra;
use crate::number::{Exact, Field, Symbol};

/// `K = GGᵀ`, n × n: the inner products of the inputs.
pub fn matrix(model: &Linear) -> DMatrix<Exact> {
    let inputs = model.inputs();
    let n = inputs.len();
    DMatrix::from_fn(n, n, |i, j| inputs[i].dot(&inputs[j]))
}

/// The residuals `r_i = g_iᵀx` at displacement `x` (length d) from the minimum.
pub fn residuals(model: &Linear, x: &DVector<Exact>) -> DVector<Exact> {
    let inputs = model.inputs();
    DVector::from_iterator(inputs.len(), inputs.iter().map(|g| g.dot(x)))
}

/// One step of `R = E[r rᵀ]` (n × n) for batches of noise weight `p` ([`super::Sampling::weight`]).
pub fn step<T: Field>(
    gram: &DMatrix<T>,
    weight: &T,
    learning_rate: &T,
    residuals: &DMatrix<T>,
) -> DMatrix<T> {
    let diagonal = DMatrix::from_diagonal(&residuals.diagonal());
    let samples = T::int(gram.nrows() as i64);
    next(gram, residuals, diagonal, &samples, weight, learning_rate)
}

/// The formula of [`step`], over matrices or symbols.
fn next<A: Algebra<T>, T: Field>(
    gram: &A,
    residuals: &A,
    diagonal: A,
    samples: &T,
    weight: &T,
    learning_rate: &T,
) -> A {
    let part = T::one() / samples;
    let (k, r) = (|| gram.clone(), || residuals.clone());
    let drift = k() * r() + r() * k();
    let coherent = r().scaled(&((T::one() - weight) * part.square()));
    let noise = k() * (coherent + diagonal.scaled(&(weight * &part))) * k();
    r() - drift.scaled(&(learning_rate * &part)) + noise.scaled(&learning_rate.square())
}

/// The expected loss, `E f = tr R/(2n)`.
pub fn loss<T: Field>(residuals: &DMatrix<T>) -> T {
    let n = residuals.nrows();
    let trace = (0..n).fold(T::zero(), |sum, i| sum + &residuals[(i, i)]);
    trace / T::int(2 * n as i64)
}

/// The formula of [`step`] in LaTeX.
pub fn latex() -> String {
    let [gram, residuals, diagonal] = ["K", "R", r"\mathrm{diag}(R)"].map(Symbol::named);
    let [samples, weight, eta] = ["n", "p", r"\eta"].map(Symbol::named);
    let next: Symbol = next(&gram, &residuals, diagonal, &samples, &weight, &eta);
    format!("R^+ = {next}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Evolution, Sampling};

    #[test]
    fn the_loss_of_the_residuals_is_the_loss_of_the_parameters() {
        let input = |entries: [i64; 2]| DVector::from_row_slice(&entries.map(Exact::from));
        let linear = Linear::new([[1, 0], [0, 1], [1, 1]].map(input).to_vec()).unwrap();
        let (model, start) = (linear.quadratic(), input([2, -3]));
        let eta = Exact::fraction(7, 6);
        for sampling in Sampling::ALL {
            let weight = sampling.weight(3, 2).unwrap();
            let mut by_parameters = Evolution::from(&model, weight.clone(), eta.clone(), &start);
            let r = residuals(&linear, &start);
            let mut by_residuals = &r * r.transpose();
            for _ in 0..4 {
                assert_eq!(loss(&by_residuals), by_parameters.loss());
                by_residuals = step(&matrix(&linear), &weight, &eta, &by_residuals);
                by_parameters.step();
            }
        }
    }
}
