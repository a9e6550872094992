//! Exact expectations along a run of SGD: `E‖x_t‖²`, `E f(x_t)`, and the second moment along a
//! direction.

use nalgebra::{DMatrix, DVector};

use super::{Quadratic, second_moment};
use crate::number::Field;

/// The second moment `E[x_t x_tᵀ]` of SGD from a fixed start, step by step. `x_t` is the displacement
/// from the minimum.
#[derive(Clone, Debug)]
pub struct Evolution<'a, T: Field> {
    model: &'a Quadratic<T>,
    weight: T,
    learning_rate: T,
    moment: DMatrix<T>,
}

impl<'a, T: Field> Evolution<'a, T> {
    /// The state at `t = 0` at the point `start` (length d), for independent batches of noise weight
    /// `p`.
    ///
    /// # Panics
    /// When `start` does not have the model's dimension.
    pub fn from(model: &'a Quadratic<T>, weight: T, learning_rate: T, start: &DVector<T>) -> Self {
        let (d, length) = (model.dimension(), start.len());
        assert_eq!(d, length, "a start of length {length} in dimension {d}");
        Evolution {
            model,
            weight,
            learning_rate,
            moment: start * start.transpose(),
        }
    }

    /// Advances by one step of SGD.
    pub fn step(&mut self) {
        let (weight, eta) = (&self.weight, &self.learning_rate);
        self.moment = second_moment::step(self.model, weight, eta, &self.moment);
    }

    /// `E[x_t x_tᵀ]`, d × d.
    pub fn moment(&self) -> &DMatrix<T> {
        &self.moment
    }

    /// `E‖x_t‖²`.
    pub fn squared_norm(&self) -> T {
        trace(&self.moment)
    }

    /// The expected loss, `E f(x_t) = ½ ⟨H, E[x_t x_tᵀ]⟩`.
    pub fn loss(&self) -> T {
        T::ratio(1, 2) * trace(&(self.model.hessian() * &self.moment))
    }

    /// `E (vᵀx_t)²` for the direction `v` (length d).
    pub fn along(&self, direction: &DVector<T>) -> T {
        (direction.transpose() * &self.moment * direction)[(0, 0)].clone()
    }
}

fn trace<T: Field>(matrix: &DMatrix<T>) -> T {
    matrix
        .diagonal()
        .iter()
        .fold(T::zero(), |sum, entry| sum + entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Sampling, golden};
    use crate::number::Exact;

    #[test]
    fn the_moments_are_the_means_over_all_batch_words() {
        let model = golden::three_inputs();
        let eta = Exact::fraction(9, 7);
        let start = DVector::from_vec(vec![Exact::from(1), Exact::from(-2)]);
        for sampling in Sampling::ALL {
            let weight = sampling.weight(3, 2).unwrap();
            let batches = sampling.batches(3, 2);
            let mut evolution = Evolution::from(&model, weight, eta.clone(), &start);
            let mut ends = vec![start.clone()];
            for _ in 0..3 {
                evolution.step();
                let follow = |x: &DVector<Exact>| {
                    let next = |batch: &Vec<usize>| model.step(batch, &eta) * x;
                    batches.iter().map(next).collect::<Vec<_>>()
                };
                ends = ends.iter().flat_map(follow).collect();
                let mean = |of: &dyn Fn(&DVector<Exact>) -> Exact| {
                    ends.iter().map(of).sum::<Exact>() / Exact::from(ends.len() as i64)
                };
                assert_eq!(evolution.squared_norm(), mean(&|x| x.dot(x)));
                let half = Exact::fraction(1, 2);
                let loss = |x: &DVector<Exact>| &half * x.dot(&(model.hessian() * x));
                assert_eq!(evolution.loss(), mean(&loss));
                assert_eq!(evolution.along(&start), mean(&|x| x.dot(&start).square()));
            }
        }
    }

    #[test]
    fn the_three_inputs_rise_before_they_fall() {
        let model = golden::three_inputs().to::<f64>();
        let start = DVector::from_vec(vec![0.5f64.sqrt(), 0.5f64.sqrt()]);
        let mut evolution = Evolution::from(&model, 1.0, 1.25, &start);
        let mut norms = vec![evolution.squared_norm()];
        for _ in 0..100 {
            evolution.step();
            norms.push(evolution.squared_norm());
        }
        // The published values have four digits, so they are within half a unit of the fourth.
        for (t, norm) in [
            (1, 53.0 / 48.0),
            (2, 1.1107),
            (3, 1.0885),
            (4, 1.0584),
            (10, 0.877),
        ] {
            assert!((norms[t] - norm).abs() < 5e-4, "{t}: {}", norms[t]);
        }
        assert!((norms[100] - 0.0511).abs() < 5e-5, "{}", norms[100]);
    }
}
