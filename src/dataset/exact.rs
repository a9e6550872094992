//! Numbers that f32 does not hold.

/// The numbers of a data set as its file has them, where f32 has rounded some of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exact {
    /// n × features, as [`Dataset::inputs`](super::Dataset::inputs).
    pub inputs: Option<Vec<f64>>,
    /// n × outputs, as the values of [`Targets::Values`](super::Targets::Values).
    pub targets: Option<Vec<f64>>,
}

impl Exact {
    /// Those of the samples `rows`, which have `widths` inputs and targets each.
    pub(super) fn select(&self, rows: &[usize], [inputs, targets]: [usize; 2]) -> Self {
        let select = |numbers: &Option<Vec<f64>>, width: usize| {
            let numbers = numbers.as_ref()?;
            let rows = rows
                .iter()
                .map(|row| &numbers[row * width..(row + 1) * width]);
            Some(rows.flatten().copied().collect())
        };
        Exact {
            inputs: select(&self.inputs, inputs),
            targets: select(&self.targets, targets),
        }
    }

    /// The bytes that they take in memory.
    pub fn bytes(&self) -> u64 {
        let numbers = [&self.inputs, &self.targets].into_iter().flatten();
        numbers
            .map(|numbers| size_of_val(&numbers[..]) as u64)
            .sum()
    }
}

/// How many numbers f32 does not hold.
pub(super) fn count_rounded(narrow: &[f32], exact: &[f64]) -> usize {
    let pairs = narrow.iter().zip(exact);
    pairs
        .filter(|&(&narrow, &exact)| f64::from(narrow) != exact)
        .count()
}
