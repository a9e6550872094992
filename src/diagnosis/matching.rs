//! The tensors of a checkpoint to the parameters of a network, by shape and, where that leaves a
//! choice, by an order that is proved.
//!
//! | file | what |
//! |---|---|
//! | `group` | the modules of a checkpoint |
//! | `order`, `neighbours` | which comes first of modules that could be exchanged |
//! | `chain` | a chain of dense layers from its weights |
//! | `pairs` | parameters, ties and names of modules that fill each other |
//! | `layout` | weights that stand inputs before outputs |
//! | `strangers` | tensors that are not the model's |

pub(super) mod chain;
pub(super) mod group;
mod layout;
mod neighbours;
pub(super) mod order;
mod pairs;
pub(super) mod strangers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use order::{Grounds, Wish};

use crate::dataset::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::network::{Module, Network, State};
use crate::reference::Unrounded;

use super::filling::{Exchangeable, Filling};
use group::{Group, Signature, describe, groups, signature};
use order::{Arranged, Evidence, call, list};
use pairs::{assemble, equal, exact, mapping, ties};

/// A network at the point of a checkpoint.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The network, its tied parameters one.
    pub network: Network,
    /// Parameters and statistics.
    pub state: State,
    /// Both as they are in the file, where f32 has rounded some of them.
    pub exact: Unrounded,
    /// Which tensor fills which layer.
    pub filling: Filling,
}

/// The places of modules of a network, and of modules of a checkpoint, whose tensors and shapes agree.
#[derive(Default)]
struct Class {
    takers: Vec<usize>,
    groups: Vec<usize>,
}

/// Parameters and statistics of `network` from a checkpoint; `place` names the file in errors.
///
/// Each module of the network takes a module of the checkpoint that has exactly the same tensors of
/// the same shapes. Where there are several that differ, their order must be known: by the `wish` of
/// the user, the entry `order` of the exporter, numbers that alone differ in their names, the order of
/// the file where its writer kept one, or, for batch normalisations, the convolutions in front.
/// `num_batches_tracked` is ignored. Tensors that the checkpoint names twice are one parameter.
///
/// # Errors
/// When a module of the network finds none, a tensor of the checkpoint is left over, the order of
/// modules that could be exchanged is not known, a weight may stand inputs before outputs or not, or a
/// variance is negative.
pub fn fill(
    place: &str,
    checkpoint: &Checkpoint,
    network: Network,
    wish: Option<&Wish>,
) -> Result<Filled> {
    let groups = groups(checkpoint);
    let evidence = Evidence::new((place, checkpoint), &groups, wish)?;
    let matching = Matching {
        place,
        modules: network.modules(),
        network: &network,
        groups: &groups,
    };
    let classes = matching.classes();
    matching.check_counts(&classes)?;
    let (taken, exchangeable) = matching.settle(&classes, &evidence)?;
    let pairs: Vec<_> = (matching.modules.iter())
        .zip(taken.iter().map(|&group| &groups[group]))
        .collect();
    layout::check(place, &network, &pairs)?;
    let (owners, tied) = ties(&pairs);
    let mapping = mapping(&network, &pairs);
    let equal = equal(&pairs, &owners);
    let turned = (pairs.iter().flat_map(|(_, group)| &group.tensors))
        .filter(|named| named.is_kernel())
        .map(|named| named.name.to_owned());
    let filling = Filling {
        mapping,
        exchangeable,
        equal,
        turned: turned.collect(),
        tied,
        ignored: checkpoint.ignored.clone(),
    };
    let network = network.tied(&owners);
    Ok(Filled {
        state: assemble(place, &network, &pairs)?,
        exact: match checkpoint.rounded() {
            0 => Unrounded::default(),
            _ => exact(&pairs),
        },
        filling,
        network,
    })
}

/// Has the checkpoint of these modules as many of each kind as the network?
pub(super) fn has_the_layers_of(groups: &[Group<'_>], network: &Network) -> bool {
    let matching = Matching {
        place: "",
        modules: network.modules(),
        network,
        groups,
    };
    let classes = matching.classes();
    classes
        .values()
        .all(|class| class.groups.len() == class.takers.len())
}

/// What is matched.
struct Matching<'a> {
    place: &'a str,
    network: &'a Network,
    modules: Vec<Module>,
    groups: &'a [Group<'a>],
}

