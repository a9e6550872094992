//! Helpers that the tests in this folder share.

use sgd_stability::experiment::tiny::{self, Difference, Tiny};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{CurvatureMatrix, Loss, Network, Normalisation};
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
    let network = tiny::network(name).with_loss(loss);
    smooth_of(&network, normalisation, samples)
}

/// [`smooth`] for a given network.
///
/// # Panics
/// If there is no such seed.
pub fn smooth_of(network: &Network, normalisation: Normalisation, samples: usize) -> Tiny {
    let drawn = (0..100).map(|seed| Tiny::new(network.clone(), normalisation, samples, seed));
    let smooth = drawn.into_iter().find(Tiny::is_smooth);
    let name = network.name();
    smooth.unwrap_or_else(|| panic!("{name} with {samples} samples stands on a switch"))
}

/// The largest difference of `Hv`, `Σv` (if there is one) and the gradient from their enclosures.
///
/// # Panics
/// If a vector is zero, since nothing would be compared.
pub fn compare(tiny: &Tiny, matrix: (CurvatureMatrix, SecondDerivative)) -> Difference {
    let direction = tiny.exact_direction();
    let computed = tiny.products(Isa::best(), matrix.0);
    let mut exact = vec![tiny.exact.hessian_product(&direction, matrix.1)];
    if computed.len() > 1 {
        exact.push(tiny.exact.covariance_product(&direction, matrix.1));
    }
    let mut difference = Difference::default();
    let products = computed.iter().zip(&exact);
    products.for_each(|(computed, exact)| difference.add(computed, exact));
    difference.add(&tiny.gradient(Isa::best()), &tiny.exact.gradient());
    assert_eq!(
        difference.compared,
        computed.len() as u64 + 1,
        "a vector is zero"
    );
    difference
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
