//! What the report says about the walks.

use num_traits::One;

use crate::criterion::{gradient_descent, mean_square};
use crate::experiment::statistics::{Mean, agreement, margin};
use crate::model::toy::Minimum;
use crate::number::{Exact, Field};
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Published, Series, Style, Table,
};

use super::cell::{LINEAR, Outcome, Settings};

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let most = results.iter().map(|(settings, _)| settings.walks).max();
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let pairs = [
        ("learning rate η", first.learning_rate.to_string()),
        ("batch size", "1".to_owned()),
        ("start", format!("x* + {:e}", first.offset)),
        ("steps", first.steps.to_string()),
        ("walks of SGD", most.unwrap_or(0).to_string()),
        ("seed", first.seed.to_string()),
        ("arithmetic", "f64".to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// The moment `E f^k` of the factor f of one step, which takes two equally likely values; `k = order`.
fn moment(settings: &Settings, order: i32) -> f64 {
    let factors = settings.minimum.factors(&settings.learning_rate);
    factors
        .iter()
        .map(|f| f64::from_exact(f).powi(order))
        .sum::<f64>()
        / 2.0
}

/// The exact value of `E f²`.
fn exact_factor(settings: &Settings) -> Exact {
    let factors = settings.minimum.factors(&settings.learning_rate);
    factors.iter().map(|f| f.square()).sum::<Exact>() * Exact::fraction(1, 2)
}

/// The Lyapunov exponent `E ln|f|` of the factor f of one step, which takes two equally likely values.
fn lyapunov_exponent(settings: &Settings) -> f64 {
    let factors = settings.minimum.factors(&settings.learning_rate);
    factors
        .iter()
        .map(|f| f64::from_exact(f).abs().ln())
        .sum::<f64>()
        / 2.0
}

fn name(settings: &Settings) -> String {
    let walker = if settings.stochastic { "SGD" } else { "GD" };
    format!("{walker} beside x = {}", settings.minimum.place())
}

/// Whether the walker is linearly stable at its minimum (for SGD: in mean square), decided exactly.
fn is_stable(settings: &Settings) -> bool {
    let (model, eta) = (settings.minimum.model(), &settings.learning_rate);
    if settings.stochastic {
        mean_square::verdict(&model, eta, &Exact::one()).holds()
    } else {
        gradient_descent::verdict(&model, eta).holds()
    }
}

/// The findings of all cells.
pub fn all_findings(results: &[(Settings, Outcome)]) -> Vec<Finding> {
    let of = |(settings, outcome): &(Settings, Outcome)| findings(settings, outcome);
    results.iter().flat_map(of).collect()
}

/// The row of the summary: which walks of SGD leave x = 1.
pub fn comparison(results: &[(Settings, Outcome)]) -> Option<Comparison> {
    let beside_one = |(s, _): &&(Settings, Outcome)| s.stochastic && s.minimum == Minimum::One;
    let (settings, outcome) = results.iter().find(beside_one)?;
    let (left, walks) = (*outcome.left.last()?, settings.walks);
    Some(Comparison {
        subject: "Figure 1: the toy with two wells of sharpness 2".to_owned(),
        predicted: "SGD leaves x = 1 and stays at x = 0; gradient descent stays at both".to_owned(),
        measured: format!("{left} of {walks} walks of SGD leave x = 1"),
        with_theory: Agreement::of_all(&all_findings(results)),
        published: Some(Published {
            value: "SGD escapes to x = 0".to_owned(),
            agrees: left == walks,
            is_elsewhere: false,
            because: String::new(),
        }),
        scale: format!("the paper’s loss, {} steps", settings.steps),
    })
}

/// The findings of one cell.
fn findings(settings: &Settings, outcome: &Outcome) -> Vec<Finding> {
    let left = *outcome.left.last().unwrap_or(&0);
    let walks = settings.walks;
    let prediction = if is_stable(settings) { "stay" } else { "leave" };
    let unlike = if is_stable(settings) {
        left
    } else {
        walks - left
    };
    let mut findings = vec![Finding {
        sentence: format!(
            "{}: {left} of {walks} left the basin within {} steps; the theory says they {prediction}.",
            name(settings),
            settings.steps
        ),
        agreement: if unlike == 0 {
            Agreement::Agrees
        } else {
            Agreement::Differs
        },
        margin: Some(-(unlike as f64 / walks as f64)),
        claim: "toy_escape".to_owned(),
    }];
    if settings.stochastic && settings.minimum == Minimum::One {
        let exact = moment(settings, 2);
        findings.push(compared(
            "mean squared growth factor",
            outcome.square,
            exact,
        ));
        let exact = lyapunov_exponent(settings);
        findings.push(compared("Lyapunov exponent", outcome.logarithm, exact));
    }
    findings
}

fn compared(what: &str, mean: Mean, exact: f64) -> Finding {
    let Mean {
        value,
        error,
        count,
    } = mean;
    let deviation = mean.deviation(exact);
    Finding {
        sentence: format!(
            "SGD beside x = 1: {what} {value:.6} ± {error:.6} (standard error, {count} steps), \
             exactly {exact:.6}: {deviation:+.2} standard errors apart."
        ),
        agreement: agreement(deviation),
        margin: margin(deviation),
        claim: "one_dimensional_sgd".to_owned(),
    }
}

/// The figure of `E(x_t − 1)²` compared with its exact value.
pub fn growth_figure(results: &[(Settings, Outcome)]) -> Figure {
    let mut series = Vec::new();
    let unstable = results
        .iter()
        .filter(|(s, _)| s.stochastic && s.minimum == Minimum::One);
    for (settings, outcome) in unstable {
        let (second, fourth) = (moment(settings, 2), moment(settings, 4));
        let exact = |t: usize| second.powi(t as i32);
        let error = |t: usize| {
            let variance = fourth.powi(t as i32) - exact(t) * exact(t);
            2.0 * (variance / settings.walks as f64).max(0.0).sqrt()
        };
        let line = (0..=LINEAR).map(|t| DataPoint::new(t as f64, exact(t)));
        let points = outcome.growth.iter().enumerate();
        let points = points.map(|(t, &y)| DataPoint::with_error(t as f64, y, error(t)));
        series.push(Series {
            label: "measured ± 2 exact standard errors".to_owned(),
            style: Style::Points,
            points: points.collect(),
        });
        series.push(Series {
            label: format!("exact: ({})^t", exact_factor(settings)),
            style: Style::Theory,
            points: line.collect(),
        });
    }
    Figure {
        name: "toy-growth".to_owned(),
        title: "Mean squared distance from x = 1 under SGD".to_owned(),
        caption: "E(x_t − 1)²/(x_0 − 1)² over the first 20 steps, during which no walk can have \
                  left the basin. The error bars are made from the exact variance of \
                  (x_t − 1)², which the sample variance underestimates."
            .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::logarithmic("E(x_t − 1)² / (x_0 − 1)²"),
        series,
        names: Vec::new(),
    }
}

/// The figure of the number of walks that have left the basin.
pub fn escape_figure(results: &[(Settings, Outcome)]) -> Figure {
    let one = results.iter().filter(|(s, _)| s.minimum == Minimum::One);
    let series = one.map(|(settings, outcome)| {
        let shown = outcome.left.iter().take(101).enumerate();
        let share = |left: u64| left as f64 / settings.walks as f64;
        Series {
            label: name(settings),
            style: Style::Line,
            points: shown
                .map(|(t, &left)| DataPoint::new(t as f64, share(left)))
                .collect(),
        }
    });
    Figure {
        name: "toy-escape".to_owned(),
        title: "Walks that have left the basin of x = 1".to_owned(),
        caption: "Share of walks for which at least one sample has switched to its branch x² by \
                  step t; only the first 100 steps are drawn."
            .to_owned(),
        x: Axis::linear("step t"),
        y: Axis::linear("share of walks that have left"),
        series: series.collect(),
        names: Vec::new(),
    }
}

/// The table of where the walks end.
pub fn table(results: &[(Settings, Outcome)]) -> Table {
    let row = |(settings, outcome): &(Settings, Outcome)| {
        let [zero, one, elsewhere] = outcome.ends;
        let prediction = if is_stable(settings) {
            "stable"
        } else {
            "unstable"
        };
        vec![
            name(settings),
            prediction.to_owned(),
            format!("{:.6}", moment(settings, 2)),
            format!("{:+.6}", lyapunov_exponent(settings)),
            settings.walks.to_string(),
            zero.to_string(),
            one.to_string(),
            elsewhere.to_string(),
        ]
    };
    let columns = [
        "walker",
        "theory",
        "E f²",
        "E ln|f|",
        "walks",
        "end at 0",
        "end at 1",
        "elsewhere",
    ];
    Table {
        name: "toy-ends".to_owned(),
        caption: "E f² and E ln|f|: exact mean squared factor of one single-sample step, and its \
                  Lyapunov exponent (for GD the theory column is decided by η a ≤ 2 instead). End \
                  at 0, 1: within 10⁻⁶ after the last step."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: results.iter().map(row).collect(),
    }
}
