//! Numbers that f32 does not hold.

use super::npy::Elements;
use super::{Dataset, Targets, shade};

/// The numbers of a data set as its file has them, where f32 has rounded some of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exact {
    /// n × features, as [`Dataset::inputs`].
    pub inputs: Option<Vec<f64>>,
    /// n × outputs, as the values of [`Targets::Values`].
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

impl Dataset {
    /// How many inputs, and how many targets, are not what the file says but the f32 nearest to it.
    pub fn rounded(&self) -> [usize; 2] {
        let of = |narrow: &[f32], exact: &Option<Vec<f64>>| {
            let exact = exact.as_ref();
            exact.map_or(0, |exact| count_rounded(narrow, exact))
        };
        let targets = match &self.targets {
            Targets::Values { values, .. } => of(values, &self.exact.targets),
            Targets::Labels { .. } => 0,
        };
        [of(&self.inputs, &self.exact.inputs), targets]
    }
}

/// How many numbers f32 does not hold.
pub(super) fn count_rounded(narrow: &[f32], exact: &[f64]) -> usize {
    let pairs = narrow.iter().zip(exact);
    pairs
        .filter(|&(&narrow, &exact)| f64::from(narrow) != exact)
        .count()
}

/// The elements of an array in f32, bytes as shades, and as they are where f32 does not hold them all.
pub(super) fn rounded(elements: Elements) -> (Vec<f32>, Option<Vec<f64>>) {
    let exact: Vec<f64> = match elements {
        Elements::Bytes(pixels) => return (pixels.into_iter().map(shade).collect(), None),
        Elements::Real(numbers) => return (numbers, None),
        Elements::Whole(numbers) => numbers.into_iter().map(|number| number as f64).collect(),
        Elements::Double(numbers) => numbers,
    };
    let narrow: Vec<f32> = exact.iter().map(|&number| number as f32).collect();
    let is_rounded = count_rounded(&narrow, &exact) > 0;
    (narrow, is_rounded.then_some(exact))
}
