//! Layers over sequences, written as their definitions. A sequence is an image of one column, channels
//! first.

use super::forward::{Jets, Own};
use super::jet::{Jet, number};
use crate::number::Real;

/// The row of the table for each token: channel c at position t is `W[token_t, c]`.
pub(super) fn embedding<T: Real>(own: &Own<'_, T>, read: &[Jet<T>], width: usize) -> Jets<T> {
    let token = |x: &Jet<T>| {
        let is_it = |row: &usize| (&x.value - T::int(*row as i64)).is_zero();
        let row = (0..own.weights.len() / width).find(is_it);
        row.expect("a token is a whole number of the vocabulary")
    };
    let rows: Vec<usize> = read.iter().map(token).collect();
    let weights = own.weights;
    let channel = |c: usize| rows.iter().map(move |row| weights[row * width + c].clone());
    (0..width).flat_map(channel).collect()
}

/// `x[c, t] + W[t, c]`.
pub(super) fn positions<T: Real>(own: &Own<'_, T>, read: &[Jet<T>], width: usize) -> Jets<T> {
    let length = read.len() / width;
    let output = |(k, x): (usize, &Jet<T>)| x.plus(&own.weights[k % length * width + k / length]);
    read.iter().enumerate().map(output).collect()
}

/// `x + constants`, whose numbers are in the order of `x`.
pub(super) fn shift<T: Real>(read: &[Jet<T>], constants: &[f32]) -> Jets<T> {
    let pairs = read.iter().zip(constants);
    pairs
        .map(|(x, c)| x.plus(&Jet::constant(number(*c))))
        .collect()
}

/// `softmax(Q·Kᵀ/√d)·V` for each head; a causal position sees itself and those before it only. Queries,
/// keys and values are the thirds of the channels.
pub(super) fn attention<T: Real>(
    read: &[Jet<T>],
    positions: usize,
    heads: usize,
    is_causal: bool,
) -> Jets<T> {
    let channels = read.len() / positions / 3;
    let width = channels / heads;
    let root = T::one() / T::int(width as i64).sqrt();
    let at =
        |part: usize, channel: usize, t: usize| &read[(part * channels + channel) * positions + t];
    let mut out = vec![Jet::zero(); channels * positions];
    for head in 0..heads {
        let own = head * width..(head + 1) * width;
        for t in 0..positions {
            let seen = if is_causal { t + 1 } else { positions };
            let score = |s: usize| {
                let mut sum = Jet::zero();
                own.clone()
                    .for_each(|c| sum.add_product(at(0, c, t), at(1, c, s)));
                sum.scaled(&root).exp()
            };
            let powers: Vec<Jet<T>> = (0..seen).map(score).collect();
            let total = powers
                .iter()
                .fold(Jet::zero(), |sum, power| sum.plus(power));
            let share = total.inverse();
            for c in own.clone() {
                let mut sum = Jet::zero();
                for (s, power) in powers.iter().enumerate() {
                    sum.add_product(power, at(2, c, s));
                }
                out[c * positions + t] = sum.times(&share);
            }
        }
    }
    out
}

/// The channels at one position.
pub(super) fn row<T: Real>(read: &[Jet<T>], positions: usize, position: usize) -> Jets<T> {
    read.iter()
        .skip(position)
        .step_by(positions)
        .cloned()
        .collect()
}
