//! What the report says of the engine.

use crate::experiment::record::{Agreement, Finding, Table};
use crate::experiment::tiny::Difference;

use super::{Outcome, Settings};

/// The products that are compared.
const QUANTITIES: [&str; 2] = ["Hv", "Σv"];

/// Sizes and conventions.
pub fn describe(settings: &Settings) -> Vec<(String, String)> {
    let pairs = match settings {
        Settings::Products { networks, seeds } => {
            let shape = |(widths, n): &(Vec<usize>, usize)| format!("{widths:?} with {n} samples");
            let shapes: Vec<String> = networks.iter().map(shape).collect();
            [
                ("exact networks", shapes.join("; ")),
                ("random networks of each shape", seeds.to_string()),
            ]
        }
        Settings::Bits {
            widths, samples, ..
        } => [
            (
                "network of the repeated run",
                format!("{widths:?}, {samples} images"),
            ),
            (
                "repeated run",
                "2 full steps and 20 of batch 16 at η = 0.5, then 4 Lanczos products each with H \
                 and Σ"
                    .to_owned(),
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
                     ({on_a_switch} networks on a switch of a ReLU were left out).",
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
        Outcome::Bits { digests } => {
            let equal = digests.windows(2).all(|pair| pair[0].2 == pair[1].2);
            let all = digests.len();
            vec![Finding {
                sentence: match equal {
                    true => format!("All {all} repetitions gave the same bits."),
                    false => format!("The {all} repetitions did not all give the same bits."),
                },
                agreement: if equal {
                    Agreement::Agrees
                } else {
                    Agreement::Differs
                },
                margin: None,
                claim: String::new(),
            }]
        }
    }
}

/// The numbers of one look.
pub fn table(outcome: &Outcome) -> Table {
    let (name, caption, columns, rows): (_, _, &[&str], Vec<Vec<String>>) = match outcome {
        Outcome::Products { differences, .. } => (
            "engine-products",
            "Relative difference: largest entry of the difference over the largest entry of the \
             exact product. Share of bound: |computed − exact| / (γ_m·A), proved to be at most 1.",
            &[
                "product",
                "networks",
                "relative difference",
                "share of bound",
            ],
            QUANTITIES
                .into_iter()
                .zip(differences)
                .map(row_of_difference)
                .collect(),
        ),
        Outcome::Bits { digests } => (
            "engine-bits",
            "SHA-256 over the bits of all losses, the final parameters and the measured curvature.",
            &["instruction set", "threads", "SHA-256"],
            digests.iter().map(row_of_digest).collect(),
        ),
    };
    Table {
        name: name.to_owned(),
        caption: caption.to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
    }
}

fn row_of_difference((quantity, difference): (&str, &Difference)) -> Vec<String> {
    vec![
        quantity.to_owned(),
        difference.compared.to_string(),
        format!("{:.2e}", difference.relative),
        format!("{:.4}", difference.share_of_bound),
    ]
}

fn row_of_digest((isa, threads, digest): &(String, usize, String)) -> Vec<String> {
    vec![isa.clone(), threads.to_string(), digest.clone()]
}
