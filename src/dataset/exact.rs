//! Numbers that f32 does not represent exactly.

/// The numbers of a data set as its file has them; present only where f32 rounds some of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exact {
    /// The inputs, n × features, like [`Dataset::inputs`](super::Dataset::inputs).
    pub inputs: Option<Vec<f64>>,
    /// The targets, n × outputs, like the values of [`Targets::Values`](super::Targets::Values).
    pub targets: Option<Vec<f64>>,
}

impl Exact {
    /// The numbers of the samples `rows`; `inputs` and `targets` are the widths of one sample.
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

    /// The memory that the numbers take, in bytes.
    pub fn bytes(&self) -> u64 {
        let numbers = [&self.inputs, &self.targets].into_iter().flatten();
        numbers
            .map(|numbers| size_of_val(&numbers[..]) as u64)
            .sum()
    }
}

/// How many numbers f32 does not represent exactly.
pub(super) fn count_rounded(narrow: &[f32], exact: &[f64]) -> usize {
    let pairs = narrow.iter().zip(exact);
    pairs
        .filter(|&(&narrow, &exact)| f64::from(narrow) != exact)
        .count()
}
