//! Channel-wise kernels for batch normalisation: a factor and an addend for each column of a matrix, and
//! sums of its columns in f64. They run on the calling thread.

use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes};
use super::start::Start;

struct ScaleShift<'a> {
    scale: &'a [f32],
    shift: &'a [f32],
    relu: bool,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for ScaleShift<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let channels = self.scale.len();
        for first in (0..channels).step_by(LANES) {
            let end = channels.min(first + LANES);
            let scale = lanes.load_padded(&self.scale[first..end]);
            let shift = lanes.load_padded(&self.shift[first..end]);
            let rows = self.x.chunks(channels).zip(self.y.chunks_mut(channels));
            for (x, y) in rows {
                let mut sum = lanes.fma(lanes.load_padded(&x[first..end]), scale, shift);
                if self.relu {
                    sum = lanes.positive_part(sum);
                }
                lanes.store_cut(sum, &mut y[first..end]);
            }
        }
    }
}

/// `y_rc ← f(fma(x_rc, scale_c, shift_c))`, where `f` is ReLU, `0 > s ? 0 : s`, if `relu` is set,
/// otherwise the identity.
///
/// `x`, `y`: rows × channels; `scale`, `shift`: one number per channel.
///
/// # Panics
/// When the lengths do not match.
pub fn scale_shift(isa: Isa, scale: &[f32], shift: &[f32], relu: bool, x: &[f32], y: &mut [f32]) {
    check(scale.len(), x);
    assert!(
        shift.len() == scale.len() && y.len() == x.len(),
        "{} factors, {} addends, {} numbers and room for {}",
        scale.len(),
        shift.len(),
        x.len(),
        y.len()
    );
    isa.run(ScaleShift {
        scale,
        shift,
        relu,
        x,
        y,
    });
}

/// Checks that `x` consists of whole rows of channels.
fn check(channels: usize, x: &[f32]) {
    assert!(
        x.is_empty() || (channels > 0 && x.len().is_multiple_of(channels)),
        "{} numbers are no rows of {channels} channels",
        x.len()
    );
}

struct Blend<'a> {
    a: &'a [f32],
    b: &'a [f32],
    c: &'a [f32],
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Blend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let channels = self.a.len();
        for first in (0..channels).step_by(LANES) {
            let end = channels.min(first + LANES);
            let [a, b, c] = [self.a, self.b, self.c].map(|row| lanes.load_padded(&row[first..end]));
            let rows = self.x.chunks(channels).zip(self.y.chunks_mut(channels));
            for (x, y) in rows {
                let (x, y) = (&x[first..end], &mut y[first..end]);
                let inner = lanes.fma(lanes.load_padded(x), b, c);
                lanes.store_cut(lanes.fma(lanes.load_padded(y), a, inner), y);
            }
        }
    }
}

/// `y_rc ← fma(y_rc, a_c, fma(x_rc, b_c, c_c))`. The backward pass of a batch normalisation has this
/// form: it is affine in the derivative of its output and in its input.
///
/// `x`, `y`: rows × channels; `a`, `b`, `c`: one number per channel.
///
/// # Panics
/// When the lengths do not match.
pub fn blend(isa: Isa, [a, b, c]: [&[f32]; 3], x: &[f32], y: &mut [f32]) {
    check(a.len(), x);
    assert!(
        b.len() == a.len() && c.len() == a.len() && y.len() == x.len(),
        "{}, {} and {} factors for {} and {} numbers",
        a.len(),
        b.len(),
        c.len(),
        x.len(),
        y.len()
    );
    isa.run(Blend { a, b, c, x, y });
}

/// Σ_r x_rc, or Σ_r x_rc y_rc.
struct ChannelSums<'a> {
    x: &'a [f32],
    y: Option<&'a [f32]>,
    out: &'a mut [f64],
}

impl Kernel for ChannelSums<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let channels = self.out.len();
        for first in (0..channels).step_by(LANES) {
            let end = channels.min(first + LANES);
            let mut sums = lanes.wide_zero();
            match self.y {
                None => {
                    for x in self.x.chunks(channels) {
                        sums = lanes.wide_add(sums, widened(lanes, &x[first..end]));
                    }
                }
                Some(y) => {
                    for (x, y) in self.x.chunks(channels).zip(y.chunks(channels)) {
                        let (x, y) = (&x[first..end], &y[first..end]);
                        sums = lanes.wide_fma(widened(lanes, x), widened(lanes, y), sums);
                    }
                }
            }
            let mut numbers = [0.0; LANES];
            lanes.wide_store(sums, &mut numbers);
            for (out, sum) in self.out[first..end].iter_mut().zip(numbers) {
                *out += sum;
            }
        }
    }
}

/// Reads a vector in f64. A closure would not be inlined here, and each instruction in it would be a call.
#[inline(always)]
fn widened<L: Lanes>(lanes: L, numbers: &[f32]) -> L::Wide {
    lanes.widen(lanes.load_padded(numbers))
}

/// `out_c ← start + Σ_r x_rc` in f64: for each channel, a chain of additions from 0 in the order of the
/// rows, then one addition to the start.
///
/// `x`: rows × channels; `out`: one number per channel.
///
/// # Panics
/// When the lengths do not match.
pub fn channel_sums(isa: Isa, x: &[f32], start: Start, out: &mut [f64]) {
    sums(isa, x, None, start, out);
}

/// `out_c ← start + Σ_r x_rc y_rc` in f64, in the order of [`channel_sums`]. The products are exact, so
/// only the additions round.
///
/// # Panics
/// When the lengths do not match.
pub fn channel_dots(isa: Isa, x: &[f32], y: &[f32], start: Start, out: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "lengths of the factors of channel dots");
    sums(isa, x, Some(y), start, out);
}

fn sums(isa: Isa, x: &[f32], y: Option<&[f32]>, start: Start, out: &mut [f64]) {
    check(out.len(), x);
    if start == Start::Zero {
        out.fill(0.0);
    }
    isa.run(ChannelSums { x, y, out });
}
