//! Your own claim, in one file: a made-up criterion, its exact check, its property test, the hunt for
//! its counter-example, and its page of the report.
//!
//! The criterion: SGD should be stable when one step shrinks the squared distance *on average over
//! directions*, `tr(2H − η(H² + pΣ)) ≥ 0`. Run it with
//!
//! ```sh
//! cargo run --example own_claim -- out/own-claim
//! ```

use std::path::Path;

use sgd_stability::claim::{
    Conjecture, Ends, Evidence, Instance, Side, Wording, edge_family, examine, fixed_family,
};
use sgd_stability::criterion::one_step;
use sgd_stability::error::Result;
use sgd_stability::model::{Quadratic, Sampling};
use sgd_stability::number::{Field, Verdict};
use sgd_stability::report::{ReportInput, RollEntry, render};
use sgd_stability::search::{CounterExample, Goal, Settings, search};
use sgd_stability::write::write_files;

/// "On average over directions is enough."
struct TraceIsEnough;

impl Conjecture for TraceIsEnough {
    fn wording(&self) -> Wording {
        Wording {
            id: "trace_is_enough",
            title: "A trace that shrinks is enough",
            statement: "If tr(2H − η(H² + pΣ)) ≥ 0 then SGD is mean-square stable.",
            source: "Made up for this example.",
            hypotheses: &["one step shrinks the squared distance on average over directions"],
        }
    }

    fn formula(&self) -> String {
        format!(
            r"\operatorname{{tr}}\left({}\right) \ge 0",
            one_step::latex()
        )
    }

    fn hypotheses(&self, asked: &Instance) -> Verdict {
        let curvature = asked.model.curvature();
        let slack = one_step::slack(&curvature, &asked.learning_rate, &asked.weight);
        Verdict::non_negative(slack.trace().sign())
    }

    fn conclusion(&self, asked: &Instance) -> Verdict {
        (Side::MEAN_SQUARE.verdict)(asked)
    }

    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        let second_moment = one_step::second_moment(&model.curvature(), &weight);
        Ends {
            hypotheses: 2.0 * model.hessian().trace() / second_moment.trace(),
            conclusion: (Side::MEAN_SQUARE.end)(model, weight),
        }
    }
}

/// The fixed family, a random one at the edges, and the counter-example: all counted.
fn evidence(found: &CounterExample) -> Evidence {
    let mut instances = fixed_family(&TraceIsEnough);
    instances.extend(edge_family(&TraceIsEnough, 1, 64));
    instances.push(found.instance());
    examine(&TraceIsEnough, &instances)
}

fn main() -> Result<()> {
    let settings = Settings {
        goal: Goal::Smallest,
        dimension: 2,
        samples: 3,
        batch: 1,
        sampling: Sampling::WithoutReplacement,
        budget: 2_000,
        seed: 1,
    };
    let outcome = search(&TraceIsEnough, &settings, &mut |_| {})?;
    let Some(found) = outcome.found else {
        println!("{} models tried, no counter-example found", outcome.tried);
        return Ok(());
    };
    assert!(found.refutes(&TraceIsEnough));
    let reading = format!("False: {}.", found.instance().describe());
    println!("{reading}");

    let evidence = evidence(&found);
    println!(
        "{} hold, {} fail, {} undecided, {} outside the hypotheses",
        evidence.holds, evidence.fails, evidence.undecided, evidence.unmet
    );

    let page = ReportInput {
        title: "A claim of one's own".to_owned(),
        manifest: vec![("seed".to_owned(), settings.seed.to_string())],
        roll: vec![RollEntry::of_conjecture(&TraceIsEnough, evidence, &reading)],
        records: vec![],
    };
    let folder = std::env::args()
        .nth(1)
        .unwrap_or("out/own-claim".to_owned());
    write_files(Path::new(&folder), &render(&page))?;
    println!("read {folder}/index.html");
    Ok(())
}
