//! The items of an architecture file that a network under construction consists of.

use crate::network::item::Item;

/// The list of items so far, and the branches that have begun and not ended.
#[derive(Clone, Debug)]
pub(super) struct List {
    items: Vec<Item>,
    /// Of each branch: the item that it reads, and the list in which it stands.
    open: Vec<(usize, Vec<Item>)>,
    /// For each activation, the last item of the outermost list that gives it, counted from 1; 0 is the input.
    giver: Vec<usize>,
}

impl List {
    pub fn new() -> Self {
        List {
            items: Vec::new(),
            open: Vec::new(),
            giver: vec![0],
        }
    }

    /// Appends an item, behind which the network is at this activation.
    pub fn push(&mut self, item: Item, activation: usize) {
        self.items.push(item);
        if self.is_outermost() {
            self.giver.resize(self.giver.len().max(activation + 1), 0);
            self.giver[activation] = self.items.len();
        }
    }

    /// The item whose output is this activation.
    pub fn giver(&self, activation: usize) -> usize {
        self.giver.get(activation).copied().unwrap_or_default()
    }

    /// Whether no branch has begun that has not ended.
    pub fn is_outermost(&self) -> bool {
        self.open.is_empty()
    }

    /// Begins a branch that reads this activation.
    pub fn begin_branch(&mut self, from: usize) {
        let outer = std::mem::take(&mut self.items);
        self.open.push((self.giver(from), outer));
    }

    /// Ends the last branch that was begun, behind which the network is at this activation.
    pub fn end_branch(&mut self, activation: usize) {
        let Some((from, outer)) = self.open.pop() else {
            return;
        };
        let layer = std::mem::replace(&mut self.items, outer);
        self.push(Item::Branch { from, layer }, activation);
    }

    /// All items.
    pub fn into_items(self) -> Vec<Item> {
        self.items
    }
}
