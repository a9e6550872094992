//! The fully connected layer `y = x·Wᵀ + b`, its derivatives, and its step of gradient descent.
//!
//! Rows are samples: `x` is m × k; `y` and `delta` (the derivative with respect to `y`) are m × n. `W`
//! is n × k, one row per output, as it is stored in a parameter vector.
//!
//! ```text
//! few samples     Moving W dominates the cost, so W is read in place: `dots` multiplies its rows by
//!                 the samples; `sweep` reads each part of W once, propagates the derivative through
//!                 it and updates it. After a ReLU, half of the derivatives are zero: a sample is
//!                 skipped for the rows of W for whose outputs its derivatives are zero.
//! many samples    The products of `gemm`.
//! ```
//!
//! The choice between the two depends only on the number of samples.

mod dots;
mod epilogue;
mod nonzero;
mod pieces;
mod row_kernel;
mod sweep;

use std::cell::RefCell;
use std::ops::Range;

use super::buffer::Buffer;
use super::column_sums::column_sums;
use super::gemm::{gemm, gemm_then};
use super::isa::Isa;
use super::lanes::LANES;
use super::start::Start;
use super::team::threads;
use super::view::{Cut, MatrixMut, MatrixRef, share_of, share_out};

use dots::Dots;
use epilogue::{BiasRelu, ReluBackward, TreeSum};
use pieces::{Part, ROWS, WORK, parts};
use sweep::{Sweep, Weights};

/// Up to this many samples, `affine` computes dot products.
const DOTS: usize = 48;
/// Up to this many samples, the backward half is a sweep over `W`.
const SWEEP: usize = 64;

/// Where a layer writes the derivative with respect to its input.
#[derive(Debug)]
pub struct Below<'a> {
    /// The output x of the ReLU that the layer reads, m × k, if it reads one: `dx` is then +0 where x is
    /// not positive.
    pub rectified: Option<MatrixRef<'a>>,
    /// The derivative with respect to the layer's input, m × k.
    pub dx: MatrixMut<'a>,
}

fn is_swept(samples: usize) -> bool {
    (1..=SWEEP).contains(&samples)
}

/// `y ← x·Wᵀ + b`, followed by ReLU, `0 > y ? 0 : y`, if `relu` is set (NaN and −0 are kept).
///
/// `x`: m × k; `weights`: `W`, n × k; `bias`: n numbers, or empty for no bias; `y`: m × n; all with
/// adjacent columns.
///
/// For m ≤ 48, an element is a dot product in 16 lanes. Term `l` enters lane `l mod 16` by an FMA, in
/// order; the lanes are added by halving (lane `i` takes lane `i + 8`, then `i + 4`, `i + 2`, `i + 1`).
/// The longest path has `⌈k/16⌉ + 4` roundings. For more samples, an element is the chain of [`gemm`].
/// Then the bias is added, rounded once.
///
/// # Panics
/// When the shapes do not match, or columns are not adjacent.
pub fn affine(isa: Isa, x: MatrixRef, weights: MatrixRef, bias: &[f32], relu: bool, y: MatrixMut) {
    let ((m, k), n) = (x.shape(), weights.rows());
    assert!(
        weights.columns() == k && y.shape() == (m, n),
        "layer with weights of shape {:?} from a matrix of shape {:?} to one of shape {:?}",
        weights.shape(),
        x.shape(),
        y.shape()
    );
    assert_bias(bias, n);
    assert_adjacent(&[x, weights]);
    if m > DOTS {
        let w = weights.transposed();
        return gemm_then(isa, x, w, Start::Zero, y, |_, outputs, y| {
            isa.run(BiasRelu {
                bias: part_of(bias, outputs),
                relu,
                y,
            });
        });
    }
    let outputs = [Cut::columns(y, ROWS)];
    share_out(parts(m * n * k, n), outputs, |_, [(outputs, y)]| {
        let dots = Dots {
            x,
            weights: weights.row_block(outputs.clone()),
            bias: part_of(bias, outputs),
            relu,
            y,
        };
        dots.run_here(isa);
    });
}

