//! The lines about an adaptive optimiser and about test samples.

use super::super::adaptive::PreconditionedSharpness;
use super::super::answer::Diagnosis;
use super::super::on_test::OnTest;
use super::super::text::{counted, digits, share, wrap};

/// What was measured with the state of the optimiser, and on test samples.
pub fn around(diagnosis: &Diagnosis) -> Vec<String> {
    let main = &diagnosis.main;
    let optimizer = main.preconditioned.iter();
    let mut lines: Vec<String> = optimizer
        .flat_map(|found| preconditioned(found, diagnosis))
        .collect();
    lines.extend(main.on_test.iter().flat_map(on_test));
    lines
}

fn preconditioned(found: &PreconditionedSharpness, diagnosis: &Diagnosis) -> Vec<String> {
    let number = &found.number;
    let side = found.side();
    let name = diagnosis.setting.optimizer_name();
    let letter = if name == "rmsprop" { "μ" } else { "β₁" };
    let other = if diagnosis.setting.lr.to_f64() == found.lr_of_state {
        String::new()
    } else {
        format!("; the state was saved at η = {}", found.lr_of_state)
    };
    let line = format!(
        "preconditioned sharpness λ_max(P⁻¹H)\u{a0}=\u{a0}{} ± {} ({} products{}), {side} the bound {} of {name} with \
         {letter} = {}, after {} steps{other}; P is held fixed, so that this is no theorem",
        digits(number.value),
        digits(number.bar),
        found.products,
        if found.converged {
            ""
        } else {
            ", not converged"
        },
        digits(found.bound),
        found.momentum,
        found.steps,
    );
    wrap(&line, "  ")
}

fn on_test(found: &OnTest) -> Vec<String> {
    let reading = &found.reading;
    let s = (reading.non_uniformity.as_ref()).map_or(String::new(), |s| {
        format!(", s = {} ± {}", digits(s.value), digits(s.bar()))
    });
    let a = &reading.sharpness;
    let line = format!(
        "on {}: loss {}, accuracy {}, a = {} ± {}{s}",
        counted(found.samples, "test sample"),
        digits(reading.loss),
        share(reading.accuracy),
        digits(a.value),
        digits(a.bar()),
    );
    wrap(&line, "  ")
}
