//! What an axis covers and how a value lies on it.

use super::ticks;
use super::{TEXT, text};
use crate::record::Scale;

/// Values beyond ± this are drawn as little as infinite ones: the margins would overflow.
pub const LARGEST: f64 = 1e300;

/// The part of its length that an axis leaves free at each end.
const MARGIN: f64 = 0.05;

/// The range of an axis; its ends are finite and apart, and positive on a logarithmic one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Equal steps or equal factors.
    pub scale: Scale,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Span {
    /// The range that shows all `values` that the scale can show, with a margin. Zero belongs to a
    /// linear axis when all values have one sign and none is far from it beside their spread.
    pub fn covering(scale: Scale, values: impl Iterator<Item = f64>) -> Self {
        let shown = values.filter(|value| match scale {
            Scale::Linear => value.abs() <= LARGEST,
            Scale::Logarithmic => 0.0 < *value && *value <= LARGEST,
        });
        let ends = shown.fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        match scale {
            Scale::Linear => Self::linear(ends.unwrap_or((0.0, 1.0))),
            Scale::Logarithmic => Self::logarithmic(ends.unwrap_or((1.0, 10.0))),
        }
    }

    fn linear((mut low, mut high): (f64, f64)) -> Self {
        if low > 0.0 && low <= 0.4 * high {
            low = 0.0;
        } else if high < 0.0 && high >= 0.4 * low {
            high = 0.0;
        }
        let size = low.abs().max(high.abs());
        // Ticks closer than a millionth of the values could not be told apart by their labels.
        let spread = match high - low {
            0.0 if size < 1.0 / LARGEST => 2.0,
            0.0 => 0.2 * size,
            spread => spread.max(1e-6 * size).max(1.0 / LARGEST),
        };
        let extra = (spread - (high - low)) / 2.0 + MARGIN * spread;
        Span {
            scale: Scale::Linear,
            low: low - extra,
            high: high + extra,
        }
    }

    fn logarithmic((low, high): (f64, f64)) -> Self {
        let decades = high.log10() - low.log10();
        // A single value stands in the middle of half a decade; else as for a linear axis.
        let spread = if decades == 0.0 {
            0.5
        } else {
            decades.max(1e-5)
        };
        let factor = 10f64.powf((spread - decades) / 2.0 + MARGIN * spread);
        Span {
            scale: Scale::Logarithmic,
            // The smallest positive number and the largest: the margin stays on the axis.
            low: (low / factor).max(f64::from_bits(1)),
            high: (high * factor).min(f64::MAX),
        }
    }

    /// Where `value` lies between the ends, 0 to 1; none when it does not.
    pub fn fraction(&self, value: f64) -> Option<f64> {
        let along = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Logarithmic => value.log10(),
        };
        let (low, high) = (along(self.low), along(self.high));
        let inside = (self.low..=self.high).contains(&value);
        inside.then(|| (along(value) - low) / (high - low))
    }
}

/// A range and its labelled ticks.
pub struct Axis {
    /// What it covers.
    pub span: Span,
    /// Values and labels, ascending.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// A horizontal axis of `length` pixels.
    pub fn lying(span: Span, length: f64) -> Self {
        let ticks = ticks::choose(&span, length, |a, b| {
            (text::width(a, TEXT) + text::width(b, TEXT)) / 2.0 + 8.0
        });
        Axis { span, ticks }
    }

    /// A vertical axis of `length` pixels.
    pub fn upright(span: Span, length: f64) -> Self {
        let ticks = ticks::choose(&span, length, |_, _| 24.0);
        Axis { span, ticks }
    }

    /// The width of the widest label, in pixels.
    pub fn widest_label(&self) -> f64 {
        let widths = self.ticks.iter().map(|(_, label)| text::width(label, TEXT));
        widths.fold(0.0, f64::max)
    }
}
