//! The exact derivatives of a small ReLU network, by a road of its own.
//!
//! The engine derives by hand and multiplies matrices; here the loss of one sample is evaluated
//! over rationals extended by two nilpotent directions, `w + s·e_j + t·e_k` with `s² = t² = 0`.
//! The coefficient of `s·t` is `∂²f/∂w_j∂w_k`, exactly. The two roads share no code and no
//! method.
//!
//! **The bound.** Between two switches of a ReLU the engine's result is a polynomial in its
//! inputs, computed by additions and multiplications only. If no path from an input to the result
//! passes more than `m` roundings, then `|computed − exact| ≤ γ_m·A` with `γ_m = m·u/(1 − m·u)`
//! and `A` the same polynomial with every term taken positive (Higham 2002, §3.1). `A` is
//! [`Network::absolute`]'s answer to the same question. Underflow is excluded by choosing inputs
//! on a dyadic grid.

use num_traits::{One, Zero};

use super::{Format, gamma};
use crate::number::Exact;

/// `value + s·first + t·second + s·t·mixed`, with `s² = t² = 0`.
#[derive(Clone, Debug)]
struct Jet {
    value: Exact,
    first: Exact,
    second: Exact,
    mixed: Exact,
}

impl Jet {
    fn constant(value: &Exact) -> Self {
        Jet {
            value: value.clone(),
            first: Exact::zero(),
            second: Exact::zero(),
            mixed: Exact::zero(),
        }
    }

    fn plus(&self, other: &Jet) -> Jet {
        Jet {
            value: &self.value + &other.value,
            first: &self.first + &other.first,
            second: &self.second + &other.second,
            mixed: &self.mixed + &other.mixed,
        }
    }

    fn times(&self, other: &Jet) -> Jet {
        Jet {
            value: &self.value * &other.value,
            first: &self.value * &other.first + &self.first * &other.value,
            second: &self.value * &other.second + &self.second * &other.value,
            mixed: &self.value * &other.mixed
                + &self.first * &other.second
                + &self.second * &other.first
                + &self.mixed * &other.value,
        }
    }
}

/// One sample with its target, and which ReLUs are open on it (by layer, then unit).
#[derive(Clone, Debug)]
struct Sample {
    input: Vec<Exact>,
    target: Vec<Exact>,
    open: Vec<Vec<bool>>,
}

/// A fully connected ReLU network over rationals, its parameters flat in PyTorch's order, with
/// samples and the loss `f_i = (1/c)·‖o_i − y_i‖²`.
#[derive(Clone, Debug)]
pub struct Network {
    widths: Vec<usize>,
    parameters: Vec<Exact>,
    samples: Vec<Sample>,
    closest: Option<Exact>,
}

impl Network {
    /// The network with exactly these parameters, inputs (samples × features) and targets
    /// (samples × outputs).
    ///
    /// # Panics
    /// When a number is not finite or the lengths do not fit the widths.
    pub fn new(widths: &[usize], parameters: &[f32], inputs: &[f32], targets: &[f32]) -> Self {
        let exact = |values: &[f32]| -> Vec<Exact> {
            let value = |&x| Exact::from_f32(x).expect("a finite number");
            values.iter().map(value).collect()
        };
        let mut network = Network {
            widths: widths.to_vec(),
            parameters: exact(parameters),
            samples: Vec::new(),
            closest: None,
        };
        let outputs = widths[widths.len() - 1];
        assert_eq!(inputs.len() * outputs, targets.len() * widths[0]);
        let rows = inputs.chunks(widths[0]).zip(targets.chunks(outputs));
        for (input, target) in rows {
            let mut sample = Sample {
                input: exact(input),
                target: exact(target),
                open: Vec::new(),
            };
            network.open_gates(&mut sample);
            network.samples.push(sample);
        }
        network
    }

    /// Number of parameters.
    pub fn dimension(&self) -> usize {
        self.parameters.len()
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.samples.len()
    }

    /// The smallest `|z|` before a ReLU, over all samples; `None` without a hidden layer. At zero
    /// the loss has no second derivative.
    pub fn closest_switch(&self) -> Option<&Exact> {
        self.closest.as_ref()
    }

