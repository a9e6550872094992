//! Chooses the labelled values of an axis, and writes their labels.

use super::span::Span;
use crate::record::Spacing;
use crate::record::numeral;

/// The value and the label of a tick.
type Tick = (f64, String);

/// The largest number of ticks on an axis.
const MOST: usize = 9;

/// The ticks of an axis of `length` pixels. On a linear axis they are round numbers. On a logarithmic
/// axis they are 1, 2 and 5 times powers of ten, with more of them if the axis covers less than a decade
/// and fewer if it covers many. `distance(a, b)` is the minimum distance in pixels of adjacent ticks with
/// the labels `a` and `b`.
pub fn choose(span: &Span, length: f64, distance: impl Fn(&str, &str) -> f64) -> Vec<Tick> {
    let fits = |ticks: &Vec<Tick>| {
        let apart = |pair: &[Tick]| {
            let [a, b] = [&pair[0], &pair[1]].map(|tick| span.fraction(tick.0).unwrap_or(0.0));
            (b - a) * length >= distance(&pair[0].1, &pair[1].1)
        };
        (2..=MOST).contains(&ticks.len()) && ticks.windows(2).all(apart)
    };
    candidates(span).find(fits).unwrap_or_default()
}

/// The sets of ticks to try, best first.
fn candidates(span: &Span) -> Box<dyn Iterator<Item = Vec<Tick>> + '_> {
    let linear = (2..=7).rev().map(|most| linear(span, most));
    if span.scale == Spacing::Linear {
        return Box::new(linear);
    }
    let fine = [&[1, 2, 5][..], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];
    let fine = fine.map(|mantissas| logarithmic(span, mantissas, 1));
    let decades = [1, 2, 3, 5, 10, 20, 50, 100, 200].map(|step| logarithmic(span, &[1], step));
    let enough = |least: usize| move |ticks: &Vec<Tick>| ticks.len() >= least;
    // Within a factor of five there may be fewer than three integer multiples of a power of ten, and a
    // logarithmic axis looks almost linear.
    let narrow = span.high / span.low < 5.0;
    let linear = linear.filter(move |ticks| narrow && ticks.len() >= 3);
    let fine = fine.into_iter().filter(enough(3));
    Box::new(fine.chain(linear).chain(decades))
}

/// Multiples of 1, 2 or 5 times a power of ten, at most `most` of them.
fn linear(span: &Span, most: u32) -> Vec<Tick> {
    let least = (span.high - span.low) / f64::from(most);
    let power = numeral::exponent(least);
    let steps = [(1, power), (2, power), (5, power), (1, power + 1)];
    let wide = |&(mantissa, power): &(i32, i32)| times_power(f64::from(mantissa), power) >= least;
    let (mantissa, power) = steps.into_iter().find(wide).unwrap_or(steps[3]);
    let step = times_power(f64::from(mantissa), power);
    let (first, last) = (
        (span.low / step).ceil() as i64,
        (span.high / step).floor() as i64,
    );
    let size = numeral::exponent(span.low.abs().max(span.high.abs()));
    let tick = |i: i64| {
        let units = i as f64 * f64::from(mantissa);
        (times_power(units, power), linear_label(units, power, size))
    };
    (first..=last).map(tick).collect()
}

/// The label of `units`·10^`power` on an axis whose largest value has the decimal exponent `size`.
fn linear_label(units: f64, power: i32, size: i32) -> String {
    if units == 0.0 {
        return "0".to_owned();
    }
    if size >= 5 || size <= -4 {
        let decimals = (size - power).max(0);
        return numeral::scientific(times_power(units, power - size), decimals as usize, size);
    }
    numeral::fixed(times_power(units, power), (-power).max(0) as usize)
}

/// The ticks `mantissa`·10^k for each mantissa and every `step`-th k.
fn logarithmic(span: &Span, mantissas: &[i32], step: usize) -> Vec<Tick> {
    let (first, last) = (numeral::exponent(span.low), numeral::exponent(span.high));
    let first = first.div_euclid(step as i32) * step as i32;
    let powers = (first..=last).step_by(step);
    let ticks = powers.flat_map(|k| mantissas.iter().map(move |m| (f64::from(*m), k)));
    let tick = |(m, k)| (times_power(m, k), logarithmic_label(m, k));
    let inside = |tick: &Tick| (span.low..=span.high).contains(&tick.0);
    ticks.map(tick).filter(inside).collect()
}

fn logarithmic_label(mantissa: f64, power: i32) -> String {
    if (-2..=4).contains(&power) {
        return numeral::fixed(times_power(mantissa, power), (-power).max(0) as usize);
    }
    numeral::scientific(mantissa, 0, power)
}

/// The value `units`·10^`power`, rounded only once if the power of ten is exact (up to 10²²).
fn times_power(units: f64, power: i32) -> f64 {
    match power {
        ..0 if power >= -300 => units / 10f64.powi(-power),
        // Below 10⁻³⁰⁰ in two steps, since 10^−`power` alone might overflow.
        ..-300 => units / 1e300 / 10f64.powi(-power - 300),
        _ => units * 10f64.powi(power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Spacing, low: f64, high: f64) -> Vec<String> {
        let ticks = choose(&Span { scale, low, high }, 550.0, |a, b| {
            6.0 * (a.chars().count() + b.chars().count()) as f64
        });
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn logarithmic_ticks_are_round_and_readable() {
        let labels = |low, high| labels(Spacing::Logarithmic, low, high);
        assert_eq!(labels(0.04, 1.1), ["0.05", "0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(3.0, 45.0), ["5", "10", "20"]);
        assert_eq!(labels(2.1, 8.5), ["3", "4", "5", "6", "7", "8"]);
        assert_eq!(labels(5e-8, 20.0)[..3], ["10⁻⁷", "10⁻⁶", "10⁻⁵"]);
        assert_eq!(
            labels(18.9, 20.1),
            ["19.0", "19.2", "19.4", "19.6", "19.8", "20.0"]
        );
        assert!(labels(1e-200, 1e200).len() >= 3);
    }

    #[test]
    fn linear_ticks_are_round_and_readable() {
        let labels = |low, high| labels(Spacing::Linear, low, high);
        assert_eq!(labels(-0.5, 10.5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(
            labels(-0.02, 0.03),
            ["−0.02", "−0.01", "0", "0.01", "0.02", "0.03"]
        );
        assert_eq!(
            labels(0.0, 2.1e6),
            ["0", "0.5·10⁶", "1.0·10⁶", "1.5·10⁶", "2.0·10⁶"]
        );
    }

    #[test]
    fn every_span_has_ticks_inside_it() {
        let ends = [
            -1e300,
            -7.0,
            -1e-300,
            0.0,
            3e-309,
            1.0,
            1.0 + f64::EPSILON,
            20.0,
            1e300,
        ];
        for (i, low) in ends.iter().enumerate() {
            for high in &ends[i..] {
                for scale in [Spacing::Linear, Spacing::Logarithmic] {
                    let span = Span::covering(scale, [*low, *high].into_iter());
                    let ticks = choose(&span, 310.0, |_, _| 24.0);
                    assert!(ticks.len() >= 2, "{span:?} has {ticks:?}");
                    let inside = |tick: &Tick| (span.low..=span.high).contains(&tick.0);
                    assert!(ticks.iter().all(inside), "{span:?} has {ticks:?}");
                }
            }
        }
    }
}
