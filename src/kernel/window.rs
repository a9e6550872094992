//! A window that slides over an image, and what it reads in each direction.

use std::fmt;

/// A pair of numbers, one for each direction of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The number for the vertical direction, counted in rows.
    pub rows: usize,
    /// The number for the horizontal direction, counted in columns.
    pub columns: usize,
}

impl Sides {
    /// The same number in both directions.
    pub const fn both(side: usize) -> Self {
        Sides {
            rows: side,
            columns: side,
        }
    }

    /// The product of both numbers.
    pub const fn area(self) -> usize {
        self.rows * self.columns
    }
}

/// One number if both are equal, as in architecture files; otherwise `rows × columns`.
impl fmt::Display for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows == self.columns {
            write!(f, "{}", self.rows)
        } else {
            write!(f, "{} × {}", self.rows, self.columns)
        }
    }
}

/// A window that slides over an image: in each direction, index `k` of window `t` reads the coordinate
/// `t·stride + k·dilation − padding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The number of indices in each direction.
    pub size: Sides,
    /// The step between windows.
    pub stride: Sides,
    /// How far windows may reach beyond each edge of the image.
    pub padding: Sides,
    /// The step between indices.
    pub dilation: Sides,
}

impl Window {
    /// A window of adjacent pixels, with stride one and without padding.
    pub const fn new(size: Sides) -> Self {
        Window {
            size,
            stride: Sides::both(1),
            padding: Sides::both(0),
            dilation: Sides::both(1),
        }
    }

    /// A square window of adjacent pixels, with stride one and without padding.
    pub const fn square(side: usize) -> Self {
        Window::new(Sides::both(side))
    }

    /// Windows side by side, without overlap.
    pub const fn tiles(size: Sides) -> Self {
        Window::new(size).every(size)
    }

    /// Returns the window with this stride.
    #[must_use]
    pub const fn every(mut self, stride: Sides) -> Self {
        self.stride = stride;
        self
    }

    /// Returns the window with this padding.
    #[must_use]
    pub const fn padded(mut self, padding: Sides) -> Self {
        self.padding = padding;
        self
    }

    /// Returns the window with this dilation.
    #[must_use]
    pub const fn dilated(mut self, dilation: Sides) -> Self {
        self.dilation = dilation;
        self
    }

    /// The number of windows on an image in each direction:
    /// `⌊(side + 2·padding − dilation·(size − 1) − 1)/stride⌋ + 1`, or 0 if none fits.
    ///
    /// # Panics
    /// When a size, a stride or a dilation is zero.
    pub fn places(&self, image: Sides) -> Sides {
        Sides {
            rows: self.rows(image.rows).targets(),
            columns: self.columns(image.columns).targets(),
        }
    }

    /// The vertical direction, on an image with `size` rows.
    pub(super) fn rows(&self, size: usize) -> Axis {
        Axis {
            size,
            kernel: self.size.rows,
            stride: self.stride.rows,
            padding: self.padding.rows,
            dilation: self.dilation.rows,
        }
    }

    /// The horizontal direction, on an image with `size` columns.
    pub(super) fn columns(&self, size: usize) -> Axis {
        Axis {
            size,
            kernel: self.size.columns,
            stride: self.stride.columns,
            padding: self.padding.columns,
            dilation: self.dilation.columns,
        }
    }
}

/// One direction of a window over an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) size: usize,
    pub(super) kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
}

/// What one coordinate of the result reads in one direction: it reads the coordinate `source` at the
/// kernel's index `tap`, and further coordinates in equal steps at `tap + 1` and so on, at `taps`
/// indices in total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) source: usize,
    pub(super) tap: usize,
    pub(super) taps: usize,
}

const NOTHING: Reach = Reach {
    source: 0,
    tap: 0,
    taps: 0,
};

impl Axis {
    /// The length of the output.
    pub(super) fn targets(&self) -> usize {
        let span = self.dilation * (self.kernel - 1) + 1;
        let room = (self.size + 2 * self.padding).checked_sub(span);
        room.map_or(0, |room| room / self.stride + 1)
    }

    /// What coordinate `target` of the output reads in the input. Index `k` reads
    /// `target·stride + k·dilation − padding`, one [dilation](Axis::forward_step) further for each
    /// index.
    pub(super) fn forward(&self, target: usize) -> Reach {
        let start = target * self.stride;
        let tap = self.padding.saturating_sub(start).div_ceil(self.dilation);
        let end = (self.size + self.padding).saturating_sub(start);
        let end = end.div_ceil(self.dilation).min(self.kernel);
        match end.saturating_sub(tap) {
            0 => NOTHING,
            taps => Reach {
                source: start + tap * self.dilation - self.padding,
                tap,
                taps,
            },
        }
    }

    /// The step in the input between indices.
    pub(super) fn forward_step(&self) -> usize {
        self.dilation
    }

    /// What coordinate `target` of the input reads in the output, at the indices of the transposed
    /// kernel ([`Axis::transposed`]), one [step](Axis::backward_step) further for each index.
    ///
    /// The coordinate was read by index `k` of window `w` if `w·stride + k·dilation = target + padding`.
    /// Let `g` be the greatest common divisor of stride and dilation. Then one solution leads to the
    /// next: `k` decreases by `stride/g` as `w` increases by `dilation/g`. All these indices have the
    /// same remainder when divided by `stride/g`.
    pub(super) fn backward(&self, target: usize) -> Reach {
        let place = target + self.padding;
        let Some(phase) = self.phase(place).filter(|k| *k < self.kernel) else {
            return NOTHING;
        };
        let Some(left) = place.checked_sub(phase * self.dilation) else {
            return NOTHING;
        };
        // The window that reads with the lowest index is the last one.
        let (last, step, phases) = (left / self.stride, self.backward_step(), self.phases());
        let most = (self.phase_taps(phase) - 1).min(last / step);
        let source = last - most * step;
        match self
            .targets()
            .min(last + 1)
            .saturating_sub(source)
            .div_ceil(step)
        {
            0 => NOTHING,
            taps => Reach {
                source,
                tap: self.transposed(phase + most * phases),
                taps,
            },
        }
    }

