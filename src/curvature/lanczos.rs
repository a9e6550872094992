//! The Lanczos method with full reorthogonalisation, for both ends of a spectrum.

use nalgebra::{DMatrix, SymmetricEigen};
use rand::RngExt;

use crate::kernel::{self, Isa};

/// One approximate eigenvalue with its vector.
#[derive(Clone, Debug)]
pub struct Ritz {
    /// θ.
    pub value: f64,
    /// `‖Ax − θx‖` of the unit Ritz vector, computed by one more product in f32, whose own rounding
    /// (about 10⁻⁶ of the largest eigenvalue in size) comes on top.
    pub residual: f64,
    /// The unit Ritz vector `x`.
    pub vector: Vec<f32>,
}

/// Both ends of a spectrum.
#[derive(Clone, Debug)]
pub struct Ends {
    /// The largest algebraic eigenvalue.
    pub largest: Ritz,
    /// The smallest algebraic eigenvalue.
    pub smallest: Ritz,
    /// Matrix products spent, the two for the residuals included.
    pub products: usize,
    /// Did the largest end reach the tolerance?
    pub converged: bool,
}

/// How far an iteration goes.
#[derive(Clone, Copy, Debug)]
pub struct Lanczos {
    /// The largest end has converged when its estimated residual is below `tolerance·|θ|`.
    pub tolerance: f64,
    /// The most products spent on the Krylov space; the space may be smaller in low dimension.
    pub products: usize,
}

/// The Krylov basis and the tridiagonal matrix `T = VᵀAV`.
struct Krylov {
    isa: Isa,
    basis: Vec<Vec<f32>>,
    diagonal: Vec<f64>,
    beside: Vec<f64>,
}

impl Lanczos {
    /// Both ends of the spectrum of the symmetric `product: (v, out) → out ← A v` on vectors of
    /// length `dimension`, from a start vector drawn from `random`.
    ///
    /// `None` when a product is not finite: the matrix has left the range of f32.
    ///
    /// # Panics
    /// When `dimension` is 0.
    pub fn run(
        &self,
        isa: Isa,
        dimension: usize,
        random: &mut impl RngExt,
        product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let start = (0..dimension).map(|_| 2.0 * random.random::<f32>() - 1.0);
        self.run_from(isa, start.collect(), product)
    }

    /// As [`Lanczos::run`], from a given start vector, which need not have length 1. What it is
    /// orthogonal to cannot be found.
    ///
    /// # Panics
    /// When the start vector has no entry.
    pub fn run_from(
        &self,
        isa: Isa,
        start: Vec<f32>,
        mut product: impl FnMut(&[f32], &mut [f32]),
    ) -> Option<Ends> {
        let dimension = start.len();
        assert!(dimension > 0, "a matrix of dimension 0 has no eigenvalue");
        let mut krylov = Krylov::new(isa, start);
        let mut next = vec![0.0; dimension];
        let limit = self.products.clamp(1, dimension);
        let mut converged = false;
        while krylov.diagonal.len() < limit && !converged {
            product(krylov.last(), &mut next);
            let beside = krylov.extend(&mut next);
            if !beside.is_finite() {
                return None;
            }
            let (values, last) = krylov.ritz_values();
            let largest = values.len() - 1;
            converged = beside * last[largest].abs() <= self.tolerance * values[largest].abs();
            if krylov.diagonal.len() < limit && !converged {
                krylov.push(&next, beside);
            }
        }
        let products = krylov.diagonal.len() + 2;
        let [smallest, largest] = krylov.ends().map(|vector| {
            let (value, residual) = rayleigh(isa, &vector, &mut next, &mut product);
            Ritz {
                value,
                residual,
                vector,
            }
        });
        let ends = Ends {
            largest,
            smallest,
            products,
            converged,
        };
        let is_finite = |ritz: &Ritz| ritz.value.is_finite() && ritz.residual.is_finite();
        (is_finite(&ends.largest) && is_finite(&ends.smallest)).then_some(ends)
    }
}

impl Krylov {
    fn new(isa: Isa, mut start: Vec<f32>) -> Self {
        normalise(isa, &mut start);
        Krylov {
            isa,
            basis: vec![start],
            diagonal: Vec::new(),
            beside: Vec::new(),
        }
    }

    fn last(&self) -> &[f32] {
        self.basis.last().expect("the start vector")
    }

    /// Takes `A·(last basis vector)`, writes down its row of `T`, and leaves in `image` what is
    /// orthogonal to the basis; gives the length of that rest. Twice is enough (Kahan; Parlett).
    fn extend(&mut self, image: &mut [f32]) -> f64 {
        self.diagonal
            .push(kernel::dot_wide(self.isa, self.last(), image));
        for _ in 0..2 {
            for vector in &self.basis {
                let overlap = kernel::dot_wide(self.isa, vector, image);
                kernel::axpy(self.isa, -overlap as f32, vector, image);
            }
        }
        kernel::dot_wide(self.isa, image, image).sqrt()
    }

    fn push(&mut self, rest: &[f32], length: f64) {
        self.beside.push(length);
        let mut vector = rest.to_vec();
        normalise(self.isa, &mut vector);
        self.basis.push(vector);
    }

