//! Normalisation within a sample, over numbers `a + t·b`.

use super::dual::{Dual, mean};
use super::forward::{Pass, Places};
use crate::oracle::graph::{SampleNorm, Scaled, Size, Together, numbers};

/// One set of numbers `x̂ = (x − μ)·r`, with the places from which they come.
pub(super) struct Set {
    /// The place of each number in the values of all samples.
    pub places: Vec<usize>,
    /// The number of the factor of each.
    pub factors: Vec<usize>,
    /// x̂.
    pub normal: Vec<Dual>,
    inverse: Dual,
    is_centred: bool,
}

impl Set {
    fn new(norm: &SampleNorm, own: Members, pair: &[f64]) -> Self {
        let half = pair.len() / 2;
        let numbers = own
            .places
            .iter()
            .map(|&k| Dual::new(pair[k], pair[half + k]));
        let numbers: Vec<Dual> = numbers.collect();
        let centre = if norm.is_centred {
            mean(numbers.iter().copied())
        } else {
            Dual::default()
        };
        let away: Vec<Dual> = numbers.iter().map(|&x| x - centre).collect();
        let square = mean(away.iter().map(|&x| x * x));
        let inverse = (square + Dual::constant(norm.epsilon)).inverse_root();
        Set {
            places: own.places,
            factors: own.factors,
            normal: away.into_iter().map(|x| x * inverse).collect(),
            inverse,
            is_centred: norm.is_centred,
        }
    }

    /// The derivative of the loss with respect to `x`, given that with respect to `x̂`.
    pub fn backward(&self, back: &[Dual]) -> Vec<Dual> {
        let overlap = mean(back.iter().zip(&self.normal).map(|(&b, &x)| b * x));
        let centre = if self.is_centred {
            mean(back.iter().copied())
        } else {
            Dual::default()
        };
        let pairs = back.iter().zip(&self.normal);
        pairs
            .map(|(&b, &x)| (b - centre - x * overlap) * self.inverse)
            .collect()
    }
}

/// Which numbers belong to a set.
#[derive(Default)]
struct Members {
    places: Vec<usize>,
    factors: Vec<usize>,
}

/// The members of each set of one sample, whose values begin at `start`: a walk over all numbers that
/// asks for the set of each.
fn members(norm: &SampleNorm, size: Size, start: usize) -> Vec<Members> {
    let positions = size[1] * size[2];
    let mut sets: Vec<Members> = Vec::new();
    for k in 0..numbers(size) {
        let (channel, position) = (k / positions, k % positions);
        let set = match norm.together {
            Together::Groups(groups) => channel * groups / size[0],
            Together::Position => position,
        };
        if set >= sets.len() {
            sets.resize_with(set + 1, Members::default);
        }
        sets[set].places.push(start + k);
        sets[set].factors.push(match norm.scaled {
            Scaled::Numbers { .. } => k,
            Scaled::Channels { .. } | Scaled::Not => channel,
        });
    }
    sets
}

impl Pass<'_> {
    /// The sets of all samples that layer `layer` reads.
    pub(super) fn sets(&self, layer: usize, norm: &SampleNorm) -> impl Iterator<Item = Set> {
        let size = self.sizes(layer).0;
        let pair = &self.activations[layer];
        (0..self.samples).flat_map(move |sample| {
            let members = members(norm, size, sample * numbers(size));
            members
                .into_iter()
                .map(move |own| Set::new(norm, own, pair))
        })
    }

    /// `γ·x̂ + β`.
    pub(super) fn normalise_samples(
        &self,
        layer: usize,
        places: &Places,
        norm: &SampleNorm,
        y: &mut [f64],
    ) {
        for set in self.sets(layer, norm) {
            let numbers = set.normal.iter().zip(&set.factors);
            let numbers =
                numbers.map(|(&x, &k)| x * self.factor(places, k) + self.shift(places, k));
            add_at(&set.places, numbers, y);
        }
    }

    /// Adds the derivative with respect to the layer's input to `below`.
    pub(super) fn backward_samples(
        &self,
        layer: usize,
        places: &Places,
        norm: &SampleNorm,
        back: &[f64],
        below: &mut [f64],
    ) {
        for set in self.sets(layer, norm) {
            let scaled = at(&set.places, back).zip(&set.factors);
            let scaled: Vec<Dual> = scaled.map(|(b, &k)| b * self.factor(places, k)).collect();
            add_at(&set.places, set.backward(&scaled).into_iter(), below);
        }
    }

    /// The derivative with respect to γ and β: calls `add` with the place of each parameter and the
    /// number that is added there.
    pub(super) fn backward_factors(
        &self,
        layer: usize,
        places: &Places,
        norm: &SampleNorm,
        back: &[f64],
        mut add: impl FnMut(usize, Dual),
    ) {
        for set in self.sets(layer, norm) {
            let terms = at(&set.places, back).zip(set.normal.iter().zip(&set.factors));
            for (b, (&x, &k)) in terms {
                add(places.weights.start + k, b * x);
                if !places.biases.is_empty() {
                    add(places.biases.start + k, b);
                }
            }
        }
    }

    /// γ number `k`; 1 if there is none.
    fn factor(&self, places: &Places, k: usize) -> Dual {
        match places.weights.clone().nth(k) {
            Some(place) => self.parameter(place),
            None => Dual::constant(1.0),
        }
    }

    /// β number `k`; 0 if there is none.
    fn shift(&self, places: &Places, k: usize) -> Dual {
        match places.biases.clone().nth(k) {
            Some(place) => self.parameter(place),
            None => Dual::default(),
        }
    }
}

/// The numbers of a pair at these places.
fn at<'a>(places: &'a [usize], pair: &'a [f64]) -> impl Iterator<Item = Dual> + 'a {
    let half = pair.len() / 2;
    places
        .iter()
        .map(move |&k| Dual::new(pair[k], pair[half + k]))
}

/// Adds numbers to a pair at these places.
fn add_at(places: &[usize], numbers: impl Iterator<Item = Dual>, pair: &mut [f64]) {
    let half = pair.len() / 2;
    for (&k, number) in places.iter().zip(numbers) {
        pair[k] += number.value;
        pair[half + k] += number.tangent;
    }
}
