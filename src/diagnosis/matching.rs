//! The tensors of a checkpoint to the parameters of a network, by order and shape.

use crate::dataset::checkpoint::{Checkpoint, Tensor};
use crate::error::{Error, Result};
use crate::network::{Assembly, Module, Network, Part, State};
use crate::oracle::double::Refined;

/// The tensors of one PyTorch module: all that share a name up to the last dot.
struct Group<'a> {
    name: &'a str,
    tensors: Vec<&'a Tensor>,
    is_used: bool,
}

/// Counts batches and has no part in what a network computes.
const IGNORED: &str = "num_batches_tracked";

/// Name of a module and last word of the name of a tensor: `fc.0` and `weight`.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// The modules in the order of the checkpoint.
fn groups(checkpoint: &Checkpoint) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for tensor in &checkpoint.tensors {
        let (name, part) = split(&tensor.name);
        if part == IGNORED {
            continue;
        }
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.tensors.push(tensor),
            None => groups.push(Group {
                name,
                tensors: vec![tensor],
                is_used: false,
            }),
        }
    }
    groups
}

/// What a checkpoint fills a network with.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Parameters and statistics.
    pub state: State,
    /// Both as they are in the file, where f32 has rounded some of them.
    pub exact: Refined,
}

/// Parameters and statistics of `network` from a checkpoint; `place` names the file in errors.
///
/// Each module of the network, in the order in which it runs, takes the first module of the
/// checkpoint, in its order, that has exactly the same tensors of the same shapes and is not taken.
/// `num_batches_tracked` is ignored.
///
/// # Errors
/// When a module of the network finds none, a tensor of the checkpoint is left over, or a variance is
/// negative.
pub fn fill(place: &str, checkpoint: &Checkpoint, network: &Network) -> Result<Filled> {
    let mut groups = groups(checkpoint);
    let modules = network.modules();
    let mut places = Vec::with_capacity(modules.len());
    for (number, module) in modules.iter().enumerate() {
        let mut open = groups.iter();
        let Some(found) = open.position(|group| !group.is_used && group.fits(module)) else {
            return Err(missing(place, network, (number, module), &groups));
        };
        groups[found].is_used = true;
        places.push(found);
    }
    match groups.iter().find(|group| !group.is_used) {
        Some(group) => {
            let tensor = group.tensors[0];
            let fault = format!(
                "{:?} has no place in {}, all of whose layers are filled; give the --arch that \
                 was trained",
                tensor.shape,
                network.name()
            );
            Err(Error::input(place, &tensor.name, fault))
        }
        None => {
            let pairs = modules.iter().zip(places.iter().map(|&at| &groups[at]));
            Ok(Filled {
                state: assemble(place, network, pairs.clone())?,
                exact: match checkpoint.rounded() {
                    0 => Refined::default(),
                    _ => exact(pairs),
                },
            })
        }
    }
}

/// All weights and biases, and all statistics, as they are in the file.
fn exact<'a>(pairs: impl Iterator<Item = (&'a Module, &'a Group<'a>)>) -> Refined {
    let (mut parameters, mut statistics) = (Vec::new(), Vec::new());
    for (module, group) in pairs {
        for (part, _) in &module.tensors {
            let numbers = match part {
                Part::Weight | Part::Bias => &mut parameters,
                Part::Mean | Part::Variance => &mut statistics,
            };
            let tensor = group.tensor(*part).and_then(Tensor::exact);
            numbers.extend_from_slice(&tensor.expect("a tensor that fits"));
        }
    }
    Refined {
        parameters: Some(parameters),
        statistics: Some(statistics),
        ..Refined::default()
    }
}

/// The numbers of modules from groups that fit them. Only now is memory taken: as much as the
/// checkpoint has, whatever the architecture asked for.
fn assemble<'a>(
    place: &str,
    network: &Network,
    pairs: impl Iterator<Item = (&'a Module, &'a Group<'a>)>,
) -> Result<State> {
    let mut assembly = Assembly::new(network);
    for (module, group) in pairs {
        for (part, _) in &module.tensors {
            let tensor = group.tensor(*part).expect("a tensor that fits");
            let values = tensor.real().expect("a tensor that fits");
            if *part == Part::Variance && values.iter().any(|variance| *variance < 0.0) {
                let fault = "has a negative variance; export the state_dict again";
                return Err(Error::input(place, &tensor.name, fault));
            }
            assembly.write(module, *part, values);
        }
    }
    Ok(State {
        parameters: assembly.parameters,
        statistics: assembly.statistics,
    })
}

impl Group<'_> {
    fn tensor(&self, part: Part) -> Option<&Tensor> {
        let named = |tensor: &&&Tensor| split(&tensor.name).1 == part.name();
        self.tensors.iter().find(named).copied()
    }

    /// Exactly the tensors of the module, of its shapes?
    fn fits(&self, module: &Module) -> bool {
        let has = |(part, shape): &(Part, Vec<usize>)| {
            let tensor = self.tensor(*part);
            tensor.is_some_and(|tensor| tensor.shape == *shape && tensor.real().is_some())
        };
        self.tensors.len() == module.tensors.len() && module.tensors.iter().all(has)
    }

    fn describe(&self) -> String {
        let tensors = self.tensors.iter();
        let parts = tensors.map(|tensor| (split(&tensor.name).1, &tensor.shape[..]));
        format!("{} with {}", self.name, describe(parts))
    }
}

/// `weight [10, 784], bias [10]`.
fn describe<'a>(parts: impl Iterator<Item = (&'a str, &'a [usize])>) -> String {
    let parts: Vec<String> = parts
        .map(|(part, shape)| format!("{part} {shape:?}"))
        .collect();
    parts.join(", ")
}

fn missing(
    place: &str,
    network: &Network,
    (number, module): (usize, &Module),
    groups: &[Group<'_>],
) -> Error {
    let layer = network.layers()[module.layer].describe();
    let parts = module.tensors.iter();
    let parts = describe(parts.map(|(part, shape)| (part.name(), &shape[..])));
    let next = match groups.iter().find(|group| !group.is_used) {
        Some(group) => format!(
            "the first module left in the checkpoint is {}",
            group.describe()
        ),
        None => "no module is left in the checkpoint".to_owned(),
    };
    let fault = format!(
        "{layer} of {} needs {parts}, but {next}; give the --arch that was trained",
        network.name()
    );
    Error::input(place, format!("module {} with weights", number + 1), fault)
}
