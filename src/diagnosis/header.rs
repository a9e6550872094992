//! The head of the page: which function was measured, and what is assumed about the run.

use serde_json::{Map, Value, json};

use crate::network::{Loss, Network};

use super::activations;
use super::answer::Diagnosis;
use super::setting::Setting;
use super::subject::LoadedNetwork;
use super::text::{digits, wrap};

/// The values of a and s under another convention of the loss.
struct Convention {
    loss: Loss,
    factor: f64,
    sharpness: f64,
    non_uniformity: Option<f64>,
}

/// The other conventions of a squared loss. They multiply s and the data's part of H, but not weight
/// decay.
fn conventions(diagnosis: &Diagnosis, network: &Network) -> Vec<Convention> {
    let best = &diagnosis.main.best().reading;
    let (a, s) = (best.sharpness, best.non_uniformity);
    let decay = network.weight_decay();
    let all = network.loss().conventions(network.outputs()).into_iter();
    let convention = all.map(|(loss, factor)| Convention {
        loss,
        factor,
        sharpness: factor * (a.value - decay) + decay,
        non_uniformity: s.map(|s| factor * s.value),
    });
    convention.collect()
}

/// The lines about the loss and those about the activations of a model.
pub fn about(model: &LoadedNetwork) -> [Vec<String>; 2] {
    let network = &model.network;
    let loss = network.loss();
    let formula = loss.formula(network.outputs(), network.weight_decay());
    let activations = format!(
        "activations: {} ({})",
        activations::in_words(network),
        activations::source(&model.arch.to_string_lossy(), model.activation)
    );
    [format!("loss {}: {formula}", loss.name()), activations].map(|line| wrap(&line, "  "))
}

/// The same lines, with a and s under the other conventions of the loss between the two parts.
pub fn lines(diagnosis: &Diagnosis, model: &LoadedNetwork) -> Vec<String> {
    let [loss, activations] = about(model);
    let (same, others): (Vec<_>, Vec<_>) = conventions(diagnosis, &model.network)
        .into_iter()
        .partition(|other| other.factor == 1.0);
    let same = same
        .iter()
        .map(|other| format!("{} is the same loss here", other.loss.name()));
    let others = others.iter().map(|other| {
        let s = other.non_uniformity;
        let s = s.map_or(String::new(), |s| format!(", s = {}", digits(s)));
        let a = digits(other.sharpness);
        // No-break spaces keep a name and its numbers on one line.
        format!("as {} a = {a}{s}", other.loss.name()).replace(' ', "\u{a0}")
    });
    let told = others.chain(same).collect::<Vec<_>>().join("; ");
    let told = if told.is_empty() {
        Vec::new()
    } else {
        wrap(&format!("\u{a0}\u{a0}{told}"), "  ")
    };
    [loss, told, activations].concat()
}

/// The optimiser, and whether the user named it.
pub fn optimizer(setting: &Setting) -> String {
    let name = setting.optimizer_name();
    match setting.optimizer {
        Some(_) => format!("optimiser {name}"),
        None => format!("optimiser {name} (assumed)"),
    }
}

/// The same information as JSON fields.
pub fn json(diagnosis: &Diagnosis, model: &LoadedNetwork) -> Map<String, Value> {
    let (network, setting) = (&model.network, &diagnosis.setting);
    let others: Map<String, Value> = conventions(diagnosis, network)
        .iter()
        .map(|other| {
            let numbers = json!({
                "factor": other.factor,
                "sharpness": other.sharpness,
                "non_uniformity": other.non_uniformity,
            });
            (other.loss.name().to_owned(), numbers)
        })
        .collect();
    let fields = json!({
        "loss": network.loss().name(),
        "loss_formula": network.loss().formula(network.outputs(), network.weight_decay()),
        "label_smoothing": network.loss().smoothing(),
        "weight_decay": network.weight_decay(),
        "penalty": diagnosis.main.in_f32.reading.penalty,
        "expected_loss": diagnosis.expected,
        "conventions": others,
        "activations": activations::of(network),
        "activations_from": activations::source(&model.arch.to_string_lossy(), model.activation),
        "optimizer": setting.optimizer_name(),
        "optimizer_assumed": setting.optimizer.is_none(),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
