//! The section "Kernels on trial": from the verdicts of trials to sentences, tables and figures.
//!
//! | file | contents |
//! |---|---|
//! | `input` | everything that the section is made of |
//! | `entry` | a verdict with the library and the instruction set of its kernel |
//! | `file` | reads the files of the folder `kernels` |
//! | `group` | the instruction sets of a kernel that give the same results |
//! | `sentences` | what was found, in words |
//! | `tables` | ours, others', linear algebra, faulty kernels |
//! | `figures` | the error against the input, the condition number and the speed |
//! | `cells` | the texts in the cells of the tables |

mod cells;
mod entry;
mod figures;
mod file;
mod group;
mod input;
mod sentences;
mod tables;

use self::group::Group;
use super::figure::Map;
use crate::record::{Figure, Table};

pub use self::entry::{Entry, Speed};
pub use self::input::Trials;

/// The section as it is shown.
pub struct Section {
    /// What was found; the first sentence answers.
    pub sentences: Vec<String>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The figures on one pair of axes.
    pub figures: Vec<Figure>,
    /// The error against the input, a map for each function.
    pub maps: Vec<Map>,
}

impl Section {
    /// The names of the figures, maps and tables.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        let figures = self.figures.iter().map(|figure| &figure.name);
        let maps = self.maps.iter().map(|map| &map.name);
        figures
            .chain(maps)
            .chain(self.tables.iter().map(|table| &table.name))
    }
}

impl Trials {
    /// The section; `None` if nothing was tried.
    pub fn section(&self) -> Option<Section> {
        if self.is_empty() {
            return None;
        }
        let groups = Group::all(self);
        Some(Section {
            sentences: sentences::all(self, &groups),
            tables: tables::all(self, &groups),
            figures: figures::all(self, &groups),
            maps: figures::maps(&groups),
        })
    }
}
