//! A measured eigenvalue, with the bar within which an eigenvalue of the exact matrix lies.

use serde::Serialize;

use crate::curvature::{Eigenvalue, Ends, Smallest};

/// Did an iteration reach its tolerance? If not, some eigenvalue still lies within the bar, but it may
/// not be the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The estimated error is below tolerance·|value|.
    Converged,
    /// The iteration has reached its tolerance, but the rounding of its products is larger: a lower
    /// tolerance would not make the value more exact.
    ConvergedToRounding,
    /// The products ran out before that.
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

    /// The same where products have rounded so much.
    fn after(self, rounding: f64, tolerance: f64) -> Self {
        match self {
            Status::Converged if rounding > tolerance => Status::ConvergedToRounding,
            status => status,
        }
    }
}

/// An eigenvalue, or the root of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "NumberJson")]
pub struct Number {
    /// The value.
    pub value: f64,
    /// `‖Âv − θv‖`, `Âv` being the product as it was computed.
    pub residual: f64,
    /// What rounding adds to the residual ([`Rounding`](super::Rounding)).
    pub rounding: f64,
    /// The estimated error, by Kato and Temple.
    pub error: f64,
    /// Did its iteration reach the tolerance?
    pub status: Status,
    /// Products with its matrix that were spent.
    pub products: usize,
}

/// A number with its bar, as JSON has it.
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
    /// Some eigenvalue lies within this distance: residual and rounding.
    pub fn bar(&self) -> f64 {
        self.residual + self.rounding
    }

    /// Is it known not to be zero?
    pub fn excludes_zero(&self) -> bool {
        self.value.abs() > self.bar()
    }

    /// The same with what rounding adds to the residual; `tolerance` is that of the iteration, in the unit
    /// of the value.
    pub(super) fn rounded(self, rounding: f64, tolerance: f64) -> Self {
        Number {
            rounding,
            status: self.status.after(rounding, tolerance),
            ..self
        }
    }

    /// [`Number::rounded`] for the root of an eigenvalue; `squared` is what rounding adds to the residual
    /// of the eigenvalue itself.
    pub(super) fn rounded_root(self, squared: f64, tolerance: f64) -> Self {
        let (value, residual) = (self.value, self.residual);
        // The residual of the square, whose wider side on the root is `residual`.
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

    /// An eigenvalue of a matrix that is zero.
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
        // s² = 4 with a residual of 1/2 and a rounding of 7/10, and of much more than s².
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