    /// The same network with every term of every sum taken positive, gates unchanged: `A` of the
    /// bound.
    #[must_use]
    pub fn absolute(&self) -> Network {
        let mut network = self.clone();
        network.parameters.iter_mut().for_each(|p| *p = p.abs());
        for sample in &mut network.samples {
            sample.input.iter_mut().for_each(|x| *x = x.abs());
            // o − y becomes |o| + |y|.
            sample.target.iter_mut().for_each(|y| *y = -y.abs());
        }
        network
    }

    /// `∇f_i` of sample `sample`.
    pub fn gradient(&self, sample: usize) -> Vec<Exact> {
        let along = |j| self.loss(&self.samples[sample], j, j).first;
        (0..self.dimension()).map(along).collect()
    }

    /// `H_i = ∇²f_i` of sample `sample`, row by row.
    pub fn hessian(&self, sample: usize) -> Vec<Vec<Exact>> {
        let size = self.dimension();
        let entry = |j, k| self.loss(&self.samples[sample], j, k).mixed;
        let row = |j| (0..=j).map(|k| entry(j, k)).collect();
        let lower: Vec<Vec<Exact>> = (0..size).map(row).collect();
        let row = |j: usize| {
            (0..size)
                .map(|k| lower[j.max(k)][j.min(k)].clone())
                .collect()
        };
        (0..size).map(row).collect()
    }

    /// `∇f = (1/n) Σ ∇f_i`.
    pub fn mean_gradient(&self) -> Vec<Exact> {
        self.mean(|sample| self.gradient(sample))
    }

    /// `Hv` and `Σv = (1/n) Σ H_i (H_i v − Hv)`, from dense Hessians.
    pub fn products(&self, direction: &[Exact]) -> [Vec<Exact>; 2] {
        self.signed_products(direction, &-Exact::one())
    }

    /// For a network that is [`Network::absolute`]: the terms `A` of the bounds on both products
    /// along `v`, with every difference a sum.
    pub fn product_terms(&self, direction: &[Exact]) -> [Vec<Exact>; 2] {
        let sizes: Vec<Exact> = direction.iter().map(Exact::abs).collect();
        self.signed_products(&sizes, &Exact::one())
    }

    fn signed_products(&self, direction: &[Exact], sign: &Exact) -> [Vec<Exact>; 2] {
        let hessians: Vec<_> = (0..self.samples()).map(|i| self.hessian(i)).collect();
        let first = self.mean(|i| times(&hessians[i], direction));
        let second = self.mean(|i| {
            let own = times(&hessians[i], direction);
            let difference = own.iter().zip(&first).map(|(own, mean)| own + mean * sign);
            times(&hessians[i], &difference.collect::<Vec<_>>())
        });
        [first, second]
    }

    /// The mean over the samples of a vector.
    fn mean(&self, of: impl Fn(usize) -> Vec<Exact>) -> Vec<Exact> {
        let share = Exact::fraction(1, self.samples() as u64);
        let mut sum = vec![Exact::zero(); self.dimension()];
        for sample in 0..self.samples() {
            sum.iter_mut()
                .zip(of(sample))
                .for_each(|(sum, term)| *sum += term * &share);
        }
        sum
    }

    /// `γ_m` for the longest path of roundings in a gradient or a product of the engine. One stage
    /// (a layer forward, a layer backward, or a collection over the samples) is at most two chains
    /// of products over the widest of the dimensions, one sum and two scalings by row dots; there
    /// are two stages a layer in the base pass and in each of two tangents, and two collections.
    pub fn gamma(&self) -> Exact {
        let layers = self.widths.len() - 1;
        let widest = self.widths.iter().copied().max().unwrap_or(0);
        let chain = widest.max(self.samples()) + 3;
        let roundings = (6 * layers + 2) * 4 * chain;
        gamma(&Format::single(), roundings as u64)
    }

