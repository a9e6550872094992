//! What the report says about the diagrams.

use super::cell::{Outcome, Settings, Spot};
use super::edge::Edge;
use crate::experiment::group::{boundary, corner};
use crate::experiment::statistics::{agreement, farther, margin};
use crate::record::numeral::significant;
use crate::record::{
    Agreement, Axis, Comparison, DataPoint, Figure, Finding, Series, Style, Table,
};

/// The claim that the experiment checks.
const CLAIM: &str = "one_dimensional_sgd";

/// The sizes and conventions of the experiment.
pub fn describe(results: &[(Settings, Outcome)]) -> Vec<(String, String)> {
    let Some((first, _)) = results.first() else {
        return Vec::new();
    };
    let splitting = &first.splitting;
    let pairs = [
        (
            "samples",
            format!(
                "n = {}: one of curvature a + 3s, the others a − s/3",
                first.samples
            ),
        ),
        ("sampling", "without replacement".to_owned()),
        (
            "walks beside each minimum",
            format!(
                "{} populations of {} walkers",
                splitting.populations, splitting.walkers
            ),
        ),
        ("steps", splitting.steps.to_string()),
        ("arithmetic of the walks", "f64".to_owned()),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

impl Settings {
    fn name(&self) -> String {
        format!("η = {}, B = {}", self.learning_rate, self.batch)
    }

    /// The minimum with these values of `aη/2` and `sη√p`, as a point of a plot of s against a.
    fn point(&self, sharpness: f64, non_uniformity: f64) -> DataPoint {
        let (eta, weight) = (self.learning_rate.to_f64(), self.weight().to_f64());
        DataPoint::new(
            2.0 * sharpness / eta,
            non_uniformity / (eta * weight.sqrt()),
        )
    }
}

impl Outcome {
    /// The largest distance of a simulation from its exact moment, in standard errors.
    fn largest_deviation(&self, settings: &Settings) -> f64 {
        let deviations = self.spots.iter().map(|spot| spot.deviation(settings));
        deviations.fold(0.0, farther)
    }

    fn count(&self, wanted: impl Fn(&Spot) -> bool) -> usize {
        self.spots.iter().filter(|spot| wanted(spot)).count()
    }

    /// The number of minima within both bounds of the paper at which SGD is unstable.
    fn unstable_in_rectangle(&self) -> usize {
        self.count(|spot| spot.is_in_rectangle() && !spot.verdict.holds())
    }
}

/// One finding for each diagram.
pub fn findings(results: &[(Settings, Outcome)]) -> Vec<Finding> {
    results
        .iter()
        .map(|(settings, outcome)| finding(settings, outcome))
        .collect()
}

fn finding(settings: &Settings, outcome: &Outcome) -> Finding {
    let as_decided = outcome.count(Spot::is_as_decided);
    let deviation = outcome.largest_deviation(settings);
    let all = outcome.spots.len();
    Finding {
        sentence: format!(
            "{}: the simulation shrinks exactly where the exact criterion says so at {as_decided} of {all} \
             minima, and its mean square is at most {deviation:+.2} standard errors from the exact one. \
             {} of the {} minima within both bounds of the paper are unstable.",
            settings.name(),
            outcome.unstable_in_rectangle(),
            outcome.count(Spot::is_in_rectangle),
        ),
        agreement: if as_decided == all {
            agreement(deviation)
        } else {
            Agreement::Differs
        },
        margin: margin(deviation),
        claim: CLAIM.to_owned(),
    }
}

/// The row of the summary.
pub fn comparison(results: &[(Settings, Outcome)]) -> Option<Comparison> {
    let sum = |count: fn(&Outcome) -> usize| results.iter().map(|(_, o)| count(o)).sum::<usize>();
    let all = sum(|outcome| outcome.spots.len());
    let as_decided = sum(|outcome| outcome.count(Spot::is_as_decided));
    let (unstable, within) = (
        sum(Outcome::unstable_in_rectangle),
        sum(|outcome| outcome.count(Spot::is_in_rectangle)),
    );
    Some(Comparison {
        subject: "Figure 3: stability diagrams by η and by B".to_owned(),
        predicted: "stable iff η(a² + ps²) ≤ 2a, within the rectangle of the paper".to_owned(),
        measured: format!(
            "{as_decided} of {all} minima as decided; {unstable} of {within} in the rectangle are unstable"
        ),
        with_theory: Agreement::of_all(&findings(results)),
        published: None,
        scale: format!("one dimension, n = {}", results.first()?.0.samples),
    })
}

/// The diagrams by learning rate and by batch size, and the minima that were decided and simulated.
pub fn figures(results: &[(Settings, Outcome)], edges: &[Edge]) -> Vec<Figure> {
    let settings: Vec<&Settings> = results.iter().map(|(settings, _)| settings).collect();
    let by_rate = settings.iter().filter(|settings| settings.batch == 2);
    let by_batch = settings
        .iter()
        .filter(|settings| settings.learning_rate == 1.into());
    vec![
        diagram(
            "diagram-learning-rates",
            "Minima that hold SGD, by learning rate (n = 10, B = 2)",
            by_rate.map(|settings| (format!("η = {}", settings.learning_rate), *settings)),
        ),
        diagram(
            "diagram-batches",
            "Minima that hold SGD, by batch size (n = 10, η = 1)",
            by_batch.map(|settings| (format!("B = {}", settings.batch), *settings)),
        ),
        checked(results, edges),
    ]
}

fn diagram<'a>(
    name: &str,
    title: &str,
    settings: impl Iterator<Item = (String, &'a Settings)>,
) -> Figure {
    let series = settings.flat_map(|(label, settings)| {
        let place = |point: &DataPoint| settings.point(point.x, point.y);
        let rectangle = corner().iter().map(place).collect();
        [
            Series {
                label: format!("{label}: exact boundary"),
                style: Style::Line,
                points: boundary().iter().map(place).collect(),
            },
            Series::bound(&format!("{label}: rectangle"), rectangle),
        ]
    });
    Figure {
        name: name.to_owned(),
        title: title.to_owned(),
        caption: "Non-uniformity s against sharpness a of minima in one dimension. Dashed: the rectangle of the \
                  paper, a ≤ 2/η and s ≤ 1/(η√p) with p = (n − B)/(B(n − 1)). Solid: the exact boundary \
                  η(a² + ps²) = 2a, below which E x_t² shrinks."
            .to_owned(),
        x: Axis::linear("sharpness a"),
        y: Axis::linear("non-uniformity s"),
        series: series.collect(),
        names: Vec::new(),
    }
}

fn checked(results: &[(Settings, Outcome)], edges: &[Edge]) -> Figure {
    let spots = || results.iter().flat_map(|(_, outcome)| &outcome.spots);
    let points = |stable: bool| {
        let wanted = spots().filter(move |spot| spot.verdict.holds() == stable);
        wanted
            .map(|spot| DataPoint::new(spot.sharpness, spot.non_uniformity))
            .collect()
    };
    let named = edges
        .iter()
        .map(|edge| DataPoint::new(edge.sharpness, edge.non_uniformity));
    let series = vec![
        Series {
            label: "stable".to_owned(),
            style: Style::Points,
            points: points(true),
        },
        Series {
            label: "unstable".to_owned(),
            style: Style::Points,
            points: points(false),
        },
        Series {
            label: "edges of models in two dimensions".to_owned(),
            style: Style::Points,
            points: named.collect(),
        },
        Series::bound("rectangle", corner()),
        Series::bound("η(a² + ps²) = 2a", boundary()),
    ];
    let differ = spots().filter(|spot| !spot.is_as_decided()).count();
    Figure {
        name: "diagram-checked".to_owned(),
        title: "Minima decided over ℚ and simulated".to_owned(),
        caption: format!(
            "Horizontally aη/2, vertically sη√p; both bounds of the paper are at 1. Each marker is a minimum in \
             one dimension for all η and B of the diagrams, decided exactly; the simulation says otherwise at \
             {differ} of {}. Edges: models in two dimensions at their critical learning rate. Those beyond the \
             rectangle show that its bound on s is not necessary in more than one dimension.",
            spots().count()
        ),
        x: Axis::linear("a η / 2"),
        y: Axis::linear("s η √p"),
        series,
        names: Vec::new(),
    }
}

/// The table of the edges of models in several dimensions.
pub fn table(edges: &[Edge]) -> Table {
    let row = |edge: &Edge| {
        let inside = edge.sharpness <= 1.0 && edge.non_uniformity <= 1.0;
        vec![
            edge.model.to_owned(),
            significant(edge.sharpness),
            significant(edge.non_uniformity),
            if inside { "within" } else { "beyond" }.to_owned(),
        ]
    };
    Table {
        name: "diagram-edges".to_owned(),
        caption: "Models in two dimensions with B = 1 at their exact critical learning rate η*, in units of the \
                  two bounds."
            .to_owned(),
        columns: ["model", "aη*/2", "sη*√p", "the rectangle"].map(str::to_owned).into(),
        rows: edges.iter().map(row).collect(),
    }
}
