//! The directions along which a statement about every unit vector is checked.

use nalgebra::{DMatrix, DVector};
use sgd_stability::number::Exact;

/// How often the search for the smallest slack halves its steps, down to `1/GRID`.
const ROUNDS: i32 = 12;

/// Directions found in floating point are rounded to multiples of `1/GRID`.
const GRID: f64 = 4096.0;

/// Every direction with coordinates 0, ±1 and ±2, and the direction of the smallest `slack` that a
/// descent from the worst of them finds. `slack` must not depend on the length of its argument.
pub fn directions(d: usize, slack: impl Fn(&DVector<f64>) -> f64) -> Vec<DVector<Exact>> {
    let whole = whole(d);
    let floats = whole.iter().map(|v| v.map(|entry| entry as f64));
    let worst = floats.min_by(|a, b| slack(a).total_cmp(&slack(b)));
    let worst = descend(worst.expect("a dimension above 0"), slack);
    let rounded = worst.map(|entry| Exact::fraction((entry * GRID).round() as i64, GRID as u64));
    let exact = |v: &DVector<i64>| v.map(Exact::from);
    whole.iter().map(exact).chain([rounded]).collect()
}

/// All non-zero vectors with coordinates from −2 to 2, one of each pair `±v`.
fn whole(d: usize) -> Vec<DVector<i64>> {
    let digits =
        |code: usize| DVector::from_fn(d, |i, _| (code / 5usize.pow(i as u32) % 5) as i64 - 2);
    let first = |v: &DVector<i64>| v.iter().find(|entry| **entry != 0).is_some_and(|x| *x > 0);
    (0..5usize.pow(d as u32))
        .map(digits)
        .filter(first)
        .collect()
}

/// Descends by coordinate steps of decreasing length that reduce the slack.
fn descend(mut v: DVector<f64>, slack: impl Fn(&DVector<f64>) -> f64) -> DVector<f64> {
    let d = v.len();
    let axes = DMatrix::<f64>::identity(d, d);
    for round in 1..=ROUNDS {
        let step = 0.5f64.powi(round);
        for (axis, sign) in (0..d).flat_map(|axis| [(axis, 1.0), (axis, -1.0)]) {
            let moved = &v + axes.column(axis) * (sign * step);
            if moved.norm() > 0.5 && slack(&moved) < slack(&v) {
                v = moved;
            }
        }
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minimum of `vᵀMv/vᵀv` is about −1/1000, along (1, −3), which no vector of small integers
    /// reaches.
    #[test]
    fn a_direction_between_the_whole_ones_is_found() {
        let quotient = |v: &DVector<f64>| {
            ((3.0 * v[0] + v[1]).powi(2) * 0.1 - 0.001 * (v[0] - 3.0 * v[1]).powi(2)) / v.dot(v)
        };
        let asked = directions(2, quotient);
        let negative = |v: &&DVector<Exact>| quotient(&v.map(|entry| entry.to_f64())) < 0.0;
        assert_eq!(asked.iter().filter(negative).count(), 1);
        assert_eq!((asked.len(), directions(1, |_| 0.0).len()), (13, 3));
    }
}