    /// The loss of one sample at `w + s·e_j + t·e_k`.
    fn loss(&self, sample: &Sample, j: usize, k: usize) -> Jet {
        let mut activations: Vec<Jet> = sample.input.iter().map(Jet::constant).collect();
        let mut offset = 0;
        for (layer, pair) in self.widths.windows(2).enumerate() {
            activations = self.affine(&activations, offset, pair[1], (j, k));
            offset += (pair[0] + 1) * pair[1];
            if let Some(open) = sample.open.get(layer) {
                for (activation, open) in activations.iter_mut().zip(open) {
                    if !open {
                        *activation = Jet::constant(&Exact::zero());
                    }
                }
            }
        }
        let residuals = activations.iter().zip(&sample.target);
        let sum = residuals.fold(Jet::constant(&Exact::zero()), |sum, (output, target)| {
            let residual = output.plus(&Jet::constant(&-target));
            sum.plus(&residual.times(&residual))
        });
        let share = Exact::fraction(1, sample.target.len() as u64);
        sum.times(&Jet::constant(&share))
    }

    /// `W·h + b` of the layer whose parameters begin at `offset`.
    fn affine(
        &self,
        read: &[Jet],
        offset: usize,
        outputs: usize,
        along: (usize, usize),
    ) -> Vec<Jet> {
        let biases = offset + read.len() * outputs;
        let unit = |output: usize| {
            let weights = offset + output * read.len();
            let start = self.parameter(biases + output, along);
            read.iter().enumerate().fold(start, |sum, (input, h)| {
                sum.plus(&self.parameter(weights + input, along).times(h))
            })
        };
        (0..outputs).map(unit).collect()
    }

    fn parameter(&self, index: usize, (j, k): (usize, usize)) -> Jet {
        let unit = |here: bool| if here { Exact::one() } else { Exact::zero() };
        Jet {
            first: unit(index == j),
            second: unit(index == k),
            ..Jet::constant(&self.parameters[index])
        }
    }

    /// Finds which ReLUs are open, layer by layer, and remembers the closest switch.
    fn open_gates(&mut self, sample: &mut Sample) {
        let nowhere = (usize::MAX, usize::MAX);
        let mut activations: Vec<Jet> = sample.input.iter().map(Jet::constant).collect();
        let mut offset = 0;
        for pair in self.widths[..self.widths.len() - 1].windows(2) {
            activations = self.affine(&activations, offset, pair[1], nowhere);
            offset += (pair[0] + 1) * pair[1];
            let mut open = Vec::new();
            for activation in &mut activations {
                let size = activation.value.abs();
                if self.closest.as_ref().is_none_or(|closest| size < *closest) {
                    self.closest = Some(size);
                }
                open.push(activation.value > Exact::zero());
                if activation.value < Exact::zero() {
                    activation.value = Exact::zero();
                }
            }
            sample.open.push(open);
        }
    }
}

/// `matrix · vector`.
fn times(matrix: &[Vec<Exact>], vector: &[Exact]) -> Vec<Exact> {
    let row = |row: &Vec<Exact>| row.iter().zip(vector).map(|(a, x)| a * x).sum();
    matrix.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_weight_gives_the_parabola_known_by_heart() {
        // f = (w·x + b − y)² at w = 3, b = 1, x = 2, y = 5: residual 2.
        let network = Network::new(&[1, 1], &[3.0, 1.0], &[2.0], &[5.0]);
        let whole = |values: &[i64]| values.iter().map(|&v| Exact::from(v)).collect::<Vec<_>>();
        assert_eq!(network.gradient(0), whole(&[8, 4]));
        assert_eq!(network.hessian(0), [whole(&[8, 4]), whole(&[4, 2])]);
        assert_eq!(network.closest_switch(), None);
    }

    #[test]
    fn a_product_of_two_weights_has_the_mixed_derivative_of_its_formula() {
        // f = (v·relu(w) − y)² with x = 1, no biases: f_wv = 4vw − 2y, at v = 2, w = 3, y = 1: 22.
        let network = Network::new(&[1, 1, 1], &[3.0, 0.0, 2.0, 0.0], &[1.0], &[1.0]);
        assert_eq!(network.hessian(0)[0][2], Exact::from(22));
        let closed = Network::new(&[1, 1, 1], &[-3.0, 0.0, 2.0, 0.0], &[1.0], &[1.0]);
        assert_eq!(closed.hessian(0)[0][2], Exact::zero());
        assert_eq!(closed.closest_switch(), Some(&Exact::from(3)));
    }
}
