//! A point whose numbers f32 does not hold.

use super::Double;

/// Numbers in f64 in the place of those that were rounded to f32; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Refined {
    /// All weights and biases, in PyTorch's order.
    pub parameters: Option<Vec<f64>>,
    /// Means and then variances, layer after layer.
    pub statistics: Option<Vec<f64>>,
    /// Samples × channels × height × width.
    pub inputs: Option<Vec<f64>>,
    /// Samples × outputs.
    pub targets: Option<Vec<f64>>,
}

impl Refined {
    /// The bytes that these numbers take.
    pub fn bytes(&self) -> u64 {
        let all = [
            &self.parameters,
            &self.statistics,
            &self.inputs,
            &self.targets,
        ];
        let numbers = all.into_iter().flatten();
        numbers
            .map(|numbers| size_of_val(&numbers[..]) as u64)
            .sum()
    }
}

impl Double {
    /// The same point with these numbers.
    ///
    /// # Panics
    /// When a length is another one.
    #[must_use]
    pub fn refined(mut self, numbers: Refined) -> Self {
        let replace = |here: &mut Vec<f64>, there: Option<Vec<f64>>| {
            if let Some(there) = there {
                assert_eq!(there.len(), here.len(), "as many numbers as before");
                *here = there;
            }
        };
        replace(&mut self.parameters, numbers.parameters);
        replace(&mut self.statistics, numbers.statistics);
        replace(&mut self.inputs, numbers.inputs);
        replace(&mut self.targets, numbers.targets);
        self
    }

    /// Means and then variances, layer after layer, where they are fixed.
    pub fn statistics(&self) -> &[f64] {
        &self.statistics
    }
}
