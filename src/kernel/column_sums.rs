//! Sums of the columns of a matrix.

use super::elementwise::{PIECE, combine};
use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes};
use super::start::Start;
use super::team::threads;
use super::view::{Cut, MatrixRef, share_out};

struct ColumnSums<'a> {
    m: MatrixRef<'a>,
    out: &'a mut [f32],
}

impl Kernel for ColumnSums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for i in 0..self.m.rows() {
            combine(
                lanes,
                self.m.row(i),
                self.out,
                #[inline(always)]
                |m, sum| lanes.add(sum, m),
            );
        }
    }
}

/// `out_j ← start + m_0j + m_1j + …`: for each column, a chain of additions in the order of the rows,
/// starting from 0 or from the old value of `out_j`. `m` may have any strides.
///
/// # Panics
/// When `out` does not have one number per column.
pub fn column_sums(isa: Isa, m: MatrixRef, start: Start, out: &mut [f32]) {
    assert_eq!(
        out.len(),
        m.columns(),
        "numbers for the column sums of a matrix of shape {:?}",
        m.shape()
    );
    if start == Start::Zero {
        out.fill(0.0);
    }
    let run = |first: usize, out: &mut [f32]| {
        let m = m.block(0..m.rows(), first..first + out.len());
        if m.has_adjacent_columns() {
            isa.run(ColumnSums { m, out });
        } else {
            add_chains(m, out);
        }
    };
    let parts = threads().min(m.rows() * m.columns() / PIECE).max(1);
    share_out(
        parts,
        [Cut::slice(out, LANES)],
        |_, [(columns, mut out)]| {
            run(columns.start, out.row_mut(0));
        },
    );
}

/// The same chains for columns that are not adjacent, so that vectors cannot be loaded.
fn add_chains(m: MatrixRef, out: &mut [f32]) {
    for (j, out) in out.iter_mut().enumerate() {
        *out = (0..m.rows()).fold(*out, |sum, i| sum + m.get(i, j));
    }
}
