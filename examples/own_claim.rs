//! A claim of your own in one file: a made-up criterion, written like the claims in `theorems/`, with its
//! checks, the search for a counter-example, and its page of the report.
//!
//! The criterion says that SGD is stable if one step shrinks the squared distance *on average over
//! directions*. To run the example:
//!
//! ```sh
//! cargo run --example own_claim -- out/own-claim
//! ```

use std::path::Path;

use sgd_stability::claim::family::{at_the_ends, instances, random_at_the_ends};
use sgd_stability::claim::{
    Certified, Change, Chapter, Check, Checked, Claim, Conjecture, Evidence, Examination, Guard,
    Hypothesis, Link, MINIMUM, POSITIVE_LEARNING_RATE, Posed, Status, Version, tally,
};
use sgd_stability::criterion::{MEAN_SQUARE, mean_square, one_step};
use sgd_stability::error::Result;
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Exact, Field, Verdict};
use sgd_stability::report::{ReportInput, RollEntry, Trials, render};
use sgd_stability::search::{Goal, Settings, search};
use sgd_stability::write::write_files;

/// The claim: "on average over directions is enough".
const CLAIM: Claim = Claim {
    id: "trace_is_enough",
    title: "A trace that shrinks is enough",
    statement: "If tr(2H − η(H² + pΣ)) ≥ 0 then SGD is mean-square stable.",
    formula: || {
        let slack = one_step::latex();
        format!(r"\operatorname{{tr}}\left({slack}\right) \ge 0")
    },
    source: "Made up for this example.",
    hypotheses: &[
        MINIMUM,
        POSITIVE_LEARNING_RATE,
        Hypothesis::asked(
            "shrinks_on_average: one step shrinks the squared distance on average over directions",
            shrinks_on_average,
            shrinks_on_average,
        ),
    ],
    reading: "False: a direction that grows may hide behind others that shrink.",
    chapter: Chapter::ExactThresholds,
    status: Status::Refuted,
    guards: &[Guard::of("mean square", &[Change::Tenths(1)])],
    exact: Check::Run(evidence::<Exact>),
    outside: Check::Without("the claim fails inside its hypotheses"),
    certified: Check::Run(evidence::<Certified>),
    empirical: Check::Without("a network gives no trace of Σ"),
};

/// The input of the search: the same criterion, and the learning rates at which its two sides end.
const CONJECTURE: Conjecture = Conjecture::of(&[Link {
    examination,
    hypotheses: end_on_average,
    conclusion: MEAN_SQUARE.critical,
}]);

fn examination<T: Checked>() -> Examination<T> {
    Examination {
        hypotheses: |posed| posed.meets(CLAIM.hypotheses),
        conclusion: |posed| {
            posed.formula("mean square", |eta| {
                mean_square::verdict(&posed.model, eta, &posed.p)
            })
        },
        margin: |instance| instance.headroom(MEAN_SQUARE),
    }
}

fn shrinks_on_average<T: Field>(posed: &Posed<T>) -> Verdict {
    let slack = one_step::slack(&posed.model.curvature(), &posed.eta, &posed.p);
    Verdict::non_negative(slack.trace().sign())
}

/// The approximate learning rate at which the hypothesis ends, `2 tr H / tr(H² + pΣ)`.
fn end_on_average(model: &Quadratic<f64>, p: f64) -> f64 {
    2.0 * model.hessian().trace() / one_step::second_moment(&model.curvature(), &p).trace()
}

/// The instances of the roll, the same models at the learning rates where this claim ends, and random models
/// at such learning rates.
fn evidence<T: Checked>(version: Version) -> Evidence {
    let mut own = at_the_ends(&CONJECTURE);
    own.extend(random_at_the_ends(&CONJECTURE, 1, 64));
    let examination = examination::<T>();
    tally(version, examination.cases(instances().chain(&own), version))
}

fn main() -> Result<()> {
    let findings = CLAIM.check();
    assert!(findings.as_stated && CLAIM.unnoticed().is_empty());
    if let Some(exact) = &findings.exact {
        println!(
            "{} hold, {} fail, {} undecided, {} outside the hypotheses",
            exact.holds, exact.fails, exact.undecided, exact.unmet
        );
    }

    let settings = Settings {
        goal: Goal::Smallest,
        dimension: 2,
        samples: 3,
        batch: 1,
        sampling: Sampling::WithoutReplacement,
        budget: 2_000,
        seed: 1,
    };
    let outcome = search(&CONJECTURE, &settings, &mut |_| {})?;
    match outcome.found {
        Some(found) => println!("smallest counter-example: {}", found.instance().describe()),
        None => println!("{} models tried, no counter-example found", outcome.tried),
    }

    let page = ReportInput {
        title: "A claim of one's own".to_owned(),
        manifest: vec![("seed".to_owned(), settings.seed.to_string())],
        roll: vec![RollEntry::new(&CLAIM, findings)],
        records: vec![],
        trials: Trials::default(),
    };
    let folder = std::env::args()
        .nth(1)
        .unwrap_or("out/own-claim".to_owned());
    write_files(Path::new(&folder), &render(&page))?;
    println!("read {folder}/index.html");
    Ok(())
}
