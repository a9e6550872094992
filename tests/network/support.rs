//! Helpers that the tests in this folder share.

use sgd_stability::experiment::tiny::{self, Difference, Tiny};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{CurvatureMatrix, Loss, Normalisation};
use sgd_stability::oracle::graph::SecondDerivative;

/// The names of the same matrix in the engine and in the oracle.
pub const MATRICES: [(CurvatureMatrix, SecondDerivative); 2] = [
    (CurvatureMatrix::Hessian, SecondDerivative::Hessian),
    (CurvatureMatrix::GaussNewton, SecondDerivative::GaussNewton),
];

/// A network at the first seed at which it is smooth.
///
/// # Panics
/// If there is no such seed, since the test would then compare nothing.
pub fn smooth(name: &str, loss: Loss, normalisation: Normalisation, samples: usize) -> Tiny {
    let network = || tiny::network(name).with_loss(loss);
    let drawn = (0..100).map(|seed| Tiny::new(network(), normalisation, samples, seed));
    let smooth = drawn.into_iter().find(Tiny::is_smooth);
    smooth.unwrap_or_else(|| panic!("{name} with {samples} samples stands on a switch"))
}

/// Compares gradient, `Hv` and `Σv` with the exact ones and with the proved bounds.
pub fn bounded(tiny: &Tiny, matrix: (CurvatureMatrix, SecondDerivative)) -> [Difference; 3] {
    let mut differences = [(); 3].map(|()| Difference::default());
    let (direction, bound) = (tiny.exact_direction(), tiny.exact.bound());
    let products = tiny.products(Isa::best(), matrix.0);
    let computed = [&tiny.gradient(Isa::best()), &products[0], &products[1]];
    let exact = [
        tiny.exact.gradient(),
        tiny.exact.hessian_product(&direction, matrix.1),
        tiny.exact.covariance_product(&direction, matrix.1),
    ];
    let terms = [
        bound.gradient_terms(),
        bound.hessian_terms(&direction, matrix.1),
        bound.covariance_terms(&direction, matrix.1),
    ];
    for (place, difference) in differences.iter_mut().enumerate() {
        difference.add_bounded(computed[place], &exact[place], &terms[place], bound.gamma());
    }
    differences
}
