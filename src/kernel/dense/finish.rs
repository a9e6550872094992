//! What is done to the result of a product while it is in the cache.

use std::array::from_fn;

use crate::kernel::elementwise::{combine, update};
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::view::{MatrixMut, MatrixRef};

/// The bias, if there is one, added to each row, and perhaps the rectifier.
pub(super) struct Finish<'a> {
    pub(super) bias: &'a [f32],
    pub(super) rectified: bool,
    pub(super) y: MatrixMut<'a>,
}

impl Kernel for Finish<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for i in 0..self.y.rows() {
            let y = self.y.row_mut(i);
            if !self.bias.is_empty() {
                combine(
                    lanes,
                    self.bias,
                    y,
                    #[inline(always)]
                    |bias, y| lanes.add(y, bias),
                );
            }
            if self.rectified {
                update(
                    lanes,
                    y,
                    #[inline(always)]
                    |y| lanes.positive_part(y),
                );
            }
        }
    }
}

/// `dx ← gate > 0 ? dx : +0`.
pub(super) struct Gated<'a> {
    pub(super) gate: MatrixRef<'a>,
    pub(super) dx: MatrixMut<'a>,
}

impl Kernel for Gated<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for i in 0..self.dx.rows() {
            combine(
                lanes,
                self.gate.row(i),
                self.dx.row_mut(i),
                #[inline(always)]
                |gate, dx| lanes.where_positive(gate, dx),
            );
        }
    }
}

/// `dx ←` the sum of two, four or eight partial sums, in a tree, gated. They stand one below the
/// other in `partial`.
pub(super) struct Sum<'a> {
    pub(super) partial: MatrixRef<'a>,
    pub(super) gate: Option<MatrixRef<'a>>,
    pub(super) dx: MatrixMut<'a>,
}

impl Kernel for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match self.partial.rows() / self.dx.rows().max(1) {
            2 => self.add::<L, 2>(lanes),
            4 => self.add::<L, 4>(lanes),
            8 => self.add::<L, 8>(lanes),
            parts => assert_eq!(parts, 0, "parts of a sum"),
        }
    }
}

impl Sum<'_> {
    #[inline(always)]
    fn add<L: Lanes, const PARTS: usize>(mut self, lanes: L) {
        let rows = self.dx.rows();
        for i in 0..rows {
            let from: [&[f32]; PARTS] = from_fn(|part| self.partial.row(part * rows + i));
            let gate = self.gate.map(|gate| gate.row(i));
            for (v, to) in self.dx.row_mut(i).chunks_mut(LANES).enumerate() {
                let mut sums = [lanes.splat(0.0); PARTS];
                for (sum, from) in sums.iter_mut().zip(from) {
                    *sum = lanes.load_padded(&from[v * LANES..]);
                }
                let mut count = PARTS;
                while count > 1 {
                    count /= 2;
                    for i in 0..count {
                        sums[i] = lanes.add(sums[2 * i], sums[2 * i + 1]);
                    }
                }
                let dx = match gate {
                    Some(gate) => {
                        lanes.where_positive(lanes.load_padded(&gate[v * LANES..]), sums[0])
                    }
                    None => sums[0],
                };
                lanes.store_cut(dx, to);
            }
        }
    }
}
