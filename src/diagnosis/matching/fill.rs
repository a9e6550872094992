//! Fills a network from a checkpoint: assigns a module of the checkpoint to each module of the network.

use std::collections::BTreeMap;

use crate::dataset::checkpoint::{Alias, Checkpoint};
use crate::error::{Error, Result};
use crate::network::{Module, Network, State};
use crate::reference::Unrounded;

use super::assignment::{Assignment, Dropped, Exchangeable};
use super::group::{Group, Signature, describe, groups, signature};
use super::order::{Arranged, KnownOrder, RequestedOrder, call, undecided};
use super::pairs::{assemble, equal, exact, mapping, ties};
use super::{foreign, layout, neighbours};

/// A network with the parameters and statistics of a checkpoint.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The network, with tied parameters merged into one.
    pub network: Network,
    /// Its parameters and statistics in f32.
    pub state: State,
    /// The parameters and statistics as they are in the file, if f32 has rounded some of them.
    pub exact: Unrounded,
    /// Which tensor fills which layer.
    pub assignment: Assignment,
}

/// Modules whose tensors have the same names and shapes: the indices of those of the network, and of
/// those of the checkpoint. Each of the former takes one of the latter.
#[derive(Default)]
struct Class {
    takers: Vec<usize>,
    groups: Vec<usize>,
}

/// Reads the parameters and statistics of `network` from a checkpoint. Errors name the file as `place`.
///
/// Each module of the network takes a module of the checkpoint whose tensors have the same names and
/// shapes. If several modules do and they differ, their order must be known. It is taken from the first
/// of these sources that exists: the order that the user asks for (`wish`); the entry `order` of the
/// exporter; the numbers in the names, if the names differ in nothing else; the order of the file, if its
/// writer kept one; for batch normalisations, the convolutions in front of them. `num_batches_tracked` is
/// ignored. A tensor that the checkpoint stores under two names is one parameter.
///
/// # Errors
/// Returns an error if a module of the network finds no module of the checkpoint, if a tensor of the
/// checkpoint is left over, if the order of modules that could be exchanged is not known or names and
/// file contradict each other about it, if it is not clear whether a weight is stored with inputs before
/// outputs, or if a variance is negative.
pub fn fill(
    place: &str,
    checkpoint: &Checkpoint,
    network: Network,
    wish: Option<&RequestedOrder>,
) -> Result<Filled> {
    let groups = groups(checkpoint);
    let known = KnownOrder::new(place, checkpoint, &groups, wish)?;
    let matching = Matching {
        place,
        modules: network.modules(),
        network: &network,
        groups: &groups,
    };
    let classes = matching.classes();
    matching.check_counts(&classes)?;
    let (taken, exchangeable) = matching.settle(&classes, &known)?;
    let pairs: Vec<_> = (matching.modules.iter())
        .zip(taken.iter().map(|&group| &groups[group]))
        .collect();
    layout::check(place, &network, &pairs)?;
    let (owners, tied) = ties(&pairs);
    check_ties(place, &network, &owners, &tied)?;
    let mapping = mapping(&network, &pairs);
    let equal = equal(&pairs, &owners);
    let turned = (pairs.iter().flat_map(|(_, group)| &group.tensors))
        .filter(|named| named.is_kernel())
        .map(|named| named.name.to_owned());
    let assignment = Assignment {
        mapping,
        exchangeable,
        equal,
        turned: turned.collect(),
        tied,
        ignored: checkpoint.ignored.clone(),
        dropped: Dropped::of(checkpoint),
    };
    let network = network.tied(&owners);
    Ok(Filled {
        state: assemble(place, &network, &pairs)?,
        exact: match checkpoint.rounded() {
            0 => Unrounded::default(),
            _ => exact(&pairs),
        },
        assignment,
        network,
    })
}

/// Checks that the engine keeps the numbers of tied tensors in one order.
fn check_ties(place: &str, network: &Network, owners: &[usize], tied: &[Alias]) -> Result<()> {
    let Some(unlike) = network.unlike_owner(owners) else {
        return Ok(());
    };
    let ties = owners.iter().enumerate();
    let before = ties.take(unlike).filter(|(number, owner)| *owner < number);
    let tie = &tied[before.count()];
    let fault = format!(
        "is tied to {}, a layer of another kind, which cannot be measured yet; untie them and export again",
        tie.of
    );
    Err(Error::input(place, &tie.name, fault))
}

