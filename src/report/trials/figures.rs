//! The figures: the error against the input, the condition number and the speed.

use super::entry::Speed;
use super::group::Group;
use super::input::Trials;
use crate::record::{Axis, DataPoint, Figure, Series, Style};
use crate::report::figure::{Map, Panel};
use crate::trial::{CONDITIONED_LENGTH, Conditioned, conditioned_textbook};

/// The figures on one pair of axes that have a point.
pub fn all(trials: &Trials, groups: &[Group<'_>]) -> Vec<Figure> {
    [condition(groups), speed(trials, groups)]
        .into_iter()
        .flatten()
        .collect()
}

/// The error of dot products against the condition number, with the bound.
fn condition(groups: &[Group<'_>]) -> Option<Figure> {
    let measured = || {
        groups
            .iter()
            .filter(|g| !g.verdict().conditioned.is_empty())
    };
    let bound = measured().next()?.verdict().conditioned.iter();
    let bound = bound.map(|point| DataPoint::new(point.condition, point.bound));
    let series = [
        Series::bound("proved bound, any order of additions", bound.collect()),
        points("the textbook's loop", &conditioned_textbook()),
    ];
    let measured = measured().map(|group| points(&label(group), &group.verdict().conditioned));
    let series = series.into_iter().chain(measured).collect();
    Some(Figure {
        name: "kernels-condition".to_owned(),
        title: "Dot products of prescribed condition".to_owned(),
        caption: format!(
            "The relative error |computed − xᵀy| / |xᵀy| of dot products of {} terms (Ogita, Rump and \
             Oishi 2005) against their condition number, both from exact rational arithmetic. The textbook's \
             loop adds one term after the other in f32. The \
             bound is γₙ/2 times the condition number, with γₙ = nu/(1 − nu) and u = 2⁻²⁴.",
            CONDITIONED_LENGTH
        ),
        x: Axis::logarithmic("condition number 2 Σ|xᵢyᵢ| / |Σxᵢyᵢ|"),
        y: Axis::logarithmic("relative error"),
        series,
        names: Vec::new(),
    })
}

/// The errors of one kernel against the condition numbers.
fn points(label: &str, problems: &[Conditioned]) -> Series {
    let point = |p: &Conditioned| DataPoint::new(p.condition, p.error.unwrap_or(f64::INFINITY));
    Series {
        label: label.to_owned(),
        style: Style::Points,
        points: problems.iter().map(point).collect(),
    }
}

/// The points of a library, with their names.
#[derive(Default)]
struct Cloud<'a> {
    library: &'a str,
    points: Vec<DataPoint>,
    names: Vec<String>,
}

/// The largest error against the time, for every function of every library.
fn clouds<'a>(trials: &'a Trials, groups: &[Group<'a>]) -> Vec<Cloud<'a>> {
    let mut clouds: Vec<Cloud> = Vec::new();
    let mut add = |library, function: &str, time, error| {
        let place = clouds.iter().position(|cloud| cloud.library == library);
        let place = place.unwrap_or_else(|| {
            clouds.push(Cloud {
                library,
                ..Cloud::default()
            });
            clouds.len() - 1
        });
        clouds[place].points.push(DataPoint::new(time, error));
        clouds[place].names.push(function.to_owned());
    };
    for group in groups {
        if let (Some(time), Some(error)) = (group.fastest(), group.verdict().max_ulp) {
            add(group.library, &group.verdict().function, time, error);
        }
    }
    let has_verdict = |speed: &Speed| trials.kernels.iter().any(|entry| speed.fits(entry));
    for speed in trials.speeds.iter().filter(|speed| !has_verdict(speed)) {
        if let Some(error) = speed.max_ulp {
            let library = trials.full_name(&speed.library);
            add(library, &speed.function, speed.nanoseconds, error);
        }
    }
    clouds
}

/// The largest error against the time.
fn speed(trials: &Trials, groups: &[Group<'_>]) -> Option<Figure> {
    let (mut series, mut names) = (Vec::new(), Vec::new());
    for cloud in clouds(trials, groups) {
        series.push(Series {
            label: cloud.library.to_owned(),
            style: Style::Points,
            points: cloud.points,
        });
        names.push(cloud.names);
    }
    if series.is_empty() {
        return None;
    }
    Some(Figure {
        name: "kernels-speed".to_owned(),
        title: "Accuracy against speed".to_owned(),
        caption: "Each point is a function of a library: the largest error found against the time for \
                  one element, on the fastest instruction set that the library was measured on; of a \
                  library that was not tried, the error over the numbers that were timed. Left and \
                  low is good. Names stand where there is room; the data have them all."
            .to_owned(),
        x: Axis::logarithmic("nanoseconds per element"),
        y: Axis::logarithmic("largest error in ulps"),
        series,
        names,
    })
}

/// The error against the input: a map for each function, with ours above the others.
pub fn maps(groups: &[Group<'_>]) -> Vec<Map> {
    let mut maps: Vec<Map> = Vec::new();
    for group in groups.iter().filter(|g| !g.verdict().density.is_empty()) {
        let function = &group.verdict().function;
        let panel = Panel {
            label: label(group),
            bins: group.verdict().density.clone(),
        };
        match maps.iter_mut().find(|map| map.title == *function) {
            Some(map) => map.panels.push(panel),
            None => maps.push(Map {
                name: format!("kernels-error-{}", plain(function)),
                title: function.clone(),
                caption: format!("The error of {function} for every input, by bins of inputs."),
                panels: vec![panel],
            }),
        }
    }
    maps
}

/// The library, the kernel if it has a name of its own, and the instruction sets.
fn label(group: &Group<'_>) -> String {
    let verdict = group.verdict();
    let mut label = group.library.to_owned();
    if verdict.name != verdict.function {
        label += &format!(" {}", verdict.name);
    }
    match group.isas() {
        isas if isas.is_empty() => label,
        isas => format!("{label} ({isas})"),
    }
}

/// The name of a function as part of a file name.
fn plain(function: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    function
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}
