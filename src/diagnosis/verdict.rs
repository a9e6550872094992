//! The verdict that follows from all criteria together.
//!
//! *unstable*: a necessary criterion certainly fails, so that the mean square of linearised SGD grows
//! from almost every start. *stable*: either a sufficient criterion certainly holds, or, by the
//! two-number reading, no necessary criterion fails and both bounds and the one-direction form certainly
//! hold. The two-number reading is no proof in several dimensions, where these conditions are neither
//! necessary nor sufficient. *undecided*: everything else.

use serde::Serialize;

use crate::criterion::{GRADIENT_DESCENT, Role};

use super::advice;
use super::criteria::{DIRECTION_OF_NOISE, MeasuredCriterion};
use super::number::Status;
use super::reading::Reading;
use super::setting::Setting;

/// The verdict on SGD at a measured point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stability {
    /// A sufficient criterion certainly holds, or the two-number reading allows it.
    Stable,
    /// A necessary criterion certainly fails.
    Unstable,
    /// Neither of these is certain.
    Undecided,
}

impl Stability {
    /// The name of the verdict.
    pub fn name(self) -> &'static str {
        match self {
            Stability::Stable => "stable",
            Stability::Unstable => "unstable",
            Stability::Undecided => "undecided",
        }
    }
}

/// The reason for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Justification {
    /// A necessary criterion certainly fails.
    Necessary,
    /// A sufficient criterion certainly holds.
    Sufficient,
    /// The learning rate against the exact threshold of the linearised network.
    Threshold,
    /// The two-number reading: `a` and `s`, taken to lie in one direction.
    TwoNumbers,
    /// There is none: the verdict is undecided.
    None,
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Stability,
    /// The kind of reason for it.
    pub basis: Justification,
    /// The reason in one sentence.
    pub reason: String,
}

/// If `−λ_min` is above this share of `a`, the point is not a minimum and is never called stable.
const INDEFINITE: f64 = 0.1;

/// Judges a reading by its criteria.
pub fn judge(reading: &Reading, criteria: &[MeasuredCriterion], setting: &Setting) -> Judgement {
    if let Some(reason) = setting.uncovered() {
        return undecided(reason);
    }
    if reading.is_coupled && !setting.is_full_batch() {
        return undecided(
            "batch normalisation couples the samples of a batch: H_i and s do not exist, and a \
             belongs to the full batch, not to batches of B"
                .to_owned(),
        );
    }
    let necessary = |c: &&MeasuredCriterion| c.role == Role::Necessary;
    if let Some(broken) = criteria.iter().filter(necessary).find(|c| c.fails()) {
        let reason = format!("{} is necessary and fails: {}", broken.name, broken.formula);
        return Judgement {
            verdict: Stability::Unstable,
            basis: Justification::Necessary,
            reason,
        };
    }
    match doubt(reading, setting) {
        Some(reason) => undecided(reason),
        None => hold(reading, criteria, setting),
    }
}

/// Why the point cannot be called stable, whatever the criteria say. The criterion of gradient descent is about `a`
/// alone, so that on the full batch λ_min decides nothing.
fn doubt(reading: &Reading, setting: &Setting) -> Option<String> {
    let a = &reading.sharpness;
    let not_converged =
        |name: &str| format!("{name} has not converged, a larger one may exist; raise --products");
    if a.status == Status::NotConverged {
        return Some(not_converged("a"));
    }
    if reading
        .non_uniformity
        .is_some_and(|s| s.status == Status::NotConverged)
    {
        return Some(not_converged("s"));
    }
    if setting.is_full_batch() {
        return None;
    }
    let not_measured = |name: &str| {
        format!(
            "no necessary criterion fails, but {name} was not measured, which is needed to tell more"
        )
    };
    if reading.non_uniformity.is_none() {
        return Some(not_measured("s"));
    }
    let Some(smallest) = &reading.smallest else {
        return Some(not_measured("λ_min"));
    };
    let is_deep = |value: f64| -value > INDEFINITE * a.value.abs();
    if is_deep(smallest.value) {
        return Some(format!(
            "this is no minimum: the smallest eigenvalue is {:.3}, against a = {:.3}",
            smallest.value, a.value
        ));
    }
    let is_shallow = reading.smallest_floor.is_some_and(|floor| !is_deep(floor));
    (smallest.status == Status::NotConverged && !is_shallow)
        .then(|| "λ_min has not converged, this may be no minimum; raise --products".to_owned())
}

