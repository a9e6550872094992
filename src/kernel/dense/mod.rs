//! The fully connected layer: `y = x·Wᵀ + b`, its derivatives, and its step of descent.
//!
//! Rows are samples: `x` is m × k, `y` and `delta` (the derivative by `y`) are m × n; `W` is n × k,
//! a row for each output, as it lies in a vector of parameters.
//!
//! ```text
//! few samples     W is what has to be moved. It is read where it lies: `dots` multiplies its rows by
//!                 samples, `sweep` reads each part of it once, passes the derivative down through
//!                 it and changes it.
//! many samples    The products of `gemm`.
//! ```
//!
//! Which of the two it is depends on the number of samples alone.

mod dots;
mod sweep;

use std::ops::Range;

use super::axpy::add_row;
use super::column_sums::column_sums;
use super::gate::gate;
use super::gemm::gemm;
use super::isa::Isa;
use super::lanes::LANES;
use super::relu::relu;
use super::start::Start;
use super::team::threads;
use super::view::{ColumnShares, MatrixMut, MatrixRef};

use dots::Dots;
use sweep::{Sweep, Weights};

/// Up to this many samples `affine` is made of dot products.
const DOTS: usize = 48;
/// Up to this many samples the backward half is a sweep over `W`.
const SWEEP: usize = 64;
/// Multiply-adds that are worth a thread of their own: about a microsecond.
const PIECE: usize = 1 << 14;

/// Where the derivative goes that a layer passes down.
#[derive(Debug)]
pub struct Below<'a> {
    /// Where the layer read the output of a rectifier, that output, m × k: the derivative passes
    /// where it is positive.
    pub gate: Option<MatrixRef<'a>>,
    /// The derivative by what the layer read, m × k.
    pub dx: MatrixMut<'a>,
}

fn parts(work: usize) -> usize {
    threads().min(work / PIECE).max(1)
}

/// `y ← x·Wᵀ + b`, with `rectified` the positive part of it (NaN and −0 stay).
///
/// `x`: m × k; `weights`: `W`, n × k; `bias`: n numbers; `y`: m × n; adjacent columns.
///
/// For m ≤ 48 an element is a dot product in 16 lanes: term `l` enters lane `l mod 16` by an FMA, in
/// order; the lanes are added by halving (lane `i` takes lane `i + 8`, then `i + 4`, `i + 2`,
/// `i + 1`): `⌈k/16⌉ + 4` roundings on the longest path. For more samples it is the chain of
/// [`gemm`]. Then the bias is added, rounded once.
///
/// # Panics
/// When the shapes do not fit or columns are not adjacent.
pub fn affine(
    isa: Isa,
    x: MatrixRef,
    weights: MatrixRef,
    bias: &[f32],
    rectified: bool,
    mut y: MatrixMut,
) {
    let ((m, k), n) = (x.shape(), weights.rows());
    assert!(
        weights.columns() == k && bias.len() == n && y.shape() == (m, n),
        "layer with weights of shape {:?} and {} biases from a matrix of shape {:?} to one of shape \
         {:?}",
        weights.shape(),
        bias.len(),
        x.shape(),
        y.shape()
    );
    assert_adjacent(&[x, weights]);
    if m > DOTS {
        gemm(isa, x, weights.transposed(), Start::Zero, y.reborrow());
        add_row(isa, bias, y.reborrow());
        if rectified {
            (0..m).for_each(|i| relu(isa, y.row_mut(i)));
        }
        return;
    }
    let shares = ColumnShares {
        outputs: [y],
        parts: parts(m * n * k),
        unit: dots::UNIT,
    };
    shares.run(|[(outputs, y)]| {
        isa.run(Dots {
            x,
            weights: weights.row_block(outputs.clone()),
            bias: &bias[outputs],
            rectified,
            y,
        });
    });
}

