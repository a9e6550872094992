//! The forward pass of each layer, written as its definition: loops over channels, rows and columns.

use std::cmp::Ordering;

use super::jet::{Jet, number};
use super::layer::Size;
use super::sample_norm::{SampleNorm, Scaled};
use super::sign::Sign;
use super::window::Window;
use crate::number::Real;

/// The jets of one activation of one sample, channels first.
pub(super) type Jets<T> = Vec<Jet<T>>;

/// The sizes of a layer's input and output.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub from: Size,
    pub to: Size,
}

/// What a layer uses besides its input.
pub(super) struct Own<'a, T> {
    pub weights: &'a [Jet<T>],
    pub biases: &'a [Jet<T>],
    /// Means, then variances; `None` if the statistics of the batch are used.
    pub statistics: Option<&'a [f32]>,
    pub terms: Sign,
}

/// The index of (channel, row, column) in an image.
fn at(size: Size, c: usize, y: usize, x: usize) -> usize {
    (c * size[1] + y) * size[2] + x
}

/// All (channel, row, column) in the order of their indices.
fn places(size: Size) -> impl Iterator<Item = (usize, usize, usize)> {
    let [channels, height, width] = size;
    (0..channels)
        .flat_map(move |c| (0..height).flat_map(move |y| (0..width).map(move |x| (c, y, x))))
}

/// `W x + b`.
pub(super) fn dense<T: Real>(own: &Own<'_, T>, read: &[Jet<T>]) -> Jets<T> {
    let output = |o: usize| {
        let row = &own.weights[o * read.len()..(o + 1) * read.len()];
        let mut sum = own.biases.get(o).cloned().unwrap_or_else(Jet::zero);
        row.iter()
            .zip(read)
            .for_each(|(w, x)| sum.add_product(w, x));
        sum
    };
    (0..own.weights.len() / read.len()).map(output).collect()
}

/// `b[o] + Σ_{i,k} W[o, i, k]·x[g + i, p·stride + k·dilation − padding]`.
pub(super) fn convolution<T: Real>(
    own: &Own<'_, T>,
    read: &[Jet<T>],
    Sizes { from, to }: Sizes,
    window: &Window,
    groups: usize,
) -> Jets<T> {
    let ([rows, columns], inputs) = (window.size, from[0] / groups);
    let output = |(o, y, x): (usize, usize, usize)| {
        let mut sum = own.biases.get(o).cloned().unwrap_or_else(Jet::zero);
        let first = o / (to[0] / groups) * inputs;
        for (i, ky, kx) in places([inputs, rows, columns]) {
            let row = window.read(0, y, ky, from[1]);
            if let Some((row, column)) = row.zip(window.read(1, x, kx, from[2])) {
                let weight = ((o * inputs + i) * rows + ky) * columns + kx;
                let place = at(from, first + i, row, column);
                sum.add_product(&own.weights[weight], &read[place]);
            }
        }
        sum
    };
    places(to).map(output).collect()
}

/// `γ_c·(x_c − μ_c)/√(σ²_c + ε) + β_c` for every sample of the batch.
pub(super) fn batch_norm<T: Real>(
    own: &Own<'_, T>,
    batch: &[Jets<T>],
    size: Size,
    epsilon: f64,
) -> Vec<Jets<T>> {
    let positions = size[1] * size[2];
    let mut out = batch.to_vec();
    for c in 0..size[0] {
        let channel = c * positions..(c + 1) * positions;
        let (mean, variance) = match own.statistics {
            Some(statistics) => {
                let mean = own.terms.subtracted(statistics[c]);
                let variance = statistics[size[0] + c];
                (Jet::constant(number(mean)), Jet::constant(number(variance)))
            }
            None => moments(batch.len() * positions, || {
                batch.iter().flat_map(|sample| &sample[channel.clone()])
            }),
        };
        let inverse = variance
            .plus(&Jet::constant(number(epsilon as f32)))
            .inverse_root();
        let scale = own
            .weights
            .get(c)
            .map_or(inverse.clone(), |w| w.times(&inverse));
        let shift = own.biases.get(c).cloned().unwrap_or_else(Jet::zero);
        for sample in &mut out {
            for x in &mut sample[channel.clone()] {
                *x = x.minus(&mean).times(&scale).plus(&shift);
            }
        }
    }
    out
}

/// The mean and the variance (divided by `count`) of a channel, over all samples and positions.
fn moments<'a, T: Real + 'a, I: Iterator<Item = &'a Jet<T>>>(
    count: usize,
    all: impl Fn() -> I,
) -> (Jet<T>, Jet<T>) {
    let share = T::ratio(1, count as u64);
    let sum = all().fold(Jet::zero(), |sum, x| sum.plus(x));
    let mean = sum.scaled(&share);
    let squares = all().fold(Jet::zero(), |mut sum: Jet<T>, x| {
        let centred = x.minus(&mean);
        sum.add_product(&centred, &centred);
        sum
    });
    (mean, squares.scaled(&share))
}

