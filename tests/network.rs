//! The engine's derivatives against exact ones, within a proved bound.
//!
//! Small networks on a dyadic grid: parameters are multiples of 1/16, inputs of 1/8, sample and
//! output counts powers of two, so that every nonzero intermediate value is a multiple of 2⁻⁹⁰ and
//! nothing underflows. The bound is that of `oracle::network`.

use num_traits::Zero;
use rand::RngExt;
use sgd_stability::kernel::Isa;
use sgd_stability::network::{Batch, Curvature, Fnn, Matrix, Pass};
use sgd_stability::number::Exact;
use sgd_stability::oracle::network::Network;
use sgd_stability::train::random::{Purpose, stream};

/// One tiny network with data, a direction, and its exact twin.
struct Case {
    network: Fnn,
    parameters: Vec<f32>,
    inputs: Vec<f32>,
    targets: Vec<f32>,
    direction: Vec<f32>,
    samples: usize,
    exact: Network,
}

impl Case {
    fn new(widths: &[usize], samples: usize, seed: u64) -> Self {
        let mut random = stream(seed, Purpose::Walk, 0);
        let mut grid = |count: usize, steps: i32| -> Vec<f32> {
            let draw = |_| random.random_range(-16..=16) as f32 / steps as f32;
            (0..count).map(draw).collect()
        };
        let network = Fnn::new(widths);
        let parameters = grid(network.parameters(), 16);
        let inputs = grid(samples * network.features(), 8);
        let targets = grid(samples * network.outputs(), 16);
        let direction = grid(network.parameters(), 16);
        let exact = Network::new(widths, &parameters, &inputs, &targets);
        Case {
            network,
            parameters,
            inputs,
            targets,
            direction,
            samples,
            exact,
        }
    }

    fn curvature(&self, matrix: Matrix) -> Curvature<'_> {
        let (network, parameters) = (&self.network, &self.parameters);
        Curvature::new(Isa::best(), network, parameters, self.batch(), matrix)
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: self.samples,
        }
    }

    /// On a switch of a ReLU there is no second derivative to compare.
    fn is_smooth(&self) -> bool {
        self.exact.closest_switch().is_none_or(|z| !z.is_zero())
    }

    /// γ_m for the longest path of roundings. One stage (a layer forward, a layer backward, or a
    /// collection over the samples) is at most two chains of products over the widest of the
    /// dimensions, one sum and two scalings by row dots; there are two stages a layer in the base
    /// pass and in each of two tangents, and two collections.
    fn gamma(&self) -> Exact {
        let layers = self.network.layers();
        let widest = layers.iter().map(|l| l.inputs.max(l.outputs)).max();
        let chain = widest.unwrap_or(0).max(self.samples) + 3;
        let roundings = (6 * layers.len() + 2) * 4 * chain;
        let accumulated = Exact::from(roundings as i64) * Exact::power_of_two(-24);
        &accumulated / (Exact::from(1) - &accumulated)
    }

    /// Asserts the bound in every entry; gives the largest difference relative to the largest
    /// entry, or `None` when every entry is zero and the comparison proves nothing.
    fn difference(
        &self,
        what: &str,
        computed: &[f32],
        exact: &[Exact],
        terms: &[Exact],
    ) -> Option<f64> {
        let gamma = self.gamma();
        let mut largest = Exact::zero();
        for (place, ((&computed, exact), terms)) in
            computed.iter().zip(exact).zip(terms).enumerate()
        {
            let computed = Exact::from_f32(computed).expect("a finite derivative");
            let error = (&computed - exact).abs();
            assert!(
                error <= &gamma * terms,
                "{what}[{place}] of {}: {} instead of {}",
                self.network.describe(),
                computed.to_f64(),
                exact.to_f64()
            );
            largest = largest.max(error);
        }
        let size = exact.iter().map(Exact::abs).max()?;
        (!size.is_zero()).then(|| (largest / size).to_f64())
    }
}

/// Every float is a rational.
fn exact_of(values: &[f32]) -> Vec<Exact> {
    values.iter().filter_map(|&x| Exact::from_f32(x)).collect()
}

/// `matrix · vector`.
fn product(matrix: &[Vec<Exact>], vector: &[Exact]) -> Vec<Exact> {
    let row = |row: &Vec<Exact>| row.iter().zip(vector).map(|(a, x)| a * x).sum();
    matrix.iter().map(row).collect()
}

/// The mean over samples of a vector.
fn mean(network: &Network, of: impl Fn(usize) -> Vec<Exact>) -> Vec<Exact> {
    let share = Exact::fraction(1, network.samples() as u64);
    let mut sum = vec![Exact::zero(); network.dimension()];
    for sample in 0..network.samples() {
        let terms = of(sample);
        sum.iter_mut()
            .zip(terms)
            .for_each(|(sum, term)| *sum += term * &share);
    }
    sum
}

