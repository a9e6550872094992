//! A reading with its criteria and verdict, and the comparison of two readings of one point.

use super::criteria::{self, Enclosure, Known, MeasuredCriterion};
use super::number::Number;
use super::reading::Reading;
use super::setting::Setting;
use super::verdict::{self, Judgement};

/// A reading with its criteria and verdict, whichever engine made the reading.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The measured numbers.
    pub reading: Reading,
    /// The criteria, evaluated at these numbers.
    pub criteria: Vec<MeasuredCriterion>,
    /// The verdict.
    pub judgement: Judgement,
}

impl Assessment {
    /// Evaluates the criteria at a reading, and gives the verdict, under an optimiser.
    pub fn of(reading: Reading, setting: &Setting) -> Self {
        let criteria = criteria::all(&reading, setting);
        Assessment {
            judgement: verdict::judge(&reading, &criteria, setting),
            criteria,
            reading,
        }
    }
}

/// A comparison of a coarse and a fine assessment of one point: does the coarse one suffice?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Whether every iteration of both assessments has converged.
    pub converged: bool,
    /// Which of `a`, `s` and `λ_min` of the fine reading lie outside the error bars of the coarse one
    /// (for `λ_min`: below its floor). There, one of the iterations found an eigenvalue that is not the
    /// extreme one.
    pub disjoint: Vec<&'static str>,
    /// Whether the verdict and every criterion are the same, and rest on numbers that have converged and
    /// agree within their error bars.
    pub suffices: bool,
}

impl Comparison {
    /// Compares a coarse assessment with a fine one of the same point.
    pub fn of(coarse: &Assessment, fine: &Assessment) -> Self {
        let disjoint = disjoint(&coarse.reading, &fine.reading);
        let converged = coarse.reading.has_converged() && fine.reading.has_converged();
        let verdicts = |assessment: &Assessment| -> Vec<_> {
            let criteria = assessment.criteria.iter();
            criteria.map(|criterion| criterion.verdict).collect()
        };
        let is_same = fine.judgement.verdict == coarse.judgement.verdict
            && verdicts(fine) == verdicts(coarse);
        Comparison {
            suffices: is_same && converged && disjoint.is_empty(),
            converged,
            disjoint,
        }
    }

    /// One sentence for the user that says whether f32 was enough.
    pub fn sufficiency(&self) -> String {
        if self.suffices {
            "f32 was enough for every verdict".to_owned()
        } else if !self.disjoint.is_empty() {
            format!(
                "f32 and f64 exclude each other in {}: give more --products, or trust f64",
                self.disjoint.join(" and ")
            )
        } else if !self.converged {
            "whether f32 was enough is not known: a run has not converged".to_owned()
        } else {
            "f32 was NOT enough: some criterion is another one in f64".to_owned()
        }
    }

    /// A text for the user: the numbers of the fine assessment, measured in f64, and whether f32 was
    /// enough.
    pub fn text(&self, fine: &Assessment) -> String {
        let reading = &fine.reading;
        let told = |name: &str, number: &Number| {
            format!("{name} = {:.6} ± {:.1e}", number.value, number.bar())
        };
        let others = [("λ_min", reading.smallest), ("s", reading.non_uniformity)];
        let others = others.map(|(name, number)| {
            number.map_or(String::new(), |x| format!(", {}", told(name, &x)))
        });
        format!(
            "in f64: {}{}, {}; {}",
            told("a", &reading.sharpness),
            others.concat(),
            fine.judgement.verdict.name(),
            self.sufficiency()
        )
    }
}

/// Those of `a`, `s` and `λ_min` for which the intervals of two readings of one point are disjoint.
fn disjoint(coarse: &Reading, fine: &Reading) -> Vec<&'static str> {
    let (one, other) = (Known::new(coarse), Known::new(fine));
    let smallest = (fine.smallest).map(|number| Enclosure::around(number.value, number.bar()));
    let pair = one.squared_s.as_ref().zip(other.squared_s.as_ref());
    [
        ("a", one.a.meets(&other.a)),
        ("s", pair.is_none_or(|(one, other)| one.meets(other))),
        (
            "λ_min",
            smallest.is_none_or(|smallest| one.smallest.meets(&smallest)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, meets)| (!meets).then_some(name))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::reading::{Both, Compared, Rounding};
    use super::*;

    #[test]
    fn runs_that_exclude_each_other_are_named() {
        let one = Reading::of_numbers((1.316, 2.3e-4), (3.0, 1e-3), -0.2);
        let near = Reading::of_numbers((1.3162, 2e-4), (3.0, 1e-9), -0.25);
        let far = Reading::of_numbers((1.45, 1e-6), (3.0, 1e-9), -0.2);
        assert_eq!(disjoint(&one, &near), [""; 0]);
        assert_eq!(disjoint(&one, &far), ["a"]);
        let all = Reading::of_numbers((1.45, 1e-6), (3.1, 1e-9), -0.5);
        assert_eq!(disjoint(&one, &all), ["a", "s", "λ_min"]);
    }

    #[test]
    fn what_rounding_has_lost_is_no_difference() {
        let mut one = Reading::of_numbers((26.7, 0.0), (2.4e-4, 1.9e-3), 0.0);
        let other = Reading::of_numbers((26.7 + 1e-4, 0.0), (3.51e-3, 0.0), 0.0);
        assert_eq!(disjoint(&one, &other), ["a", "s"]);
        let rounding = Rounding {
            sharpness: 2e-4,
            smallest: 0.0,
            covariance: 1e-5,
            along: Both {
                sharpness: 0.0,
                noise: 0.0,
            },
            samples: Compared::default(),
        };
        one = one.rounded(rounding, 1e-5);
        assert_eq!(disjoint(&one, &other), [""; 0]);
    }
}