/// Takes one step of gradient descent of a layer, and computes the derivative with respect to its input:
///
/// ```text
/// dx ← [x > 0] ⊙ (delta·W)      with the weights as they were
/// W  ← W + deltaᵀ·x
/// b  ← b + Σ_i delta_i
/// ```
///
/// where `delta` already contains the negative learning rate as a factor. The bits are those of
/// [`backward`] followed by [`weight_gradient`] with [`Start::Accumulate`]; for few samples, `W` is read
/// only once.
///
/// `delta`: m × n; `x`: m × k; `weights`: n × k, row-major; `bias`: n numbers, or empty; all with
/// adjacent columns.
///
/// # Panics
/// When the shapes do not match, or columns are not adjacent.
pub fn descend(
    isa: Isa,
    delta: MatrixRef,
    x: MatrixRef,
    weights: &mut [f32],
    bias: &mut [f32],
    below: Option<Below>,
) {
    let (n, k) = (delta.columns(), x.columns());
    let Some(below) = below else {
        return weight_gradient(isa, delta, x, Start::Accumulate, weights, bias);
    };
    if !is_swept(delta.rows()) {
        backward(isa, delta, MatrixRef::new(weights, n, k), below);
        return weight_gradient(isa, delta, x, Start::Accumulate, weights, bias);
    }
    assert_fits(delta, x.shape(), (n, k));
    assert_fits(delta, below.dx.shape(), (n, k));
    assert_bias(bias, n);
    assert_below(&below);
    assert_adjacent(&[delta, x]);
    let start = Start::Accumulate;
    let parts = parts(2 * delta.rows() * n * k, n);
    in_partial_sums(isa, parts, below, |partial| {
        let weights = Cut::rows(MatrixMut::new(weights, n, k), ROWS);
        let outputs = [weights, Cut::slice(bias, ROWS), partial];
        share_out(
            parts,
            outputs,
            |number, [(rows, weights), (_, mut bias), (_, dx)]| {
                let part = Part { number, of: parts };
                add_sums(isa, across(delta, &rows), start, bias.row_mut(0));
                let weights = Weights::Changed { weights, start, x };
                Sweep::run_here(isa, delta, weights, Some(dx), part);
            },
        );
    });
}

/// `dx ← [x > 0] ⊙ (delta·W)`.
///
/// For 1 ≤ m ≤ 64, the rows of `W` are cut into eight pieces: with u = ⌈n/8⌉, piece p consists of the
/// rows from 8·⌊u·p/8⌋ to the start of the next piece. Each piece is summed by a chain of FMAs from +0,
/// in the order of the rows, and the pieces are added in the tree
/// `((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))`, without the pieces that have no rows. The terms of
/// sample i and rows 2j and 2j + 1 are skipped if `delta` is zero for both rows; for m ≤ 2, the terms of
/// every single row are skipped if `delta` is zero for that row. For more samples, an element is the
/// chain of [`gemm`].
///
/// `delta`: m × n; `weights`: `W`, n × k; all with adjacent columns.
///
/// # Panics
/// When the shapes do not match, or columns are not adjacent.
pub fn backward(isa: Isa, delta: MatrixRef, weights: MatrixRef, below: Below) {
    assert_fits(delta, below.dx.shape(), weights.shape());
    assert_below(&below);
    assert_adjacent(&[delta, weights]);
    if !is_swept(delta.rows()) {
        let Below { rectified, dx } = below;
        return gemm_then(isa, delta, weights, Start::Zero, dx, |rows, columns, dx| {
            if let Some(x) = rectified {
                let x = x.block(rows, columns);
                isa.run(ReluBackward { x, dx });
            }
        });
    }
    let (n, k) = weights.shape();
    let parts = parts(delta.rows() * n * k, n);
    in_partial_sums(isa, parts, below, |partial| {
        share_out(parts, [partial], |number, [(_, dx)]| {
            let part = Part { number, of: parts };
            let kept = weights.row_block(share_of(n, number, parts, ROWS));
            Sweep::run_here(isa, delta, Weights::Kept(kept), Some(dx), part);
        });
    });
}

