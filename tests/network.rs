//! The engine's derivatives against exact ones, within a proved bound (`oracle::network`).

use rand::RngExt;
use sgd_stability::experiment::tiny::{Difference, Tiny};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{
    Batch, Curvature, Loss, Matrix, Network, Normalisation, Pass, Point, State, description,
};
use sgd_stability::number::Exact;
use sgd_stability::train::random::{Purpose, stream};

fn smooth_networks() -> (Vec<Tiny>, usize) {
    let shapes: [(&[usize], usize); 6] = [
        (&[3, 4, 3, 2], 4),
        (&[2, 3, 3, 3, 2], 2),
        (&[5, 4, 2], 8),
        (&[3, 2], 4),
        (&[1, 6, 1], 4),
        (&[4, 1, 1, 4], 1),
    ];
    let tiny = |(widths, samples)| (0..3).map(move |seed| Tiny::new(widths, samples, seed));
    let all: Vec<Tiny> = shapes.into_iter().flat_map(tiny).collect();
    let drawn = all.len();
    let smooth: Vec<Tiny> = all.into_iter().filter(Tiny::is_smooth).collect();
    let on_a_switch = drawn - smooth.len();
    (smooth, on_a_switch)
}

fn gradient(tiny: &Tiny) -> Vec<f32> {
    let mut gradient = vec![0.0; tiny.parameters.len()];
    let mut pass = Pass::new(Isa::best());
    pass.gradient(&tiny.point(), &tiny.batch(), &mut gradient);
    gradient
}

#[test]
fn gradients_and_curvature_products_are_exact_within_the_proved_bound() {
    let (networks, on_a_switch) = smooth_networks();
    let mut differences = [(); 3].map(|()| Difference::default());
    for tiny in &networks {
        let gamma = tiny.exact.gamma();
        let absolute = tiny.exact.absolute();
        let direction = tiny.exact_direction();
        let [hessian, covariance] = tiny.exact.products(&direction);
        let [hessian_terms, covariance_terms] = absolute.product_terms(&direction);
        let [computed_hessian, computed_covariance] = tiny.products(Isa::best(), Matrix::Hessian);
        let exact = [tiny.exact.mean_gradient(), hessian, covariance];
        let terms = [absolute.mean_gradient(), hessian_terms, covariance_terms];
        let computed = [gradient(tiny), computed_hessian, computed_covariance];
        for (place, difference) in differences.iter_mut().enumerate() {
            difference.add(&computed[place], &exact[place], &terms[place], &gamma);
        }
    }
    println!("gradient, Hv, Σv: {differences:?}; {on_a_switch} networks on a switch of a ReLU");
    for difference in &differences {
        assert!(difference.share_of_bound <= 1.0, "{difference:?}");
        assert!(
            difference.compared >= 10,
            "too few networks: {difference:?}"
        );
    }
}

#[test]
fn a_wrong_product_breaks_the_bound() {
    let (networks, _) = smooth_networks();
    let tiny = &networks[0];
    let exact = tiny.exact.products(&tiny.exact_direction());
    let terms = tiny.exact.absolute().product_terms(&tiny.exact_direction());
    // Gauss-Newton drops the residuals' curvature: a fault of the kind the bound is to notice.
    let wrong = tiny.products(Isa::best(), Matrix::GaussNewton);
    for place in 0..2 {
        let mut difference = Difference::default();
        difference.add(
            &wrong[place],
            &exact[place],
            &terms[place],
            &tiny.exact.gamma(),
        );
        assert!(difference.share_of_bound > 10.0, "{difference:?}");
    }
}

#[test]
fn gauss_newton_is_the_hessian_where_the_loss_is_zero() {
    let mut tiny = Tiny::new(&[3, 4, 3, 2], 4, 7);
    let mut outputs = Vec::new();
    Pass::new(Isa::best()).outputs(&tiny.point(), &tiny.batch(), &mut outputs);
    tiny.targets = outputs;
    let hessian = tiny.products(Isa::best(), Matrix::Hessian);
    assert_eq!(hessian, tiny.products(Isa::best(), Matrix::GaussNewton));
    assert!(
        hessian
            .iter()
            .all(|product| product.iter().any(|&x| x != 0.0))
    );
}

