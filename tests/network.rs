//! The engine's derivatives against exact ones, within a proved bound (`oracle::network`).

use sgd_stability::experiment::tiny::{Difference, Tiny};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{Matrix, Normalisation, Pass, State};
use sgd_stability::number::Exact;

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
