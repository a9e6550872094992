//! What an architecture may ask for: windows that fit, and sizes that a machine can hold.

use crate::kernel::{Sides, Window};

use super::operator::Fault;
use crate::network::shape::Shape;

/// The shape of a result with so many channels and one number for each window over an image; `name` is
/// what the file calls the size of the window.
pub(super) fn output_shape(
    input: Shape,
    window: &Window,
    channels: usize,
    name: &str,
) -> Result<Shape, Fault> {
    /// No image has more rows or columns.
    const MOST: usize = 1 << 24;
    let Window {
        size,
        stride,
        padding,
        dilation,
    } = *window;
    let words = [(name, size), ("stride", stride), ("dilation", dilation)];
    for (word, sides) in words {
        if sides.rows == 0 || sides.columns == 0 {
            return Err(format!("a {word} must be at least 1, not {sides}"));
        }
    }
    for (word, sides) in words.into_iter().chain([("padding", padding)]) {
        if sides.rows.max(sides.columns) > MOST {
            return Err(format!(
                "a {word} of {sides} is more than {MOST}; make it smaller"
            ));
        }
    }
    let places = window.places(input.sides());
    if places.rows == 0 || places.columns == 0 {
        let spread = if dilation == Sides::both(1) {
            String::new()
        } else {
            format!(" with a dilation of {dilation}")
        };
        return Err(format!(
            "a {name} of {size}{spread} does not fit into {input} with a padding of {padding}"
        ));
    }
    Ok(Shape {
        height: places.rows,
        width: places.columns,
        channels,
    })
}

/// Can a machine hold the lists of places that these windows have, and what they give?
pub(super) fn check_size(input: Shape, window: &Window, output: Shape) -> Result<(), Fault> {
    /// Pixels of the result by taps of the window; numbers of the result.
    const MOST: usize = 1 << 24;
    /// Places that a list weighs.
    const LIST: usize = 16;
    let fits = || {
        let taps = bounded(window.size.rows, window.size.columns, MOST)?;
        let pixels = bounded(output.height, output.width, MOST)?;
        // An index of a window has a list of its own, which weighs more than a place.
        bounded(pixels.max(LIST), taps, MOST).and(bounded(pixels, output.channels, MOST))
    };
    fits().map(drop).ok_or_else(|| {
        format!(
            "a window of {} over {input} with {} outputs has more than {MOST} places or \
             results; make the image, the window or the outputs smaller",
            window.size, output.channels
        )
    })
}

/// So many parameters, if a machine could hold them.
pub(super) fn checked(a: usize, b: usize) -> Result<usize, Fault> {
    /// More parameters than any machine that this runs on can hold vectors of.
    const MOST: usize = 1 << 34;
    bounded(a, b, MOST).ok_or_else(|| format!("{a} × {b} parameters are too many"))
}

/// The product, where it is not more than `most`.
fn bounded(a: usize, b: usize, most: usize) -> Option<usize> {
    a.checked_mul(b).filter(|product| *product <= most)
}
