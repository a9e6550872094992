//! How the non-uniformity of the minima that SGD finds depends on their sharpness.

use crate::experiment::group::Group;
use crate::experiment::statistics::bootstrap;

/// The law `s = factor·a^exponent`, fitted by least squares to `ln s` against `ln a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The non-uniformity at sharpness one.
    pub factor: f64,
    /// The exponent.
    pub exponent: f64,
    /// The correlation of `ln s` and `ln a`.
    pub correlation: f64,
}

/// The sharpness and the non-uniformity of one run.
pub struct Minimum {
    pub sharpness: f64,
    pub non_uniformity: f64,
}

/// The minima of a group.
pub fn minima(group: &Group<'_>) -> Vec<Minimum> {
    let minimum = group.measurements().map(|m| Minimum {
        sharpness: m.sharpness.value,
        non_uniformity: m.non_uniformity.value,
    });
    minimum
        .filter(|m| m.sharpness > 0.0 && m.non_uniformity > 0.0)
        .collect()
}

impl PowerLaw {
    /// The law of these minima; `None` if they do not differ in sharpness and in non-uniformity.
    pub fn of<'a>(minima: impl IntoIterator<Item = &'a Minimum>) -> Option<Self> {
        let logarithms = |m: &Minimum| [m.sharpness.ln(), m.non_uniformity.ln()];
        let points: Vec<[f64; 2]> = minima.into_iter().map(logarithms).collect();
        let mean = |i: usize| points.iter().map(|p| p[i]).sum::<f64>() / points.len() as f64;
        let [x, y] = [mean(0), mean(1)];
        let product = |i: usize, j: usize| {
            let centre = [x, y];
            let terms = points
                .iter()
                .map(|p| (p[i] - centre[i]) * (p[j] - centre[j]));
            terms.sum::<f64>()
        };
        let exponent = product(0, 1) / product(0, 0);
        let law = PowerLaw {
            factor: (y - exponent * x).exp(),
            exponent,
            correlation: product(0, 1) / (product(0, 0) * product(1, 1)).sqrt(),
        };
        (law.factor.is_finite() && law.correlation.is_finite()).then_some(law)
    }

    /// The law of all groups, and the 95 % bootstrap interval of its exponent, in which the groups are
    /// drawn again and not the runs, since runs that differ in their seeds alone are alike.
    pub fn of_groups(groups: &[Group<'_>]) -> Option<(Self, [f64; 2])> {
        let minima: Vec<Vec<Minimum>> = groups.iter().map(minima).collect();
        let law = Self::of(minima.iter().flatten())?;
        let exponent = |drawn: &[&Vec<Minimum>]| {
            Self::of(drawn.iter().copied().flatten()).map(|law| law.exponent)
        };
        Some((law, bootstrap(&minima, exponent)?))
    }

    /// The non-uniformity that the law gives for this sharpness.
    pub fn at(&self, sharpness: f64) -> f64 {
        self.factor * sharpness.powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_is_found_again() {
        let minimum = |sharpness: f64| Minimum {
            sharpness,
            non_uniformity: 4.03 * sharpness.powf(0.78),
        };
        let minima: Vec<Minimum> = [0.4, 1.0, 7.0, 20.0].map(minimum).into();
        let law = PowerLaw::of(&minima).unwrap();
        assert!((law.factor - 4.03).abs() < 1e-12);
        assert!((law.exponent - 0.78).abs() < 1e-12);
        assert!((law.correlation - 1.0).abs() < 1e-12);
        assert!((law.at(7.0) - minima[2].non_uniformity).abs() < 1e-9);
        assert_eq!(PowerLaw::of(&minima[..1]), None);
    }
}