    fn eigen(&self) -> SymmetricEigen<f64, nalgebra::Dyn> {
        let size = self.diagonal.len();
        SymmetricEigen::new(DMatrix::from_fn(size, size, |i, j| match i.abs_diff(j) {
            0 => self.diagonal[i],
            1 => self.beside[i.min(j)],
            _ => 0.0,
        }))
    }

    /// The eigenvalues of `T`, ascending, and the last component of each unit eigenvector.
    fn ritz_values(&self) -> (Vec<f64>, Vec<f64>) {
        let eigen = self.eigen();
        let size = self.diagonal.len();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
        order
            .iter()
            .map(|&i| (eigen.eigenvalues[i], eigen.eigenvectors[(size - 1, i)]))
            .unzip()
    }

    /// The unit Ritz vectors of the smallest and the largest Ritz value.
    fn ends(&self) -> [Vec<f32>; 2] {
        let eigen = self.eigen();
        let values = eigen.eigenvalues.as_slice();
        let by_value = |i: &usize, j: &usize| values[*i].total_cmp(&values[*j]);
        let smallest = (0..values.len()).min_by(by_value).unwrap_or(0);
        let largest = (0..values.len()).max_by(by_value).unwrap_or(0);
        [smallest, largest].map(|place| {
            let mut vector = vec![0.0; self.basis[0].len()];
            for (basis, weight) in self
                .basis
                .iter()
                .zip(eigen.eigenvectors.column(place).iter())
            {
                kernel::axpy(self.isa, *weight as f32, basis, &mut vector);
            }
            normalise(self.isa, &mut vector);
            vector
        })
    }
}

/// The Rayleigh quotient of a unit vector and the length of what it leaves over.
fn rayleigh(
    isa: Isa,
    vector: &[f32],
    image: &mut [f32],
    product: &mut impl FnMut(&[f32], &mut [f32]),
) -> (f64, f64) {
    product(vector, image);
    let value = kernel::dot_wide(isa, vector, image) / kernel::dot_wide(isa, vector, vector);
    kernel::axpy(isa, -value as f32, vector, image);
    (value, kernel::dot_wide(isa, image, image).sqrt())
}

/// Scales a vector to length 1; the zero vector stays.
fn normalise(isa: Isa, vector: &mut [f32]) {
    let length = kernel::dot_wide(isa, vector, vector).sqrt();
    if length > 0.0 {
        kernel::scale(isa, (1.0 / length) as f32, vector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::random::{Purpose, stream};

    /// The ends of a diagonal matrix, found from its products alone.
    fn ends_of(diagonal: &[f32], products: usize) -> Ends {
        let settings = Lanczos {
            tolerance: 1e-5,
            products,
        };
        let mut random = stream(1, Purpose::Probe, 0);
        settings
            .run(Isa::best(), diagonal.len(), &mut random, |v, out| {
                for (o, (a, x)) in out.iter_mut().zip(diagonal.iter().zip(v)) {
                    *o = a * x;
                }
            })
            .expect("finite products")
    }

    #[test]
    fn the_largest_algebraic_eigenvalue_is_found_beside_a_larger_negative_one() {
        let mut diagonal: Vec<f32> = (0..400).map(|i| i as f32 / 400.0).collect();
        diagonal[17] = 3.0;
        diagonal[300] = -8.0;
        let ends = ends_of(&diagonal, 60);
        assert!(ends.converged);
        assert!((ends.largest.value - 3.0).abs() <= ends.largest.residual.max(1e-5));
        assert!((ends.smallest.value + 8.0).abs() <= ends.smallest.residual.max(1e-5));
        assert!(ends.products <= 62);
    }

    #[test]
    fn residuals_bound_the_error_also_when_the_products_run_out() {
        let diagonal: Vec<f32> = (0..900).map(|i| (i as f32 / 900.0).powi(2)).collect();
        let ends = ends_of(&diagonal, 4);
        assert!(!ends.converged);
        let near = |ritz: &Ritz| {
            diagonal
                .iter()
                .any(|&a| (f64::from(a) - ritz.value).abs() <= ritz.residual)
        };
        assert!(near(&ends.largest) && near(&ends.smallest));
        assert!(ends.largest.residual > 1e-3);
    }

    #[test]
    fn a_matrix_beyond_the_range_of_floats_has_no_ends() {
        let settings = Lanczos {
            tolerance: 1e-3,
            products: 10,
        };
        let mut random = stream(1, Purpose::Probe, 0);
        let overflow = |_: &[f32], out: &mut [f32]| out.fill(f32::INFINITY);
        let ends = settings.run(Isa::best(), 5, &mut random, overflow);
        assert!(ends.is_none());
    }

    #[test]
    fn dimension_one_and_the_zero_matrix_are_no_special_case() {
        assert_eq!(ends_of(&[4.0], 10).largest.value, 4.0);
        let zero = ends_of(&[0.0; 7], 10);
        assert_eq!((zero.largest.value, zero.smallest.residual), (0.0, 0.0));
        assert!(zero.converged);
    }
}