/// `Hv` and `Σv` from dense exact Hessians; with `sign = +1` in place of −1 the bound's terms.
fn dense(network: &Network, direction: &[Exact], sign: i64) -> [Vec<Exact>; 2] {
    let hessians: Vec<_> = (0..network.samples()).map(|i| network.hessian(i)).collect();
    let first = mean(network, |i| product(&hessians[i], direction));
    let signed: Vec<Exact> = first.iter().map(|x| x * Exact::from(sign)).collect();
    let second = mean(network, |i| {
        let own = product(&hessians[i], direction);
        let difference: Vec<Exact> = own.iter().zip(&signed).map(|(a, b)| a + b).collect();
        product(&hessians[i], &difference)
    });
    [first, second]
}

fn cases() -> Vec<Case> {
    let shapes: [(&[usize], usize); 6] = [
        (&[3, 4, 3, 2], 4),
        (&[2, 3, 3, 3, 2], 2),
        (&[5, 4, 2], 8),
        (&[3, 2], 4),
        (&[1, 6, 1], 4),
        (&[4, 1, 1, 4], 1),
    ];
    let seeds = 0..3;
    let case = |(widths, samples), seed| Case::new(widths, samples, seed);
    shapes
        .into_iter()
        .flat_map(|shape| seeds.clone().map(move |seed| case(shape, seed)))
        .collect()
}

/// The largest relative differences of gradient, `Hv` and `Σv` from their exact values.
fn differences(case: &Case) -> [Option<f64>; 3] {
    let (network, absolute) = (&case.exact, case.exact.absolute());
    let mut computed = vec![0.0; case.network.parameters()];
    let mut pass = Pass::new(Isa::best(), &case.network);
    pass.forward(&case.network, &case.parameters, &case.batch());
    pass.gradient(
        &case.network,
        &case.parameters,
        &case.batch(),
        &mut computed,
    );
    let exact = mean(network, |i| network.gradient(i));
    let terms = mean(&absolute, |i| absolute.gradient(i));
    let gradient = case.difference("gradient", &computed, &exact, &terms);

    let direction: Vec<Exact> = exact_of(&case.direction);
    let sizes: Vec<Exact> = direction.iter().map(Exact::abs).collect();
    let exact = dense(network, &direction, -1);
    let terms = dense(&absolute, &sizes, 1);
    let mut curvature = case.curvature(Matrix::Hessian);
    curvature.hessian_product(&case.direction, &mut computed);
    let hessian = case.difference("hessian product", &computed, &exact[0], &terms[0]);
    curvature.covariance_product(&case.direction, &mut computed);
    let covariance = case.difference("covariance product", &computed, &exact[1], &terms[1]);
    [gradient, hessian, covariance]
}

#[test]
fn derivatives_and_curvature_products_are_exact_within_the_proved_bound() {
    let (mut on_a_switch, mut compared, mut worst) = (0, [0; 3], [0.0f64; 3]);
    for case in cases() {
        if !case.is_smooth() {
            on_a_switch += 1;
            continue;
        }
        for (quantity, difference) in differences(&case).into_iter().enumerate() {
            if let Some(difference) = difference {
                compared[quantity] += 1;
                worst[quantity] = worst[quantity].max(difference);
            }
        }
    }
    println!("gradient, Hv, Σv: {compared:?} compared, largest relative difference {worst:?}");
    println!("{on_a_switch} networks stand on a switch of a ReLU");
    assert!(
        compared.iter().all(|&count| count >= 10),
        "{compared:?} compared"
    );
}

#[test]
fn gauss_newton_is_the_hessian_without_the_residuals_curvature() {
    // With targets equal to the outputs the residual's curvature vanishes, and the two agree.
    let mut case = Case::new(&[3, 4, 3, 2], 4, 7);
    let mut pass = Pass::new(Isa::best(), &case.network);
    pass.forward(&case.network, &case.parameters, &case.batch());
    case.targets = pass.outputs().to_vec();
    let products = [Matrix::Hessian, Matrix::GaussNewton].map(|matrix| {
        let mut curvature = case.curvature(matrix);
        let mut both = [(); 2].map(|()| vec![0.0; case.network.parameters()]);
        let [hessian, covariance] = &mut both;
        curvature.hessian_product(&case.direction, hessian);
        curvature.covariance_product(&case.direction, covariance);
        both
    });
    assert_eq!(products[0], products[1]);
    assert!(products[0][0].iter().any(|&x| x != 0.0));
}

#[test]
fn one_descent_step_is_the_gradient_times_the_learning_rate() {
    let case = Case::new(&[3, 4, 3, 2], 4, 3);
    let mut pass = Pass::new(Isa::best(), &case.network);
    let mut stepped = case.parameters.clone();
    // A power of two: the fused step and the separate gradient then round alike, but for one sum.
    let learning_rate = 0.25;
    pass.descend(&case.network, &mut stepped, &case.batch(), learning_rate);
    let absolute = case.exact.absolute();
    let terms = mean(&absolute, |i| absolute.gradient(i));
    let gradient = mean(&case.exact, |i| case.exact.gradient(i));
    let step = Exact::fraction(1, 4);
    let start = |place: usize| Exact::from_f32(case.parameters[place]).expect("finite");
    let expected: Vec<Exact> = (0..gradient.len())
        .map(|j| start(j) - &gradient[j] * &step)
        .collect();
    let sizes: Vec<Exact> = (0..terms.len())
        .map(|j| start(j).abs() + &terms[j] * &step)
        .collect();
    case.difference("step", &stepped, &expected, &sizes);
}
