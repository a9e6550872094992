//! The second moment `X = E xxᵀ` of linearised SGD, in coordinates in which H is diagonal.

use crate::threshold::Linearised;

/// The maps of second moments, with the memory that they use.
pub struct Moments<'a> {
    model: &'a Linearised,
    /// The weight p of the noise.
    noise: f64,
    image: Vec<f64>,
    work: Vec<f64>,
}

/// The change of a matrix of trace 1 at which the search for the critical moment ends.
const SETTLED: f64 = 1e-6;

/// The most products of that search.
const PRODUCTS: usize = 200;

/// A guess of the second eigenvalue in that search, as a share of the first; it decides the speed only.
const OTHERS: f64 = 0.9;

impl<'a> Moments<'a> {
    /// The maps at this weight of the noise.
    pub fn new(model: &'a Linearised, noise: f64) -> Self {
        Moments {
            model,
            noise,
            image: vec![0.0; model.rank().pow(2)],
            work: Vec::new(),
        }
    }

    /// Computes `D(X) = (1 − p) HXH + p V(X)` and replaces each entry of X by `change(entry, entry of D(X),
    /// λ_j + λ_k)`.
    fn replace(&mut self, x: &mut [f64], change: impl Fn(f64, f64, f64) -> f64) {
        self.model
            .mean_of_sandwiches(x, &mut self.work, &mut self.image);
        let (spectrum, p) = (self.model.spectrum(), self.noise);
        let rows = x.chunks_exact_mut(spectrum.len());
        let images = self.image.chunks_exact(spectrum.len());
        for ((row, image), a) in rows.zip(images).zip(spectrum) {
            for ((x, v), b) in row.iter_mut().zip(image).zip(spectrum) {
                *x = change(*x, (1.0 - p) * a * b * *x + p * v, a + b);
            }
        }
    }

    /// One step of SGD: `X ← T(X) = X − η(HX + XH) + η²D(X)`.
    pub fn step(&mut self, x: &mut [f64], learning_rate: f64) {
        let eta = learning_rate;
        self.replace(x, |x, d, sum| x - eta * sum * x + eta * eta * d);
    }

    /// The critical moment X* of trace 1, which one step at the threshold η* returns as it is.
    ///
    /// It is the eigenmatrix of the largest eigenvalue 1/η* of `C⁻¹D`, with `C(X) = HX + XH`, a positive map that
    /// is self-adjoint for ⟨X, C(Y)⟩. It is the limit of power steps with momentum, `X⁺ = η*·C⁻¹D(X) − βX⁻`, from
    /// X = I: eigenvalues up to [`OTHERS`]`/η*` shrink alike, and faster than without momentum.
    pub fn critical(&mut self, threshold: f64) -> Vec<f64> {
        let rank = self.model.rank();
        let mut x: Vec<f64> = (0..rank * rank)
            .map(|place| f64::from(u8::from(place % (rank + 1) == 0)) / rank as f64)
            .collect();
        let mut last = vec![0.0; x.len()];
        for _ in 0..PRODUCTS {
            let mut next = x.clone();
            self.replace(&mut next, |_, d, sum| threshold * d / sum);
            let pairs = next.iter_mut().zip(&last);
            pairs.for_each(|(next, last)| *next -= OTHERS * OTHERS / 4.0 * last);
            let scale = 1.0 / trace(&next, rank);
            next.iter_mut().for_each(|x| *x *= scale);
            let changes = next.iter().zip(&x).map(|(x, y)| (x - y).powi(2));
            let change = changes.sum::<f64>().sqrt();
            last = std::mem::replace(&mut x, next);
            last.iter_mut().for_each(|x| *x *= scale);
            if change < SETTLED {
                break;
            }
        }
        x
    }

    /// `E‖x_t‖² = tr X_t` after this number of steps from the moment `start`.
    pub fn squared_norm(&mut self, start: &[f64], learning_rate: f64, steps: usize) -> f64 {
        let mut x = start.to_vec();
        for _ in 0..steps {
            self.step(&mut x, learning_rate);
        }
        trace(&x, self.model.rank())
    }
}

/// The trace of a matrix with this number of rows.
fn trace(x: &[f64], rank: usize) -> f64 {
    x.iter().step_by(rank + 1).sum()
}
