//! The learning rate and the noise weight of Theorem 1's matrix.

use super::super::setting::Setting;

/// The factors of the matrix as machine numbers.
#[derive(Clone, Copy)]
pub struct Factors {
    /// The learning rate η.
    pub learning_rate: f64,
    /// The noise weight p; 0 for a single sample, whose Σ is zero.
    pub weight: f64,
}

impl Factors {
    /// The factors of a setting.
    pub fn new(setting: &Setting) -> Self {
        let weight = if setting.samples > 1 {
            setting.weight().to_f64()
        } else {
            0.0
        };
        Factors {
            learning_rate: setting.lr.to_f64(),
            weight,
        }
    }
}
