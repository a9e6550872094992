//! Compares the sharpness of `P⁻¹H` with the eigenvalues of a dense matrix of exact entries.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use sgd_stability::criterion::preconditioned::largest_preconditioned_sharpness;
use sgd_stability::curvature::{Ends, Lanczos, preconditioned};
use sgd_stability::experiment::tiny::{Tiny, enclosed};
use sgd_stability::kernel::Isa;
use sgd_stability::network::{CurvatureMatrix, CurvatureOperator, Network, Normalisation};
use sgd_stability::number::Exact;
use sgd_stability::oracle::graph::{Enclosure, SecondDerivative};
use sgd_stability::train::{Optimiser, Trainer};

use crate::support::{optimisers, plan};

const WIDTHS: [usize; 4] = [3, 4, 3, 2];

/// The matrix in f64 whose columns are the products with unit vectors, scaled by `P^(−1/2)` on both
/// sides.
fn dense(product: impl Fn(&[Enclosure]) -> Vec<Enclosure>, preconditioner: &[f32]) -> DMatrix<f64> {
    let size = preconditioner.len();
    let root = |j: usize| f64::from(preconditioner[j]).sqrt();
    let columns = (0..size).map(|k| {
        let mut unit = vec![0.0; size];
        unit[k] = 1.0;
        let column = product(&enclosed(&unit));
        let entry = |(j, x): (usize, &Enclosure)| {
            x.lower().expect("a finite number").to_f64() / (root(j) * root(k))
        };
        DVector::from_iterator(size, column.iter().enumerate().map(entry))
    });
    DMatrix::from_columns(&columns.collect::<Vec<_>>())
}

#[test]
fn both_ends_are_those_of_the_dense_matrix() {
    let isa = Isa::best();
    let mut adaptive = 0;
    for (seed, rule) in (0..6).flat_map(|seed| optimisers().map(|rule| (seed, rule))) {
        let tiny = Tiny::new(Network::fnn(&WIDTHS), Normalisation::Fixed, 4, seed);
        let start = tiny.state.clone();
        let plan = plan(rule, 4, 6);
        let trainer = Trainer::new(isa, &tiny.network, tiny.batch(), plan, start);
        let mut trainer = trainer.expect("a good plan");
        assert_eq!(trainer.preconditioner().is_some(), is_sum(rule.optimiser));
        trainer.finish();
        let Some(preconditioner) = trainer.preconditioner() else {
            continue;
        };
        // Units that are dead on every sample have no gradient, so P = ε there; H is zero there too.
        let exact = tiny.landscape_at(trainer.state());
        let point = trainer.state().point(&tiny.network, Normalisation::Fixed);
        let mut curvature =
            CurvatureOperator::new(isa, point, tiny.batch(), CurvatureMatrix::Hessian);
        let lanczos = Lanczos {
            tolerance: 1e-6,
            products: preconditioner.len(),
        };
        let ends = preconditioned(isa, &mut curvature, &preconditioner, &lanczos, seed);
        let ends = ends.expect("finite products");
        let hessian = |v: &[Enclosure]| exact.hessian_product(v, SecondDerivative::Hessian);
        let matrix = dense(hessian, &preconditioner);
        // The engine's matrix differs from the exact one by at most γ·terms in each entry. By Weyl's
        // inequality, its eigenvalues differ by at most the Frobenius norm of these bounds.
        let bound = exact.bound();
        let terms = dense(
            |v| bound.hessian_terms(v, SecondDerivative::Hessian),
            &preconditioner,
        );
        let weyl = bound.gamma().to_f64() * terms.norm();
        let values = SymmetricEigen::new(matrix).eigenvalues;
        let place = format!("{}, seed {seed}: {ends:?}", rule.optimiser.name());
        let Ends {
            largest, smallest, ..
        } = &ends;
        // The bound must be small enough to fail.
        let bound = largest.residual + weyl;
        assert!(bound < 0.05 * values.max(), "{place}, rounding {weyl}");
        assert!((largest.value - values.max()).abs() <= bound, "{place}");
        // The iteration ends when the largest eigenvalue has converged; this is all that is proved of the
        // smallest.
        let bound = smallest.residual + weyl;
        let mut values = values.iter();
        assert!(smallest.value >= values.clone().copied().fold(0.0, f64::min) - weyl);
        assert!(
            values.any(|value| (smallest.value - value).abs() <= bound),
            "{place}"
        );
        adaptive += 1;
    }
    assert_eq!(adaptive, 18);
}

/// Whether the method has a preconditioner before its first step, that of `v = 0`: AdaGrad and RMSprop.
fn is_sum(optimiser: Optimiser) -> bool {
    matches!(optimiser, Optimiser::AdaGrad(_) | Optimiser::RmsProp(_))
}

#[test]
fn the_bound_belongs_to_the_momentum_of_the_optimiser() {
    let bound = |optimiser: Optimiser| {
        let beta = Exact::from_f64(optimiser.momentum()).expect("a finite number");
        largest_preconditioned_sharpness(&Exact::fraction(1, 100), &beta).to_f64()
    };
    let [.., rms_prop, adam, ada_grad, _] = optimisers().map(|rule| rule.optimiser);
    // 0.9 is rounded to f64, which moves the bound by a relative 10⁻¹⁶/(1 − β)² or so.
    assert!((bound(adam) - 3800.0).abs() < 1e-10 * 3800.0);
    assert_eq!([bound(rms_prop), bound(ada_grad)], [200.0; 2]);
}
