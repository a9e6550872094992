//! Names and formulas of the losses, and the losses that are multiples of each other.

use std::str::FromStr;

use super::Loss;

impl Loss {
    /// The name used in architecture files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Loss::MeanSquared => "mean-squared",
            Loss::HalfSumSquared => "half-sum-squared",
            Loss::SumSquared => "sum-squared",
            Loss::CrossEntropy { .. } => "cross-entropy",
            Loss::BinaryCrossEntropy => "binary-cross-entropy",
            Loss::HingeSquared => "hinge-squared",
        }
    }

    /// The term that one sample with `c` outputs adds to the objective, as a human-readable formula: the
    /// loss and, if there is weight decay λ, its penalty.
    pub fn formula(self, c: usize, weight_decay: f64) -> String {
        let share = match self.divisor(c) {
            1.0 => String::new(),
            2.0 => "½·".to_owned(),
            divisor => format!("(1/{divisor})·"),
        };
        let sum = match self {
            Loss::MeanSquared | Loss::HalfSumSquared | Loss::SumSquared => "Σ_k (o_k − y_k)²",
            Loss::CrossEntropy { .. } => "−Σ_k y_k·log softmax(o)_k",
            Loss::BinaryCrossEntropy => "Σ_k (log(1 + exp o_k) − y_k·o_k)",
            Loss::HingeSquared => "Σ_k max(0, 1 − t_k·o_k)²",
        };
        let is_one_term = c == 1 && self.smoothing().is_none();
        let sum = if is_one_term {
            sum.replace("Σ_k ", "").replace("_k", "")
        } else {
            sum.to_owned()
        };
        let penalty = match weight_decay {
            0.0 => String::new(),
            decay => format!(" + ({decay}/2)·|w|²"),
        };
        let targets = match self {
            Loss::HingeSquared => ", t = ±1".to_owned(),
            Loss::CrossEntropy { smoothing } if smoothing > 0.0 => {
                format!(", y ← (1 − {smoothing})·y + {smoothing}/{c}")
            }
            _ => String::new(),
        };
        format!("f_i = {share}{sum}{penalty}{targets}")
    }

    /// The label smoothing ε, for the loss that has it.
    pub fn smoothing(self) -> Option<f64> {
        match self {
            Loss::CrossEntropy { smoothing } => Some(smoothing),
            Loss::MeanSquared
            | Loss::HalfSumSquared
            | Loss::SumSquared
            | Loss::BinaryCrossEntropy
            | Loss::HingeSquared => None,
        }
    }

    /// Returns the loss with this label smoothing; with `None`, the loss as it is.
    ///
    /// # Errors
    /// Returns an error when the smoothing is not in [0, 1], or the loss is not cross-entropy.
    pub fn with_smoothing(self, smoothing: Option<f64>) -> Result<Self, String> {
        match (self, smoothing) {
            (_, None) => Ok(self),
            (_, Some(smoothing)) if !(0.0..=1.0).contains(&smoothing) => {
                Err("must be from 0 to 1".to_owned())
            }
            (Loss::CrossEntropy { .. }, Some(smoothing)) => Ok(Loss::CrossEntropy { smoothing }),
            _ => Err(format!(
                "belongs to cross-entropy, and the loss is {}; leave it out, or smooth the targets \
                 themselves",
                self.name()
            )),
        }
    }

    /// The losses that equal this one times a factor, given `c` outputs, each with its factor: for a
    /// squared loss, the other squared losses.
    pub fn conventions(self, c: usize) -> Vec<(Loss, f64)> {
        let others = Loss::SQUARED
            .into_iter()
            .filter(|other| self.is_squared() && *other != self);
        others
            .map(|other| (other, self.divisor(c) / other.divisor(c)))
            .collect()
    }
}

impl FromStr for Loss {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Loss::ALL.into_iter().find(|loss| loss.name() == text);
        named.ok_or_else(|| {
            let names = Loss::ALL.map(Loss::name).join(", ");
            format!("\"{text}\" is no loss; give one of {names}")
        })
    }
}

impl TryFrom<String> for Loss {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for loss in Loss::ALL {
            assert_eq!(loss.name().parse(), Ok(loss));
        }
        let fault = "mse".parse::<Loss>().unwrap_err();
        assert!(fault.contains("half-sum-squared"), "{fault}");
    }

    #[test]
    fn formulas_say_what_is_divided_by_what() {
        let said = |loss: Loss, c| loss.formula(c, 0.0);
        assert_eq!(said(Loss::MeanSquared, 10), "f_i = (1/10)·Σ_k (o_k − y_k)²");
        assert_eq!(said(Loss::MeanSquared, 1), "f_i = (o − y)²");
        assert_eq!(said(Loss::HalfSumSquared, 10), "f_i = ½·Σ_k (o_k − y_k)²");
        assert_eq!(
            said(Loss::BinaryCrossEntropy, 1),
            "f_i = (log(1 + exp o) − y·o)"
        );
        assert_eq!(
            said(Loss::CrossEntropy { smoothing: 0.1 }, 10),
            "f_i = −Σ_k y_k·log softmax(o)_k, y ← (1 − 0.1)·y + 0.1/10"
        );
        assert_eq!(
            Loss::HingeSquared.formula(2, 5e-4),
            "f_i = ½·Σ_k max(0, 1 − t_k·o_k)² + (0.0005/2)·|w|², t = ±1"
        );
    }

    #[test]
    fn with_ten_outputs_the_squares_are_as_one_to_five_to_ten() {
        use Loss::{HalfSumSquared, MeanSquared, SumSquared};
        let of = |loss: Loss| loss.conventions(10);
        assert_eq!(of(MeanSquared), [(HalfSumSquared, 5.0), (SumSquared, 10.0)]);
        assert_eq!(of(HalfSumSquared), [(MeanSquared, 0.2), (SumSquared, 2.0)]);
        assert_eq!(of(SumSquared), [(MeanSquared, 0.1), (HalfSumSquared, 0.5)]);
        assert_eq!(of(Loss::HingeSquared), []);
    }
}
