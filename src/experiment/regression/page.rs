//! What the report says about the moments.

use crate::experiment::statistics::{agreement, margin};
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
    let seeds: Vec<String> = results.iter().map(|(s, _)| s.seed.to_string()).collect();
    let mut pairs = vec![
        ("walks".to_owned(), first.walks.to_string()),
        ("steps".to_owned(), first.steps.to_string()),
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
    /// The standard error of the simulated mean at step `t`.
    fn error(&self, settings: &Settings, t: usize) -> f64 {
        self.deviation[t] / (settings.walks as f64).sqrt()
    }

    /// Whether there are enough walks for their mean to be nearly normal. There are while the relative
    /// standard error ε of the mean of N walks is below N^(−1/3): the skewness of the mean, which for
    /// such products grows like ε³N, is then below one. Otherwise the comparison is not informative.
    fn is_sampled(&self, settings: &Settings, t: usize) -> bool {
        let relative = self.error(settings, t) / self.exact[t];
        relative.powi(3) * (settings.walks as f64) < 1.0
    }

    /// The largest deviation in standard errors over the sampled steps, and the number of these steps.
    /// Step 0 has no deviation.
    fn largest_deviation(&self, settings: &Settings) -> (f64, usize) {
        let sampled = (1..self.exact.len()).filter(|&t| self.is_sampled(settings, t));
        let deviation = |t| (self.simulated[t] - self.exact[t]) / self.error(settings, t);
        let deviations: Vec<f64> = sampled.map(deviation).collect();
        let largest = |a: f64, b: &f64| if b.abs() > a.abs() { *b } else { a };
        (deviations.iter().fold(0.0, largest), deviations.len())
    }
}

/// The row of the summary.
pub fn comparison(results: &[(Settings, Outcome)]) -> Option<Comparison> {
    let deviations = results.iter().map(|(s, o)| o.largest_deviation(s));
    let (largest, sampled) = deviations.fold((0f64, 0), |(most, sum), (deviation, steps)| {
        (most.max(deviation.abs()), sum + steps)
    });
    let steps: usize = results.iter().map(|(_, o)| o.exact.len() - 1).sum();
    let all: Vec<Finding> = results.iter().map(|(s, o)| finding(s, o)).collect();
    Some(Comparison {
        subject: "Linear regression: the exact second moments".to_owned(),
        predicted: "E‖x_t‖² exactly, stable or not".to_owned(),
        measured: format!(
            "at most {largest:.2} standard errors away on {sampled} of {steps} steps; on the others the tail is \
             not sampled"
        ),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: format!(
            "{} models, {} walks",
            results.len(),
            results.first()?.0.walks
        ),
    })
}

/// The finding of one cell.
pub fn finding(settings: &Settings, outcome: &Outcome) -> Finding {
    let (deviation, sampled) = outcome.largest_deviation(settings);
    let [one_step, bound, mean_square] = outcome.verdicts;
    let last = outcome.exact.len() - 1;
    Finding {
        sentence: format!(
            "{}: Theorem 1 {one_step}, s-bound {bound}, exact criterion {mean_square}; exact \
             E‖x_{last}‖²/‖x_0‖² = {}. Over the {sampled} of {last} steps whose tail is sampled, \
             the simulation is at most {deviation:+.2} standard errors away.",
            settings.name(),
            significant(outcome.exact[last]),
        ),
        agreement: if sampled == 0 {
            Agreement::Undecided
        } else {
            agreement(deviation)
        },
        margin: margin(deviation).filter(|_| sampled > 0),
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
        let sampled = (0..outcome.exact.len()).filter(|&t| outcome.is_sampled(settings, t));
        let simulated = sampled.map(|t| {
            let error = 2.0 * outcome.error(settings, t);
            DataPoint::with_error(t as f64, outcome.simulated[t], error)
        });
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
            "E‖x_t‖²/‖x_0‖². Lines: exact rational moments. Points: means of simulated walks, \
             drawn while their tail is sampled (relative standard error below walks^(−1/3)); \
             bars: two standard errors made from the exact variance of ‖x_t‖²."
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
            .filter(|t| *t <= settings.steps)
        {
            rows.push(vec![
                settings.name(),
                t.to_string(),
                significant(outcome.exact[t]),
                significant(outcome.simulated[t]),
                significant(outcome.error(settings, t)),
                if outcome.is_sampled(settings, t) {
                    "yes"
                } else {
                    "no"
                }
                .to_owned(),
            ]);
        }
    }
    let columns = [
        "problem",
        "t",
        "exact",
        "simulated",
        "exact standard error",
        "tail sampled",
    ];
    Table {
        name: "regression-moments".to_owned(),
        caption:
            "E‖x_t‖²/‖x_0‖². Exact standard error: √(Var‖x_t‖²/walks)/‖x_0‖². The tail counts \
             as sampled while that is below walks^(−1/3) of the mean."
                .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }
}
