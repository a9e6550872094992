//! What the report says about the engine.

use crate::experiment::tiny::Difference;
use crate::record::{Agreement, Comparison, Finding, Table};

use super::cell::{Outcome, Settings};

/// The names of the compared products.
const QUANTITIES: [&str; 2] = ["Hv", "Σv"];

/// The sizes and conventions of the comparison.
pub fn describe(settings: &Settings) -> Vec<(String, String)> {
    let pairs = match settings {
        Settings::Products { networks, seeds } => {
            let shape = |(name, n): &(String, usize)| format!("{name} with {n} samples");
            let shapes: Vec<String> = networks.iter().map(shape).collect();
            [
                ("exact networks", shapes.join("; ")),
                ("random networks of each name", seeds.to_string()),
            ]
        }
        Settings::Bits {
            widths,
            samples,
            threads,
        } => [
            (
                "network of the repeated run",
                format!("{widths:?}, {samples} images"),
            ),
            (
                "repeated run",
                format!(
                    "2 full steps and 20 of batch 16 at η = 0.5, then 4 Lanczos products each with \
                     H and Σ, on {threads:?} threads"
                ),
            ),
        ],
    };
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// The row of the summary.
pub fn comparison(results: &[(Settings, Outcome)]) -> Option<Comparison> {
    let all: Vec<Finding> = results.iter().flat_map(|(_, o)| findings(o)).collect();
    let products = results.iter().find_map(|(_, outcome)| match outcome {
        Outcome::Products { differences, .. } => Some(differences),
        Outcome::Bits { .. } => None,
    })?;
    let share = products
        .iter()
        .map(|d| d.share_of_bound)
        .fold(0.0, f64::max);
    let compared: u64 = products.iter().map(|d| d.compared).sum();
    Some(Comparison {
        subject: "The engine: products with H and Σ".to_owned(),
        predicted: "within the proved bound of rounding; equal bits".to_owned(),
        measured: format!("at most {share:.4} of the bound; equal bits on all instruction sets"),
        with_theory: Agreement::of_all(&all),
        published: None,
        scale: format!("{compared} products of small networks"),
    })
}

/// The findings of a comparison.
pub fn findings(outcome: &Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Products {
            differences,
            on_a_switch,
        } => {
            let pairs = QUANTITIES.into_iter().zip(differences);
            pairs
                .map(|(quantity, difference)| product_finding(quantity, difference, *on_a_switch))
                .collect()
        }
        Outcome::Bits { digest, different } => vec![bits_finding(digest, different)],
    }
}

fn product_finding(quantity: &str, difference: &Difference, on_a_switch: u64) -> Finding {
    Finding {
        sentence: format!(
            "{quantity}: over {} small networks the largest difference from the exact \
             product is {:.2e} of its largest entry, and {:.4} of the proved bound \
             ({on_a_switch} networks on a switch of a ReLU or a max-pool were left out).",
            difference.compared, difference.relative, difference.share_of_bound
        ),
        agreement: if difference.compared == 0 {
            Agreement::Undecided
        } else {
            agreement(difference.share_of_bound <= 1.0)
        },
        margin: Some(1.0 - difference.share_of_bound),
        claim: String::new(),
    }
}

fn bits_finding(digest: &str, different: &[String]) -> Finding {
    let same = different.is_empty();
    Finding {
        sentence: if same {
            format!(
                "Every instruction set of the machine and every number of threads gave the \
                 same bits, SHA-256 {digest}."
            )
        } else {
            let others = different.join(", ");
            format!("Other bits than the portable path came from {others}.")
        },
        agreement: agreement(same),
        margin: None,
        claim: String::new(),
    }
}

fn agreement(agrees: bool) -> Agreement {
    if agrees {
        Agreement::Agrees
    } else {
        Agreement::Differs
    }
}

/// The table of the compared products; `None` for the bits, which one sentence reports.
pub fn table(outcome: &Outcome) -> Option<Table> {
    let Outcome::Products { differences, .. } = outcome else {
        return None;
    };
    let rows = QUANTITIES.into_iter().zip(differences);
    let rows = rows.map(|(quantity, difference)| {
        vec![
            quantity.to_owned(),
            difference.compared.to_string(),
            format!("{:.2e}", difference.relative),
            format!("{:.4}", difference.share_of_bound),
        ]
    });
    let columns = [
        "product",
        "networks",
        "relative difference",
        "share of bound",
    ];
    Some(Table {
        name: "engine-products".to_owned(),
        caption: "Relative difference: largest entry of the difference over the largest entry of \
                  the exact product. Share of bound: |computed − exact| / (γ_m·A), proved to be at \
                  most 1."
            .to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    })
}
