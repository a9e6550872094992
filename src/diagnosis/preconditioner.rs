//! The diagonal preconditioner of an adaptive optimiser, from its saved state.

use std::path::Path;

use crate::dataset::checkpoint::{OptimizerState, SecondMoments};
use crate::error::{Error, Result, shown};
use crate::network::{Assembly, TensorRole};
use crate::work;

use super::optimizer::Optimizer;
use super::subject::LoadedNetwork;

/// The preconditioner of an optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Preconditioner {
    /// The diagonal of P, in the engine's order of the parameters.
    pub(super) entries: Vec<f32>,
    /// The learning rate in the state.
    pub(super) lr: f64,
    /// β₁ and β₂; `None` for RMSprop.
    pub(super) betas: Option<[f64; 2]>,
    /// The momentum of RMSprop.
    pub(super) momentum: f64,
    /// The number of steps.
    pub(super) steps: f64,
}

impl Preconditioner {
    /// Reads the state of an optimiser, saved by `torch.save(optimizer.state_dict(), FILE)`, for the parameters of a
    /// model.
    ///
    /// # Errors
    /// Returns an error if the file is no state of this optimiser, if the order of the model's parameters is not known,
    /// or if the shapes are not those of the model.
    pub fn read(path: &Path, model: &LoadedNetwork, optimizer: Option<Optimizer>) -> Result<Self> {
        work::stage("reading the state of the optimiser");
        let state = OptimizerState::read(path)?;
        let place = shown(path);
        let error = |field: &str, fault: String| Error::input(&place, field, fault);
        let refuse = |field: &str, fault: String| Err(error(field, fault));
        let known = ["adam", "adamw", "rmsprop"];
        let Some(name) = optimizer
            .map(Optimizer::name)
            .filter(|name| known.contains(name))
        else {
            let fault = "needs the name of its optimiser; give --optimizer adam, adamw or rmsprop";
            return Err(Error::input("--optimizer-state", place, fault));
        };
        if state.betas.is_some() == (name == "rmsprop") {
            let fault = format!("is not that of {name}, by its numbers");
            return refuse("param_groups", fault);
        }
        let Some(order) = &model.parameter_order else {
            let fault = "counts the parameters, and the checkpoint does not keep their order; save the weights \
                         with torch.save(model.state_dict(), FILE)";
            return refuse("state", fault.to_owned());
        };
        if order.len() != state.moments.len() {
            let fault = format!(
                "has {} parameters, and the model has {}",
                state.moments.len(),
                order.len()
            );
            return refuse("state", fault);
        }
        let mut assembly = Assembly::new(&model.network);
        for (count, (name, moments)) in order.iter().zip(&state.moments).enumerate() {
            write(&mut assembly, model, name, moments, &state)
                .map_err(|fault| error(&format!("state.{count}"), fault))?;
        }
        let entries = assembly.parameters;
        if entries
            .iter()
            .any(|entry| !entry.is_finite() || *entry <= 0.0)
        {
            let fault = "makes P zero or infinite somewhere: some second moment is 0 and eps too";
            return refuse("state", fault.to_owned());
        }
        Ok(Preconditioner {
            entries,
            lr: state.lr,
            betas: state.betas,
            momentum: state.momentum,
            steps: state
                .moments
                .iter()
                .fold(0.0, |most, moments| moments.steps.max(most)),
        })
    }
}

/// Writes the entries of P for one tensor.
fn write(
    assembly: &mut Assembly<'_>,
    model: &LoadedNetwork,
    name: &str,
    moments: &SecondMoments,
    state: &OptimizerState,
) -> std::result::Result<(), String> {
    let mut mapping = model.assignment.mapping.iter();
    let modules = model.network.modules();
    let found = mapping
        .find(|assigned| assigned.tensor == name)
        .and_then(|assigned| {
            let module = &modules[assigned.module - 1];
            let mut tensors = module.tensors.iter();
            let tensor = tensors.find(|(role, _)| role.name() == assigned.part)?;
            Some((module, tensor))
        });
    let Some((module, (role, shape))) = found else {
        return Err(format!("belongs to {name}, which fills no layer"));
    };
    if *shape != moments.shape {
        return Err(format!(
            "has the shape {:?}, and {name} has {shape:?}: the order of the optimiser is not that of the model",
            moments.shape
        ));
    }
    debug_assert!(matches!(role, TensorRole::Weight | TensorRole::Bias));
    let entry = |v: &f32| {
        let v = f64::from(*v);
        let entry = match state.betas {
            Some([first, second]) => {
                let [first, second] = [first, second].map(|beta| 1.0 - beta.powf(moments.steps));
                first * ((v / second).sqrt() + state.epsilon)
            }
            None => v.sqrt() + state.epsilon,
        };
        entry as f32
    };
    let entries: Vec<f32> = moments.values.iter().map(entry).collect();
    assembly.write(module, *role, &entries);
    Ok(())
}
