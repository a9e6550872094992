//! What the report says about the runs, in words and numbers.

use super::power_law::PowerLaw;
use crate::criterion::{gradient_descent, non_uniformity, one_dimension, one_step};
use crate::experiment::group::{self, ABSENT, Bound, Group, Spread};
use crate::experiment::published;
use crate::record::numeral::significant;
use crate::record::{Agreement, Comparison, Finding, Published, Table};

/// The rows of the summary: each pair of η and B with published runs, all runs, and the power law.
pub fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let published = groups.iter().filter_map(comparison);
    published.chain(whole(groups)).chain(law(groups)).collect()
}

/// Two findings for each group: about the sharpness and about the non-uniformity.
pub fn findings(groups: &[Group<'_>]) -> Vec<Finding> {
    groups.iter().flat_map(findings_of).collect()
}

fn findings_of(group: &Group<'_>) -> Vec<Finding> {
    let [sharp, uniform] = [
        "sharpness_bound_is_necessary",
        "non_uniformity_bound_is_necessary",
    ];
    let Some((sharpness, noise)) = group.scaled() else {
        return vec![group.nothing_to_say(sharp), group.nothing_to_say(uniform)];
    };
    let name = format!("η = {}, B = {}", group.learning_rate_text(), group.batch());
    let endings = group.endings();
    let verdict = group.verdict(|curvature, eta, _| gradient_descent::slack(curvature, eta));
    let sentence = format!(
        "{name}: aη/2 = {} ({endings}): a ≤ 2/η {verdict}.",
        sharpness.text()
    );
    let beyond = Agreement::Beyond;
    let bound = Bound {
        claim: sharp,
        beyond,
        verdict,
        largest: sharpness.high,
    };
    let of_sharpness = group.finding(bound, sentence);
    let verdict = group.verdict(non_uniformity::slack);
    let direction = group.verdict(one_step::slack);
    let sentence = format!(
        "{name}: sη√p = {} ({endings}): the paper's s-bound {verdict}; read along one direction, \
         η(a² + ps²) ≤ 2a {direction}.",
        noise.text()
    );
    let bound = Bound {
        claim: uniform,
        beyond,
        verdict,
        largest: noise.high,
    };
    vec![of_sharpness, group.finding(bound, sentence)]
}

/// A row of the summary beside a published run; `None` if there is none of this learning rate and batch size, or
/// every run diverged.
fn comparison(group: &Group<'_>) -> Option<Comparison> {
    let row = published_row(group)?;
    let a = group.spread(|m| m.sharpness.value)?;
    let s = group.spread(|m| m.non_uniformity.value)?;
    let of = |spread: Spread, value: f64| {
        let value_text = significant(value);
        let because = group.settings.unlike_the_paper();
        Published::compared(value_text, [spread.low, spread.high], [value; 2], because)
    };
    let (of_a, of_s) = (of(a, row.sharpness), of(s, row.non_uniformity));
    let eta = group.learning_rate();
    let noise = group.weight::<f64>().sqrt();
    Some(Comparison {
        subject: format!(
            "SGD diagram: η = {}, B = {}",
            group.learning_rate_text(),
            group.batch()
        ),
        predicted: format!(
            "a ≤ {}, s ≤ {}",
            significant(2.0 / eta),
            significant(1.0 / (eta * noise))
        ),
        measured: format!("a = {}, s = {}", a.text(), s.text()),
        with_theory: Agreement::of_all(&findings_of(group)),
        published: Some(Published {
            value: format!("a = {}, s = {}", of_a.value, of_s.value),
            agrees: of_a.agrees && of_s.agrees,
            is_elsewhere: of_a.is_elsewhere,
            because: if of_a.because.is_empty() {
                of_s.because
            } else {
                of_a.because
            },
        }),
        scale: group.settings.scale_in_words(),
    })
}

/// The row of the summary about all runs.
fn whole(groups: &[Group<'_>]) -> Option<Comparison> {
    let [a, s] = group::largest_scaled(groups).map(significant);
    let all: Vec<Finding> = groups.iter().flat_map(findings_of).collect();
    let ratios = groups.iter().filter_map(one_direction);
    let q = ratios.map(|ratio| ratio.high).reduce(f64::max)?;
    let settings = groups.first()?.settings;
    Some(Comparison {
        subject: format!("SGD, all {} pairs of η and B", groups.len()),
        predicted: "aη/2 ≤ 1; sη√p ≤ 1 and q ≤ 1 in one dimension".to_owned(),
        measured: format!(
            "largest aη/2 = {a}, sη√p = {s}, q = η(a² + ps²)/(2a) = {}",
            significant(q)
        ),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: settings.scale_in_words(),
    })
}

/// The row of the summary about the power law; `None` if the runs have none.
fn law(groups: &[Group<'_>]) -> Option<Comparison> {
    let (law, interval) = PowerLaw::of_groups(groups)?;
    let [low, high] = interval.map(significant);
    let [factor, exponent] = published::POWER_LAW;
    let settings = groups.first()?.settings;
    Some(Comparison {
        subject: "Scatter of s against a".to_owned(),
        predicted: "nothing; a fit".to_owned(),
        measured: format!(
            "s = {} a^k, k = {} [{low}, {high}], correlation {:.3}",
            significant(law.factor),
            significant(law.exponent),
            law.correlation
        ),
        with_theory: Agreement::Undecided,
        published: Some(Published::compared(
            format!("s = {factor} a^k, k = {exponent}"),
            interval,
            [exponent; 2],
            settings.unlike_the_paper(),
        )),
        scale: settings.scale_in_words(),
    })
}

/// The ratio `q = η(a² + ps²)/(2a)` of the runs, which is at most 1 where SGD is stable if a and s belong to
/// one direction; `None` if every run diverged.
fn one_direction(group: &Group<'_>) -> Option<Spread> {
    let (eta, weight) = (group.learning_rate(), group.weight::<f64>());
    group.spread(|m| {
        let (a, s) = (m.sharpness.value, m.non_uniformity.value);
        one_dimension::ratio(a, s * s, &eta, &weight)
    })
}

fn published_row(group: &Group<'_>) -> Option<&'static published::StochasticRow> {
    let is_this = |row: &&published::StochasticRow| {
        row.batch == group.batch() && (row.learning_rate - group.learning_rate()).abs() < 1e-6
    };
    published::STOCHASTIC.iter().find(is_this)
}

fn row(group: &Group<'_>) -> Vec<String> {
    let (eta, weight) = (group.learning_rate(), group.weight::<f64>());
    let published = published_row(group);
    vec![
        group.learning_rate_text(),
        group.batch().to_string(),
        group.spread_text(|m| m.sharpness.value),
        significant(gradient_descent::largest_sharpness(&eta)),
        group.spread_text(|m| m.non_uniformity.value),
        significant(non_uniformity::largest_non_uniformity(&eta, &weight)),
        one_direction(group).map_or(ABSENT.to_owned(), |q| q.text()),
        group.spread_text(|m| m.loss),
        group.test_accuracy(),
        group.endings(),
        published.map_or(ABSENT.to_owned(), |row| {
            format!(
                "{}, {}",
                significant(row.sharpness),
                significant(row.non_uniformity)
            )
        }),
    ]
}

/// The table of all groups.
pub fn table(groups: &[Group<'_>]) -> Table {
    let columns = [
        "η",
        "B",
        "a",
        "2/η",
        "s",
        "1/(η√p)",
        "q",
        "train loss",
        "test acc %",
        "runs",
        "published a, s",
    ];
    let [mean, largest] = published::ONE_DIRECTION;
    Table {
        name: "sgd".to_owned(),
        caption: format!(
            "mean [smallest, largest] over the runs. q = η(a² + ps²)/(2a) is at most 1 if SGD is stable and one \
             direction carries both a and s; the authors' runs have {mean} on average and at most {largest}. \
             Published: means recorded by the authors for the same η and B with 784-500-500-500-10 and n = 1000."
        ),
        columns: columns.map(str::to_owned).to_vec(),
        rows: groups.iter().map(row).collect(),
    }
}
