//! The list of the largest eigenvalues.

use super::super::answer::Diagnosis;
use super::super::eigenvalues::Listed;
use super::super::text::{digits, wrap};

/// The eigenvalues with their error bars; nothing unless they were requested.
pub fn eigenvalues(diagnosis: &Diagnosis) -> Vec<String> {
    let Some(found) = &diagnosis.main.eigenvalues else {
        return Vec::new();
    };
    let told = |listed: &Listed| format!("{}\u{a0}±\u{a0}{:.0e}", digits(listed.value), listed.bar);
    let values: Vec<String> = found.values.iter().map(told).collect();
    let status = if found.converged {
        ""
    } else {
        ", not converged: give more --products"
    };
    let line = format!(
        "the {} largest eigenvalues ({} products{status}): {}",
        values.len(),
        found.products,
        values.join(", ")
    );
    wrap(&line, "  ")
}
