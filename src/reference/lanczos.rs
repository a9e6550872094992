//! Both ends of the spectrum of a symmetric matrix that is given by its products, in f64.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::work;

/// A coupling below this fraction of the largest absolute eigenvalue means that the Krylov space of the
/// start vector is complete.
const ROUNDING: f64 = 1e-12;

/// A computed eigenvalue: some eigenvalue lies within `residual` of `value`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigenvalue {
    /// The approximate eigenvalue θ.
    pub value: f64,
    /// `‖Ax − θx‖` for its unit vector, measured by an extra product.
    pub residual: f64,
}

/// Both ends of a spectrum.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// The largest algebraic eigenvalue.
    pub largest: Eigenvalue,
    /// The smallest algebraic eigenvalue.
    pub smallest: Eigenvalue,
    /// The number of products computed, including the two for the residuals.
    pub products: usize,
    /// Whether the largest end reached the tolerance.
    pub converged: bool,
}

/// The settings of the Lanczos method with full reorthogonalisation from a random start.
#[derive(Clone, Copy, Debug)]
pub struct Lanczos {
    /// The largest end has converged when its estimated residual is below `tolerance·|θ|`.
    pub tolerance: f64,
    /// The smallest number of products spent on the Krylov space, unless the space is complete before.
    /// After only a few products, the top eigenvector may not have appeared yet.
    pub least: usize,
    /// The largest number of products spent on the Krylov space.
    pub products: usize,
    /// The seed of the start vector.
    pub seed: u64,
}

impl Lanczos {
    /// Computes both ends of the spectrum of the symmetric matrix given by `product: v → A v` on vectors
    /// of this length. Returns `None` when a product is not finite.
    ///
    /// # Panics
    /// When the length is 0.
    pub fn run(&self, length: usize, product: impl Fn(&[f64]) -> Vec<f64>) -> Option<Ends> {
        assert!(length > 0, "a matrix of dimension 0 has no eigenvalue");
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let start = DVector::from_fn(length, |_, _| random.random_range(-1.0..1.0));
        let apply = |x: &DVector<f64>| DVector::from_vec(product(x.as_slice()));
        let mut basis = vec![start.normalize()];
        let (mut diagonal, mut beside) = (Vec::new(), Vec::<f64>::new());
        loop {
            let last = &basis[basis.len() - 1];
            let mut rest = apply(last);
            diagonal.push(last.dot(&rest));
            work::progress(diagonal.len(), self.products.clamp(1, length));
            for _ in 0..2 {
                basis.iter().for_each(|x| rest.axpy(-x.dot(&rest), x, 1.0));
            }
            let length_of_rest = rest.norm();
            if !length_of_rest.is_finite() {
                return None;
            }
            let ritz = eigen(&diagonal, &beside);
            let has_converged = self.has_converged(&ritz, length_of_rest, length);
            if has_converged || diagonal.len() >= self.products.clamp(1, length) {
                return ends(&ritz, &basis, apply, has_converged);
            }
            beside.push(length_of_rest);
            basis.push(rest / length_of_rest);
        }
    }

    /// Whether the largest end has converged. `rest` is the length of the component of the last product
    /// outside the Krylov space, `length` the length of the vectors.
    fn has_converged(&self, ritz: &Eigen, rest: f64, length: usize) -> bool {
        let (top, size) = (ritz.eigenvalues.imax(), ritz.eigenvalues.len());
        let estimate = rest * ritz.eigenvectors[(size - 1, top)].abs();
        let is_small = estimate <= self.tolerance * ritz.eigenvalues[top].abs();
        let is_whole = rest <= ROUNDING * ritz.eigenvalues.amax();
        is_small && size >= self.least.min(length) || is_whole
    }
}

/// The eigenvalues and unit eigenvectors of the tridiagonal matrix.
type Eigen = SymmetricEigen<f64, nalgebra::Dyn>;

/// Both ends, with measured residuals; `None` when a number is not finite.
fn ends(
    ritz: &Eigen,
    basis: &[DVector<f64>],
    apply: impl Fn(&DVector<f64>) -> DVector<f64>,
    converged: bool,
) -> Option<Ends> {
    let places = [ritz.eigenvalues.imin(), ritz.eigenvalues.imax()];
    let [smallest, largest] = places.map(|place| {
        let weights = ritz.eigenvectors.column(place);
        let mut x = DVector::zeros(basis[0].len());
        let terms = basis.iter().zip(weights.iter());
        terms.for_each(|(v, w)| x.axpy(*w, v, 1.0));
        eigenvalue(&x.normalize(), &apply)
    });
    let is_finite = |e: &Eigenvalue| e.value.is_finite() && e.residual.is_finite();
    [smallest, largest].iter().all(is_finite).then_some(Ends {
        smallest,
        largest,
        products: basis.len() + 2,
        converged,
    })
}

fn eigen(diagonal: &[f64], beside: &[f64]) -> Eigen {
    let size = diagonal.len();
    SymmetricEigen::new(DMatrix::from_fn(size, size, |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    }))
}

fn eigenvalue(x: &DVector<f64>, apply: impl Fn(&DVector<f64>) -> DVector<f64>) -> Eigenvalue {
    let image = apply(x);
    let value = x.dot(&image);
    Eigenvalue {
        value,
        residual: (image - x * value).norm(),
    }
}
