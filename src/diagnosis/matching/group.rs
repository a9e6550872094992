//! The modules of a checkpoint: tensors whose names agree up to the last component.

use std::collections::HashMap;

use crate::dataset::checkpoint::{Checkpoint, Tensor};
use crate::network::{Module, TensorRole};

/// A tensor under one of its names.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The whole name. If the tensor is tied, this may be one of its further names.
    pub name: &'a str,
    pub tensor: &'a Tensor,
    /// What the file has in front of the name ([`Checkpoint::wrapper`]).
    pub wrapper: &'a str,
    /// The place of this name in the file, if it has one ([`Tensor::start`]).
    pub start: Option<usize>,
}

/// The tensors of one PyTorch module: those whose names agree up to the last component.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    pub name: &'a str,
    pub tensors: Vec<Named<'a>>,
}

/// The names and shapes, as in PyTorch, of the tensors of a module. Modules with equal signatures could
/// be exchanged.
pub type Signature = Vec<(String, Vec<usize>)>;

/// The name of a counter of batches, which does not affect what a network computes.
const IGNORED: &str = "num_batches_tracked";

/// The name of a weight in Keras and JAX, which store inputs before outputs.
const KERNEL: &str = "kernel";

/// Splits the name of a tensor into the name of its module and the last component: `fc.0` and `weight`,
/// `dense` and `kernel`. The number that TensorFlow appends (`kernel:0`) is removed.
pub fn split(name: &str) -> (&str, &str) {
    let plain = name.strip_suffix(":0").unwrap_or(name);
    plain.rsplit_once(['.', '/']).unwrap_or(("", plain))
}

/// The modules of a checkpoint, in the order of their first tensors.
pub fn groups(checkpoint: &Checkpoint) -> Vec<Group<'_>> {
    let own = checkpoint.tensors.iter().map(|tensor| Named {
        name: &tensor.name,
        tensor,
        wrapper: &checkpoint.wrapper,
        start: Some(tensor.start),
    });
    let by_name: HashMap<_, _> = own
        .clone()
        .map(|named| (named.name, named.tensor))
        .collect();
    let further = checkpoint.aliases.iter().map(|alias| Named {
        name: &alias.name,
        tensor: by_name[&alias.of[..]],
        wrapper: &checkpoint.wrapper,
        start: alias.start,
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
    /// The name that the file has, for errors.
    pub fn in_file(&self) -> String {
        format!("{}{}", self.wrapper, self.name)
    }

    /// The last component of the name.
    pub fn part(&self) -> &'a str {
        split(self.name).1
    }

    /// Whether it is stored as in Keras and JAX, with inputs before outputs.
    pub fn is_kernel(&self) -> bool {
        self.part() == KERNEL && matches!(self.tensor.shape.len(), 2 | 4)
    }

    /// The name and the shape that the tensor has in PyTorch.
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
    /// The tensor of this module that has the given role.
    pub fn tensor(&self, part: TensorRole) -> Option<Named<'a>> {
        let is_it = |named: &&Named<'_>| named.in_pytorch().0 == part.name();
        self.tensors.iter().find(is_it).copied()
    }

    /// The shape of its weight as outputs × inputs, if the weight is a matrix.
    pub fn matrix(&self) -> Option<[usize; 2]> {
        let (_, shape) = self.tensor(TensorRole::Weight)?.in_pytorch();
        shape.try_into().ok()
    }

    /// The signature of this module.
    pub fn signature(&self) -> Signature {
        let tensors = self.tensors.iter().map(|named| {
            let (part, shape) = named.in_pytorch();
            (part.to_owned(), shape)
        });
        sorted(tensors.collect())
    }

    /// Whether two modules hold the same numbers, so that their order does not matter.
    pub fn equals(&self, other: &Group<'_>) -> bool {
        self.tensors.len() == other.tensors.len()
            && self.tensors.iter().all(|named| {
                let same = |other: &Named<'_>| {
                    other.part() == named.part() && other.tensor.values == named.tensor.values
                };
                other.tensors.iter().any(same)
            })
    }

    /// A description of the module: `fc.0 with weight [10, 784], bias [10]`.
    pub fn describe(&self) -> String {
        let tensors = self.tensors.iter();
        let parts = tensors.map(|named| (named.part(), &named.tensor.shape[..]));
        format!("{} with {}", self.name, describe(parts))
    }
}

/// The signature of a module of a network.
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

/// A description of tensors: `weight [10, 784], bias [10]`.
pub fn describe<'a>(parts: impl Iterator<Item = (&'a str, &'a [usize])>) -> String {
    let parts: Vec<String> = parts
        .map(|(part, shape)| format!("{part} {shape:?}"))
        .collect();
    parts.join(", ")
}
