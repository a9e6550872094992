//! Modules in order, with the source of that order.

use serde::Serialize;

/// The source of the order of modules that could be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderedBy {
    /// The entry `order` that the exporter wrote.
    Exporter,
    /// The flag `--order` of the user.
    Asked,
    /// The numbers in their names, which differ in nothing else.
    Numbers,
    /// The order of the file, whose writer kept that of the model.
    File,
    /// The convolutions in front of them, paired by name.
    Neighbours,
}

impl OrderedBy {
    /// The sources that a page mentions.
    pub const NAMED: [OrderedBy; 4] = [
        OrderedBy::Asked,
        OrderedBy::Numbers,
        OrderedBy::File,
        OrderedBy::Neighbours,
    ];

    /// The phrase for this source, which precedes the names of the modules.
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

/// Modules in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arranged {
    /// Indices into the list that was ordered.
    pub places: Vec<usize>,
    /// The source of the order.
    pub ordered_by: OrderedBy,
}

impl Arranged {
    /// The order in which these keys ascend.
    pub fn by<K: Ord>(keys: Vec<K>, ordered_by: OrderedBy) -> Self {
        let mut places: Vec<usize> = (0..keys.len()).collect();
        places.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        Arranged { places, ordered_by }
    }
}
