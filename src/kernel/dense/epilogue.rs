//! Steps applied to the result of a product while it is in the cache: bias, ReLU, partial sums.

use std::array::from_fn;

use crate::kernel::elementwise::{combine, update};
use crate::kernel::lanes::{Kernel, LANES, Lanes};
use crate::kernel::view::{MatrixMut, MatrixRef};

/// `y ← y + b` for each row if there is a bias, followed by ReLU if `relu` is set.
pub(super) struct BiasRelu<'a> {
    pub(super) bias: &'a [f32],
    pub(super) relu: bool,
    pub(super) y: MatrixMut<'a>,
}

impl Kernel for BiasRelu<'_> {
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
            if self.relu {
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

/// `dx ← x > 0 ? dx : +0`, where `x` is the output of a ReLU.
pub(super) struct ReluBackward<'a> {
    pub(super) x: MatrixRef<'a>,
    pub(super) dx: MatrixMut<'a>,
}

impl Kernel for ReluBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        for i in 0..self.dx.rows() {
            combine(
                lanes,
                self.x.row(i),
                self.dx.row_mut(i),
                #[inline(always)]
                |x, dx| lanes.where_positive(x, dx),
            );
        }
    }
}

/// `dx ←` the sum of two, four or eight partial sums in a tree, followed by [`ReluBackward`] if there is
/// an `x`. The partial sums are stacked vertically in `partial`.
pub(super) struct TreeSum<'a> {
    pub(super) partial: MatrixRef<'a>,
    pub(super) x: Option<MatrixRef<'a>>,
    pub(super) dx: MatrixMut<'a>,
}

impl Kernel for TreeSum<'_> {
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

impl TreeSum<'_> {
    #[inline(always)]
    fn add<L: Lanes, const PARTS: usize>(mut self, lanes: L) {
        let rows = self.dx.rows();
        for i in 0..rows {
            let from: [&[f32]; PARTS] = from_fn(|part| self.partial.row(part * rows + i));
            let x = self.x.map(|x| x.row(i));
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
                let dx = match x {
                    Some(x) => lanes.where_positive(lanes.load_padded(&x[v * LANES..]), sums[0]),
                    None => sums[0],
                };
                lanes.store_cut(dx, to);
            }
        }
    }
}
