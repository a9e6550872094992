//! Colours that belong to no series.

use plotters::prelude::RGBColor;

/// Text.
pub const INK: RGBColor = RGBColor(0x1a, 0x1a, 0x1a);
/// Axes.
pub const FRAME: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// Paper.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
