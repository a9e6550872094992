//! Converts positions in a window to lanes and back.

use std::array::from_fn;

use crate::kernel::lanes::{LANES, Lanes};

/// Reads positions as f32 numbers, with zeros beyond the end of the slice.
#[inline(always)]
pub(super) fn load<L: Lanes>(lanes: L, places: &[u8]) -> L::Vector {
    if let Some(whole) = places.first_chunk::<LANES>() {
        return lanes.load(&whole.map(f32::from));
    }
    lanes.load(&from_fn(|i| {
        places.get(i).map_or(0.0, |&place| f32::from(place))
    }))
}

/// The position `k`, at most 255, as a number whose lowest byte is `k`: 2²³ + k.
pub(super) fn marked(k: usize) -> f32 {
    (1 << 23) as f32 + k as f32
}

/// Writes positions encoded by [`marked`], up to the end of the slice.
#[inline(always)]
pub(super) fn store<L: Lanes>(lanes: L, value: L::Vector, places: &mut [u8]) {
    let mut numbers = [0.0_f32; LANES];
    lanes.store(value, &mut numbers);
    let whole = numbers.map(|place| place.to_bits() as u8);
    match places.first_chunk_mut::<LANES>() {
        Some(places) => *places = whole,
        None => places.copy_from_slice(&whole[..places.len()]),
    }
}