#[test]
fn one_descent_step_is_the_gradient_times_the_learning_rate() {
    let tiny = Tiny::new(&[3, 4, 3, 2], 4, 3);
    let (learning_rate, step) = (0.25, Exact::fraction(1, 4));
    let mut state = State {
        parameters: tiny.parameters.clone(),
        statistics: Vec::new(),
    };
    let mut pass = Pass::new(Isa::best());
    let mode = Normalisation::Fixed;
    pass.descend(
        &tiny.network,
        mode,
        &mut state,
        &tiny.batch(),
        learning_rate,
    );
    let stepped = state.parameters;
    let start = |place: usize| Exact::from_f32(tiny.parameters[place]).expect("finite");
    let (gradient, terms) = (
        tiny.exact.mean_gradient(),
        tiny.exact.absolute().mean_gradient(),
    );
    let expected = gradient
        .iter()
        .enumerate()
        .map(|(j, g)| start(j) - g * &step);
    let sizes = terms
        .iter()
        .enumerate()
        .map(|(j, t)| start(j).abs() + t * &step);
    let (expected, sizes): (Vec<_>, Vec<_>) = (expected.collect(), sizes.collect());
    let mut difference = Difference::default();
    difference.add(&stepped, &expected, &sizes, &tiny.exact.gamma());
    assert!(difference.share_of_bound <= 1.0, "{difference:?}");
}

/// A network with every kind of layer.
const ALL_LAYERS: &str = r#"
input = [2, 6, 6]
layer = [
  { type = "normalise", mean = [0.1, 0.2], deviation = [0.5, 2.0] },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "shortcut", from = 4 },
  { type = "relu" },
  { type = "max-pool", window = 2 },
  { type = "average-pool", window = 3 },
  { type = "flatten" },
  { type = "dense", outputs = 4 },
  { type = "relu" },
  { type = "dense", outputs = 2 },
]
"#;

fn numbers(count: usize, index: u64) -> Vec<f32> {
    let mut random = stream(5, Purpose::Walk, index);
    (0..count).map(|_| random.random::<f32>() - 0.5).collect()
}

#[test]
fn quotients_are_those_of_each_samples_own_hessian() {
    let path = std::path::Path::new("all.toml");
    let mixed = description::parse(ALL_LAYERS, path).expect("a network");
    const SAMPLES: usize = 21;
    for network in [mixed, Network::fnn(&[4, 5, 3, 2])] {
        for loss in Loss::ALL {
            let network = network.clone().with_loss(loss);
            let mut statistics = network.initial_statistics();
            statistics.iter_mut().for_each(|x| *x += 0.25);
            let parameters = numbers(network.parameters(), 1);
            let direction = numbers(network.parameters(), 2);
            let inputs = numbers(SAMPLES * network.features(), 3);
            let targets: Vec<f32> = (0..SAMPLES)
                .flat_map(|i| [(i % 2) as f32, (1 - i % 2) as f32])
                .collect();
            let point = Point {
                network: &network,
                parameters: &parameters,
                statistics: &statistics,
                normalisation: Normalisation::Fixed,
            };
            for matrix in [Matrix::Hessian, Matrix::GaussNewton] {
                let batch = |samples: std::ops::Range<usize>| Batch {
                    inputs: &inputs
                        [samples.start * network.features()..samples.end * network.features()],
                    targets: &targets[samples.start * 2..samples.end * 2],
                    samples: samples.len(),
                };
                let isa = Isa::best();
                let mut all = Curvature::new(isa, point, batch(0..SAMPLES), matrix);
                let quotients = all.sample_quotients(&direction);
                assert_eq!(quotients.len(), SAMPLES);
                let mut product = vec![0.0; direction.len()];
                for (i, quotient) in quotients.iter().enumerate() {
                    let mut one = Curvature::new(isa, point, batch(i..i + 1), matrix);
                    one.hessian_product(&direction, &mut product);
                    let pairs = product.iter().zip(&direction);
                    let terms = pairs.map(|(p, v)| f64::from(*p) * f64::from(*v));
                    let (sum, size) = terms.fold((0.0, 0.0), |(s, z), t| (s + t, z + t.abs()));
                    assert!(
                        (quotient - sum).abs() <= 1e-5 * size,
                        "{loss:?} {matrix:?}: {quotient}, {sum}"
                    );
                }
            }
        }
    }
}
