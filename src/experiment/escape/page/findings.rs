//! The findings: who leaves, and where the leavers settle.

use crate::record::numeral::{fixed, significant};
use crate::record::{Agreement, Comparison, Finding, Published};

use super::super::prediction::{ESCAPED, Prediction};
use super::kind::{Kind, Tried};

/// Whether the runs of one kind leave, against the prediction.
pub fn escape(kind: &Kind<'_>) -> Finding {
    let claim = if kind.is_descent() {
        "gradient_descent_threshold"
    } else {
        "directional_bound_is_necessary"
    };
    let spread = |of: &dyn Fn(&Tried<'_>) -> f64| {
        kind.spread(of)
            .map_or("–".to_owned(), |spread| spread.text())
    };
    let prediction = match kind.prediction() {
        None => "different from seed to seed".to_owned(),
        Some(Prediction::Near) => "none, too near the edge".to_owned(),
        Some(prediction) => prediction.words().to_owned(),
    };
    Finding {
        sentence: format!(
            "{}: q = {} at the start; predicted: {prediction}. {} of {} runs leave: the loss rises to {} times \
             its start.",
            kind.name(),
            spread(&|tried| tried.ratio),
            kind.left(),
            kind.tried.len(),
            spread(&|tried| tried.rise()),
        ),
        agreement: agreement(kind),
        margin: margin(kind),
        claim: claim.to_owned(),
    }
}

/// The agreement of one run with its prediction. The mean square of SGD may be dominated by rare runs, so a single
/// run that stays contradicts nothing; gradient descent has no such excuse.
fn of_run(kind: &Kind<'_>, tried: &Tried<'_>) -> Agreement {
    let is_near = Prediction::of(tried.ratio) == Prediction::Near;
    if is_near || !tried.is_at_minimum {
        return Agreement::Undecided;
    }
    let is_as_predicted = tried.has_left() == (Prediction::of(tried.ratio) == Prediction::Leaves);
    match (is_as_predicted, kind.is_descent()) {
        (true, _) => Agreement::Agrees,
        (false, true) => Agreement::Differs,
        (false, false) => Agreement::Beyond,
    }
}

/// The agreement of all runs: one that contradicts decides.
fn agreement(kind: &Kind<'_>) -> Agreement {
    let all: Vec<Agreement> = kind.tried.iter().map(|tried| of_run(kind, tried)).collect();
    let worst = [Agreement::Differs, Agreement::Beyond, Agreement::Agrees];
    let mut worst = worst.into_iter().filter(|wanted| all.contains(wanted));
    worst.next().unwrap_or(Agreement::Undecided)
}

/// The least distance of a decided run from the threshold of an escape, in factors of ten of the loss; negative if
/// the run contradicts its prediction.
fn margin(kind: &Kind<'_>) -> Option<f64> {
    let of = |tried: &Tried<'_>| {
        let distance = (tried.rise() / ESCAPED).log10().abs().min(100.0);
        match of_run(kind, tried) {
            Agreement::Undecided => None,
            Agreement::Agrees => Some(distance),
            Agreement::Differs | Agreement::Beyond => Some(-distance),
        }
    };
    kind.tried.iter().filter_map(of).reduce(f64::min)
}

/// Where the runs of SGD that have left settle: whether flatter and more uniform, as the paper says; `None` if none
/// has left.
pub fn settled(kind: &Kind<'_>) -> Option<Finding> {
    let leavers = || kind.tried.iter().filter(|tried| tried.has_left());
    let ends = || leavers().filter_map(|tried| Some((tried, tried.end()?)));
    if kind.is_descent() || ends().next().is_none() {
        return None;
    }
    let count = ends().count() as f64;
    let mean = |of: &dyn Fn(&Tried<'_>, [f64; 2]) -> f64| {
        ends().map(|(tried, end)| of(tried, end)).sum::<f64>() / count
    };
    let (from_a, to_a) = (mean(&|t, _| t.start.sharpness.value), mean(&|_, e| e[0]));
    let (from_s, to_s) = (
        mean(&|t, _| t.start.non_uniformity.value),
        mean(&|_, e| e[1]),
    );
    let percent = |value: f64| fixed(100.0 * value, 1);
    let is_flatter = |(tried, end): (&Tried<'_>, [f64; 2])| {
        end[0] < tried.start.sharpness.value && end[1] < tried.start.non_uniformity.value
    };
    let agreement = if ends().all(is_flatter) {
        Agreement::Agrees
    } else {
        Agreement::Differs
    };
    let units = kind.units();
    Some(Finding {
        sentence: format!(
            "{}: from a = {} and s = {} the runs that leave move to a = {} and s = {} (aη/2 = {}, sη√p = {}); test \
             accuracy goes from {} to {} %.",
            kind.name(),
            significant(from_a),
            significant(from_s),
            significant(to_a),
            significant(to_s),
            significant(to_a * units[0]),
            significant(to_s * units[1]),
            percent(mean(&|t, _| t.first().test_accuracy)),
            percent(mean(&|t, _| t.end_accuracy().unwrap_or(f64::NAN))),
        ),
        agreement,
        margin: None,
        claim: String::new(),
    })
}

/// The row of the summary.
pub fn comparison(kinds: &[Kind<'_>], scale: String) -> Comparison {
    let all: Vec<Finding> = kinds.iter().map(escape).collect();
    let part = |kind: &Kind<'_>| {
        format!(
            "{}: {} of {} leave",
            kind.name(),
            kind.left(),
            kind.tried.len()
        )
    };
    let small = |kind: &&Kind<'_>| !kind.is_descent() && kind.run.batch <= 4;
    let large = |kind: &&Kind<'_>| !kind.is_descent() && kind.run.batch > 4;
    let small_leave = (kinds.iter().filter(small)).all(|kind| kind.left() == kind.tried.len());
    let large_stay = kinds.iter().filter(large).all(|kind| kind.left() == 0);
    let raised_leave =
        (kinds.iter().filter(|kind| kind.is_descent())).all(|k| k.left() == k.tried.len());
    Comparison {
        subject: "Figure 2: training goes on from a minimum of gradient descent".to_owned(),
        predicted: "a run leaves just when q = η(m² + p·Var)/(2m) > 1".to_owned(),
        measured: kinds.iter().map(part).collect::<Vec<_>>().join("; "),
        with_theory: Agreement::of_all(&all),
        published: Some(Published {
            value: "SGD with B = 1 and 4 leaves, with B = 100 stays; gradient descent with 3 η and 5 η leaves"
                .to_owned(),
            agrees: small_leave && large_stay && raised_leave,
            is_elsewhere: true,
            because: "another network and another n".to_owned(),
        }),
        scale,
    }
}
