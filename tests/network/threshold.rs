//! The thresholds of networks against exact decisions on the same models.

use nalgebra::{DMatrix, DVector};
use sgd_stability::criterion::{MEAN_SQUARE, ONE_STEP};
use sgd_stability::decide::{Certificate, Statement, critical};
use sgd_stability::kernel::Isa;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::network::{Activation, Gram, Loss, Network, Normalisation, jacobian};
use sgd_stability::number::Exact;
use sgd_stability::oracle::graph::SecondDerivative;
use sgd_stability::reference::translate::reference_point;
use sgd_stability::threshold::{Linearised, Question, Run, Thresholds};

use super::gram::Case;

/// A small network, and its linearised model of exactly the f32 numbers of its Jacobian.
struct Small {
    case: Case,
    rows: Vec<f32>,
}

impl Small {
    fn new(seed: u64) -> Self {
        let activation = if seed.is_multiple_of(2) {
            Activation::Tanh
        } else {
            Activation::Relu
        };
        let outputs = 1 + seed as usize / 2 % 2;
        let widths = [2, 2 + seed as usize % 3, outputs];
        let loss = [Loss::MeanSquared, Loss::HalfSumSquared, Loss::SumSquared][seed as usize % 3];
        let network = Network::dense_chain(&widths, |_| true, activation).with_loss(loss);
        let case = Case::new(network, 2 + seed as usize % 3, 100 + seed);
        let point = case.state.point(&case.network, Normalisation::Fixed);
        let rows = jacobian(Isa::best(), &point, &case.batch());
        Small { case, rows }
    }

    fn width(&self) -> usize {
        self.case.network.parameters()
    }

    fn linearised(&self) -> Linearised {
        let mut gram: Gram = self.case.gram(Isa::best());
        let size = gram.size();
        let row = |i: usize| &self.rows[i * self.width()..(i + 1) * self.width()];
        for (place, product) in gram.products.iter_mut().enumerate() {
            let pairs = row(place / size).iter().zip(row(place % size));
            *product = pairs.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
        }
        Linearised::new(gram).expect("a linearised model")
    }

    /// `G_i = w·J_iᵀJ_i` over the rationals, with the second derivative w of the squared loss.
    fn exact(&self) -> Quadratic {
        let c = self.case.network.outputs();
        let weight = match self.case.network.loss() {
            Loss::MeanSquared => Exact::fraction(2, c as u64),
            Loss::HalfSumSquared => Exact::from(1),
            _ => Exact::from(2),
        };
        let exact = |x: &f32| Exact::from_f64(f64::from(*x)).expect("a finite number");
        let hessian = |rows: &[f32]| {
            let jacobian = DMatrix::from_row_iterator(c, self.width(), rows.iter().map(exact));
            (jacobian.transpose() * jacobian) * weight.clone()
        };
        let samples = self.rows.chunks_exact(c * self.width());
        Quadratic::new(samples.map(hessian).collect()).expect("a model")
    }
}

fn question(noise: f64, momentum: f64) -> Question {
    Question {
        noise,
        momentum,
        both_ends: true,
        tolerance: 1e-9,
        products: 2000,
    }
}

fn ask(small: &Small, noise: f64, momentum: f64) -> Thresholds {
    let found = small.linearised().thresholds(&question(noise, momentum));
    found.expect("thresholds")
}

#[test]
fn thresholds_agree_with_exact_decisions() {
    let mut compared = 0;
    for seed in 0..56 {
        let small = Small::new(seed);
        let n = small.case.samples;
        let sampling = Sampling::WithoutReplacement;
        let weight = sampling.weight(n, 1).expect("a weight");
        let (model, width) = (small.exact(), Exact::from(10).pow(11).reciprocal());
        let found = ask(&small, weight.to_f64(), 0.0);
        for (criterion, value) in [
            (MEAN_SQUARE, found.mean_square.bracket.upper),
            (ONE_STEP, found.one_step.upper),
        ] {
            let exact = critical::of(criterion, &model, &weight, &width).unwrap();
            let exact = exact.lower.to_f64();
            let error = (value / exact - 1.0).abs();
            assert!(
                error <= 1e-10,
                "{seed} {}: {value} and {exact}, {error:e}",
                criterion.name
            );
        }
        let lower = found.mean_square.bracket.lower.expect("a lower end");
        assert!(
            lower < found.mean_square.bracket.upper
                && lower > 0.89 * found.mean_square.bracket.upper
        );
        compared += 1;
    }
    assert!(compared >= 50);
}

