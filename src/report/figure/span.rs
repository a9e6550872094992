//! The range of an axis, and the position of a value within it.

use crate::record::Spacing;

/// The largest absolute value that is drawn. A larger one would overflow the margins, as ∞ would.
pub const LARGEST: f64 = 1e300;

/// The share of its length that an axis leaves free at each end.
const MARGIN: f64 = 0.05;

/// The range of an axis. Its ends are finite and distinct, and positive on a logarithmic axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The spacing of values, linear or logarithmic.
    pub scale: Spacing,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Span {
    /// The range that contains all `values` that the scale can show, with a margin. A linear axis
    /// includes zero if all values have one sign and the smallest is at most 0.4 of the largest.
    pub fn covering(scale: Spacing, values: impl Iterator<Item = f64>) -> Self {
        let shown = values.filter(|value| match scale {
            Spacing::Linear => value.abs() <= LARGEST,
            Spacing::Logarithmic => 0.0 < *value && *value <= LARGEST,
        });
        let ends = shown.fold(None, |ends: Option<[f64; 2]>, value| {
            let [low, high] = ends.unwrap_or([value, value]);
            Some([low.min(value), high.max(value)])
        });
        match scale {
            Spacing::Linear => Self::linear(ends.unwrap_or([0.0, 1.0])),
            Spacing::Logarithmic => Self::logarithmic(ends.unwrap_or([1.0, 10.0])),
        }
    }

    fn linear([mut low, mut high]: [f64; 2]) -> Self {
        if low > 0.0 && low <= 0.4 * high {
            low = 0.0;
        } else if high < 0.0 && high >= 0.4 * low {
            high = 0.0;
        }
        let size = low.abs().max(high.abs());
        // If ticks were closer than a millionth of the values, their labels would be equal.
        let spread = match high - low {
            0.0 if size < 1.0 / LARGEST => 2.0,
            0.0 => 0.2 * size,
            spread => spread.max(1e-6 * size).max(1.0 / LARGEST),
        };
        let extra = (spread - (high - low)) / 2.0 + MARGIN * spread;
        Span {
            scale: Spacing::Linear,
            low: low - extra,
            high: high + extra,
        }
    }

    fn logarithmic([low, high]: [f64; 2]) -> Self {
        let decades = high.log10() - low.log10();
        // A single value is placed in the middle of half a decade; otherwise as for a linear axis.
        let spread = if decades == 0.0 {
            0.5
        } else {
            decades.max(1e-5)
        };
        let factor = 10f64.powf((spread - decades) / 2.0 + MARGIN * spread);
        Span {
            scale: Spacing::Logarithmic,
            // The smallest positive number and the largest keep the margin on the axis.
            low: (low / factor).max(f64::from_bits(1)),
            high: (high * factor).min(f64::MAX),
        }
    }

    /// The position of `value` between the ends, from 0 to 1; `None` if it lies outside.
    pub fn fraction(&self, value: f64) -> Option<f64> {
        let along = |value: f64| match self.scale {
            Spacing::Linear => value,
            Spacing::Logarithmic => value.log10(),
        };
        let (low, high) = (along(self.low), along(self.high));
        let inside = (self.low..=self.high).contains(&value);
        inside.then(|| (along(value) - low) / (high - low))
    }
}
