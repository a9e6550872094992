//! A measured eigenvalue, with an error bar within which the exact matrix has an eigenvalue.

use serde::Serialize;

use crate::curvature::{Eigenvalue, Ends, Smallest};

/// Whether an iteration reached its tolerance. If it did not, some eigenvalue still lies within the error
/// bar, but it may not be the largest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The estimated error is below tolerance · |value|.
    Converged,
    /// The iteration has reached its tolerance, but the rounding error of its products is larger: a lower
    /// tolerance would not make the value more accurate.
    ConvergedToRounding,
    /// The iteration used up its products before it reached its tolerance.
    NotConverged,
}

impl Status {
    pub(super) fn of(converged: bool) -> Self {
        if converged {
            Status::Converged
        } else {
            Status::NotConverged
        }
    }

    /// The status of the same iteration, given the rounding error of its products.
    fn after(self, rounding: f64, tolerance: f64) -> Self {
        match self {
            Status::Converged if rounding > tolerance => Status::ConvergedToRounding,
            status => status,
        }
    }
}

/// An eigenvalue or the square root of one, with its errors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "NumberJson")]
pub struct Number {
    /// The computed eigenvalue, or its square root.
    pub value: f64,
    /// The residual `‖Âv − θv‖`, where `Âv` is the product as computed.
    pub residual: f64,
    /// The amount that rounding adds to the residual ([`Rounding`](super::Rounding)).
    pub rounding: f64,
    /// The estimated error, by the Kato–Temple bound.
    pub error: f64,
    /// Whether the iteration reached its tolerance.
    pub status: Status,
    /// The number of products with the matrix.
    pub products: usize,
}

/// The JSON form of a number with its error bar.
#[derive(Serialize)]
struct NumberJson {
    value: f64,
    residual: f64,
    rounding: f64,
    bar: f64,
    error: f64,
    status: Status,
    products: usize,
}

impl From<Number> for NumberJson {
    fn from(number: Number) -> Self {
        NumberJson {
            value: number.value,
            residual: number.residual,
            rounding: number.rounding,
            bar: number.bar(),
            error: number.error,
            status: number.status,
            products: number.products,
        }
    }
}

impl Number {
    /// The error bar, residual plus rounding: some eigenvalue lies within this distance of the value.
    pub fn bar(&self) -> f64 {
        self.residual + self.rounding
    }

    /// Whether the number is known to differ from zero.
    pub fn excludes_zero(&self) -> bool {
        self.value.abs() > self.bar()
    }

    /// The same number with the amount that rounding adds to the residual. `tolerance` is that of the
    /// iteration, in units of the value.
    pub(super) fn rounded(self, rounding: f64, tolerance: f64) -> Self {
        Number {
            rounding,
            status: self.status.after(rounding, tolerance),
            ..self
        }
    }

    /// [`Number::rounded`] for the square root of an eigenvalue. `squared` is the amount that rounding
    /// adds to the residual of the eigenvalue itself.
    pub(super) fn rounded_root(self, squared: f64, tolerance: f64) -> Self {
        let (value, residual) = (self.value, self.residual);
        // The residual of the square; `residual` is the larger of the two distances that it makes for the
        // root.
        let square = if residual < value {
            value.powi(2) - (value - residual).powi(2)
        } else {
            (value + residual).powi(2) - value.powi(2)
        };
        let radius = square + squared;
        let low = value - (value.powi(2) - radius).max(0.0).sqrt();
        let high = (value.powi(2) + radius).sqrt() - value;
        let bar = low.max(high).max(residual);
        self.rounded(bar - residual, tolerance)
    }

    /// An eigenvalue of the zero matrix.
    pub(super) fn zero() -> Self {
        Number {
            value: 0.0,
            residual: 0.0,
            rounding: 0.0,
            error: 0.0,
            status: Status::Converged,
            products: 0,
        }
    }

    pub(super) fn new(eigenvalue: Eigenvalue, ends: &Ends) -> Self {
        Number {
            value: eigenvalue.value,
            residual: eigenvalue.residual,
            rounding: 0.0,
            error: eigenvalue.error,
            status: Status::of(ends.converged),
            products: ends.products,
        }
    }
}

impl From<&Smallest> for Number {
    fn from(found: &Smallest) -> Self {
        Number {
            value: found.ritz.value,
            residual: found.ritz.residual,
            rounding: 0.0,
            error: found.ritz.error,
            status: Status::of(found.converged),
            products: found.products,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_a_root_is_that_of_its_square() {
        // s² = 4 with a residual of 1/2 and a rounding error of 7/10, or of much more than s².
        for (residual, rounding) in [
            (0.5, 0.7),
            (0.0, 1e-9),
            (0.5, 3.4),
            (1.0, 90.0),
            (20.0, 1.0),
        ] {
            let width = |radius: f64| {
                let low = 2.0 - (4.0 - radius).max(0.0).sqrt();
                low.max((4.0 + radius).sqrt() - 2.0)
            };
            let number = Number {
                value: 2.0,
                residual: width(residual),
                ..Number::zero()
            };
            let rounded = number.rounded_root(rounding, 1e-5);
            let expected = width(residual + rounding);
            assert!(
                (rounded.bar() - expected).abs() < 1e-9,
                "{residual}, {rounding}"
            );
            assert_eq!(rounded.excludes_zero(), residual + rounding < 4.0);
        }
    }

    #[test]
    fn a_tolerance_below_rounding_is_not_reached() {
        let number = Number::zero();
        assert_eq!(number.rounded(1e-7, 1e-5).status, Status::Converged);
        assert_eq!(
            number.rounded(1e-4, 1e-5).status,
            Status::ConvergedToRounding
        );
        let partial = Number {
            status: Status::NotConverged,
            ..number
        };
        assert_eq!(partial.rounded(1e-4, 1e-5).status, Status::NotConverged);
    }
}