    /// The step in the output between indices of the transposed kernel.
    pub(super) fn backward_step(&self) -> usize {
        self.dilation / common_divisor(self.stride, self.dilation)
    }

    /// The position of index `k` in the transposed kernel: indices are sorted by their remainder when
    /// divided by `stride/g`, and in descending order among equal remainders.
    pub(super) fn transposed(&self, k: usize) -> usize {
        let phase = k % self.phases();
        let (whole, rest) = (self.kernel / self.phases(), self.kernel % self.phases());
        let before = phase * whole + phase.min(rest);
        before + self.phase_taps(phase) - 1 - k / self.phases()
    }

    /// The lowest `k ≥ 0`, whether or not it is an index of the kernel, for which `place − k·dilation`
    /// is a multiple of the stride; `None` if there is none.
    fn phase(&self, place: usize) -> Option<usize> {
        let phases = self.phases();
        let divisor = self.stride / phases;
        let inverse = inverse(self.backward_step() % phases, phases);
        let is_met = place.is_multiple_of(divisor);
        is_met.then(|| place / divisor % phases * inverse % phases)
    }

    /// The number of remainders, `stride/g`.
    fn phases(&self) -> usize {
        self.stride / common_divisor(self.stride, self.dilation)
    }

    /// The number of indices with this remainder.
    fn phase_taps(&self, phase: usize) -> usize {
        self.kernel.saturating_sub(phase).div_ceil(self.phases())
    }
}

/// The inverse of `a` modulo `modulus`; `a` must be coprime to the modulus.
fn inverse(a: usize, modulus: usize) -> usize {
    // Euclid's algorithm: each remainder is `factor·a` up to a multiple of the modulus.
    let (mut before, mut now) = ((modulus, 0), (a % modulus, 1 % modulus));
    while now.0 > 1 {
        let times = before.0 / now.0;
        let taken = times % modulus * now.1 % modulus;
        let factor = (before.1 + modulus - taken) % modulus;
        (before, now) = (now, (before.0 - times * now.0, factor));
    }
    now.1
}

/// The greatest common divisor, by Euclid's algorithm.
fn common_divisor(a: usize, b: usize) -> usize {
    match b {
        0 => a,
        _ => common_divisor(b, a % b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows and indices that read coordinate `target` of the input, found by trying all of them.
    fn tried(axis: &Axis, target: usize) -> Vec<(usize, usize)> {
        let all = (0..axis.targets()).flat_map(|w| (0..axis.kernel).map(move |k| (w, k)));
        let reads =
            |&(w, k): &(usize, usize)| w * axis.stride + k * axis.dilation == target + axis.padding;
        all.filter(reads).collect()
    }

    #[test]
    fn both_directions_list_the_pairs_that_meet() {
        let mut met = 0;
        for case in 0..6_usize.pow(5) {
            let digit = |place: u32| case / 6_usize.pow(place) % 6;
            let axis = Axis {
                size: digit(0) + 1,
                kernel: digit(1) + 1,
                stride: digit(2) + 1,
                padding: digit(3),
                dilation: digit(4) + 1,
            };
            for target in 0..axis.targets() {
                let reach = axis.forward(target);
                let listed =
                    (0..reach.taps).map(|i| (reach.source + i * axis.dilation, reach.tap + i));
                let right = (0..axis.kernel).filter_map(|k| {
                    let source =
                        (target * axis.stride + k * axis.dilation).checked_sub(axis.padding);
                    source.filter(|&s| s < axis.size).map(|source| (source, k))
                });
                assert!(listed.eq(right), "{axis:?} {target}");
            }
            for target in 0..axis.size {
                let reach = axis.backward(target);
                let step = axis.backward_step();
                let listed = (0..reach.taps).map(|i| (reach.source + i * step, reach.tap + i));
                let right = tried(&axis, target);
                met += right.len();
                let right = right.into_iter().map(|(w, k)| (w, axis.transposed(k)));
                assert!(listed.eq(right), "{axis:?} {target}");
            }
        }
        assert!(met > 10_000);
    }

    #[test]
    fn inverses_leave_one() {
        for modulus in 1..60 {
            for a in (0..200).filter(|&a| common_divisor(a, modulus) == 1) {
                assert_eq!(
                    a * inverse(a, modulus) % modulus,
                    1 % modulus,
                    "{a} {modulus}"
                );
            }
        }
    }

    #[test]
    fn the_transposed_kernel_has_every_index_once() {
        for (stride, dilation) in [(1, 1), (2, 1), (3, 2), (4, 6), (6, 4), (2, 2)] {
            let window = Window::square(7).every(Sides::both(stride));
            let axis = window.dilated(Sides::both(dilation)).rows(50);
            let mut transposed: Vec<usize> = (0..7).map(|k| axis.transposed(k)).collect();
            transposed.sort_unstable();
            assert_eq!(transposed, (0..7).collect::<Vec<_>>());
        }
    }
}