/// The certificate of the linearised model at this share of its threshold, for batches of one sample.
fn certificate(model: &Linearised, share: f64) -> Option<Certificate> {
    let sampling = Sampling::WithoutReplacement;
    let noise = sampling
        .weight(model.samples(), 1)
        .expect("a weight")
        .to_f64();
    let found = model.thresholds(&question(noise, 0.0)).expect("thresholds");
    let rate = found.mean_square.bracket.upper * share;
    model.certificate(&Run {
        lr: Exact::from_f64(rate).expect("a finite number"),
        batch: 1,
        sampling,
    })
}

#[test]
fn certificates_are_proofs_and_their_model_is_the_network() {
    for seed in 0..12 {
        let small = Small::new(seed);
        let model = small.linearised();
        for (share, claim) in [
            (0.5, Statement::MeanSquareStable),
            (0.999, Statement::MeanSquareStable),
            (1.001, Statement::MeanSquareUnstable),
            (3.0, Statement::MeanSquareUnstable),
        ] {
            let found = certificate(&model, share).expect("a certificate");
            assert_eq!(found.claim, claim, "{seed}: {share} of the threshold");
            let text = found.to_text().expect("a text");
            let read = Certificate::parse("text", &text).expect("a certificate");
            read.check().expect("a proof");
            let other = match claim {
                Statement::MeanSquareStable => Statement::MeanSquareUnstable,
                Statement::MeanSquareUnstable => Statement::MeanSquareStable,
            };
            let contrary = Certificate {
                claim: other,
                ..read
            };
            assert!(contrary.check().is_err(), "{seed}: both are proved");
        }
        // Its spectrum is that of the exact Hessian of the network, to the precision of the rows.
        let width = Exact::from(10).pow(11).reciprocal();
        let weight = Exact::from(1);
        let critical = |model: &Quadratic| {
            let found = critical::of(MEAN_SQUARE, model, &weight, &width);
            found.unwrap().lower.to_f64()
        };
        let (ours, theirs) = (
            critical(&model.exact_model().quadratic()),
            critical(&small.exact()),
        );
        assert!(
            (ours / theirs - 1.0).abs() < 1e-10,
            "{seed}: {ours} and {theirs}"
        );
    }
}

#[test]
fn the_rows_of_a_certificate_have_the_gram_matrix_of_the_network() {
    for seed in 0..8 {
        let case = Small::new(seed).case;
        let gram = case.gram(Isa::best());
        let model = Linearised::new(gram.clone()).expect("a linearised model");
        let distance = model.distance_to(gram.clone()).expect("finite numbers");
        assert!(distance < 1e-12, "{seed}: {distance}");
        // A Gram matrix that is not this one is told from it.
        let mut other = gram;
        other.products.iter_mut().for_each(|x| *x *= 1.0 + 1e-6);
        let distance = model.distance_to(other).expect("finite numbers");
        assert!((distance / 1e-6 - 1.0).abs() < 1e-3, "{seed}: {distance}");
    }
}

/// Whether the second moments of heavy ball contract: whether the solution Z of `Z − T(Z) = I`, with T the
/// mean over all steps M of `M Z Mᵀ`, is positive definite.
fn contracts(model: &[DMatrix<f64>], noise: f64, momentum: f64, learning_rate: f64) -> bool {
    let (d, n) = (model[0].nrows(), model.len() as f64);
    let mean = model.iter().sum::<DMatrix<f64>>() / n;
    let step = |hessian| Momentum::HeavyBall.factor(hessian, &learning_rate, &momentum);
    let steady = step(&mean);
    let mut moments = steady.kronecker(&steady) * (1.0 - noise);
    for hessian in model {
        let step = step(hessian);
        moments += step.kronecker(&step) * (noise / n);
    }
    let size = moments.nrows();
    let identity = DMatrix::<f64>::identity(2 * d, 2 * d);
    let right = DVector::from_column_slice(identity.as_slice());
    let left = DMatrix::identity(size, size) - moments;
    let solution = left.lu().solve(&right).expect("a regular system");
    let solution = DMatrix::from_column_slice(2 * d, 2 * d, solution.as_slice());
    solution.symmetric_eigenvalues().min() > 0.0
}

