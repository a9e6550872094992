//! Scalar deep nets: `L = (Πw_i − 1)²/2` (Kreisler et al. 2023). Two factors give `L = (xy − 1)²/2`;
//! four factors in two equal pairs give the minimal example of Zhu et al. (2023).

use nalgebra::DMatrix;

use crate::number::Field;

/// A scalar deep net with the weights `w_1 … w_D`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductNet<T> {
    /// The weights, one per layer.
    pub weights: Vec<T>,
}

impl<T: Field> ProductNet<T> {
    /// The residual `ρ = Πw_i − 1`.
    pub fn residual(&self) -> T {
        self.product_without(&[]) - T::one()
    }

    /// The loss `L = ρ²/2`.
    pub fn loss(&self) -> T {
        T::ratio(1, 2) * self.residual().square()
    }

    /// The gradient, `∂L/∂w_i = ρ Π_{j≠i} w_j`.
    pub fn gradient(&self) -> Vec<T> {
        let residual = self.residual();
        let entry = |i| &residual * self.product_without(&[i]);
        (0..self.weights.len()).map(entry).collect()
    }

    /// The Hessian, D × D: `P_i P_j + ρ P_ij` with `P_i = Π_{k≠i} w_k`, and `P_ij = Π_{k≠i,j} w_k` off
    /// the diagonal, 0 on it.
    pub fn hessian(&self) -> DMatrix<T> {
        let (depth, residual) = (self.weights.len(), self.residual());
        DMatrix::from_fn(depth, depth, |i, j| {
            if i == j {
                return self.product_without(&[i]).square();
            }
            let outer = self.product_without(&[i]) * self.product_without(&[j]);
            outer + &residual * self.product_without(&[i, j])
        })
    }

    /// `Σ_i Π_{j≠i} w_j²`, which is the sharpness when this is a minimum (at `ρ = 0` the Hessian has
    /// rank one).
    pub fn sharpness_at_minimum(&self) -> T {
        let term = |i| self.product_without(&[i]).square();
        (0..self.weights.len())
            .map(term)
            .fold(T::zero(), |sum, term| sum + term)
    }

    /// One step of gradient descent.
    #[must_use]
    pub fn step(&self, learning_rate: &T) -> Self {
        let pairs = self.weights.iter().zip(self.gradient());
        ProductNet {
            weights: pairs.map(|(w, slope)| w - learning_rate * slope).collect(),
        }
    }

    /// `w_i² − w_j²`, which gradient flow conserves. With two factors, each step of gradient descent
    /// multiplies it by `1 − η²ρ²`.
    pub fn imbalance(&self, i: usize, j: usize) -> T {
        self.weights[i].square() - self.weights[j].square()
    }

    /// For two factors: the squared sharpness of the minimum that gradient flow would reach from here,
    /// `(x² − y²)² + 4`.
    ///
    /// # Panics
    /// When the number of factors is not two.
    pub fn squared_flow_sharpness(&self) -> T {
        let depth = self.weights.len();
        assert_eq!(
            depth, 2,
            "a closed form for 2 factors was asked for {depth}"
        );
        self.imbalance(0, 1).square() + T::int(4)
    }

    fn product_without(&self, left_out: &[usize]) -> T {
        let kept = self.weights.iter().enumerate();
        let kept = kept.filter(|(i, _)| !left_out.contains(i));
        kept.fold(T::one(), |product, (_, w)| product * w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    fn net(texts: &[&str]) -> ProductNet<Exact> {
        ProductNet {
            weights: texts.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn at_a_minimum_the_hessian_has_one_eigenvalue() {
        let minimum = net(&["2", "3/2", "1/2", "2/3"]);
        assert_eq!(minimum.loss(), Exact::from(0));
        let hessian = minimum.hessian();
        assert_eq!(hessian.trace(), minimum.sharpness_at_minimum());
        assert_eq!(&hessian * &hessian, hessian.clone() * hessian.trace());
    }

    /// The loss is quadratic in each weight, so second differences are exact.
    #[test]
    fn gradient_and_hessian_are_differences_of_the_loss() {
        let here = net(&["2", "-1/3", "5"]);
        let shifted = |i: usize, by: i64, j: usize, and: i64| {
            let mut net = here.clone();
            net.weights[i] += Exact::from(by);
            net.weights[j] += Exact::from(and);
            net
        };
        let half = Exact::fraction(1, 2);
        for i in 0..3 {
            let slope = &half * (shifted(i, 1, i, 0).loss() - shifted(i, -1, i, 0).loss());
            assert_eq!(here.gradient()[i], slope);
            for j in 0..3 {
                let slope = |by| shifted(j, by, j, 0).gradient()[i].clone();
                assert_eq!(here.hessian()[(i, j)], &half * (slope(1) - slope(-1)));
            }
        }
    }
}
