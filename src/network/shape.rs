//! The shape of one sample between two layers.

use std::fmt;

use crate::kernel::Sides;

/// Height × width × channels of one sample, channels last: element (y, x, c) has the index
/// `(y·width + x)·channels + c`. A plain vector of features is 1 × 1 × features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The number of rows of the image.
    pub height: usize,
    /// The number of columns of the image.
    pub width: usize,
    /// The number of values at one position.
    pub channels: usize,
}

impl Shape {
    /// The shape of a plain vector.
    pub fn features(channels: usize) -> Self {
        Shape {
            height: 1,
            width: 1,
            channels,
        }
    }

    /// The shape of an image; the arguments are in PyTorch's order, channels first.
    pub fn image(channels: usize, height: usize, width: usize) -> Self {
        Shape {
            height,
            width,
            channels,
        }
    }

    /// The number of positions of one sample.
    pub fn positions(self) -> usize {
        self.height * self.width
    }

    /// Rows and columns of the image.
    pub(super) fn sides(self) -> Sides {
        Sides {
            rows: self.height,
            columns: self.width,
        }
    }

    /// How many numbers one sample has.
    pub fn numbers(self) -> usize {
        self.positions() * self.channels
    }

    /// The shape as an architecture file has it: features, or channels, height and width.
    pub(crate) fn listed(self) -> Vec<usize> {
        if self.is_flat() {
            vec![self.channels]
        } else {
            vec![self.channels, self.height, self.width]
        }
    }

    /// Whether this is the shape of a plain vector.
    pub fn is_flat(self) -> bool {
        self.positions() == 1
    }

    /// The index, channels last, of every element in PyTorch's order (channels first).
    pub fn places_of_channels_first(self) -> impl Iterator<Item = usize> {
        let positions = self.positions();
        (0..self.channels)
            .flat_map(move |c| (0..positions).map(move |position| position * self.channels + c))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_flat() {
            write!(f, "{}", self.channels)
        } else {
            write!(f, "{}×{}×{}", self.channels, self.height, self.width)
        }
    }
}

/// Converts samples × channels × height × width, the order of PyTorch and of image files, to samples ×
/// height × width × channels, the order of the engine. Returns the numbers unchanged if the shape is
/// flat or has one channel.
///
/// # Panics
/// When `numbers` does not consist of whole samples.
pub fn channels_last(shape: Shape, numbers: &[f32]) -> Vec<f32> {
    let mut reordered = numbers.to_vec();
    move_channels_last(shape, &mut reordered);
    reordered
}

/// [`channels_last`] in place.
///
/// # Panics
/// When `numbers` does not consist of whole samples.
pub(super) fn move_channels_last(shape: Shape, numbers: &mut [f32]) {
    let whole = numbers.len().is_multiple_of(shape.numbers());
    assert!(whole, "whole samples of {shape}");
    if shape.is_flat() || shape.channels == 1 {
        return;
    }
    let mut given = vec![0.0; shape.numbers()];
    for sample in numbers.chunks_exact_mut(given.len()) {
        given.copy_from_slice(sample);
        for (value, place) in given.iter().zip(shape.places_of_channels_first()) {
            sample[place] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_move_to_the_end() {
        let shape = Shape::image(2, 1, 3);
        let reordered = channels_last(shape, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(reordered, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let flat = channels_last(Shape::features(3), &[1.0, 2.0, 3.0]);
        assert_eq!(flat, [1.0, 2.0, 3.0]);
        assert_eq!(shape.to_string(), "2×1×3");
    }
}
