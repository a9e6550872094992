//! Second moments of walks with heavy tails, by importance splitting.
//!
//! A plain average of `‖x_t‖²` misses the rare walks that carry the mean. Here the walkers of a population
//! are drawn again after each step, each as often as its growth `‖x_{t+1}‖²/‖x_t‖²` asks for. The estimate
//! of `E‖x_t‖²/‖x_0‖²` is the product over the steps of the mean growths. Its expectation is exact for any
//! number of walkers (Del Moral, *Feynman–Kac Formulae*, 2004, Theorem 7.4.2), so that the mean over
//! independent populations has no bias, and their spread gives its standard error.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::statistics::Mean;
use crate::train::random::{Purpose, stream};

/// A random walk whose mean square is asked for.
pub trait Walker: Clone + Sync {
    /// Takes one random step.
    fn step(&mut self, random: &mut ChaCha8Rng);

    /// The value of `‖x_t‖²`.
    fn square(&self) -> f64;
}

/// Independent populations of walkers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Splitting {
    /// The number of independent populations, at least two.
    pub populations: u64,
    /// The number of walkers of each population.
    pub walkers: usize,
    /// The number of steps.
    pub steps: usize,
    /// The seed.
    pub seed: u64,
}

impl Splitting {
    /// `E‖x_t‖²/‖x_0‖²` for t = 0, …, `steps`, of walks that begin at `start`.
    pub fn second_moments(&self, start: &impl Walker) -> Vec<Mean> {
        let populations = (0..self.populations).into_par_iter();
        let moments: Vec<Vec<f64>> = populations
            .map(|population| self.population(start, population))
            .collect();
        let at = |t: usize| {
            moments
                .iter()
                .map(|moments| moments[t])
                .collect::<Vec<f64>>()
        };
        (0..=self.steps).map(|t| Mean::of(&at(t))).collect()
    }

    /// The estimates of one population.
    fn population<W: Walker>(&self, start: &W, population: u64) -> Vec<f64> {
        let mut random = stream(self.seed, Purpose::Walk, population);
        let mut walkers = vec![start.clone(); self.walkers];
        let mut moments = vec![1.0];
        let mut moment = 1.0;
        for _ in 0..self.steps {
            let grown = |walker: &mut W| {
                let before = walker.square();
                walker.step(&mut random);
                if before == 0.0 {
                    0.0
                } else {
                    walker.square() / before
                }
            };
            let growths: Vec<f64> = walkers.iter_mut().map(grown).collect();
            let total: f64 = growths.iter().sum();
            moment *= total / self.walkers as f64;
            moments.push(moment);
            if total > 0.0 {
                walkers = redrawn(&walkers, &growths, total, random.random());
            }
        }
        moments
    }
}

/// As many walkers again, each on average `growth/total` of them, by systematic resampling: the points
/// `(k + offset)·total/count` select the walkers in whose share of the total they fall.
fn redrawn<W: Walker>(walkers: &[W], growths: &[f64], total: f64, offset: f64) -> Vec<W> {
    let spacing = total / walkers.len() as f64;
    let (mut chosen, mut reached) = (0, growths[0]);
    let mut select = |k: usize| {
        let point = (k as f64 + offset) * spacing;
        while reached <= point && chosen + 1 < walkers.len() {
            chosen += 1;
            reached += growths[chosen];
        }
        walkers[chosen].clone()
    };
    (0..walkers.len()).map(&mut select).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk on a line, whose square is multiplied by 1/100 or by 9.
    #[derive(Clone)]
    struct Scalar(f64);

    impl Walker for Scalar {
        fn step(&mut self, random: &mut ChaCha8Rng) {
            self.0 *= if random.random_bool(0.8) { 0.01 } else { 9.0 };
        }

        fn square(&self) -> f64 {
            self.0
        }
    }

    #[test]
    fn splitting_finds_a_rate_that_an_average_over_as_many_walks_misses() {
        let splitting = Splitting {
            populations: 20,
            walkers: 500,
            steps: 40,
            seed: 1,
        };
        // E‖x_40‖² = (0.8/100 + 0.2·9)^40 = 1.9·10¹⁰, all of it from walks with probability below 10⁻⁹.
        let exact = (0.8f64 * 0.01 + 0.2 * 9.0).powi(40);
        let moments = splitting.second_moments(&Scalar(1.0));
        let last = moments[40];
        assert!(last.deviation(exact).abs() < 4.5, "{last:?}");
        assert!(last.error < 0.2 * exact, "{last:?}");
        let plain: f64 = (0..10_000)
            .map(|walk| {
                let mut random = stream(1, Purpose::Walk, walk);
                let mut walker = Scalar(1.0);
                (0..40).for_each(|_| walker.step(&mut random));
                walker.square()
            })
            .sum();
        assert!(plain / 10_000.0 < 1e-3 * exact);
    }

    #[test]
    fn walkers_are_redrawn_in_proportion_to_their_growth() {
        let walkers = [1.0, 2.0, 3.0, 4.0].map(Scalar);
        let count = |offset: f64, x: f64| {
            let drawn = redrawn(&walkers, &[0.0, 1.0, 3.0, 4.0], 8.0, offset);
            drawn.iter().filter(|walker| walker.0 == x).count()
        };
        for offset in [0.0001, 0.25, 0.5, 0.9999] {
            assert_eq!(count(offset, 1.0), 0);
            assert_eq!(count(offset, 4.0), 2);
            assert_eq!(count(offset, 2.0) + count(offset, 3.0), 2);
        }
    }
}
