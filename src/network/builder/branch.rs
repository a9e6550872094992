//! Shortcuts, and branches: layers that are applied to an earlier activation.

use super::Builder;
use crate::network::item::Item;
use crate::network::layers::{Fault, Operation, Shortcut, ShortcutItem, Zeros};

/// The place to which the layers of a branch are added back ([`Builder::begin_branch`]).
#[derive(Debug)]
pub struct Fork {
    main: usize,
    read_by_others: usize,
    layers: usize,
}

impl Builder {
    /// Appends a layer that adds the earlier activation `from` ([`Operation::Shortcut`]).
    ///
    /// # Errors
    /// Returns an error when there is no such activation, or when its shape does not fit.
    pub fn shortcut(&mut self, from: usize) -> Result<(), Fault> {
        self.shortcut_with(from, Zeros::Behind)
    }

    /// [`Builder::shortcut`], with the channels of zeros at the given place.
    ///
    /// # Errors
    /// Returns an error under the conditions of [`Builder::shortcut`], or when the channels that are
    /// lacking are no two halves.
    pub fn shortcut_with(&mut self, from: usize, zeros: Zeros) -> Result<(), Fault> {
        if from == self.here() || from > self.network.layers.len() {
            return Err(format!("a shortcut from {from} must come from before it"));
        }
        self.push_shortcut(from, zeros)?;
        let from = self.list.giver(from);
        self.record(Item::Shortcut(ShortcutItem { from, zeros }));
        Ok(())
    }

    fn push_shortcut(&mut self, from: usize, zeros: Zeros) -> Result<(), Fault> {
        let shortcut = Shortcut::fit(from, self.shape_of(from), self.shape(), zeros)?;
        self.push(Operation::Shortcut, shortcut);
        Ok(())
    }

    /// Begins a branch: the layers that are appended up to [`Builder::end_branch`] are applied to the
    /// earlier activation `from`.
    ///
    /// # Errors
    /// Returns an error when there is no such activation.
    pub fn begin_branch(&mut self, from: usize) -> Result<Fork, Fault> {
        let layers = self.network.layers.len();
        if from > layers {
            return Err(format!("a branch from {from} must come from before it"));
        }
        let fork = Fork {
            main: self.current,
            read_by_others: self.read_by_others,
            layers,
        };
        (self.current, self.read_by_others) = (from, layers);
        self.list.begin_branch(from);
        Ok(fork)
    }

    /// Ends a branch: what its layers give is added to the activation at which it was begun.
    ///
    /// # Errors
    /// Returns an error when the branch has no layer, or gives another shape.
    pub fn end_branch(&mut self, fork: Fork) -> Result<(), Fault> {
        if self.network.layers.len() == fork.layers {
            return Err(
                "a branch lists at least one layer; a shortcut adds an activation as it is"
                    .to_owned(),
            );
        }
        let (branch, given) = (self.current, self.shape());
        (self.current, self.read_by_others) = (fork.main, fork.read_by_others);
        if given != self.shape() || self.sequences[branch] != self.is_sequence() {
            return Err(format!(
                "the branch gives {given}, which cannot be added to {}; give its layers the stride and the \
                 outputs of those beside it",
                self.shape()
            ));
        }
        self.push_shortcut(branch, Zeros::Behind)?;
        self.list.end_branch(self.current);
        Ok(())
    }
}
