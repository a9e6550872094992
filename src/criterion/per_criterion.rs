//! A container with one value per criterion.

use std::ops::{Index, IndexMut};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{CRITERIA, Criterion};

/// One value for each of [`CRITERIA`], in their order: `verdicts[ONE_STEP]`. In JSON it is an object
/// whose keys are the names of the criteria.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerCriterion<T>([T; CRITERIA.len()]);

impl<T> PerCriterion<T> {
    /// Calls `value` for each criterion.
    pub fn from_fn(value: impl FnMut(Criterion) -> T) -> Self {
        PerCriterion(CRITERIA.map(value))
    }

    /// Iterates over the criteria and their values.
    pub fn iter(&self) -> impl Iterator<Item = (Criterion, &T)> {
        CRITERIA.into_iter().zip(&self.0)
    }

    /// Iterates over the criteria and mutable references to their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Criterion, &mut T)> {
        CRITERIA.into_iter().zip(&mut self.0)
    }
}

/// # Panics
/// When the criterion is not one of [`CRITERIA`].
impl<T> Index<Criterion> for PerCriterion<T> {
    type Output = T;

    fn index(&self, criterion: Criterion) -> &T {
        &self.0[place(criterion)]
    }
}

impl<T> IndexMut<Criterion> for PerCriterion<T> {
    fn index_mut(&mut self, criterion: Criterion) -> &mut T {
        &mut self.0[place(criterion)]
    }
}

fn place(criterion: Criterion) -> usize {
    let place = CRITERIA.iter().position(|listed| *listed == criterion);
    place.unwrap_or_else(|| panic!("{} is not in the list of criteria", criterion.name))
}

impl<T: Serialize> Serialize for PerCriterion<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(CRITERIA.len()))?;
        for (criterion, value) in self.iter() {
            map.serialize_entry(criterion.name, value)?;
        }
        map.end()
    }
}
