//! Self-attention over numbers `a + t·b`. A sequence is an image of one column, channels first.

use super::dual::Dual;
use super::forward::Pass;

/// One head of one sample: queries, keys and values, row by row, and the places from which they come.
struct Head {
    places: [Vec<usize>; 3],
    parts: [Vec<Dual>; 3],
    weights: Vec<Vec<Dual>>,
    output: Vec<usize>,
    width: usize,
}

impl Head {
    /// The scores of a position, and from them its weights.
    fn weigh(&mut self, is_causal: bool) {
        let [queries, keys, _] = &self.parts;
        let root = 1.0 / (self.width as f64).sqrt();
        for (t, query) in queries.chunks_exact(self.width).enumerate() {
            let seen = keys.chunks_exact(self.width).enumerate();
            let seen = seen.filter(|(s, _)| !is_causal || *s <= t);
            let scores: Vec<Dual> = seen.map(|(_, key)| dot(query, key).scaled(root)).collect();
            let values = scores.iter().map(|score| score.value);
            let most = Dual::constant(values.fold(f64::NEG_INFINITY, f64::max));
            let powers: Vec<Dual> = scores.iter().map(|&score| (score - most).exp()).collect();
            let share = powers.iter().copied().sum::<Dual>().inverse();
            self.weights
                .push(powers.into_iter().map(|power| power * share).collect());
        }
    }

    fn value(&self, part: usize, position: usize) -> &[Dual] {
        &self.parts[part][position * self.width..(position + 1) * self.width]
    }

    /// The derivatives with respect to queries, keys and values, given that with respect to the output.
    fn backward(&self, back: &[Dual]) -> [Vec<Dual>; 3] {
        let root = 1.0 / (self.width as f64).sqrt();
        let mut sums = [(); 3].map(|()| vec![Dual::default(); back.len()]);
        for (t, weights) in self.weights.iter().enumerate() {
            let own = &back[t * self.width..(t + 1) * self.width];
            let slopes: Vec<Dual> = (0..weights.len())
                .map(|s| dot(own, self.value(2, s)))
                .collect();
            let mean: Dual = weights
                .iter()
                .zip(&slopes)
                .map(|(&p, &slope)| p * slope)
                .sum();
            for (s, (&p, &slope)) in weights.iter().zip(&slopes).enumerate() {
                let score = (p * (slope - mean)).scaled(root);
                for (c, &b) in own.iter().enumerate() {
                    let [to, from] = [t, s].map(|position| position * self.width + c);
                    sums[0][to] = sums[0][to] + score * self.parts[1][from];
                    sums[1][from] = sums[1][from] + score * self.parts[0][to];
                    sums[2][from] = sums[2][from] + p * b;
                }
            }
        }
        sums
    }
}

fn dot(x: &[Dual], y: &[Dual]) -> Dual {
    x.iter().zip(y).map(|(&x, &y)| x * y).sum()
}

impl Pass<'_> {
    /// Every head of every sample that layer `layer` reads.
    fn heads(&self, layer: usize, heads: usize, is_causal: bool) -> impl Iterator<Item = Head> {
        let [channels, positions, _] = self.sizes(layer).1;
        let width = channels / heads;
        let pair = &self.activations[layer];
        (0..self.samples * heads).map(move |index| {
            let (sample, head) = (index / heads, index % heads);
            let rows = |first: usize, all: usize| -> Vec<usize> {
                let start = sample * all * positions;
                let row = |t| (0..width).map(move |c| start + (first + c) * positions + t);
                (0..positions).flat_map(row).collect()
            };
            let places = [0, 1, 2].map(|part| rows(part * channels + head * width, 3 * channels));
            let half = pair.len() / 2;
            let numbers = |places: &Vec<usize>| -> Vec<Dual> {
                places
                    .iter()
                    .map(|&k| Dual::new(pair[k], pair[half + k]))
                    .collect()
            };
            let mut own = Head {
                parts: places.each_ref().map(numbers),
                places,
                weights: Vec::new(),
                output: rows(head * width, channels),
                width,
            };
            own.weigh(is_causal);
            own
        })
    }

    /// `softmax(Q·Kᵀ/√d)·V` for each head.
    pub(super) fn attend(&self, layer: usize, heads: usize, is_causal: bool, y: &mut [f64]) {
        let half = y.len() / 2;
        for head in self.heads(layer, heads, is_causal) {
            for (t, weights) in head.weights.iter().enumerate() {
                for c in 0..head.width {
                    let terms = weights.iter().enumerate();
                    let sum: Dual = terms.map(|(s, &p)| p * head.value(2, s)[c]).sum();
                    let place = head.output[t * head.width + c];
                    y[place] += sum.value;
                    y[half + place] += sum.tangent;
                }
            }
        }
    }

    /// Adds the derivative with respect to the layer's input to `below`.
    pub(super) fn backward_attention(
        &self,
        layer: usize,
        heads: usize,
        is_causal: bool,
        back: &[f64],
        below: &mut [f64],
    ) {
        let (half, half_below) = (back.len() / 2, below.len() / 2);
        for head in self.heads(layer, heads, is_causal) {
            let own = head
                .output
                .iter()
                .map(|&k| Dual::new(back[k], back[half + k]));
            let own: Vec<Dual> = own.collect();
            for (places, numbers) in head.places.iter().zip(head.backward(&own)) {
                for (&place, number) in places.iter().zip(numbers) {
                    below[place] += number.value;
                    below[half_below + place] += number.tangent;
                }
            }
        }
    }
}
