//! The two self-adjoint maps whose balance decides stability.

use rayon::prelude::*;

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

    /// Changes every entry: `change(old, other, left, right)`, with the entry of another matrix and the
    /// factors of C and D there.
    fn each(
        &self,
        x: &mut [f64],
        other: &[f64],
        change: impl Fn(f64, f64, f64, f64) -> f64 + Sync,
    ) {
        let (spectrum, rank) = (self.model.spectrum(), self.rank());
        let rows = x
            .par_chunks_exact_mut(rank)
            .zip(other.par_chunks_exact(rank));
        rows.zip(spectrum).for_each(|((x, other), a)| {
            for ((x, other), b) in x.iter_mut().zip(other).zip(spectrum) {
                *x = change(*x, *other, self.left(*a, *b), self.right(*a, *b));
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
        let same = x.to_vec();
        self.each(x, &same, |x, _, left, _| x * left.sqrt());
    }

    /// `C^−½(Y)`, in place.
    pub fn scale_down(&self, y: &mut [f64]) {
        let same = y.to_vec();
        self.each(y, &same, |y, _, left, _| y / left.sqrt());
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
    pub fn apply(&self, y: &[f64], work: &mut Work, product: &mut [f64]) {
        work.unscaled.resize(y.len(), 0.0);
        self.each(&mut work.unscaled, y, |_, y, left, _| y / left.sqrt());
        self.model
            .mean_of_sandwiches(&work.unscaled, &mut work.rows, product);
        let noise = self.noise;
        self.each(product, &work.unscaled, |v, x, left, right| {
            (noise * v + right * x) / left.sqrt()
        });
    }
}

/// Memory that products use, besides their operands.
#[derive(Debug, Default)]
pub(super) struct Work {
    unscaled: Vec<f64>,
    rows: Vec<f64>,
}
