//! Small models whose exact thresholds are known by hand, for use as examples and counter-examples.
//!
//! All thresholds are for batches of one sample (`p = 1`). `η*` is the exact end of mean-square
//! stability, `η₁` that of the one-step criterion, `a = λ_max(H)` and `s² = λ_max(Σ)`.

use nalgebra::{DMatrix, DVector};

use super::{Linear, Quadratic, toy};
use crate::number::Exact;

/// G1: linear regression on the inputs (1,0), (0,1), (1,1).
///
/// `a = 1`, `s² = 2/3`; `η₁ = 6/5`, the non-uniformity bound is `√(3/2) ≈ 1.2247`,
/// `η* = 3 − √3 ≈ 1.267949`, `2/a = 2`. At `η = 5/4` SGD is strictly mean-square stable although
/// the non-uniformity bound and the one-step criterion both fail.
pub fn three_inputs() -> Quadratic {
    regression(&[&[1, 0], &[0, 1], &[1, 1]])
}

/// G2: linear regression on the inputs (0,1), (1,1): two samples.
///
/// `η₁ = 1`, `η* = (7 − √13)/3 ≈ 1.131483`. At `η = 11/10` SGD is mean-square stable although the
/// one-step criterion fails; the non-uniformity bound holds, as it must for two samples.
pub fn two_inputs() -> Quadratic {
    regression(&[&[0, 1], &[1, 1]])
}

/// G3: three samples that do not commute, although `H = diag(4/3, 1)` and `Σ = diag(14/9, 2/3)` are
/// diagonal.
///
/// `η₁ = 4/5`, the non-uniformity bound is `3/√14 ≈ 0.8018`, `η* = (9 − √21)/5 ≈ 0.883485`.
pub fn diagonal_mean() -> Quadratic {
    minimum(2, &[&[0, 0, 0, 1], &[2, -1, -1, 1], &[2, 1, 1, 1]])
}

/// G4: the toy example at `x = 1`. At `η = 5/9` the two step factors are 8/9 and −10/9; the mean-square
/// factor is 82/81 (unstable), and the product is −80/81 (almost surely stable).
pub fn toy_edge() -> Quadratic {
    toy::Minimum::One.model()
}

/// G5: curvatures 1 and 10 in one dimension.
///
/// `η* = 22/101`. With one pass per epoch in random order, the factor of an epoch is
/// `(1 − η)(1 − 10η)`. It is stable on `[0, 0.2298…]` and again on `[0.8702…, 11/10]`, so the stable
/// set is not an interval.
pub fn stiff_pair() -> Quadratic {
    minimum(1, &[&[1], &[10]])
}

/// G6, lower curvature: curvatures 0 and 2, `η* = 1`.
pub fn one_flat_sample() -> Quadratic {
    minimum(1, &[&[0], &[2]])
}

/// G6, raised curvature: curvatures 1 and 2. `η* = 6/5` is *larger* than that of [`one_flat_sample`],
/// although no sample is flatter.
pub fn raised_sample() -> Quadratic {
    minimum(1, &[&[1], &[2]])
}

/// Two reflections and a third sample: `H₁ = [[1, −2/3], [−2/3, 5/3]]`, `H₂ = diag(2, 0)`,
/// `H₃ = diag(0, 2)`.
///
/// At `η = 1`, `A₃A₂ = −I`: in the order 1, 2, 3 the last two steps cancel, so the epoch has the
/// spectral radius `(1 + √5)/3 ≈ 1.0787` of `A₁`, although SGD with independent batches of one
/// converges in the mean square, `ρ(T) ≈ 0.9289`. An epoch of random reshuffling contracts less than
/// three independent steps: `ρ(T_RR) ≈ 0.8090 > ρ(T)³ ≈ 0.8014`.
///
/// At `η = 35/34`, SGD with independent batches still converges and SGD with random reshuffling
/// diverges: `ρ(T) ≈ 0.9987`, `ρ(T_RR) ≈ 1.007`.
pub fn two_reflections() -> Quadratic {
    let third = Exact::fraction(1, 3);
    let threefold = minimum(2, &[&[3, -2, -2, 5], &[6, 0, 0, 0], &[0, 0, 0, 6]]);
    let hessians = threefold
        .hessians()
        .iter()
        .map(|h| h * third.clone())
        .collect();
    Quadratic::new(hessians).expect("semi-definite matrices")
}

/// The models G1 to G6 with their names.
pub fn all() -> Vec<(&'static str, Quadratic)> {
    vec![
        ("three inputs (G1)", three_inputs()),
        ("two inputs (G2)", two_inputs()),
        ("diagonal mean (G3)", diagonal_mean()),
        ("toy at x = 1 (G4)", toy_edge()),
        ("stiff pair (G5)", stiff_pair()),
        ("one flat sample (G6)", one_flat_sample()),
        ("raised sample (G6)", raised_sample()),
    ]
}

fn regression(inputs: &[&[i64]]) -> Quadratic {
    let vector = |x: &&[i64]| DVector::from_iterator(x.len(), x.iter().copied().map(Exact::from));
    let inputs = inputs.iter().map(vector).collect();
    Linear::new(inputs)
        .expect("equally long inputs")
        .quadratic()
}

fn minimum(d: usize, hessians: &[&[i64]]) -> Quadratic {
    let matrix = |h: &&[i64]| DMatrix::from_row_iterator(d, d, h.iter().copied().map(Exact::from));
    let hessians = hessians.iter().map(matrix).collect();
    Quadratic::new(hessians).expect("semi-definite matrices")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_of_the_diagonal_mean_do_not_commute() {
        let model = diagonal_mean();
        let diagonal =
            |entries: [Exact; 2]| DMatrix::from_diagonal(&DVector::from(entries.to_vec()));
        assert_eq!(
            *model.hessian(),
            diagonal([Exact::fraction(4, 3), Exact::from(1)])
        );
        assert_eq!(
            model.variance(),
            diagonal([Exact::fraction(14, 9), Exact::fraction(2, 3)])
        );
        assert!(!model.commutes());
    }

    #[test]
    fn two_steps_of_the_two_reflections_cancel() {
        let (model, one) = (two_reflections(), Exact::from(1));
        let step = |i: usize| model.step(&[i], &one);
        assert_eq!(step(2) * step(1), -DMatrix::<Exact>::identity(2, 2));
        assert_eq!(model.hessians()[0][(0, 1)], Exact::fraction(-2, 3));
    }

    #[test]
    fn every_golden_model_is_a_minimum() {
        for (name, model) in all() {
            assert!(Quadratic::new(model.hessians().to_vec()).is_ok(), "{name}");
        }
    }
}
