//! Products of the f32 engine beside those of the f64 reference, at one point over the same samples.

use crate::network::CurvatureOperator;
use crate::work;

use super::shared_point::SharedPoint;
use super::task::Task;

/// The difference of two products with one vector.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    /// The norm of the difference.
    pub length: f64,
    /// The norm of the product in f64.
    pub size: f64,
    /// The absolute inner product of the vector with the difference.
    pub along: f64,
}

impl Gap {
    fn of(rounded: &[f64], exact: &[f64], vector: &[f64]) -> Self {
        let length =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let difference = || rounded.iter().zip(exact).map(|(x, y)| x - y);
        Gap {
            length: length(&mut difference()),
            size: length(&mut exact.iter().copied()),
            along: difference()
                .zip(vector)
                .map(|(x, v)| x * v)
                .sum::<f64>()
                .abs(),
        }
    }
}

/// Both engines at one point, over the same samples.
pub(super) struct Engines<'a> {
    /// The point and the samples.
    pub shared: &'a SharedPoint<'a>,
    /// The products of the f32 engine.
    pub single: CurvatureOperator<'a>,
}

impl<'a> Engines<'a> {
    pub fn new(shared: &'a SharedPoint<'a>, task: &Task<'_>) -> Self {
        let effort = task.effort;
        Engines {
            shared,
            single: CurvatureOperator::new(
                effort.isa,
                shared.point(),
                shared.batch(),
                effort.matrix,
            ),
        }
    }

    /// The gap between the two products `Hv`. A product in f64 may take seconds, so that each begins with a step.
    pub fn hessian(&mut self, vector: &[f32]) -> Gap {
        work::step();
        let mut product = vec![0.0; vector.len()];
        self.single.hessian_product(vector, &mut product);
        let direction = self.shared.in_f64(vector);
        let exact = self.shared.hessian_product(&direction);
        Gap::of(&self.shared.in_f64(&product), &exact, &direction)
    }

    /// The gap between the two products `H(Hv)`.
    pub fn squared_hessian(&mut self, vector: &[f32]) -> Gap {
        let (mut once, mut twice) = (vec![0.0; vector.len()], vec![0.0; vector.len()]);
        self.single.hessian_product(vector, &mut once);
        self.single.hessian_product(&once, &mut twice);
        let direction = self.shared.in_f64(vector);
        let exact = self.shared.hessian_product(&direction);
        let exact = self.shared.hessian_product(&exact);
        Gap::of(&self.shared.in_f64(&twice), &exact, &direction)
    }

    /// The largest norm of the gaps between the products `Σv` along some vectors.
    pub fn covariance(&mut self, vectors: &[&Vec<f32>]) -> f64 {
        let point = self.shared.reference();
        let lengths = vectors.iter().map(|vector| {
            work::step();
            let mut product = vec![0.0; vector.len()];
            self.single.covariance_product(vector, &mut product);
            let direction = self.shared.in_f64(vector);
            let exact = point.covariance_product(&direction);
            Gap::of(&self.shared.in_f64(&product), &exact, &direction).length
        });
        lengths.fold(0.0, f64::max)
    }
}
