//! The two self-adjoint maps whose balance decides stability.

use rayon::prelude::*;

use super::keep::Keep;
use super::linearised::Linearised;

/// The maps `C` and `D` of one question: λ_max(C^−½ D C^−½) answers it.
///
/// `C` multiplies entry (j, k) by [`Pencil::left`]; `D(X) = noise·V(X) +` entry (j, k) times
/// [`Pencil::right`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Pencil<'a> {
    model: &'a Linearised,
    momentum: f64,
    /// The weight of V.
    noise: f64,
    /// The learning rate times S that is subtracted from C.
    moved: f64,
    /// The weight of S in D.
    kept: f64,
}

impl<'a> Pencil<'a> {
    /// The question for the threshold: 1/η* is the answer at noise weight p.
    pub fn of_threshold(model: &'a Linearised, momentum: f64, noise: f64) -> Self {
        Pencil {
            model,
            momentum,
            noise,
            moved: 0.0,
            kept: 1.0,
        }
    }

    /// The question for the noise that a learning rate η bears: 1/(η·p) is the answer for the largest p.
    /// Defined if η is below the threshold of the full batch.
    pub fn of_noise(model: &'a Linearised, momentum: f64, learning_rate: f64) -> Self {
        Pencil {
            model,
            momentum,
            noise: 1.0,
            moved: learning_rate,
            kept: 0.0,
        }
    }

    /// Where the state of an iteration is kept, if it is.
    pub fn keep(&self) -> Option<&'a Keep> {
        self.model.keep()
    }

    /// The name of the file with the state of an iteration. It says which question is asked.
    pub fn name(&self) -> String {
        let (noise, rate) = (self.noise, self.moved);
        let (momentum, decay) = (self.momentum, self.model.decay());
        let question = if self.kept == 0.0 {
            format!("largest-noise-rate{rate:e}")
        } else {
            format!("mean-square-noise{noise:e}")
        };
        format!("{question}-momentum{momentum:e}-decay{decay:e}")
    }

    /// The question in words.
    pub fn what(&self) -> String {
        let whose = match self.momentum {
            0.0 => String::new(),
            momentum => format!(" of heavy ball, β = {momentum}"),
        };
        if self.kept == 0.0 {
            format!("the largest noise{whose}")
        } else {
            format!("η*{whose}, p = {:.4}", self.noise)
        }
    }

    /// The number of entries of a matrix.
    pub fn entries(&self) -> usize {
        self.model.rank().pow(2)
    }

    /// The rows of a matrix.
    pub fn rank(&self) -> usize {
        self.model.rank()
    }

    /// `S_jk`, the part of D that the batches do not change.
    fn steady(&self, a: f64, b: f64) -> f64 {
        let (beta, decay) = (self.momentum, self.model.decay());
        let (a, b) = (a + decay, b + decay);
        a * b * ((1.0 - beta) / (1.0 + beta)) - beta / (1.0 - beta * beta) * (a - b).powi(2)
    }

    /// The factor of C at an entry, for the eigenvalues of its row and its column.
    fn left(&self, a: f64, b: f64) -> f64 {
        let sum = a + b + 2.0 * self.model.decay();
        (1.0 - self.momentum) * sum - self.moved * self.steady(a, b)
    }

    /// The factor of D at an entry, besides V.
    fn right(&self, a: f64, b: f64) -> f64 {
        self.kept * self.steady(a, b) - self.noise * a * b
    }

    /// Changes every entry, which has its place and the factors of C and D there.
    fn each(&self, x: &mut [f64], change: impl Fn(&mut f64, Entry) + Sync) {
        let (spectrum, rank) = (self.model.spectrum(), self.rank());
        let rows = x.par_chunks_exact_mut(rank).zip(spectrum).enumerate();
        rows.for_each(|(row, (numbers, a))| {
            for (column, (number, b)) in numbers.iter_mut().zip(spectrum).enumerate() {
                let entry = Entry {
                    place: row * rank + column,
                    left: self.left(*a, *b),
                    right: self.right(*a, *b),
                };
                change(number, entry);
            }
        });
    }

    /// The diagonal matrix with this function of the eigenvalues of H, which contain weight decay.
    pub fn diagonal(&self, entry: impl Fn(f64) -> f64) -> Vec<f64> {
        let (spectrum, rank) = (self.model.spectrum(), self.rank());
        let mut matrix = vec![0.0; self.entries()];
        for (j, value) in spectrum.iter().enumerate() {
            matrix[j * rank + j] = entry(value + self.model.decay());
        }
        matrix
    }

    /// `C^½(X)`, in place.
    pub fn scale_up(&self, x: &mut [f64]) {
        self.each(x, |x, entry| *x *= entry.left.sqrt());
    }

    /// `C^−½(Y)`, in place.
    pub fn scale_down(&self, y: &mut [f64]) {
        self.each(y, |y, entry| *y /= entry.left.sqrt());
    }

    /// The number m with X ⪰ m·I for the solution X of `C(X) − ηD(X) = H`, if η is below the threshold: X is a
    /// sum of positive semi-definite matrices, of which the first, the solution for D = 0, is m·I.
    pub fn least_solution(&self) -> f64 {
        1.0 / (2.0 * (1.0 - self.momentum))
    }

    /// `‖H^−½ C^½(R) H^−½‖`, in the Frobenius norm, for a scaled matrix R.
    pub fn scaled_norm(&self, residual: &[f64]) -> f64 {
        let (spectrum, rank) = (self.model.spectrum(), self.rank());
        let decay = self.model.decay();
        let rows = residual.par_chunks_exact(rank).zip(spectrum);
        let squares: Vec<f64> = rows
            .map(|(row, a)| {
                let entries = row.iter().zip(spectrum);
                entries
                    .map(|(r, b)| r * r * self.left(*a, *b) / ((a + decay) * (b + decay)))
                    .sum()
            })
            .collect();
        squares.iter().sum::<f64>().sqrt()
    }

    /// `C^−½ D C^−½(Y)`.
    pub fn apply(&self, y: &[f64], product: &mut [f64]) {
        self.each(product, |x, entry| *x = y[entry.place] / entry.left.sqrt());
        let blocks = self.model.sandwiched(product);
        self.model.mean_of_blocks(&blocks, product);
        self.each(product, |v, entry| {
            let root = entry.left.sqrt();
            *v = (self.noise * *v + entry.right * (y[entry.place] / root)) / root;
        });
    }
}

/// An entry of a matrix.
struct Entry {
    place: usize,
    /// The factor of C.
    left: f64,
    /// The factor of D, besides V.
    right: f64,
}