/// The verdict if no necessary criterion fails.
fn hold(reading: &Reading, criteria: &[MeasuredCriterion], setting: &Setting) -> Judgement {
    let mut sufficient = criteria.iter().filter(|c| c.role == Role::Sufficient);
    if let Some(criterion) = sufficient.find(|c| c.holds()) {
        let reason = format!("{} is sufficient and holds", criterion.name);
        return stable(Justification::Sufficient, reason);
    }
    let mut descent = criteria.iter().filter(|c| c.name == GRADIENT_DESCENT.name);
    if setting.is_full_batch() && descent.any(MeasuredCriterion::holds) {
        let method = if setting.is_nesterov() {
            "gradient descent with Nesterov's momentum"
        } else if setting.is_plain() {
            "gradient descent"
        } else {
            "heavy ball on the full batch"
        };
        let reason =
            format!("p = 0: this is {method}, whose criterion is exact and holds for this a");
        return stable(Justification::Sufficient, reason);
    }
    if setting.is_nesterov() {
        let reason = "its necessary criterion does not fail, but none here is sufficient for \
                      Nesterov's momentum with batches; only the full batch is decided";
        return undecided(reason.to_owned());
    }
    by_two_numbers(reading, criteria)
}

/// The verdict of the two-number reading: `a` and `s`, taken to lie in one direction.
fn by_two_numbers(reading: &Reading, criteria: &[MeasuredCriterion]) -> Judgement {
    // The bound along the vector of s is left out: it may be open merely because everything there is
    // nearly zero.
    let counts =
        |c: &&MeasuredCriterion| c.role != Role::Sufficient && c.name != DIRECTION_OF_NOISE;
    match criteria.iter().filter(counts).find(|c| c.is_open()) {
        None => stable(
            Justification::TwoNumbers,
            "no necessary criterion fails, and both bounds and the one-direction form hold; in \
             several dimensions this is no proof"
                .to_owned(),
        ),
        Some(open) if open.fails() => undecided(format!(
            "{} fails, which is not necessary in several dimensions; no necessary criterion fails",
            open.name
        )),
        Some(open) => undecided(format!(
            "the bars reach across the edge of {}; {}",
            open.name,
            advice::at_edge(open.name, reading)
        )),
    }
}

fn stable(basis: Justification, reason: String) -> Judgement {
    Judgement {
        verdict: Stability::Stable,
        basis,
        reason,
    }
}

fn undecided(reason: String) -> Judgement {
    Judgement {
        verdict: Stability::Undecided,
        basis: Justification::None,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::super::criteria;
    use super::*;
    use crate::model::Sampling;

    #[test]
    fn nothing_is_stable_before_every_number_has_converged() {
        let setting = Setting::new("1/10", "0", 2, Sampling::WithReplacement, 9).unwrap();
        let whole = Reading::of_numbers((3.0, 1e-6), (2.0, 1e-6), 0.5);
        let judge = |reading: &Reading| judge(reading, &criteria::all(reading, &setting), &setting);
        assert_eq!(judge(&whole).verdict, Stability::Stable);
        for name in ["a", "s", "λ_min"] {
            let mut partial = whole.clone();
            let number = match name {
                "a" => &mut partial.sharpness,
                "s" => partial.non_uniformity.as_mut().expect("an s"),
                _ => partial.smallest.as_mut().expect("a λ_min"),
            };
            number.status = Status::NotConverged;
            partial.smallest_floor = Some(-0.31);
            let judgement = judge(&partial);
            assert_eq!(judgement.verdict, Stability::Undecided, "{name}");
            assert!(judgement.reason.starts_with(name), "{}", judgement.reason);
        }
    }

    #[test]
    fn a_floor_above_a_tenth_of_a_is_enough_to_know_of_the_smallest_eigenvalue() {
        let setting = Setting::new("1/10", "0", 2, Sampling::WithReplacement, 9).unwrap();
        let mut reading = Reading::of_numbers((3.0, 1e-6), (2.0, 1e-6), 0.5);
        let smallest = reading.smallest.as_mut().expect("a λ_min");
        smallest.status = Status::NotConverged;
        for (floor, value, expected) in [
            (Some(-0.29), 0.5, None),
            (Some(-0.31), 0.5, Some("λ_min has not converged")),
            (None, 0.5, Some("λ_min has not converged")),
            (None, -0.31, Some("this is no minimum")),
        ] {
            reading.smallest_floor = floor;
            reading.smallest.as_mut().expect("a λ_min").value = value;
            let doubt = doubt(&reading, &setting);
            match expected {
                None => assert_eq!(doubt, None),
                Some(start) => {
                    assert!(doubt.is_some_and(|told| told.starts_with(start)), "{start}")
                }
            }
        }
    }
}
