//! What a reader must know besides the verdict.

use crate::network::Loss;

use super::Diagnosis;
use super::mode::Mode;

/// A loss above this share of that of outputs that are all zero is not small.
const SMALL: f64 = 0.05;

/// `−λ_min` above this share of a is worth a word.
const NEGATIVE: f64 = 0.01;

/// The notes of a diagnosis, one sentence each.
pub fn of(diagnosis: &Diagnosis, loss: Loss, outputs: usize) -> Vec<String> {
    let mut notes = Vec::new();
    let reading = &diagnosis.main.reading;
    let (a, smallest) = (reading.sharpness.value, reading.smallest.value);
    let zero = loss_of_zero(loss, outputs);
    if reading.loss > SMALL * zero {
        notes.push(format!(
            "The loss is {:.0} % of that of zero outputs ({zero:.3}): the theory speaks of minima \
             where every sample's gradient vanishes.",
            100.0 * reading.loss / zero
        ));
    }
    if -smallest > NEGATIVE * a {
        notes.push(format!(
            "−λ_min is {:.1} % of a, as it is not at a minimum.",
            -100.0 * smallest / a
        ));
    }
    let setting = &diagnosis.setting;
    if setting.check_epochs().is_err() {
        notes.push(format!(
            "{} samples are no multiple of B = {}: this is for batches drawn anew from all.",
            setting.samples, setting.batch
        ));
    }
    if !setting.is_plain() && !setting.is_full_batch() {
        notes.push(
            "With momentum a ≤ 2(1 + β)/η is the one necessary criterion that is known.".to_owned(),
        );
    }
    notes.extend(diagnosis.main.mode.map(|mode| about(mode).to_owned()));
    notes
}

/// The loss of a one-hot target when every output is zero.
fn loss_of_zero(loss: Loss, outputs: usize) -> f64 {
    match loss {
        Loss::MeanSquared => 1.0 / outputs as f64,
        Loss::CrossEntropy => (outputs as f64).ln(),
        Loss::HingeSquared => 1.0,
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
