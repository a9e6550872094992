//! The modules of a checkpoint: tensors that share a name up to its last part.

use std::collections::HashMap;

use crate::dataset::checkpoint::{Checkpoint, Tensor};
use crate::network::{Module, TensorRole};

/// One name of a tensor.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The whole name, which may be a further name of a tied tensor.
    pub name: &'a str,
    pub tensor: &'a Tensor,
}

/// The tensors of one PyTorch module: all that share a name up to its last part.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    pub name: &'a str,
    pub tensors: Vec<Named<'a>>,
}

/// What the tensors of a module are, with their shapes in PyTorch: modules that agree in it could be
/// exchanged.
pub type Signature = Vec<(String, Vec<usize>)>;

/// Counts batches and has no part in what a network computes.
const IGNORED: &str = "num_batches_tracked";

/// The weight of a layer in Keras and JAX, inputs before outputs.
const KERNEL: &str = "kernel";

/// Name of a module and last part of the name of a tensor: `fc.0` and `weight`, `dense` and `kernel`.
/// The number that TensorFlow puts behind (`kernel:0`) is taken off.
pub fn split(name: &str) -> (&str, &str) {
    let plain = name.strip_suffix(":0").unwrap_or(name);
    plain.rsplit_once(['.', '/']).unwrap_or(("", plain))
}

/// The modules of a checkpoint, in the order of their first tensors.
pub fn groups(checkpoint: &Checkpoint) -> Vec<Group<'_>> {
    let own = checkpoint.tensors.iter().map(|tensor| Named {
        name: &tensor.name,
        tensor,
    });
    let by_name: HashMap<_, _> = own
        .clone()
        .map(|named| (named.name, named.tensor))
        .collect();
    let further = checkpoint.aliases.iter().map(|alias| Named {
        name: &alias.name,
        tensor: by_name[&alias.of[..]],
    });
    let (mut groups, mut places) = (Vec::<Group<'_>>::new(), HashMap::new());
    for named in own.chain(further) {
        let (name, part) = split(named.name);
        if part == IGNORED {
            continue;
        }
        let place = *places.entry(name).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.tensors.push(named),
            None => groups.push(Group {
                name,
                tensors: vec![named],
            }),
        }
    }
    groups
}

impl<'a> Named<'a> {
    /// The last part of the name.
    pub fn part(&self) -> &'a str {
        split(self.name).1
    }

    /// Does it stand as Keras and JAX have it, inputs before outputs?
    pub fn is_kernel(&self) -> bool {
        self.part() == KERNEL && matches!(self.tensor.shape.len(), 2 | 4)
    }

    /// What PyTorch calls it, and its shape there.
    pub fn in_pytorch(&self) -> (&'a str, Vec<usize>) {
        let shape = &self.tensor.shape;
        match (self.is_kernel(), &shape[..]) {
            (true, &[inputs, outputs]) => (TensorRole::Weight.name(), vec![outputs, inputs]),
            (true, &[height, width, inputs, outputs]) => {
                let shape = vec![outputs, inputs, height, width];
                (TensorRole::Weight.name(), shape)
            }
            _ => (self.part(), shape.clone()),
        }
    }
}

impl<'a> Group<'a> {
    /// Its tensor for a part of a module.
    pub fn tensor(&self, part: TensorRole) -> Option<Named<'a>> {
        let is_it = |named: &&Named<'_>| named.in_pytorch().0 == part.name();
        self.tensors.iter().find(is_it).copied()
    }

    /// Its weight when that is a matrix, as outputs × inputs.
    pub fn matrix(&self) -> Option<[usize; 2]> {
        let (_, shape) = self.tensor(TensorRole::Weight)?.in_pytorch();
        shape.try_into().ok()
    }

    /// What its tensors are.
    pub fn signature(&self) -> Signature {
        let tensors = self.tensors.iter().map(|named| {
            let (part, shape) = named.in_pytorch();
            (part.to_owned(), shape)
        });
        sorted(tensors.collect())
    }

    /// The same numbers, so that it does not matter which comes first?
    pub fn equals(&self, other: &Group<'_>) -> bool {
        self.tensors.len() == other.tensors.len()
            && self.tensors.iter().all(|named| {
                let same = |other: &Named<'_>| {
                    other.part() == named.part() && other.tensor.values == named.tensor.values
                };
                other.tensors.iter().any(same)
            })
    }

    /// `fc.0 with weight [10, 784], bias [10]`.
    pub fn describe(&self) -> String {
        let tensors = self.tensors.iter();
        let parts = tensors.map(|named| (named.part(), &named.tensor.shape[..]));
        format!("{} with {}", self.name, describe(parts))
    }
}

/// What the tensors of a module of a network are.
pub fn signature(module: &Module) -> Signature {
    let tensors = module.tensors.iter();
    sorted(
        tensors
            .map(|(part, shape)| (part.name().to_owned(), shape.clone()))
            .collect(),
    )
}

fn sorted(mut signature: Signature) -> Signature {
    signature.sort_unstable();
    signature
}

/// `weight [10, 784], bias [10]`.
pub fn describe<'a>(parts: impl Iterator<Item = (&'a str, &'a [usize])>) -> String {
    let parts: Vec<String> = parts
        .map(|(part, shape)| format!("{part} {shape:?}"))
        .collect();
    parts.join(", ")
}
