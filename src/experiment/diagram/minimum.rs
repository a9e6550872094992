//! A minimum in one dimension with a given sharpness and non-uniformity.

use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use super::cell::{Settings, Spot};
use crate::criterion::{mean_square, one_dimension};
use crate::experiment::splitting::Walker;
use crate::model::{Quadratic, Sampling};
use crate::number::{Exact, Field};

impl Settings {
    /// The weight p of the gradient noise.
    pub fn weight(&self) -> Exact {
        let weight = Sampling::WithoutReplacement.weight(self.samples, self.batch);
        weight.expect("a batch from 1 to the number of samples")
    }

    /// The root of p, which is rational for the batch sizes of this experiment.
    fn root_of_weight(&self) -> Exact {
        let root = self.weight().to_f64().sqrt();
        let thirds = Exact::fraction((3.0 * root).round() as i64, 3);
        assert_eq!(thirds.square(), self.weight(), "p is the square of thirds");
        thirds
    }

    /// The minimum at these values of `aη/2` and `sη√p`; `None` if no samples with `h_i ≥ 0` have them.
    pub fn spot(&self, sharpness: &Exact, non_uniformity: &Exact) -> Option<Spot> {
        let eta = &self.learning_rate;
        let a = Exact::from(2) * sharpness / eta;
        let s = non_uniformity / &(eta * self.root_of_weight());
        let curvatures = curvatures(self.samples, &a, &s)?;
        let model = Quadratic::one_dimensional(&curvatures).ok()?;
        let weight = self.weight();
        let growth = one_dimension::growth(a, s.square(), eta, &weight).to_f64();
        let walk = Walk {
            curvatures: curvatures.iter().map(f64::from_exact).collect(),
            batch: self.batch,
            learning_rate: f64::from_exact(eta),
            x: 1.0,
        };
        let steps = self.splitting.steps;
        Some(Spot {
            sharpness: sharpness.to_f64(),
            non_uniformity: non_uniformity.to_f64(),
            verdict: mean_square::verdict(&model, eta, &weight),
            exact: growth.powi(steps as i32),
            simulated: self.splitting.second_moments(&walk)[steps],
        })
    }
}

/// The curvatures of n = m² + 1 samples with mean a and variance s²: one is `a + ms`, the others are
/// `a − s/m`. `None` if these are negative.
fn curvatures(samples: usize, a: &Exact, s: &Exact) -> Option<Vec<Exact>> {
    let m = Exact::from((samples - 1).isqrt() as i64);
    assert_eq!(
        m.square(),
        Exact::from(samples as i64 - 1),
        "n − 1 is a square"
    );
    let others = a - s / &m;
    let mut curvatures = vec![others.clone(); samples];
    curvatures[0] = a + m * s;
    (others >= Exact::from(0)).then_some(curvatures)
}

/// A walk of SGD on `h_i x²/2`.
#[derive(Clone)]
struct Walk {
    curvatures: Vec<f64>,
    batch: usize,
    learning_rate: f64,
    x: f64,
}

impl Walker for Walk {
    fn step(&mut self, random: &mut ChaCha8Rng) {
        let batch = index::sample(random, self.curvatures.len(), self.batch);
        let sum: f64 = batch.into_iter().map(|i| self.curvatures[i]).sum();
        self.x -= self.learning_rate * sum / self.batch as f64 * self.x;
    }

    fn square(&self) -> f64 {
        self.x * self.x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::splitting::Splitting;

    #[test]
    fn the_samples_have_the_sharpness_and_non_uniformity_asked_for() {
        let (a, s) = (Exact::fraction(7, 5), Exact::fraction(3, 4));
        let curvatures = curvatures(10, &a, &s).unwrap();
        let model = Quadratic::one_dimensional(&curvatures).unwrap();
        assert_eq!(model.hessian()[(0, 0)], a);
        assert_eq!(model.variance()[(0, 0)], s.square());
        assert!(super::curvatures(10, &a, &Exact::fraction(43, 10)).is_none());
    }

    /// At aη/2 = 1/2 and B = n/2 every batch has the same squared factor, and nothing but rounding is left.
    #[test]
    fn walks_that_agree_differ_from_the_exact_moment_by_rounding() {
        let settings = Settings {
            learning_rate: Exact::from(1),
            samples: 10,
            batch: 5,
            sharpness: Vec::new(),
            non_uniformity: Vec::new(),
            splitting: Splitting {
                populations: 3,
                walkers: 2_000,
                steps: 20,
                seed: 5,
            },
        };
        for twentieths in [1, 3, 9, 13, 19] {
            let s = Exact::fraction(twentieths, 20);
            let spot = settings
                .spot(&Exact::fraction(1, 2), &s)
                .expect("such samples");
            assert!(spot.simulated.error <= 1e-14 * spot.exact);
            let deviation = spot.deviation(&settings);
            assert!(deviation.abs() <= 1.0, "s = {s}: {deviation}");
        }
    }
}
