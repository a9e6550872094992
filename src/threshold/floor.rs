//! A learning rate below the threshold, with the matrix that shows it.
//!
//! If `C(X) − ηD(X) = Q` with X ≻ 0 and Q ≻ 0, then η is stable: for plain SGD, `T(X) = X − ηQ ≺ X` for the
//! map T of second moments (Collatz and Wielandt). Such an X is the solution of the equation with Q = H, by
//! conjugate gradients; what counts is only what X and Q turn out to be.

use rayon::prelude::*;

use crate::work;

use super::ascent::{Top, axpy, dot};
use super::dense;
use super::pencil::Pencil;

/// The most products with the pencil for one equation.
const PRODUCTS: usize = 400;

/// How far the scaled Q may be from the identity, in the Frobenius norm; below 1 it is positive definite.
const NEAR: f64 = 0.5;

/// Whether η is shown to be stable. `top` is the largest eigenvalue of the pencil, near which the solution is
/// large.
pub(super) fn is_shown_stable(pencil: &Pencil<'_>, learning_rate: f64, top: &Top) -> bool {
    stable_moment(pencil, learning_rate, top).is_some()
}

/// The matrix `X ⪰ m/2·I`, m being [`Pencil::least_solution`], with `C(X) − ηD(X) ≻ 0`; `None` if none was found.
pub(super) fn stable_moment(
    pencil: &Pencil<'_>,
    learning_rate: f64,
    top: &Top,
) -> Option<Vec<f64>> {
    let mut x = solve(pencil, learning_rate, top)?;
    pencil.scale_down(&mut x);
    let (rank, margin) = (pencil.rank(), pencil.least_solution() / 2.0);
    let move_diagonal = |x: &mut Vec<f64>, by: f64| (0..rank).for_each(|j| x[j * rank + j] += by);
    move_diagonal(&mut x, -margin);
    let is_definite = dense::is_positive_definite(&x, rank);
    move_diagonal(&mut x, margin);
    is_definite.then_some(x)
}

/// Solves `(1 − ηA)(Y) = C^−½(H)` for the scaled matrix Y until the residual, scaled by H^−½ on both sides,
/// is small enough for Q ≻ 0; `None` if it does not get there.
fn solve(pencil: &Pencil<'_>, learning_rate: f64, top: &Top) -> Option<Vec<f64>> {
    let mut product = vec![0.0; pencil.entries()];
    let mut apply = |y: &[f64], product: &mut Vec<f64>| {
        pencil.apply(y, product);
        let pairs = product.par_iter_mut().zip(y);
        pairs.for_each(|(p, y)| *p = y - learning_rate * *p);
    };
    let right = scaled_h(pencil);
    // Along the eigenvector the solution is known.
    let mut y = right.clone();
    let gain = 1.0 / (1.0 - learning_rate * top.value) - 1.0;
    axpy(gain * dot(&top.vector, &right), &top.vector, &mut y);
    apply(&y, &mut product);
    let mut residual = right;
    axpy(-1.0, &product, &mut residual);
    let mut direction = residual.clone();
    let mut squares = dot(&residual, &residual);
    for _ in 0..PRODUCTS {
        work::step();
        if pencil.scaled_norm(&residual) <= NEAR / 2.0 {
            return is_solved(pencil, &y, &mut product, &mut apply).then_some(y);
        }
        apply(&direction, &mut product);
        let curvature = dot(&direction, &product);
        if curvature <= 0.0 {
            return None;
        }
        let step = squares / curvature;
        axpy(step, &direction, &mut y);
        axpy(-step, &product, &mut residual);
        let next = dot(&residual, &residual);
        let ratio = next / squares;
        squares = next;
        let pairs = direction.par_iter_mut().zip(&residual);
        pairs.for_each(|(d, r)| *d = r + ratio * *d);
    }
    None
}

/// The right side, `C^−½(H)`.
fn scaled_h(pencil: &Pencil<'_>) -> Vec<f64> {
    let mut right = pencil.diagonal(|value| value);
    pencil.scale_down(&mut right);
    right
}

/// Whether the residual of `y`, computed afresh, is small enough.
fn is_solved(
    pencil: &Pencil<'_>,
    y: &[f64],
    residual: &mut Vec<f64>,
    apply: &mut impl FnMut(&[f64], &mut Vec<f64>),
) -> bool {
    apply(y, residual);
    axpy(-1.0, &scaled_h(pencil), residual);
    pencil.scaled_norm(residual) <= NEAR
}
