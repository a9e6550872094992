//! What the report says about adaptive optimisers.

use crate::experiment::group::{ABSENT, Spread};
use crate::experiment::trained::{objective_in_words, seeds_in_words};
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Finding, Table};

use super::cell::{Glance, Outcome, Settings};
use super::group::{HOVER, Runs, name, plain_scaled, scaled, second_half, threshold};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, outcome)) = results.first() else {
        return Vec::new();
    };
    let start = &first.start;
    let seeds = results.iter().map(|(settings, _)| settings.start.seed);
    let own = [
        (
            "runs",
            format!(
                "{} steps on all samples, measured every {}",
                start.plan.stop.steps, first.every
            ),
        ),
        (
            "P",
            "√v + ε (RMSprop) or √v̂ + ε (Adam), as after the last step, ε = 1e-8".to_owned(),
        ),
        ("seeds", seeds_in_words(seeds)),
        ("Lanczos", start.lanczos_in_words()),
        ("SHA-256 of the training data", outcome.data.clone()),
    ];
    let pairs = objective_in_words(start).into_iter().chain(own);
    pairs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The finding of one optimiser and learning rate.
pub fn finding(group: &Runs<'_>) -> Finding {
    let claim = "preconditioned_threshold".to_owned();
    let Some(ratio) = second_half(group, |glance| scaled(group, glance)) else {
        return Finding {
            sentence: format!("{}: a run was lost before its end.", name(group)),
            agreement: Agreement::Undecided,
            margin: None,
            claim,
        };
    };
    let plain = second_half(group, |glance| plain_scaled(group, glance));
    let agreement = if ratio.high > 1.0 + HOVER {
        Agreement::Beyond
    } else if ratio.low < 1.0 - HOVER {
        Agreement::Undecided
    } else {
        Agreement::Agrees
    };
    Finding {
        sentence: format!(
            "{}: over the second half of training, λ_max(P⁻¹H) is on average {} of its threshold {}, while \
             the plain aη/2 is {}.",
            name(group),
            ratio.text(),
            significant(threshold(group)),
            plain.map_or(ABSENT.to_owned(), |plain| plain.text()),
        ),
        agreement,
        margin: Some(1.0 + HOVER - ratio.high),
        claim,
    }
}

/// The row of the summary for each optimiser.
pub fn comparisons(groups: &[Runs<'_>]) -> Vec<Comparison> {
    let of = |optimiser: &str, predicted: &str| {
        let own: Vec<&Runs<'_>> = groups
            .iter()
            .filter(|group| group.settings.start.plan.optimiser.name() == optimiser)
            .collect();
        let range = |of: fn(&Runs<'_>, &Glance) -> f64| {
            let spreads = own
                .iter()
                .filter_map(|group| second_half(group, |glance| of(group, glance)));
            spreads
                .map(|spread| [spread.low, spread.high])
                .reduce(|[low, high], [l, h]| [low.min(l), high.max(h)])
        };
        let ([low, high], [least, most]) = (range(scaled)?, range(plain_scaled)?);
        let all: Vec<Finding> = own.iter().map(|group| finding(group)).collect();
        Some(Comparison {
            subject: format!("{}, all samples: the preconditioned edge", title(optimiser)),
            predicted: predicted.to_owned(),
            measured: format!(
                "{} to {} of it; plain aη/2 = {} to {}",
                fixed(low, 3),
                fixed(high, 3),
                significant(least),
                significant(most)
            ),
            with_theory: Agreement::of_all(&all),
            published: None,
            scale: own.first()?.settings.start.scale_in_words(),
        })
    };
    let rows = [
        of("rms-prop", "λ_max(P⁻¹H) hovers at 2/η"),
        of("adam", "λ_max(P⁻¹H) hovers at 38/η"),
    ];
    rows.into_iter().flatten().collect()
}

fn title(optimiser: &str) -> &'static str {
    if optimiser == "adam" {
        "Adam"
    } else {
        "RMSprop"
    }
}

/// The table of all groups.
pub fn table(groups: &[Runs<'_>]) -> Table {
    let row = |group: &Runs<'_>| {
        let text = |spread: Option<Spread>| spread.map_or(ABSENT.to_owned(), |s| s.text());
        let last = |of: fn(&Glance) -> f64| {
            let ends = group.outcomes.iter().filter_map(|o| o.glances.last());
            text(Spread::of(&ends.map(of).collect::<Vec<_>>()))
        };
        vec![
            name(group),
            significant(threshold(group)),
            text(second_half(group, |glance| glance.preconditioned.value)),
            text(second_half(group, |glance| scaled(group, glance))),
            last(|glance| glance.preconditioned.residual),
            text(second_half(group, |glance| plain_scaled(group, glance))),
            last(|glance| glance.loss),
        ]
    };
    let columns = [
        "optimiser",
        "threshold",
        "λ_max(P⁻¹H)",
        "in units of the threshold",
        "residual",
        "plain aη/2",
        "last train loss",
    ];
    Table {
        name: "adaptive".to_owned(),
        caption: "mean [smallest, largest] over the seeds of the mean over the second half of each run. \
                  threshold: 2/η for RMSprop, 38/η for Adam. residual: some eigenvalue of P⁻¹H lies within \
                  it of the last measured one. plain aη/2: the sharpness in the units of gradient descent."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curvature::Eigenvalue;
    use crate::experiment::Scale;
    use crate::experiment::adaptive::{Adaptive, group};
    use crate::experiment::study::Experiment;
    use crate::train::{Ending, Run};

    /// The finding for one run of RMSprop whose preconditioned sharpness is first nothing and then this multiple
    /// of its threshold.
    fn agreement(late: f64) -> Agreement {
        let (_, settings) = Adaptive::cells(Scale::Smoke).swap_remove(0);
        let plan = settings.start.plan;
        let edge = 2.0 / f64::from(plan.learning_rate);
        let glance = |step: u64| {
            let value = if 2 * step > plan.stop.steps {
                late * edge
            } else {
                0.0
            };
            let eigenvalue = Eigenvalue {
                value,
                residual: 0.0,
                error: 0.0,
            };
            Glance {
                step,
                loss: 1.0,
                sharpness: eigenvalue,
                preconditioned: eigenvalue,
            }
        };
        let outcome = Outcome {
            run: Run {
                ending: Ending::OutOfSteps,
                steps: plan.stop.steps,
                smoothed_loss: None,
            },
            glances: (1..=8).map(|i| glance(i * settings.every)).collect(),
            data: String::new(),
        };
        let results = [(settings, outcome)];
        finding(&group::groups(&results)[0]).agreement
    }

    #[test]
    fn a_run_agrees_if_its_second_half_is_at_the_edge() {
        assert_eq!(agreement(1.0), Agreement::Agrees);
        assert_eq!(agreement(0.95), Agreement::Agrees);
        assert_eq!(agreement(0.5), Agreement::Undecided);
        assert_eq!(agreement(1.3), Agreement::Beyond);
    }
}