/// Whether the modules of a checkpoint match those of the network in number, kind by kind.
pub fn has_the_layers_of(groups: &[Group<'_>], network: &Network) -> bool {
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

/// The inputs of the assignment.
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

    /// Checks that checkpoint and network have the same number of modules of each kind.
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
        foreign::check(self.place, crowded, self.groups)?;
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
        Error::input(self.place, first.in_file(), fault)
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

    /// Decides which module of the checkpoint each module of the network takes, and collects those that
    /// could be exchanged.
    fn settle(
        &self,
        classes: &BTreeMap<Signature, Class>,
        known: &KnownOrder<'_>,
    ) -> Result<(Vec<usize>, Vec<Exchangeable>)> {
        let mut settled = Settled::nothing(self.modules.len());
        let mut open = Vec::new();
        for class in classes.values() {
            let groups = self.of(&class.groups);
            if groups.iter().all(|group| group.equals(groups[0])) {
                settled.give(class, &class.groups);
                continue;
            }
            match known.arrange(&groups)? {
                Some(arranged) => settled.arrange(class, &arranged, self.groups),
                None => open.push(class),
            }
        }
        if !open.is_empty() && neighbours::stand_behind(self.groups) {
            open.retain(|class| !self.settle_by_neighbours(class, &mut settled));
        }
        if !open.is_empty() {
            let open: Vec<_> = open.iter().map(|class| self.of(&class.groups)).collect();
            foreign::check(self.place, open.iter().flatten().copied(), self.groups)?;
            return Err(undecided(self.place, "they have the same shapes", &open));
        }
        Ok(settled.finish())
    }

    /// Puts batch normalisations in the order of the convolutions in front of them, if those are already
    /// assigned.
    fn settle_by_neighbours(&self, class: &Class, settled: &mut Settled) -> bool {
        let arranged = neighbours::arrange(
            self.network,
            &self.modules,
            &class.takers,
            self.groups,
            &class.groups,
            &settled.taken,
        );
        if let Some(arranged) = &arranged {
            settled.arrange(class, arranged, self.groups);
        }
        arranged.is_some()
    }

    fn of(&self, places: &[usize]) -> Vec<&Group<'_>> {
        places.iter().map(|&place| &self.groups[place]).collect()
    }
}

/// The assignment so far.
struct Settled {
    /// The group that each module of the network has taken.
    taken: Vec<Option<usize>>,
    /// Modules that could be exchanged, each with the first module of the network that takes one of them.
    exchangeable: Vec<(usize, Exchangeable)>,
}

impl Settled {
    fn nothing(modules: usize) -> Self {
        Settled {
            taken: vec![None; modules],
            exchangeable: Vec::new(),
        }
    }

    /// Assigns these groups to the modules of a class.
    fn give(&mut self, class: &Class, groups: &[usize]) {
        for (&taker, &group) in class.takers.iter().zip(groups) {
            self.taken[taker] = Some(group);
        }
    }

    /// Assigns the groups of a class to its modules in a given order, and records where that order comes
    /// from.
    fn arrange(&mut self, class: &Class, arranged: &Arranged, all: &[Group<'_>]) {
        let order = arranged.places.iter().map(|&place| class.groups[place]);
        let groups: Vec<usize> = order.collect();
        self.give(class, &groups);
        let names = groups.iter().map(|&group| call(&all[group]).to_owned());
        let exchangeable = Exchangeable {
            modules: names.collect(),
            ordered_by: arranged.ordered_by,
        };
        self.exchangeable.push((class.takers[0], exchangeable));
    }

    fn finish(mut self) -> (Vec<usize>, Vec<Exchangeable>) {
        self.exchangeable.sort_by_key(|(first, _)| *first);
        let taken = self.taken.into_iter();
        let taken = taken.map(|group| group.expect("every class is settled"));
        let exchangeable = self.exchangeable.into_iter();
        let exchangeable = exchangeable.map(|(_, exchangeable)| exchangeable);
        (taken.collect(), exchangeable.collect())
    }
}
