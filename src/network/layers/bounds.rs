//! Limits on what an architecture may ask for: windows must fit, and sizes must be within a machine's
//! memory.

use crate::kernel::{Sides, Window};

use super::operator::Fault;
use crate::network::shape::Shape;

/// The output shape of a layer with `channels` channels and one number per window over an image. `name`
/// is the architecture file's key for the window size.
pub(super) fn output_shape(
    input: Shape,
    window: &Window,
    channels: usize,
    name: &str,
) -> Result<Shape, Fault> {
    /// The largest number of rows or columns of an image.
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

/// Checks that the lists of positions for these windows, and the output, fit in a machine's memory.
pub(super) fn check_size(input: Shape, window: &Window, output: Shape) -> Result<(), Fault> {
    /// The largest product of output pixels and window taps, and the largest output.
    const MOST: usize = 1 << 24;
    /// The memory overhead of one list, counted in positions.
    const LIST: usize = 16;
    let fits = || {
        let taps = bounded(window.size.rows, window.size.columns, MOST)?;
        let pixels = bounded(output.height, output.width, MOST)?;
        // Every index of a window has its own list, which takes more memory than a position does.
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

/// The number of parameters `a·b`, if a machine could hold them.
pub(super) fn checked(a: usize, b: usize) -> Result<usize, Fault> {
    /// More parameters than any machine that this runs on can hold in a vector.
    const MOST: usize = 1 << 34;
    bounded(a, b, MOST).ok_or_else(|| format!("{a} × {b} parameters are too many"))
}

/// The product of `a` and `b`, if it is at most `most`.
fn bounded(a: usize, b: usize, most: usize) -> Option<usize> {
    a.checked_mul(b).filter(|product| *product <= most)
}
