//! Which runs with momentum are within their bounds, and which way the trends go.

use crate::criterion::heavy_ball;
use crate::experiment::group::{Bound, Group, Spread};
use crate::number::Interval;
use crate::record::numeral::significant;
use crate::record::{Agreement, Finding};

use super::group::{momentum, of_kind, ratios};

/// Every finding: one for each group, then the trends.
pub fn all(groups: &[Group<'_>]) -> Vec<Finding> {
    let own = groups.iter().map(of_group);
    own.chain(trends(groups)).collect()
}

/// The finding about the bound of one group.
pub fn of_group(group: &Group<'_>) -> Finding {
    if group.is_descent() {
        of_descent(group)
    } else {
        of_stochastic(group)
    }
}

fn of_descent(group: &Group<'_>) -> Finding {
    let claim = "heavy_ball_threshold";
    let (Some(spread), Some(ratios)) = (group.spread(|m| m.sharpness.value), ratios(group)) else {
        return diverged(group, claim);
    };
    let beta = momentum(group);
    let verdict = group.verdict(|curvature, eta, _| {
        heavy_ball::descent_slack(curvature, eta, &Interval::around(beta, 0.0))
    });
    let edge = heavy_ball::largest_sharpness(&group.learning_rate(), &beta);
    let sentence = format!(
        "Gradient descent with β = {beta}: a = {} ({}), 2(1 + β)/η = {}; the sharpest run is at {:.4} of \
         the bound (a ≤ 2(1 + β)/η {verdict}).",
        spread.text(),
        group.endings(),
        significant(edge),
        ratios.high
    );
    let bound = Bound {
        claim,
        beyond: Agreement::Differs,
        verdict,
        largest: ratios.high,
    };
    group.finding(bound, sentence)
}

fn of_stochastic(group: &Group<'_>) -> Finding {
    let claim = "heavy_ball_sgd_one_dimension";
    let (Some((a, s)), Some(ratios)) = (group.scaled(), ratios(group)) else {
        return diverged(group, claim);
    };
    let beta = momentum(group);
    let verdict = group.verdict(|curvature, eta, weight| {
        let (a, s2) = (&curvature.hessian, &curvature.variance);
        heavy_ball::slack(a, s2, eta, weight, &Interval::around(beta, 0.0))
    });
    let sentence = format!(
        "SGD with β = {beta}, B = {}: aη/2 = {}, sη√p = {} ({}); read along one direction, η/η* = {} \
         (the criterion {verdict}).",
        group.batch(),
        a.text(),
        s.text(),
        group.endings(),
        ratios.text()
    );
    // In several dimensions a and s need not belong to one direction, so the criterion may be exceeded.
    let bound = Bound {
        claim,
        beyond: Agreement::Beyond,
        verdict,
        largest: ratios.high,
    };
    group.finding(bound, sentence)
}

fn diverged(group: &Group<'_>, claim: &str) -> Finding {
    Finding {
        sentence: format!(
            "β = {}, B = {}: every run diverged.",
            momentum(group),
            group.batch()
        ),
        agreement: Agreement::Undecided,
        margin: None,
        claim: claim.to_owned(),
    }
}

/// The direction in which a quantity is predicted to go as β grows.
#[derive(Clone, Copy)]
enum Direction {
    Rises,
    Falls,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Direction::Rises => "rises",
            Direction::Falls => "falls",
        }
    }
}

