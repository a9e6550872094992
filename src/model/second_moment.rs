//! The second moment `X = E[x xᵀ]` of SGD on a quadratic, and the map of one step.
//!
//! With `A_b = I − ηH_b`, `E[A_b X A_b] = T(X) = X − η (C(X) − η D(X))`, where
//!
//! * `C(X) = HX + XH`, the *drift* towards the minimum, and
//! * `D(X) = E[H_b X H_b] = (1 − p) HXH + p V(X)`, the *diffusion*, `V(X) = (1/n) Σ H_i X H_i`.
//!
//! `C` and `D` are positive semi-definite maps on Sym(d). Each formula is written once, generic over
//! its operands: d × d matrices, Gram matrices of maps on Sym(d), or symbols.

use nalgebra::DMatrix;

use super::Quadratic;
use crate::matrix::algebra::mean_of;
use crate::matrix::{Algebra, symmetric};
use crate::number::{Field, Symbol};

/// The drift `C(X) = HX + XH`.
pub fn drift<A: Algebra<T>, T: Field>(hessian: &A, x: &A) -> A {
    hessian.clone() * x.clone() + x.clone() * hessian.clone()
}

/// The diffusion `D(X) = (1 − p) HXH + p V(X)`, where `mean` is `HXH` and `incoherent` is `V(X)`.
pub fn diffusion<A: Algebra<T>, T: Field>(mean: A, incoherent: A, weight: &T) -> A {
    mean.scaled(&(T::one() - weight)) + incoherent.scaled(weight)
}

/// The diffusion `D(X) = HXH + q V(X)` of Bernoulli sampling, with the weight `q` of
/// [`super::sampling::bernoulli_weight`].
pub fn bernoulli_diffusion<A: Algebra<T>, T: Field>(mean: A, incoherent: A, weight: &T) -> A {
    mean + incoherent.scaled(weight)
}

/// The slack `C − ηD`. SGD is mean-square stable when it is positive semi-definite.
pub fn slack<A: Algebra<T>, T: Field>(drift: A, diffusion: A, learning_rate: &T) -> A {
    drift - diffusion.scaled(learning_rate)
}

/// The next second moment `T(X) = X − η (C(X) − η D(X))`.
pub fn next<A: Algebra<T>, T: Field>(x: A, slack: A, learning_rate: &T) -> A {
    x - slack.scaled(learning_rate)
}

/// One step of the second moment: `E[x⁺ x⁺ᵀ]` from the symmetric d × d matrix `X = E[x xᵀ]`, for
/// independent batches of noise weight `p` ([`super::Sampling::weight`]).
pub fn step<T: Field>(
    model: &Quadratic<T>,
    weight: &T,
    learning_rate: &T,
    x: &DMatrix<T>,
) -> DMatrix<T> {
    let h = model.hessian();
    let diffusion = diffusion(h * x * h, model.mean_sandwich(x), weight);
    let slack = slack(drift(h, x), diffusion, learning_rate);
    next(x.clone(), slack, learning_rate)
}

/// The maps `C` and `D` as m × m Gram matrices on Sym(d), m = d(d+1)/2
/// ([`crate::matrix::symmetric`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Maps<T> {
    /// The drift `C`.
    pub drift: DMatrix<T>,
    /// The diffusion `D`.
    pub diffusion: DMatrix<T>,
}

impl<T: Field> Maps<T> {
    /// The maps of a model for batches of noise weight `p`.
    pub fn of(model: &Quadratic<T>, weight: &T) -> Self {
        Self::with(model, weight, diffusion)
    }

    /// The maps on the span of a basis `u_1 … u_r` that the Hessians leave invariant, given
    /// `⟨u_a, H_i u_b⟩` and `⟨u_a, u_b⟩` (r × r each). The Gram matrices are those of the
    /// `u_a u_bᵀ + u_b u_aᵀ`.
    pub fn in_a_basis(hessians: &[DMatrix<T>], metric: &DMatrix<T>, weight: &T) -> Self {
        let mean = mean_of(hessians, DMatrix::clone);
        let incoherent = mean_of(hessians, symmetric::sandwich);
        Maps {
            drift: symmetric::mixed(&mean, metric),
            diffusion: diffusion(symmetric::sandwich(&mean), incoherent, weight),
        }
    }

    /// The maps of a model for Bernoulli batches of weight `q`.
    pub fn bernoulli(model: &Quadratic<T>, weight: &T) -> Self {
        Self::with(model, weight, bernoulli_diffusion)
    }

    fn with(
        model: &Quadratic<T>,
        weight: &T,
        diffusion: impl Fn(DMatrix<T>, DMatrix<T>, &T) -> DMatrix<T>,
    ) -> Self {
        let incoherent = mean_of(model.hessians(), symmetric::sandwich);
        Maps {
            drift: symmetric::anticommutator(model.hessian()),
            diffusion: diffusion(symmetric::sandwich(model.hessian()), incoherent, weight),
        }
    }
}

/// The formula of `T(X)` in LaTeX, from the functions above.
pub fn latex() -> String {
    let [h, x, v, p, eta] = ["H", "X", "V(X)", "p", r"\eta"].map(Symbol::named);
    let diffusion = diffusion(&h * &x * &h, v, &p);
    next(x.clone(), slack(drift(&h, &x), diffusion, &eta), &eta).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Sampling, golden};
    use crate::number::Exact;

    fn matrix(denominator: u64, entries: [i64; 9]) -> DMatrix<Exact> {
        DMatrix::from_row_slice(
            3,
            3,
            &entries.map(|entry| Exact::fraction(entry, denominator)),
        )
    }

    #[test]
    fn the_maps_of_the_three_inputs_are_known() {
        let maps = Maps::of(&golden::three_inputs(), &Exact::from(1));
        assert_eq!(maps.drift, matrix(3, [4, 2, 0, 2, 8, 2, 0, 2, 4]));
        assert_eq!(maps.diffusion, matrix(3, [2, 2, 1, 2, 4, 2, 1, 2, 2]));
    }

    #[test]
    fn one_step_is_the_mean_over_all_batches() {
        let model = golden::diagonal_mean();
        let eta = Exact::fraction(5, 7);
        let x = DMatrix::from_row_slice(2, 2, &[2, -1, -1, 3].map(Exact::from));
        for sampling in Sampling::ALL {
            for batch in 1..=3 {
                let weight = sampling.weight(3, batch).unwrap();
                let by_batches = mean_of(&sampling.batches(3, batch), |b| {
                    let a = model.step(b, &eta);
                    &a * &x * a
                });
                assert_eq!(
                    step(&model, &weight, &eta, &x),
                    by_batches,
                    "{sampling} {batch}"
                );
            }
        }
    }

    #[test]
    fn the_formula_prints_itself() {
        let expected = r"X - \eta\,\left(H\,X + X\,H - \eta\,\left(\left(1 - p\right)\,H\,X\,H + p\,V(X)\right)\right)";
        assert_eq!(latex(), expected);
    }
}