#[test]
fn heavy_ball_agrees_with_an_equation_for_its_second_moments() {
    for seed in 0..24 {
        let small = Small::new(seed);
        let (c, rank) = (small.case.network.outputs(), small.linearised().rank());
        // The same model in coordinates of the range of H.
        let numbers = small.rows.iter().map(|x| f64::from(*x));
        let rows =
            DMatrix::from_row_iterator(small.rows.len() / small.width(), small.width(), numbers);
        let basis = rows.clone().svd(false, true).v_t.expect("singular vectors");
        let mut order: Vec<usize> = (0..basis.nrows()).collect();
        let sizes = (&rows * basis.transpose())
            .column_iter()
            .map(|c| c.norm())
            .collect::<Vec<_>>();
        order.sort_by(|i, j| sizes[*j].total_cmp(&sizes[*i]));
        let kept: Vec<DVector<f64>> = order[..rank]
            .iter()
            .map(|&i| basis.row(i).transpose())
            .collect();
        let rows = rows * DMatrix::from_columns(&kept);
        let weight = match small.case.network.loss() {
            Loss::MeanSquared => 2.0 / c as f64,
            Loss::HalfSumSquared => 1.0,
            _ => 2.0,
        };
        let model: Vec<DMatrix<f64>> = (0..small.case.samples)
            .map(|i| {
                let rows = rows.rows(i * c, c);
                rows.transpose() * rows * weight
            })
            .collect();
        for (noise, momentum) in [(1.0, 0.5), (0.3, 0.9), (0.7, 0.0)] {
            let found = ask(&small, noise, momentum);
            let found = found.heavy_ball.unwrap_or(found.mean_square).bracket;
            let contracts = |rate: f64| contracts(&model, noise, momentum, rate);
            let lower = found.lower.expect("a lower end");
            assert!(contracts(lower), "{seed} {momentum}");
            assert!(contracts(found.upper * (1.0 - 1e-7)), "{seed} {momentum}");
            assert!(!contracts(found.upper * (1.0 + 1e-7)), "{seed} {momentum}");
        }
    }
}

#[test]
fn the_largest_noise_and_the_threshold_are_inverse() {
    let mut compared = 0;
    for seed in 0..12 {
        let small = Small::new(seed);
        let model = small.linearised();
        for momentum in [0.0, 0.9] {
            let question = question(0.4, momentum);
            let found = model.thresholds(&question).expect("thresholds");
            let rate = found.heavy_ball.unwrap_or(found.mean_square).bracket.upper;
            let Some(noise) = model.largest_noise(rate, &question) else {
                // The batches add no noise where the full batch has its edge.
                assert!(rate >= found.gradient_descent.lower.expect("an end"));
                continue;
            };
            compared += 1;
            assert!((noise - 0.4).abs() < 1e-8, "{seed} {momentum}: {noise}");
            let curve = model.curve(&[0.1, 0.4, 0.8], &question);
            assert!(curve[0].learning_rate > rate && rate > curve[2].learning_rate);
            assert!((curve[1].learning_rate / rate - 1.0).abs() < 1e-9);
        }
        assert_eq!(model.largest_noise(1e9, &question(1.0, 0.0)), None);
    }
    assert!(compared >= 16, "{compared}");
}

#[test]
fn the_spectrum_is_that_of_the_gauss_newton_matrix_for_every_loss() {
    for loss in Loss::ALL {
        let network = Network::dense_chain(&[3, 4, 3], |_| true, Activation::Tanh);
        let mut case = Case::new(network.with_loss(loss), 4, 31);
        let is_one = |place: usize| f32::from(u8::from(place % 3 == place / 3 % 3));
        case.targets = (0..4 * 3).map(is_one).collect();
        let point = case.state.point(&case.network, Normalisation::Fixed);
        let exact =
            reference_point(&point, &case.batch()).with_second(SecondDerivative::GaussNewton);
        let d = exact.dimension();
        let columns = (0..d).flat_map(|j| {
            let unit: Vec<f64> = (0..d).map(|i| f64::from(i == j)).collect();
            exact.hessian_product(&unit)
        });
        let mut right = DMatrix::from_iterator(d, d, columns).symmetric_eigenvalues();
        right.as_mut_slice().sort_by(f64::total_cmp);
        let model = Linearised::new(case.gram(Isa::best())).expect("a linearised model");
        let (found, largest) = (model.spectrum(), right[d - 1]);
        assert!(largest > 1e-3, "{loss:?}: something to compare");
        for (place, value) in found.iter().rev().enumerate() {
            let error = (value - right[d - 1 - place]).abs();
            assert!(error <= 1e-5 * largest, "{loss:?} {place}: {value}");
        }
        assert!(
            right[d - 1 - found.len()].abs() <= 1e-6 * largest,
            "{loss:?}: the rank"
        );
    }
}
