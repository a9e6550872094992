//! What the report says of the engine.

use crate::experiment::tiny::Difference;
use crate::record::{Agreement, Finding, Table};

use super::{Outcome, Settings};

/// The products that are compared.
const QUANTITIES: [&str; 2] = ["Hv", "Σv"];

/// Sizes and conventions.
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

/// What came out.
pub fn findings(outcome: &Outcome) -> Vec<Finding> {
    match outcome {
        Outcome::Products {
            differences,
            on_a_switch,
        } => {
            let finding = |(quantity, difference): (&str, &Difference)| Finding {
                sentence: format!(
                    "{quantity}: over {} small networks the largest difference from the exact \
                     product is {:.2e} of its largest entry, and {:.4} of the proved bound \
                     ({on_a_switch} networks on a switch of a ReLU or a max-pool were left out).",
                    difference.compared, difference.relative, difference.share_of_bound
                ),
                agreement: match (difference.compared, difference.share_of_bound <= 1.0) {
                    (0, _) => Agreement::Undecided,
                    (_, true) => Agreement::Agrees,
                    (_, false) => Agreement::Differs,
                },
                margin: Some(1.0 - difference.share_of_bound),
                claim: String::new(),
            };
            QUANTITIES
                .into_iter()
                .zip(differences)
                .map(finding)
                .collect()
        }
        Outcome::Bits { digest, different } => vec![Finding {
            sentence: match different.is_empty() {
                true => format!(
                    "Every instruction set of the machine and every number of threads gave the \
                     same bits, SHA-256 {digest}."
                ),
                false => format!(
                    "Other bits than the portable path came from {}.",
                    different.join(", ")
                ),
            },
            agreement: match different.is_empty() {
                true => Agreement::Agrees,
                false => Agreement::Differs,
            },
            margin: None,
            claim: String::new(),
        }],
    }
}

/// The products in numbers; the bits are one sentence.
pub fn table(outcome: &Outcome) -> Option<Table> {
    let Outcome::Products { differences, .. } = outcome else {
        return None;
    };
    let row = |(quantity, difference): (&str, &Difference)| {
        vec![
            quantity.to_owned(),
            difference.compared.to_string(),
            format!("{:.2e}", difference.relative),
            format!("{:.4}", difference.share_of_bound),
        ]
    };
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
        rows: QUANTITIES.into_iter().zip(differences).map(row).collect(),
    })
}
