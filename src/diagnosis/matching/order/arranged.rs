//! Modules in their order, and what it was taken from.

use serde::Serialize;

/// Why modules that could be exchanged stand in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderedBy {
    /// The exporter's entry `order`.
    Exporter,
    /// The user's `--order`.
    Asked,
    /// Their names differ in numbers alone.
    Numbers,
    /// The file keeps an order of its own.
    File,
    /// Each stands behind a convolution of its name.
    Neighbours,
}

impl OrderedBy {
    /// Those that a page names.
    pub const NAMED: [OrderedBy; 4] = [
        OrderedBy::Asked,
        OrderedBy::Numbers,
        OrderedBy::File,
        OrderedBy::Neighbours,
    ];

    /// In front of the modules.
    pub fn text(self) -> &'static str {
        match self {
            OrderedBy::Exporter => "as the file's entry `order` says",
            OrderedBy::Asked => "as --order says",
            OrderedBy::Numbers => "by the numbers in their names",
            OrderedBy::File => "as they stand in the file",
            OrderedBy::Neighbours => "each behind the convolution of its name",
        }
    }
}

/// Modules in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arranged {
    /// Places in the list that was to be put in order.
    pub places: Vec<usize>,
    /// Why.
    pub ordered_by: OrderedBy,
}

impl Arranged {
    /// In the ascending order of these keys.
    pub fn by<K: Ord>(keys: Vec<K>, ordered_by: OrderedBy) -> Self {
        let mut places: Vec<usize> = (0..keys.len()).collect();
        places.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        Arranged { places, ordered_by }
    }
}
