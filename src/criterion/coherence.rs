//! The coherence bound (Dexter et al. 2024, their first theorem): with Bernoulli batches SGD diverges
//! when `a > 2/η` or `a > (σ/η)(n/B − 1)^{−1/2}`, where `σ = λ_1(S)/max_i λ_1(H_i)` with the coherence
//! matrix `S_ij = ‖H_i^{1/2} H_j^{1/2}‖_F = √tr(H_iH_j)`.
//!
//! Proof sketch: `λ_max(Σ H_i ⊗ H_i) ≥ max λ_1(H_i)²` and `na ≤ λ_1(S)`, so under the second condition
//! the incoherent part alone grows ([`super::bernoulli::incoherent_verdict`] tests that part, which is
//! stronger and simpler). The bound needs roots and three eigenvalues; they are enclosed by rationals,
//! and the verdict is undecided near the edge.

use nalgebra::DMatrix;

use super::symbols::eta;
use crate::matrix::{Algebra, Bracket, bracket, pencil, positive_semidefinite};
use crate::model::Quadratic;
use crate::number::{Exact, Field, Interval, Real, Symbol, Verdict};

/// The interval type that encloses the roots.
type Enclosure = Interval<256>;

/// The relative width to which eigenvalues are enclosed: far below any margin of interest, far above
/// the width of the enclosed roots.
const WIDTH: &str = "1e-12";

/// The squared coherence matrix, `S_ij² = tr(H_iH_j)`, n × n, which is rational.
pub fn squared_coherence(model: &Quadratic) -> DMatrix<Exact> {
    let hessians = model.hessians();
    let n = model.samples();
    DMatrix::from_fn(n, n, |i, j| {
        hessians[i]
            .component_mul(&hessians[j])
            .iter()
            .cloned()
            .sum()
    })
}

/// An enclosure of `σ = λ_1(S)/max_i λ_1(H_i)`; `None` when every `H_i` is zero.
pub fn coherence(model: &Quadratic) -> Option<Enclosure> {
    let matrix = squared_coherence(model).map(|entry| Enclosure::from_exact(&entry).sqrt());
    Some(enclosed_eigenvalue(&matrix)? / largest_of_samples(model)?)
}

/// Do `a ≤ 2/η` and `a² η² (n/B − 1) ≤ σ²` hold? When this fails, the theorem certifies divergence.
///
/// # Panics
/// When `batch` is not from 1 to `n`.
pub fn verdict(model: &Quadratic, learning_rate: &Exact, batch: usize) -> Verdict {
    let n = model.samples();
    assert!(
        (1..=n).contains(&batch),
        "a batch of {batch} of {n} samples"
    );
    let descent = super::gradient_descent::verdict(model, learning_rate);
    let Some(coherence) = coherence(model) else {
        return descent;
    };
    let mean = model.hessian().map(|entry| Enclosure::from_exact(&entry));
    let Some(sharpness) = enclosed_eigenvalue(&mean) else {
        return descent;
    };
    let eta = Enclosure::from_exact(learning_rate);
    let rest = rest(&Exact::from(n as i64), &Exact::from(batch as i64));
    let slack = slack(&coherence, &sharpness, &eta, &Enclosure::from_exact(&rest));
    descent.and(Verdict::non_negative(slack.sign()))
}

/// The factor `n/B − 1`.
fn rest<T: Field>(samples: &T, batch: &T) -> T {
    samples / batch - T::one()
}

/// The slack `σ² − a²η²(n/B − 1)`, which is `≥ 0` when `a ≤ (σ/η)(n/B − 1)^{−1/2}`.
fn slack<T: Field>(coherence: &T, sharpness: &T, learning_rate: &T, rest: &T) -> T {
    coherence.square() - (sharpness * learning_rate).square() * rest
}

/// An enclosure of `max_i λ_1(H_i)`.
fn largest_of_samples(model: &Quadratic) -> Option<Enclosure> {
    let enclose = |h: &DMatrix<Exact>| h.map(|entry| Enclosure::from_exact(&entry));
    let values = model
        .hessians()
        .iter()
        .filter_map(|h| enclosed_eigenvalue(&enclose(h)));
    values.reduce(|a, b| {
        // The maximum of two enclosed numbers lies between the maxima of their lower and upper bounds.
        let [low, high] = [Enclosure::lower, Enclosure::upper]
            .map(|end| end(&a).max(end(&b)).expect("brackets are finite"));
        Enclosure::between(&low, &high)
    })
}

/// An enclosure of the largest eigenvalue `λ` of a symmetric matrix with a non-negative eigenvalue,
/// from the end `1/λ` of `I − xA ⪰ 0`. `None` for the zero matrix, and when floating point cannot
/// propose a value.
fn enclosed_eigenvalue(matrix: &DMatrix<Enclosure>) -> Option<Enclosure> {
    let proposal = pencil::largest_eigenvalue(&matrix.map(|entry| entry.midpoint()))?;
    if proposal <= 0.0 {
        return None;
    }
    let identity = DMatrix::<Enclosure>::identity(matrix.nrows(), matrix.nrows());
    let verdict = |x: &Exact| {
        let scaled = matrix.clone().scaled(&Enclosure::from_exact(x));
        positive_semidefinite(&(&identity - scaled))
    };
    let guess = Exact::from_f64(proposal.recip())?;
    let width = WIDTH.parse().expect("a decimal");
    let certain = |undecided: bool| -> Bracket {
        bracket(
            |x| verdict(x).holds() || (undecided && !verdict(x).fails()),
            &guess,
            &width,
        )
    };
    // The lower end was proved semi-definite, and the upper end proved not semi-definite.
    let (lower, upper) = (certain(false).lower, certain(true).upper);
    Some(Enclosure::between(&upper.reciprocal(), &lower.reciprocal()))
}

/// The bound in LaTeX.
pub fn latex() -> String {
    let [coherence, a, n, batch] = [r"\sigma", "a", "n", "B"].map(Symbol::named);
    let descent = super::gradient_descent::largest_sharpness(&eta());
    let slack = slack(&coherence, &a, &eta(), &rest(&n, &batch));
    format!(r"a \le {descent}, \quad {slack} \ge 0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;

    #[test]
    fn the_coherence_of_the_three_inputs_is_known() {
        // S = [[1,0,1],[0,1,1],[1,1,2]] has λ_1 = 3; max ‖g‖² = 2.
        let model = golden::three_inputs();
        let sigma = coherence(&model).unwrap();
        assert!(sigma.contains(&Exact::fraction(3, 2)), "{sigma}");
        // Each of two eigenvalues has a width of 1e-12; a factor of 10 allows for their sizes.
        assert!(sigma.width() < 1e-11);
        // a = 1 and n/B − 1 = 2, so SGD is unstable from 3/(2√2) = 1.06066 on.
        assert!(verdict(&model, &"1.06066".parse().unwrap(), 1).holds());
        assert!(verdict(&model, &"1.06067".parse().unwrap(), 1).fails());
        assert!(verdict(&model, &"2.1".parse().unwrap(), 3).fails());
    }
}
