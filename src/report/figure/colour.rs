//! The colours of everything but the series.

use plotters::prelude::RGBColor;

/// The colour of text.
pub const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// The colour of axes.
pub const FRAME: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// The colour of grid lines.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// The background colour.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