/// `γ_k·(x_k − μ)/√(σ² + ε) + β_k`, set by set ([`SampleNorm`]).
pub(super) fn sample_norm<T: Real>(
    own: &Own<'_, T>,
    read: &[Jet<T>],
    size: Size,
    norm: &SampleNorm,
) -> Jets<T> {
    let positions = size[1] * size[2];
    let mut out = read.to_vec();
    for set in norm.sets(size) {
        let (mean, square) = if norm.is_centred {
            moments(set.len(), || set.iter().map(|&k| &read[k]))
        } else {
            let squares = set.iter().fold(Jet::zero(), |mut sum: Jet<T>, &k| {
                sum.add_product(&read[k], &read[k]);
                sum
            });
            (Jet::zero(), squares.scaled(&T::ratio(1, set.len() as u64)))
        };
        let epsilon = Jet::constant(number(norm.epsilon as f32));
        let inverse = square.plus(&epsilon).inverse_root();
        for k in set {
            let place = match norm.scaled {
                Scaled::Numbers { .. } => k,
                Scaled::Channels { .. } | Scaled::Not => k / positions,
            };
            let normal = read[k].minus(&mean).times(&inverse);
            let scaled = match own.weights.get(place) {
                Some(factor) => factor.times(&normal),
                None => normal,
            };
            out[k] = match own.biases.get(place) {
                Some(shift) => scaled.plus(shift),
                None => scaled,
            };
        }
    }
    out
}

/// `(x_c − mean_c)/deviation_c`, with the constants rounded to f32.
pub(super) fn normalise<T: Real>(
    read: &[Jet<T>],
    size: Size,
    mean: &[f64],
    deviation: &[f64],
    terms: Sign,
) -> Jets<T> {
    let output = |(place, (c, ..)): (usize, (usize, usize, usize))| {
        let mean = Jet::constant(number(terms.subtracted(mean[c] as f32)));
        let inverse = T::one() / number::<T>(deviation[c] as f32);
        read[place].minus(&mean).scaled(&inverse)
    };
    places(size).enumerate().map(output).collect()
}

/// The index of the first largest number of every window, and its distance from the other numbers. Equal
/// numbers 0, 1 or −1, as closed ReLUs and cut hardtanhs leave them, are not counted as competitors.
pub(super) fn largest<T: Real>(
    read: &[Jet<T>],
    Sizes { from, to }: Sizes,
    window: &Window,
) -> Vec<(usize, Option<T>)> {
    let choose = |place| {
        let candidates: Vec<usize> = in_window(from, place, window).collect();
        let value = |place: usize| &read[place].value;
        let is_above = |a, b| value(a).compare(value(b)) == Some(Ordering::Greater);
        let best =
            candidates.iter().copied().reduce(
                |best, place| {
                    if is_above(place, best) { place } else { best }
                },
            );
        let best = best.expect("a window is not empty");
        let others = candidates.into_iter().filter(|&place| place != best);
        let others = others.filter(|&p| !(is_cut(value(p)) && is(value(p), value(best))));
        let second = others.reduce(|second, place| {
            if is_above(place, second) {
                place
            } else {
                second
            }
        });
        (best, second.map(|second| value(best) - value(second)))
    };
    places(to).map(choose).collect()
}

/// Whether two numbers are known to be equal.
fn is<T: Real>(x: &T, y: &T) -> bool {
    x.compare(y) == Some(Ordering::Equal)
}

/// Whether a number is one of those at which activations are constant.
fn is_cut<T: Real>(x: &T) -> bool {
    x.is_zero() || is(x, &T::one()) || is(x, &-T::one())
}

/// The indices that one window covers inside the image.
fn in_window(
    size: Size,
    place: (usize, usize, usize),
    window: &Window,
) -> impl Iterator<Item = usize> {
    let (c, y, x) = place;
    let indices = places([1, window.size[0], window.size[1]]);
    indices.filter_map(move |(_, ky, kx)| {
        let row = window.read(0, y, ky, size[1])?;
        Some(at(size, c, row, window.read(1, x, kx, size[2])?))
    })
}

/// The mean of every window, including the zeros around the image.
pub(super) fn average_pool<T: Real>(
    read: &[Jet<T>],
    Sizes { from, to }: Sizes,
    window: &Window,
) -> Jets<T> {
    let share = T::ratio(1, window.area() as u64);
    let output = |place| {
        let sum = in_window(from, place, window).fold(Jet::zero(), |sum, p| sum.plus(&read[p]));
        sum.scaled(&share)
    };
    places(to).map(output).collect()
}

/// `x + a[::stride, ::stride]`; channel `first` of `x` meets the first one of `a`.
pub(super) fn shortcut<T: Real>(
    read: &[Jet<T>],
    earlier: &[Jet<T>],
    Sizes { from, to }: Sizes,
    [stride, first]: [usize; 2],
) -> Jets<T> {
    let output = |(place, (c, y, x)): (usize, (usize, usize, usize))| match c.checked_sub(first) {
        Some(c) if c < from[0] => read[place].plus(&earlier[at(from, c, y * stride, x * stride)]),
        _ => read[place].clone(),
    };
    places(to).enumerate().map(output).collect()
}

#[cfg(test)]
mod tests;
