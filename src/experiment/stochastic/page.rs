//! What the report says about the runs, in words and numbers.

use super::power_law::PowerLaw;
use crate::criterion::{gradient_descent, non_uniformity, one_step};
use crate::experiment::group::{self, ABSENT, Bound, COLUMNS, Group, Spread};
use crate::experiment::published::{self, is_same_rate};
use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Finding, Published, Table};

/// The rows of the summary: the pairs of η and B with published means, all runs, and the power law.
pub fn comparisons(groups: &[Group<'_>]) -> Vec<Comparison> {
    let rows = [beside_published(groups), whole(groups), law(groups)];
    rows.into_iter().flatten().collect()
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

/// A pair of η and B with the means that the authors published for it.
struct Pair<'a> {
    published: &'static published::StochasticRow,
    group: &'a Group<'a>,
    sharpness: Spread,
    non_uniformity: Spread,
}

impl<'a> Pair<'a> {
    /// `None` if nothing was published for this pair, or every run diverged.
    fn of(group: &'a Group<'a>) -> Option<Self> {
        Some(Pair {
            published: published_row(group)?,
            group,
            sharpness: group.spread(|m| m.sharpness.value)?,
            non_uniformity: group.spread(|m| m.non_uniformity.value)?,
        })
    }

    /// The means of a and of s, in units of the published ones.
    fn ratios(&self) -> [f64; 2] {
        [
            self.sharpness.mean / self.published.sharpness,
            self.non_uniformity.mean / self.published.non_uniformity,
        ]
    }

    /// Whether both published means lie between the smallest and the largest of our runs.
    fn agrees(&self) -> bool {
        let contains = |spread: &Spread, value| spread.low <= value && value <= spread.high;
        contains(&self.sharpness, self.published.sharpness)
            && contains(&self.non_uniformity, self.published.non_uniformity)
    }
}

/// The row of the summary about the pairs of η and B for which the authors published means; `None` if there
/// are none.
fn beside_published(groups: &[Group<'_>]) -> Option<Comparison> {
    let pairs: Vec<Pair<'_>> = groups.iter().filter_map(Pair::of).collect();
    let first = pairs.first()?;
    let range = |of: usize| {
        let ratios = pairs.iter().map(|pair| pair.ratios()[of]);
        let [low, high] = ratios.fold([f64::INFINITY, 0.0], |[low, high], ratio| {
            [f64::min(low, ratio), f64::max(high, ratio)]
        });
        format!("{} to {}", fixed(low, 2), fixed(high, 2))
    };
    let of_pairs: Vec<Finding> = pairs
        .iter()
        .flat_map(|pair| findings_of(pair.group))
        .collect();
    let agreeing = pairs.iter().filter(|pair| pair.agrees()).count();
    let unlike = first.group.settings.unlike_the_paper();
    Some(Comparison {
        subject: "SGD, the pairs of η and B with published means".to_owned(),
        predicted: "a ≤ 2/η, s ≤ 1/(η√p)".to_owned(),
        measured: format!(
            "{} pairs: a is {} and s {} of the published means",
            pairs.len(),
            range(0),
            range(1)
        ),
        with_theory: Agreement::of_all(&of_pairs),
        published: Some(Published {
            value: format!("{agreeing} of {} lie within our runs", pairs.len()),
            agrees: agreeing == pairs.len(),
            is_elsewhere: !unlike.is_empty(),
            because: if unlike.is_empty() {
                "published without their spread".to_owned()
            } else {
                unlike.to_owned()
            },
        }),
        scale: first.group.settings.scale_in_words(),
    })
}

/// The row of the summary about all runs.
fn whole(groups: &[Group<'_>]) -> Option<Comparison> {
    let [a, s] = group::largest_scaled(groups).map(significant);
    let all: Vec<Finding> = groups.iter().flat_map(findings_of).collect();
    let ratios = groups.iter().filter_map(Group::one_direction);
    let q = ratios.map(|ratio| ratio.high).reduce(f64::max)?;
    let settings = groups.first()?.settings;
    Some(Comparison {
        subject: "SGD, every pair of η and B".to_owned(),
        predicted: "aη/2 ≤ 1; sη√p ≤ 1 and q ≤ 1 in one dimension".to_owned(),
        measured: format!(
            "{} pairs: largest aη/2 = {a}, sη√p = {s}, q = η(a² + ps²)/(2a) = {}",
            groups.len(),
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

fn published_row(group: &Group<'_>) -> Option<&'static published::StochasticRow> {
    let (eta, batch) = (group.learning_rate(), group.batch());
    let mut rows = published::STOCHASTIC.iter();
    rows.find(|row| row.batch == batch && is_same_rate(row.learning_rate, eta))
}

fn row(group: &Group<'_>) -> Vec<String> {
    let published = published_row(group).map_or(ABSENT.to_owned(), |row| {
        let (a, s) = (significant(row.sharpness), significant(row.non_uniformity));
        format!("{a}, {s}")
    });
    let mut row = group.row();
    row.push(published);
    row
}

/// The table of all groups.
pub fn table(groups: &[Group<'_>]) -> Table {
    let columns = COLUMNS.into_iter().chain(["published a, s"]);
    let [mean, largest] = published::ONE_DIRECTION;
    Table {
        name: "sgd".to_owned(),
        caption: format!(
            "mean [smallest, largest] over the runs. q = η(a² + ps²)/(2a) is at most 1 if SGD is stable and one \
             direction carries both a and s; the authors' runs have {mean} on average and at most {largest}. \
             Published: means recorded by the authors for the same η and B with 784-500-500-500-10 and n = 1000."
        ),
        columns: columns.map(str::to_owned).collect(),
        rows: groups.iter().map(row).collect(),
    }
}
