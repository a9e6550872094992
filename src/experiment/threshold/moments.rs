//! The second moment `X = E xxᵀ` of linearised SGD, in coordinates in which H is diagonal.

use crate::threshold::Linearised;

/// The maps of second moments, with the memory that they use.
pub struct Moments<'a> {
    model: &'a Linearised,
    /// The weight p of the noise.
    noise: f64,
    image: Vec<f64>,
}

impl<'a> Moments<'a> {
    /// The maps at this weight of the noise.
    pub fn new(model: &'a Linearised, noise: f64) -> Self {
        Moments {
            model,
            noise,
            image: vec![0.0; model.rank().pow(2)],
        }
    }

    /// Computes `D(X) = (1 − p) HXH + p V(X)` and replaces each entry of X by `change(entry, entry of D(X),
    /// λ_j + λ_k)`.
    fn replace(&mut self, x: &mut [f64], change: impl Fn(f64, f64, f64) -> f64) {
        self.model.mean_of_sandwiches(x, &mut self.image);
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