/// The findings about the three trends.
pub fn trends(groups: &[Group<'_>]) -> Vec<Finding> {
    let sharpness = |group: &Group<'_>| group.scaled().map(|(a, _)| a);
    let noise = |group: &Group<'_>| group.scaled().map(|(_, s)| s);
    let [descent, stochastic] = [true, false].map(|descent| of_kind(groups, descent));
    let found = [
        trend(
            &descent,
            "gradient descent, aη/2",
            Direction::Rises,
            sharpness,
        ),
        trend(&stochastic, "SGD, aη/2", Direction::Falls, sharpness),
        trend(&stochastic, "SGD, sη√p", Direction::Falls, noise),
    ];
    found.into_iter().flatten().collect()
}

/// The finding about one trend; `None` if there are not two momenta. It is about no claim, since the theory bounds
/// where runs can stay and does not say that they reach their bounds.
fn trend(
    groups: &[&Group<'_>],
    what: &str,
    direction: Direction,
    of: impl Fn(&Group<'_>) -> Option<Spread>,
) -> Option<Finding> {
    let [first, .., last] = groups else {
        return None;
    };
    let (from, to) = (of(first)?, of(last)?);
    let (up, down) = (to.low - from.high, from.low - to.high);
    let (gap, opposite) = match direction {
        Direction::Rises => (up, down),
        Direction::Falls => (down, up),
    };
    let is_at_minima = first.is_at_minima() && last.is_at_minima();
    let agreement = if is_at_minima && gap > 0.0 {
        Agreement::Agrees
    } else if is_at_minima && opposite > 0.0 {
        Agreement::Differs
    } else {
        Agreement::Undecided
    };
    Some(Finding {
        sentence: format!(
            "Trend of {what}, predicted: it {} with β. From {} at β = {} to {} at β = {}: the intervals \
             over the seeds {}.",
            direction.word(),
            from.text(),
            momentum(first),
            to.text(),
            momentum(last),
            apart(f64::max(gap, opposite))
        ),
        agreement,
        margin: is_at_minima.then_some(gap),
        claim: String::new(),
    })
}

/// How far two intervals are apart, in words; a negative distance means that they overlap.
fn apart(distance: f64) -> String {
    if distance > 0.0 {
        format!("are {} apart", significant(distance))
    } else {
        "overlap".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::{Eigenvalue, Measurement};
    use crate::experiment::momentum::Momentum;
    use crate::experiment::study::Experiment;
    use crate::experiment::trained::{TrainingOutcome, TrainingSettings};
    use crate::experiment::{Scale, momentum::group};
    use crate::train::{Ending, Run};

    /// The smallest cells, with these sharpnesses and non-uniformities at their ends: gradient descent without
    /// and with momentum, then SGD.
    fn results(
        ending: Ending,
        sharpness: [f64; 4],
        noise: [f64; 4],
    ) -> Vec<(TrainingSettings, TrainingOutcome)> {
        let eigenvalue = |value| Eigenvalue {
            value,
            residual: 0.0,
            error: 0.0,
        };
        let cells = Momentum::cells(Scale::Smoke).into_iter();
        let ends = sharpness.into_iter().zip(noise);
        let result = |((_, settings), (a, s)): ((String, TrainingSettings), (f64, f64))| {
            let measurement = Measurement {
                sharpness: eigenvalue(a),
                smallest_eigenvalue: eigenvalue(0.0),
                non_uniformity: eigenvalue(s),
                products: [0; 2],
                converged: true,
                loss: 0.0,
                accuracy: 1.0,
            };
            let outcome = TrainingOutcome {
                run: Run {
                    ending,
                    steps: 1,
                    smoothed_loss: None,
                },
                measurement: Some(measurement),
                test_accuracy: None,
                data: [String::new(), String::new()],
            };
            (settings, outcome)
        };
        cells.zip(ends).map(result).collect()
    }

    fn agreements(ending: Ending, sharpness: [f64; 4], noise: [f64; 4]) -> Vec<Agreement> {
        let results = results(ending, sharpness, noise);
        let found = all(&Group::all(&results));
        found.iter().map(|finding| finding.agreement).collect()
    }

    #[test]
    fn runs_near_their_bounds_that_part_agree_with_the_theory() {
        use Agreement::{Agrees, Differs, Undecided};
        // Gradient descent at η = 1: the edges are 2 and 3.8. SGD at η = 0.5.
        let found = agreements(
            Ending::Converged,
            [1.9, 3.7, 1.0, 0.1],
            [0.0, 0.0, 2.0, 0.2],
        );
        assert_eq!(found, [Agrees; 7]);
        let found = agreements(
            Ending::Converged,
            [1.9, 4.0, 1.0, 1.2],
            [0.0, 0.0, 2.0, 3.0],
        );
        assert_eq!(found[1], Differs);
        assert_eq!(found[3], Agreement::Beyond);
        assert_eq!(found[4..], [Agrees, Differs, Differs]);
        let found = agreements(
            Ending::OutOfSteps,
            [1.9, 3.7, 1.0, 0.1],
            [0.0, 0.0, 2.0, 0.2],
        );
        assert_eq!(found, [Undecided; 7]);
    }

    #[test]
    fn the_ratio_is_one_on_the_edge_of_descent() {
        let results = results(Ending::Converged, [2.0, 3.8, 1.0, 1.0], [1.0; 4]);
        let groups = Group::all(&results);
        for descent in group::of_kind(&groups, true) {
            let ratio = ratios(descent).expect("a measured run");
            assert!((ratio.mean - 1.0).abs() < 1e-12, "{ratio:?}");
        }
    }
}
