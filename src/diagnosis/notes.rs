//! The notes: what a user must know besides the verdict.

use crate::dataset::Split;

use super::answer::Diagnosis;
use super::mode::Mode;
use super::optimizer::Optimizer;
use super::setting::Setting;
use super::subject::LoadedNetwork;
use super::text::digits;
use super::untrained;

/// A loss above this share of the loss of zero outputs is not small.
const SMALL: f64 = 0.05;

/// If `−λ_min` is above this share of a, a note mentions it.
const NEGATIVE: f64 = 0.01;

/// If the rounding error of a is above this share of it, a has no correct digit.
const LOST: f64 = 0.1;

impl Diagnosis {
    /// What a user must know besides the verdict, one sentence for each note.
    pub fn notes(&self, model: &LoadedNetwork) -> Vec<String> {
        let mut notes = of(self);
        if model.network.predicts_one_token() {
            notes.push(
                "The loss is taken at one position of each sequence; a language model that is trained on every \
                 position has another loss, and another a and s."
                    .to_owned(),
            );
        }
        notes.extend(model.assignment.notes());
        notes
    }
}

/// The notes that do not depend on how the weights were read.
fn of(diagnosis: &Diagnosis) -> Vec<String> {
    let mut notes = Vec::new();
    if diagnosis.is_untrained {
        notes.push(untrained::NOTE.to_owned());
    }
    let reading = &diagnosis.main.in_f32.reading;
    let a = reading.sharpness.value;
    let zero = reading.loss_of_zero;
    if reading.loss > SMALL * zero {
        notes.push(format!(
            "The loss is {:.0} % of that of zero outputs ({}); the theory is about minima where every \
             sample's gradient vanishes.",
            100.0 * reading.loss / zero,
            digits(zero)
        ));
    }
    if let Some(smallest) = reading.smallest
        && -smallest.value > NEGATIVE * a
    {
        notes.push(format!(
            "λ_min is negative, {:.1} % of a in size; at a minimum it would not be.",
            -100.0 * smallest.value / a
        ));
    }
    let setting = &diagnosis.setting;
    if !setting.has_even_epochs() {
        notes.push(format!(
            "The number of samples, {}, is no multiple of B = {}: the criteria are for batches drawn anew.",
            setting.samples, setting.batch
        ));
    }
    if !setting.is_plain() && !setting.is_full_batch() {
        let bound = if setting.is_nesterov() {
            "(2 + 2β)/(η(1 + 2β))"
        } else {
            "2(1 + β)/η"
        };
        notes.push(format!(
            "With momentum, a ≤ {bound} is the only necessary criterion that is known."
        ));
    }
    notes.extend(of_the_run(setting).map(str::to_owned));
    if reading.penalty > 0.0 {
        notes.push(
            "With weight decay the gradients of single samples do not vanish at a minimum; the criteria \
             take only the noise of the curvature into account."
                .to_owned(),
        );
    }
    if diagnosis.split == Some(Split::Test) {
        notes.push(
            "By its name this is test data; the criteria are about the data that SGD was trained on."
                .to_owned(),
        );
    }
    let left_out = diagnosis.left_out.iter();
    notes.extend(left_out.map(|(mode, fault)| format!("Mode {mode} is left out: {fault}.")));
    let a = &reading.sharpness;
    if diagnosis.main.in_f64.is_some() && a.rounding > LOST * a.value.abs() {
        notes.push(
            "f32 keeps no digit of a, so that the bar of f64, which is derived from the rounding of f32, is \
             a guess: scale and centre the data."
                .to_owned(),
        );
    }
    notes.extend(diagnosis.main.mode.map(|mode| about(mode).to_owned()));
    notes
}

/// A note on the combination of the optimiser's name with its momentum.
fn of_the_run(setting: &Setting) -> Option<&'static str> {
    match (setting.optimizer?, setting.is_plain()) {
        (Optimizer::Sgd, false) => {
            Some("SGD with momentum is taken for heavy ball, as PyTorch has it without dampening.")
        }
        (Optimizer::HeavyBall | Optimizer::Nesterov, true) => {
            Some("Without --momentum this optimiser is plain SGD.")
        }
        _ => None,
    }
}

fn about(mode: Mode) -> &'static str {
    match mode {
        Mode::Train => {
            "Training mode: the samples of a batch are coupled, so H_i, Σ and s do not exist; only \
             full-batch gradient descent can be judged."
        }
        Mode::Eval => {
            "Evaluation mode: the theory applies to the network with its running statistics held \
             fixed, which is not the function that SGD in training mode descends."
        }
        Mode::Frozen => {
            "Frozen mode: the theory applies to the network with the statistics of these samples \
             held fixed; SGD in training mode moves them with every batch."
        }
    }
}
