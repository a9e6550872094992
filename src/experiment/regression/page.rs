//! What the report says about the moments.

use crate::experiment::statistics::{agreement, farther, margin};
use crate::record::numeral::significant;
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Series, Style, Table,
};

use super::cell::{Outcome, Settings};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let seeds: Vec<String> = results
        .iter()
        .map(|(s, _)| s.splitting.seed.to_string())
        .collect();
    let mut pairs = vec![
        (
            "walks".to_owned(),
            format!(
                "{} populations of {} walkers",
                first.splitting.populations, first.splitting.walkers
            ),
        ),
        ("steps".to_owned(), first.splitting.steps.to_string()),
        ("seeds".to_owned(), seeds.join(", ")),
        ("sampling".to_owned(), "without replacement".to_owned()),
        ("arithmetic of the walks".to_owned(), "f32".to_owned()),
    ];
    for (settings, _) in results {
        let pair = (
            settings.problem.clone(),
            format!("inputs {:?}, start {:?}", settings.inputs, settings.start),
        );
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

impl Outcome {
    /// The largest deviation of importance splitting from the exact moments over all steps, in standard
    /// errors. Step 0 has no deviation.
    fn largest_deviation(&self) -> f64 {
        let deviation = |t: usize| self.splitting[t].deviation(self.exact[t]);
        (1..self.exact.len()).map(deviation).fold(0.0, farther)
    }

    /// The share of the exact moment that the plain average reaches in the last step.
    fn share_of_average(&self) -> f64 {
        let last = self.exact.len() - 1;
        self.average[last] / self.exact[last]
    }

    /// The exact standard error of the plain average at step `t`.
    fn error_of_average(&self, settings: &Settings, t: usize) -> f64 {
        self.deviation[t] / (settings.walks() as f64).sqrt()
    }
}

impl Settings {
    /// The number of walks.
    fn walks(&self) -> u64 {
        self.splitting.populations * self.splitting.walkers as u64
    }
}

/// The row of the summary.
pub fn comparison(results: &[(Settings, Outcome)]) -> Option<Comparison> {
    let deviations = results.iter().map(|(_, o)| o.largest_deviation().abs());
    let steps: usize = results.iter().map(|(_, o)| o.exact.len() - 1).sum();
    let all: Vec<Finding> = results.iter().map(|(s, o)| finding(s, o)).collect();
    Some(Comparison {
        subject: "Linear regression: the exact second moments".to_owned(),
        predicted: "E‖x_t‖² exactly, stable or not".to_owned(),
        measured: format!(
            "at most {:.2} standard errors away on all {steps} steps",
            deviations.fold(0.0, f64::max)
        ),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: format!(
            "{} models, {} walks",
            results.len(),
            results.first()?.0.walks()
        ),
    })
}

/// The finding of one cell.
pub fn finding(settings: &Settings, outcome: &Outcome) -> Finding {
    let deviation = outcome.largest_deviation();
    let [one_step, bound, mean_square] = outcome.verdicts;
    let last = outcome.exact.len() - 1;
    Finding {
        sentence: format!(
            "{}: Theorem 1 {one_step}, s-bound {bound}, exact criterion {mean_square}; exact \
             E‖x_{last}‖²/‖x_0‖² = {}. Importance splitting is at most {deviation:+.2} standard errors away \
             on all {last} steps; the plain average over as many walks ends at {} times the exact value.",
            settings.name(),
            significant(outcome.exact[last]),
            significant(outcome.share_of_average()),
        ),
        agreement: agreement(deviation),
        margin: margin(deviation),
        claim: "mean_square_threshold".to_owned(),
    }
}

/// One figure for each problem.
pub fn figures(results: &[(Settings, Outcome)]) -> Vec<Figure> {
    let mut problems: Vec<&str> = Vec::new();
    for (settings, _) in results {
        if !problems.contains(&settings.problem.as_str()) {
            problems.push(&settings.problem);
        }
    }
    let figure = |problem: &str| {
        let chosen = results
            .iter()
            .filter(|(settings, _)| settings.problem == problem);
        figure(problem, chosen)
    };
    problems.into_iter().map(figure).collect()
}

fn figure<'a>(problem: &str, results: impl Iterator<Item = &'a (Settings, Outcome)>) -> Figure {
    let mut series = Vec::new();
    for (settings, outcome) in results {
        let label = format!("η = {}, B = {}", settings.learning_rate, settings.batch);
        let exact = outcome.exact.iter().enumerate();
        let simulated = outcome.splitting.iter().enumerate();
        let simulated = simulated
            .map(|(t, mean)| DataPoint::with_error(t as f64, mean.value, 2.0 * mean.error));
        series.push(Series {
            label: format!("{label}: simulated"),
            style: Style::Points,
            points: simulated.collect(),
        });
        series.push(Series {
            label: format!("{label}: exact"),
            style: Style::Theory,
            points: exact.map(|(t, &y)| DataPoint::new(t as f64, y)).collect(),
        });
    }
    Figure {
        name: format!("regression-{}", problem.replace(' ', "-")),
        title: format!("Mean squared distance from the minimum: {problem}"),
        caption:
            "E‖x_t‖²/‖x_0‖². Lines: exact rational moments. Points: importance splitting in f32; bars: two \
             standard errors over independent populations."
                .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::logarithmic("E‖x_t‖² / ‖x_0‖²"),
        series,
        names: Vec::new(),
    }
}

/// A table of some of the steps.
pub fn table(results: &[(Settings, Outcome)]) -> Table {
    let mut rows = Vec::new();
    for (settings, outcome) in results {
        for t in [1, 2, 5, 10, 20, 40]
            .into_iter()
            .filter(|t| *t <= settings.splitting.steps)
        {
            rows.push(vec![
                settings.name(),
                t.to_string(),
                significant(outcome.exact[t]),
                significant(outcome.splitting[t].value),
                significant(outcome.splitting[t].error),
                significant(outcome.average[t]),
                significant(outcome.error_of_average(settings, t)),
            ]);
        }
    }
    let columns = [
        "problem",
        "t",
        "exact",
        "by splitting",
        "standard error",
        "plain average",
        "its exact standard error",
    ];
    Table {
        name: "regression-moments".to_owned(),
        caption: "E‖x_t‖²/‖x_0‖². By splitting: the mean over independent populations whose walkers are drawn \
                  again after each step in proportion to their growth, which has no bias. Plain average: over \
                  as many independent walks; its exact standard error is √(Var‖x_t‖²/walks)/‖x_0‖², and where \
                  that is as large as the moment, a sample misses the rare walks that carry the mean."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}
