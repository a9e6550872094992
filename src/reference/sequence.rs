//! Embeddings, positions and read-outs. A sequence is an image of one column, channels first.

use std::ops::Range;

use super::forward::Pass;
use crate::oracle::graph::{Size, numbers};

/// A number of the table, and the place in the sequence that it fills.
struct Entry {
    /// The place in the weight.
    weight: usize,
    /// The place in the values of all samples.
    place: usize,
}

impl Pass<'_> {
    /// Every number that an embedding writes.
    fn entries(&self, layer: usize) -> impl Iterator<Item = Entry> {
        let [width, length, _] = self.sizes(layer).1;
        let (tokens, _) = self.halves(layer);
        (0..self.samples * length).flat_map(move |k| {
            let (sample, t) = (k / length, k % length);
            let row = tokens[k] as usize * width;
            (0..width).map(move |c| Entry {
                weight: row + c,
                place: (sample * width + c) * length + t,
            })
        })
    }

    /// Every number that positions add to.
    fn shifted(&self, layer: usize) -> impl Iterator<Item = Entry> + use<> {
        let size = self.sizes(layer).1;
        let [width, length, _] = size;
        (0..self.samples * numbers(size)).map(move |place| Entry {
            weight: place % length * width + place / length % width,
            place,
        })
    }

    /// The row of the table for each token.
    pub(super) fn embed(&self, layer: usize, weights: Range<usize>, y: &mut [f64]) {
        self.add_entries(self.entries(layer), weights, y);
    }

    /// Adds the vector of each position.
    pub(super) fn add_positions(&self, layer: usize, weights: Range<usize>, y: &mut [f64]) {
        self.add_entries(self.shifted(layer), weights, y);
    }

    fn add_entries(
        &self,
        entries: impl Iterator<Item = Entry>,
        weights: Range<usize>,
        y: &mut [f64],
    ) {
        let half = y.len() / 2;
        for Entry { weight, place } in entries {
            let dual = self.parameter(weights.start + weight);
            y[place] += dual.value;
            y[half + place] += dual.tangent;
        }
    }

    /// The derivative with respect to the table: one half of what came back.
    pub(super) fn backward_embedding(&self, layer: usize, back: &[f64], sum: &mut [f64]) {
        self.entries(layer)
            .for_each(|entry| sum[entry.weight] += back[entry.place]);
    }

    /// The derivative with respect to the vectors of the positions.
    pub(super) fn backward_positions(&self, layer: usize, back: &[f64], sum: &mut [f64]) {
        self.shifted(layer)
            .for_each(|entry| sum[entry.weight] += back[entry.place]);
    }

    /// Calls `pair(index read, index written)` for the channels at one position, in both halves.
    pub(super) fn each_of_row(
        &self,
        [channels, length, _]: Size,
        position: usize,
        mut pair: impl FnMut(usize, usize),
    ) {
        (0..2 * self.samples * channels).for_each(|k| pair(k * length + position, k));
    }

    /// `y ← y + constants` in the values of every sample.
    pub(super) fn add_constants(&self, constants: &[f32], y: &mut [f64]) {
        for sample in y.chunks_exact_mut(constants.len()).take(self.samples) {
            let pairs = sample.iter_mut().zip(constants);
            pairs.for_each(|(y, &c)| *y += f64::from(c));
        }
    }
}