/// One step of descent of a layer, and the derivative by what it read:
///
/// ```text
/// dx ← [gate > 0] ⊙ (delta·W)      with the weights as they were
/// W  ← W + deltaᵀ·x
/// b  ← b + Σ_i delta_i
/// ```
///
/// where the learning rate rides, negative, on `delta`. The bits are those of [`backward`] followed
/// by [`weight_gradient`] with [`Start::Accumulate`]; for few samples `W` is read once.
///
/// `delta`: m × n; `x`: m × k; `weights`: n × k, row after row; `bias`: n numbers; adjacent columns.
///
/// # Panics
/// When the shapes do not fit or columns are not adjacent.
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
    if delta.rows() > SWEEP {
        backward(isa, delta, MatrixRef::new(weights, n, k), below);
        return weight_gradient(isa, delta, x, Start::Accumulate, weights, bias);
    }
    assert_fits(delta, x.shape(), (n, k));
    assert_fits(delta, below.dx.shape(), (n, k));
    assert_gate(&below);
    assert_adjacent(&[delta, x]);
    let shares = ColumnShares {
        parts: parts(2 * delta.rows() * n * k),
        unit: LANES,
        outputs: [
            MatrixMut::new(weights, n, k),
            MatrixMut::new(bias, 1, n),
            below.dx,
        ],
    };
    let start = Start::Accumulate;
    shares.run(|[(columns, weights), (outputs, mut bias), (_, dx)]| {
        column_sums(isa, across(delta, &outputs), start, bias.row_mut(0));
        let x = across(x, &columns);
        isa.run(Sweep {
            delta,
            weights: Weights::Changed { weights, start, x },
            below: Some(Below {
                gate: below.gate.map(|gate| across(gate, &columns)),
                dx,
            }),
        });
    });
}

/// `dx ← [gate > 0] ⊙ (delta·W)`, where an element of the product is the chain of [`gemm`].
///
/// `delta`: m × n; `weights`: `W`, n × k; adjacent columns.
///
/// # Panics
/// When the shapes do not fit or columns are not adjacent.
pub fn backward(isa: Isa, delta: MatrixRef, weights: MatrixRef, mut below: Below) {
    assert_fits(delta, below.dx.shape(), weights.shape());
    assert_gate(&below);
    assert_adjacent(&[delta, weights]);
    if delta.rows() > SWEEP {
        gemm(isa, delta, weights, Start::Zero, below.dx.reborrow());
        if let Some(open) = below.gate {
            (0..open.rows()).for_each(|i| gate(isa, open.row(i), below.dx.row_mut(i)));
        }
        return;
    }
    let shares = ColumnShares {
        parts: parts(delta.rows() * weights.rows() * weights.columns()),
        unit: LANES,
        outputs: [below.dx],
    };
    shares.run(|[(columns, dx)]| {
        isa.run(Sweep {
            delta,
            weights: Weights::Kept(across(weights, &columns)),
            below: Some(Below {
                gate: below.gate.map(|gate| across(gate, &columns)),
                dx,
            }),
        });
    });
}

/// The gradient of a layer's parameters, alone or added to what is there:
///
/// ```text
/// W ← start + deltaᵀ·x        an element is the chain of `gemm`
/// b ← start + Σ_i delta_i     a chain of additions, see `column_sums`
/// ```
///
/// `delta`: m × n; `x`: m × k; `weights`: n × k, row after row; `bias`: n numbers; adjacent columns.
///
/// # Panics
/// When the shapes do not fit or columns are not adjacent.
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
    assert_adjacent(&[delta, x]);
    let weights = MatrixMut::new(weights, n, k);
    if m > SWEEP {
        gemm(isa, delta.transposed(), x, start, weights);
        return column_sums(isa, delta, start, bias);
    }
    let shares = ColumnShares {
        parts: parts(m * n * k),
        unit: LANES,
        outputs: [weights, MatrixMut::new(bias, 1, n)],
    };
    shares.run(|[(columns, weights), (outputs, mut bias)]| {
        column_sums(isa, across(delta, &outputs), start, bias.row_mut(0));
        let x = across(x, &columns);
        isa.run(Sweep {
            delta,
            weights: Weights::Changed { weights, start, x },
            below: None,
        });
    });
}

/// All rows of these columns.
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

fn assert_gate(below: &Below) {
    if let Some(gate) = below.gate {
        assert_eq!(gate.shape(), below.dx.shape(), "shape of a gate");
        assert_adjacent(&[gate]);
    }
}

fn assert_adjacent(matrices: &[MatrixRef]) {
    assert!(
        matrices.iter().all(|m| m.has_adjacent_columns()),
        "the operands of a layer have adjacent columns"
    );
}
