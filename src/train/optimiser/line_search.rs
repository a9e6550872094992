//! A line search for the strong Wolfe conditions.
//!
//! Given `φ(0)` and `φ'(0) < 0` along a direction, it looks for a `t > 0` with
//! `φ(t) ≤ φ(0) + c₁·t·φ'(0)` and `|φ'(t)| ≤ c₂·|φ'(0)|` (Nocedal and Wright 2006, algorithms 3.5 and
//! 3.6; the next trial is where the secant of the slopes is zero, which is exact for a parabola). If the
//! values differ only by rounding, the first condition is replaced by one on the slope:
//! `φ'(t) ≤ (1 − 2c₁)·|φ'(0)|` (the approximate Wolfe conditions of Hager and Zhang 2005).

/// Differences below this fraction of the loss are treated as rounding: 2⁻²⁰, sixteen roundings of f32.
const ROUNDING: f64 = 1.0 / (1 << 20) as f64;

/// The function along the line at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// The position t.
    pub at: f64,
    /// The value φ(t).
    pub value: f64,
    /// The slope φ'(t).
    pub slope: f64,
}

/// The Wolfe conditions, and the limit on the search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wolfe {
    /// The constant c₁.
    pub decrease: f64,
    /// The constant c₂.
    pub curvature: f64,
    /// The largest number of points tried.
    pub evaluations: usize,
}

impl Wolfe {
    /// Returns the first point found that satisfies both conditions. If the evaluations run out, returns
    /// the best point that satisfies the first condition, or `None` if there is none. `start` is the
    /// point at 0, and `first` the first trial.
    pub fn search(
        &self,
        start: Place,
        first: f64,
        mut function: impl FnMut(f64) -> Place,
    ) -> Option<Place> {
        let (mut low, mut high) = (start, None::<Place>);
        let mut at = first;
        for evaluation in 0..self.evaluations {
            let here = function(at);
            if !self.is_lower(&start, &here) || here.value > low.value + noise(&start) {
                high = Some(here);
            } else if here.slope.abs() <= self.curvature * start.slope.abs() {
                return Some(here);
            } else {
                let ahead = high.map_or(1.0, |high| high.at - low.at);
                if here.slope * ahead >= 0.0 {
                    high = Some(low);
                } else if high.is_none() {
                    at = beyond(&low, &here);
                }
                low = here;
            }
            if let Some(high) = high {
                at = between(&low, &high, evaluation % 3 == 2);
            }
        }
        (low.at > 0.0).then_some(low)
    }

    /// Whether `here` satisfies the first condition; never for a value of NaN or +∞, or a slope that is
    /// not finite.
    fn is_lower(&self, start: &Place, here: &Place) -> bool {
        let enough = here.value <= start.value + self.decrease * here.at * start.slope;
        let flat = (here.value - start.value).abs() <= noise(start)
            && here.slope <= (2.0 * self.decrease - 1.0) * start.slope;
        here.slope.is_finite() && (enough || flat)
    }
}

fn noise(start: &Place) -> f64 {
    ROUNDING * start.value.abs()
}

/// The position where the secant of two slopes is zero.
fn secant(a: &Place, b: &Place) -> f64 {
    a.at - a.slope * (b.at - a.at) / (b.slope - a.slope)
}

/// A position beyond both points: that of the secant, limited to 1.1 to 10 times the distance.
fn beyond(low: &Place, here: &Place) -> f64 {
    let (near, far) = (1.1 * here.at, 10.0 * here.at);
    match secant(low, here) {
        at if at >= near => at.min(far),
        _ => far,
    }
}

/// A position between two points: that of the secant, kept away from the ends, or the midpoint.
fn between(low: &Place, high: &Place, halve: bool) -> f64 {
    let (left, right) = (low.at.min(high.at), low.at.max(high.at));
    let margin = 0.05 * (right - left);
    match secant(low, high) {
        at if at.is_finite() && !halve => at.clamp(left + margin, right - margin),
        _ => 0.5 * (left + right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WOLFE: Wolfe = Wolfe {
        decrease: 1e-4,
        curvature: 0.1,
        evaluations: 40,
    };

    fn search(f: impl Fn(f64) -> (f64, f64), first: f64) -> Option<Place> {
        let place = |at| {
            let (value, slope) = f(at);
            Place { at, value, slope }
        };
        WOLFE.search(place(0.0), first, place)
    }

    #[test]
    fn the_conditions_hold_where_the_search_ends() {
        let functions: [fn(f64) -> (f64, f64); 4] = [
            |t| (3.0 * t * t - 6.0 * t, 6.0 * t - 6.0),
            |t| (-t / (t * t + 2.0), (t * t - 2.0) / (t * t + 2.0).powi(2)),
            |t| ((t - 2.0).powi(4), 4.0 * (t - 2.0).powi(3)),
            |t| (t.exp() - 5.0 * t, t.exp() - 5.0),
        ];
        for f in functions {
            for first in [1e-3, 1.0, 1e3] {
                let start = f(0.0);
                let found = search(f, first).unwrap();
                assert!(found.value <= start.0 + 1e-4 * found.at * start.1);
                assert!(found.slope.abs() <= 0.1 * start.1.abs());
            }
        }
    }

    #[test]
    fn a_wall_of_infinity_is_backed_away_from() {
        let f = |t: f64| {
            if t < 0.5 {
                ((t - 0.4).powi(2), 2.0 * (t - 0.4))
            } else {
                (f64::NAN, f64::NAN)
            }
        };
        let found = search(f, 8.0).unwrap();
        assert!((found.at - 0.4).abs() < 0.05);
    }

    #[test]
    fn a_function_that_only_rises_has_no_lower_place() {
        // The slope at zero is wrong, as it may be at a kink.
        let f = |t: f64| (t, if t == 0.0 { -1.0 } else { 1.0 });
        assert_eq!(search(f, 1.0), None);
    }
}