/// Computes the gradient with respect to a layer's parameters, or adds it to the old values:
///
/// ```text
/// W ← start + deltaᵀ·x        an element is the chain of `gemm`, for m ≤ 64 over all samples but
///                             those that `backward` leaves out
/// b ← start + Σ_i delta_i     a chain of additions, see `column_sums`
/// ```
///
/// `delta`: m × n; `x`: m × k; `weights`: n × k, row-major; `bias`: n numbers, or empty; all with
/// adjacent columns.
///
/// # Panics
/// When the shapes do not match, or columns are not adjacent.
pub fn weight_gradient(
    isa: Isa,
    delta: MatrixRef,
    x: MatrixRef,
    start: Start,
    weights: &mut [f32],
    bias: &mut [f32],
) {
    let (m, n, k) = (delta.rows(), delta.columns(), x.columns());
    assert_fits(delta, x.shape(), (n, k));
    assert_bias(bias, n);
    assert_adjacent(&[delta, x]);
    let weights = MatrixMut::new(weights, n, k);
    if !is_swept(m) {
        gemm(isa, delta.transposed(), x, start, weights);
        return add_sums(isa, delta, start, bias);
    }
    let parts = parts(m * n * k, n);
    let outputs = [Cut::rows(weights, ROWS), Cut::slice(bias, ROWS)];
    share_out(
        parts,
        outputs,
        |number, [(rows, weights), (_, mut bias)]| {
            let part = Part { number, of: parts };
            add_sums(isa, across(delta, &rows), start, bias.row_mut(0));
            let weights = Weights::Changed { weights, start, x };
            Sweep::run_here(isa, delta, weights, None, part);
        },
    );
}

/// Runs `sweeps`, which leave one partial sum of the derivative per part, m × k each, stacked
/// vertically. Adds these up and applies the derivative of ReLU.
fn in_partial_sums(isa: Isa, parts: usize, below: Below, sweeps: impl FnOnce(Cut)) {
    thread_local! {
        /// Reused from sweep to sweep.
        static PARTIAL: RefCell<Buffer> = RefCell::default();
    }
    let Below { rectified, mut dx } = below;
    let (m, k) = dx.shape();
    if parts == 1 {
        sweeps(Cut::rows(dx.reborrow(), m));
        if let Some(x) = rectified {
            isa.run(ReluBackward { x, dx });
        }
        return;
    }
    PARTIAL.with_borrow_mut(|buffer| {
        let partial = buffer.numbers(parts * m * k);
        sweeps(Cut::rows(MatrixMut::new(partial, parts * m, k), m));
        let partial = MatrixRef::new(partial, parts * m, k);
        let sharers = threads().min(parts * m * k / WORK).max(1);
        share_out(sharers, [Cut::columns(dx, LANES)], |_, [(columns, dx)]| {
            isa.run(TreeSum {
                partial: across(partial, &columns),
                x: rectified.map(|x| across(x, &columns)),
                dx,
            });
        });
    });
}

/// The bias of the given outputs.
fn part_of(bias: &[f32], outputs: Range<usize>) -> &[f32] {
    match bias {
        [] => bias,
        _ => &bias[outputs],
    }
}

/// `b ← start + Σ_i delta_i`, if there is a bias.
fn add_sums(isa: Isa, delta: MatrixRef, start: Start, bias: &mut [f32]) {
    if !bias.is_empty() {
        column_sums(isa, delta, start, bias);
    }
}

/// All rows of the given columns.
fn across<'a>(m: MatrixRef<'a>, columns: &Range<usize>) -> MatrixRef<'a> {
    m.block(0..m.rows(), columns.clone())
}

fn assert_fits(delta: MatrixRef, x: (usize, usize), weights: (usize, usize)) {
    assert!(
        delta.rows() == x.0 && weights == (delta.columns(), x.1),
        "layer with weights of shape {weights:?} between matrices of shapes {x:?} and {:?}",
        delta.shape()
    );
}

fn assert_bias(bias: &[f32], outputs: usize) {
    assert!(
        bias.is_empty() || bias.len() == outputs,
        "layer of {outputs} outputs with {} biases",
        bias.len()
    );
}

fn assert_below(below: &Below) {
    if let Some(x) = below.rectified {
        assert_eq!(x.shape(), below.dx.shape(), "shapes of x and dx");
        assert_adjacent(&[x]);
    }
}

fn assert_adjacent(matrices: &[MatrixRef]) {
    assert!(
        matrices.iter().all(|m| m.has_adjacent_columns()),
        "the operands of a layer have adjacent columns"
    );
}
