//! Keys that several items of an architecture file share: numbers for both directions of an image, and
//! default values.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::kernel::Sides;

/// One number for both directions, or the pair `[rows, columns]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) struct Each(pub Sides);

impl<'de> Deserialize<'de> for Each {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Each;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or [rows, columns]")
            }

            fn visit_u64<E: de::Error>(self, side: u64) -> Result<Each, E> {
                match usize::try_from(side) {
                    Ok(side) => Ok(Each(Sides::both(side))),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(side), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, side: i64) -> Result<Each, E> {
                match u64::try_from(side) {
                    Ok(side) => self.visit_u64(side),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(side), &self)),
                }
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Each, A::Error> {
                let sides = (seq.next_element()?, seq.next_element()?);
                match (sides, seq.next_element::<de::IgnoredAny>()?) {
                    ((Some(rows), Some(columns)), None) => Ok(Each(Sides { rows, columns })),
                    _ => Err(de::Error::custom("a list of sides must be [rows, columns]")),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl Serialize for Each {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Sides { rows, columns } = self.0;
        if rows == columns {
            rows.serialize(serializer)
        } else {
            [rows, columns].serialize(serializer)
        }
    }
}

/// The names that PyTorch gives the tensors of a dense layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackedAs {
    /// `weight` and `bias`, as in `torch.nn.Linear`.
    Linear,
    /// `in_proj_weight` and `in_proj_bias`, as in `torch.nn.MultiheadAttention`.
    #[default]
    InProj,
}

pub(super) fn one() -> usize {
    1
}

pub(super) fn ones() -> Each {
    Each(Sides::both(1))
}

pub(super) fn zeros() -> Each {
    Each(Sides::both(0))
}

pub(super) fn yes() -> bool {
    true
}

/// Whether a key has the value that it has when it is left out, so that a file need not say it.
pub(super) fn is_one(number: &usize) -> bool {
    *number == 1
}

/// [`is_one`] in both directions.
pub(super) fn are_ones(each: &Each) -> bool {
    *each == ones()
}

/// As [`are_ones`], for zeros.
pub(super) fn are_zeros(each: &Each) -> bool {
    *each == zeros()
}

/// As [`is_one`], for what is so unless it is denied.
pub(super) fn is_yes(answer: &bool) -> bool {
    *answer
}

/// As [`is_one`], for what has a usual value.
pub(in crate::network) fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
