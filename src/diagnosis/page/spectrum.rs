//! What was asked of the spectrum beyond its ends.

use crate::curvature::{Quadrature, Traces};
use crate::network::CurvatureMatrix;

use super::super::answer::Diagnosis;
use super::super::eigenvalues::{Eigenvalues, Listed};
use super::super::layers::LayerSharpness;
use super::super::text::{counted, cut, digits, wrap};
use super::batches::told as estimate;

/// The lines about what was asked for: eigenvalues, traces, density, and a table of the layers.
pub fn spectrum(diagnosis: &Diagnosis) -> Vec<String> {
    let found = &diagnosis.main.spectrum;
    let letter = match diagnosis.matrix {
        CurvatureMatrix::Hessian => "H",
        CurvatureMatrix::GaussNewton => "G",
    };
    let mut lines = Vec::new();
    lines.extend(found.eigenvalues.iter().flat_map(eigenvalues));
    lines.extend(found.traces.iter().flat_map(|found| traces(found, letter)));
    lines.extend(found.density.iter().flat_map(density));
    lines.extend(layers(&found.layers));
    lines
}

/// The traces with their standard errors.
fn traces(found: &Traces, letter: &str) -> Vec<String> {
    let told = |name: &str, trace: &crate::curvature::Trace| {
        let (value, probes) = (estimate(&trace.estimate), trace.probes);
        format!(
            "tr {name}\u{a0}=\u{a0}{value} ({})",
            counted(probes, "probe")
        )
    };
    let noise = found.noise.as_ref().map(|noise| told("Σ", noise));
    let all = std::iter::once(told(letter, &found.hessian)).chain(noise);
    let all = all.collect::<Vec<_>>().join(", ");
    wrap(&format!("traces, with standard errors: {all}"), "  ")
}

/// How the density was made; it is drawn in a file.
fn density(found: &Quadrature) -> Vec<String> {
    let mean = found.mean(|x| x);
    let line = format!(
        "spectral density: {} random starts, {} products; the mean eigenvalue is {}",
        found.starts.len(),
        found.products,
        estimate(&mean)
    );
    wrap(&line, "  ")
}

/// A table of the layers; nothing if there are none.
fn layers(found: &[LayerSharpness]) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        format!(
            "{:<44}{:>11} ± {:<9}{:>11}",
            "layer alone", "a", "bar", "parameters"
        ),
    ];
    for layer in found {
        let name = layer.tensors.first().map_or(&layer.layer[..], |name| {
            name.rsplit_once('.')
                .map_or(&name[..], |(module, _)| module)
        });
        let name = format!("{name}: {}", layer.layer);
        let short: String = cut(&name).chars().take(43).collect();
        let (value, bar) = (digits(layer.sharpness.value), digits(layer.sharpness.bar));
        let status = if layer.converged {
            ""
        } else {
            " not converged"
        };
        let parameters = layer.parameters;
        lines.push(format!(
            "{short:<44}{value:>11} ± {bar:<9}{parameters:>11}{status}"
        ));
    }
    lines.push(String::new());
    lines
}

/// The eigenvalues with their error bars.
fn eigenvalues(found: &Eigenvalues) -> Vec<String> {
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