impl Matching<'_> {
    fn classes(&self) -> BTreeMap<Signature, Class> {
        let mut classes: BTreeMap<Signature, Class> = BTreeMap::new();
        for (number, module) in self.modules.iter().enumerate() {
            let class = classes.entry(signature(module)).or_default();
            class.takers.push(number);
        }
        for (number, group) in self.groups.iter().enumerate() {
            let class = classes.entry(group.signature()).or_default();
            class.groups.push(number);
        }
        classes
    }

    /// Are there as many of each kind in the checkpoint as in the network?
    fn check_counts(&self, classes: &BTreeMap<Signature, Class>) -> Result<()> {
        let mut left: Vec<usize> = (classes.values())
            .flat_map(|class| class.groups.iter().skip(class.takers.len()).copied())
            .collect();
        left.sort_unstable();
        let lacking = (classes.values()).filter_map(|class| class.takers.get(class.groups.len()));
        let lacking = lacking.min();
        if left.is_empty() && lacking.is_none() {
            return Ok(());
        }
        let crowded = classes
            .values()
            .filter(|class| class.groups.len() > class.takers.len());
        let crowded = crowded
            .flat_map(|class| &class.groups)
            .map(|&group| &self.groups[group]);
        strangers::check(self.place, (crowded, self.groups))?;
        let left = left.first().map(|&group| &self.groups[group]);
        Err(match (lacking, left) {
            (Some(&number), left) => self.missing(number, left),
            (None, Some(group)) => self.left_over(group),
            (None, None) => unreachable!("one of them"),
        })
    }

    fn left_over(&self, group: &Group<'_>) -> Error {
        let first = group.tensors[0];
        let fault = format!(
            "{:?} has no place in {}, all of whose layers are filled; give the --arch that was \
             trained, or leave it out with --ignore",
            first.tensor.shape,
            self.network.name()
        );
        Error::input(self.place, first.name, fault)
    }

    fn missing(&self, number: usize, left: Option<&Group<'_>>) -> Error {
        let module = &self.modules[number];
        let layer = self.network.layers()[module.layer].describe();
        let parts = module.tensors.iter();
        let parts = describe(parts.map(|(part, shape)| (part.name(), &shape[..])));
        let next = match left {
            Some(group) => format!(
                "the first module left in the checkpoint is {}",
                group.describe()
            ),
            None => "no module is left in the checkpoint".to_owned(),
        };
        let fault = format!(
            "{layer} of {} needs {parts}, but {next}; give the --arch that was trained",
            self.network.name()
        );
        let field = format!("module {} with weights", number + 1);
        Error::input(self.place, field, fault)
    }

    /// The group of each module of the network, and those that could be exchanged.
    fn settle(
        &self,
        classes: &BTreeMap<Signature, Class>,
        evidence: &Evidence<'_>,
    ) -> Result<(Vec<usize>, Vec<Exchangeable>)> {
        let mut taken: Vec<Option<usize>> = vec![None; self.modules.len()];
        let (mut settled, mut open) = (Vec::new(), Vec::new());
        let mut take = |class: &Class, arranged: Arranged, taken: &mut Vec<Option<usize>>| {
            let order = arranged.places.iter().map(|&place| class.groups[place]);
            for (&taker, group) in class.takers.iter().zip(order.clone()) {
                taken[taker] = Some(group);
            }
            let modules = order.map(|group| call(&self.groups[group]).to_owned());
            let exchangeable = Exchangeable {
                modules: modules.collect(),
                grounds: arranged.grounds,
            };
            settled.push((class.takers[0], exchangeable));
        };
        for class in classes.values() {
            let groups: Vec<_> = class
                .groups
                .iter()
                .map(|&group| &self.groups[group])
                .collect();
            if groups.iter().all(|group| group.equals(groups[0])) {
                for (&taker, &group) in class.takers.iter().zip(&class.groups) {
                    taken[taker] = Some(group);
                }
                continue;
            }
            match evidence.arrange(&groups)? {
                Some(arranged) => take(class, arranged, &mut taken),
                None => open.push(class),
            }
        }
        if !open.is_empty() && neighbours::stand_behind(self.groups) {
            open.retain(|class| {
                let takers = (&self.modules[..], &class.takers[..]);
                let groups = (self.groups, &class.groups[..]);
                match neighbours::arrange(self.network, takers, groups, &taken) {
                    Some(arranged) => {
                        take(class, arranged, &mut taken);
                        false
                    }
                    None => true,
                }
            });
        }
        if !open.is_empty() {
            let open: Vec<_> = open.iter().map(|class| self.of(&class.groups)).collect();
            strangers::check(self.place, (open.iter().flatten().copied(), self.groups))?;
            return Err(undecided(self.place, SAME, &open));
        }
        settled.sort_by_key(|(first, _)| *first);
        let settled = settled.into_iter().map(|(_, exchangeable)| exchangeable);
        let taken = taken
            .into_iter()
            .map(|group| group.expect("each is settled"));
        Ok((taken.collect(), settled.collect()))
    }

    fn of(&self, places: &[usize]) -> Vec<&Group<'_>> {
        places.iter().map(|&place| &self.groups[place]).collect()
    }
}

/// Modules that could be exchanged have the same shapes.
const SAME: &str = "they have the same shapes";

/// Nothing says which of these modules, that could be exchanged because of `why`, comes first.
pub(super) fn undecided(place: &str, why: &str, classes: &[Vec<&Group<'_>>]) -> Error {
    let classes: Vec<_> = classes
        .iter()
        .map(|groups| order::natural(groups))
        .collect();
    let lists = classes.iter().map(|groups| list(groups.iter().copied()));
    let lists: Vec<String> = lists.collect();
    let names = classes.iter().flatten().map(|group| call(group));
    let fault = format!(
        "{} could be exchanged: {why}, and neither their names nor their places \
         in the file prove which comes first; name them in the order in which the network runs them \
         (--order {} if that is it), or export again as the README shows",
        lists.join("; "),
        names.collect::<Vec<_>>().join(",")
    );
    Error::input(place, "order", fault)
}
