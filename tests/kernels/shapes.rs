//! Shapes of convolutions.

use sgd_stability::kernel::convolution::Shape;
use sgd_stability::kernel::{Sides, Window};

/// A convolution with a square window: the image, the channels of input and output, and size, stride and
/// padding.
pub fn shape(
    image: (usize, usize),
    channels: (usize, usize),
    window: (usize, usize, usize),
) -> Shape {
    Shape {
        height: image.0,
        width: image.1,
        inputs: channels.0,
        outputs: channels.1,
        window: Window::square(window.0)
            .every(Sides::both(window.1))
            .padded(Sides::both(window.2)),
        groups: 1,
    }
}

fn sides((rows, columns): (usize, usize)) -> Sides {
    Sides { rows, columns }
}

/// A convolution with another value in each direction for size, stride, padding and dilation.
pub fn free(
    image: (usize, usize),
    channels: (usize, usize, usize),
    window: [(usize, usize); 4],
) -> Shape {
    let [size, stride, padding, dilation] = window.map(sides);
    let (inputs, outputs, groups) = channels;
    let window = Window::new(size)
        .every(stride)
        .padded(padding)
        .dilated(dilation);
    Shape {
        window,
        groups,
        ..shape(image, (inputs, outputs), (1, 1, 0))
    }
}

/// Strides and dilations with and without a common divisor, paddings larger than the kernel, groups of
/// few and of many channels, one group per channel; numbers of channels on both sides of whole vectors.
pub fn free_shapes() -> Vec<(Shape, usize)> {
    vec![
        (free((4, 6), (3, 5, 1), [(1, 3), (1, 2), (2, 4), (1, 1)]), 3),
        (
            free((7, 5), (17, 18, 1), [(3, 2), (2, 1), (0, 1), (1, 1)]),
            2,
        ),
        (
            free((9, 8), (3, 16, 1), [(3, 3), (1, 1), (2, 2), (2, 2)]),
            2,
        ),
        (free((9, 8), (6, 7, 1), [(3, 2), (2, 2), (2, 1), (2, 3)]), 3),
        (
            free((12, 11), (2, 3, 1), [(3, 4), (4, 6), (5, 6), (6, 4)]),
            2,
        ),
        (
            free((10, 3), (1, 17, 1), [(4, 2), (3, 1), (3, 5), (2, 4)]),
            2,
        ),
        (free((5, 4), (4, 6, 2), [(2, 3), (1, 1), (1, 1), (1, 1)]), 4),
        (
            free((5, 4), (32, 48, 2), [(3, 3), (2, 1), (1, 1), (1, 1)]),
            2,
        ),
        (
            free((6, 5), (34, 51, 17), [(3, 2), (1, 2), (1, 0), (2, 1)]),
            3,
        ),
        (
            free((5, 6), (9, 18, 9), [(3, 3), (1, 1), (1, 1), (1, 1)]),
            2,
        ),
        (
            free((6, 7), (18, 9, 9), [(2, 2), (2, 2), (1, 1), (1, 1)]),
            2,
        ),
        (free((6, 7), (5, 5, 5), [(3, 3), (1, 1), (1, 1), (1, 1)]), 3),
        (
            free((7, 6), (32, 32, 32), [(3, 3), (2, 2), (1, 1), (1, 1)]),
            2,
        ),
        (
            free((9, 9), (37, 37, 37), [(3, 2), (2, 3), (4, 2), (2, 3)]),
            2,
        ),
        (
            free((2, 2), (16, 16, 16), [(3, 3), (1, 1), (1, 1), (1, 1)]),
            70,
        ),
        (free((3, 3), (4, 4, 2), [(2, 2), (1, 1), (0, 0), (1, 1)]), 0),
    ]
}

/// Images of one pixel, windows larger than the image, windows entirely in the padding, pixels that no
/// window reads, strides that do not divide the image; numbers of channels on both sides of whole
/// vectors.
pub fn edge_shapes() -> Vec<(Shape, usize)> {
    vec![
        (shape((1, 1), (1, 1), (1, 1, 0)), 1),
        (shape((1, 1), (3, 17), (3, 1, 1)), 5),
        (shape((2, 2), (16, 16), (3, 1, 1)), 9),
        (shape((2, 2), (5, 3), (5, 1, 2)), 3),
        (shape((2, 3), (3, 6), (5, 1, 4)), 2),
        (shape((1, 4), (2, 5), (2, 1, 3)), 2),
        (shape((4, 4), (8, 33), (3, 1, 1)), 3),
        (shape((5, 7), (6, 16), (5, 1, 0)), 2),
        (shape((7, 5), (17, 33), (3, 2, 1)), 2),
        (shape((6, 6), (16, 32), (3, 2, 1)), 2),
        (shape((5, 6), (33, 6), (1, 2, 0)), 2),
        (shape((7, 8), (3, 16), (2, 3, 0)), 3),
        (shape((9, 6), (1, 17), (5, 3, 2)), 2),
        (shape((8, 9), (3, 16), (3, 1, 1)), 2),
        (shape((6, 7), (1, 3), (3, 1, 1)), 4),
        (shape((6, 5), (3, 6), (5, 1, 2)), 2),
        (shape((3, 3), (33, 48), (3, 1, 1)), 1),
        (shape((4, 3), (22, 33), (2, 2, 1)), 0),
        (shape((3, 3), (7, 100), (3, 1, 1)), 3),
        (shape((4, 3), (15, 64), (2, 1, 1)), 2),
    ]
}
