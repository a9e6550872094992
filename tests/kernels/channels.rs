//! `scale_shift`, `blend`, `channel_sums` and `channel_dots`.

use sgd_stability::kernel::{Isa, Start, blend, channel_dots, channel_sums, scale_shift};
use sgd_stability::oracle::{Family, Format, Order, Outcome, Terms, judge, rounded};

use crate::support::{Guarded, all_bits, bits64};

/// The shapes of matrices as (rows, channels).
const SHAPES: [(usize, usize); 8] = [
    (0, 5),
    (1, 1),
    (7, 3),
    (5, 15),
    (6, 16),
    (4, 17),
    (9, 33),
    (40, 64),
];

/// Two matrices and three rows, all of one family.
struct Numbers {
    channels: usize,
    x: Vec<f32>,
    y: Vec<f32>,
    rows: [Vec<f32>; 3],
}

fn each(test: impl Fn(&str, &Numbers)) {
    for family in Family::ALL {
        for (rows, channels) in SHAPES {
            let (x, y) = family.vectors(rows * channels, 1);
            let rows_of = |seed| family.vectors(channels, seed).1;
            let numbers = Numbers {
                channels,
                x,
                y,
                rows: [2, 3, 4].map(rows_of),
            };
            test(&format!("{family:?}, {rows} × {channels}"), &numbers);
        }
    }
}

#[test]
fn scale_shift_rounds_every_number_once() {
    each(|name, numbers| {
        let [scale, shift, _] = &numbers.rows;
        let c = |i: usize| i % numbers.channels;
        for relu in [false, true] {
            let right = numbers.x.iter().enumerate().map(|(i, &x)| {
                let sum = rounded::fma(x, scale[c(i)], shift[c(i)]);
                if relu { rounded::relu(sum) } else { sum }
            });
            let right: Vec<f32> = right.collect();
            for isa in Isa::available() {
                let mut y = Guarded::new(&numbers.y);
                scale_shift(isa, scale, shift, relu, &numbers.x, y.numbers());
                assert_eq!(all_bits(&y.checked(name)), all_bits(&right), "{name}");
            }
        }
    });
}

#[test]
fn blend_rounds_every_number_twice() {
    each(|name, numbers| {
        let [a, b, shift] = &numbers.rows;
        let pairs = numbers.x.iter().zip(&numbers.y).enumerate();
        let right = pairs.map(|(i, (&x, &y))| {
            let c = i % numbers.channels;
            rounded::fma(y, a[c], rounded::fma(x, b[c], shift[c]))
        });
        let right: Vec<f32> = right.collect();
        for isa in Isa::available() {
            let mut y = Guarded::new(&numbers.y);
            blend(isa, [a, b, shift], &numbers.x, y.numbers());
            assert_eq!(all_bits(&y.checked(name)), all_bits(&right), "{name}");
        }
    });
}

#[test]
fn sums_of_channels_are_chains() {
    each(|name, numbers| {
        let channels = numbers.channels;
        let chain = |c: usize, y: &dyn Fn(usize) -> f32| {
            let column = (c..numbers.x.len()).step_by(channels);
            column.fold(0.0, |sum, i| {
                f64::from(numbers.x[i]).mul_add(f64::from(y(i)), sum)
            })
        };
        let sums = (0..channels).map(|c| bits64(2.5 + chain(c, &|_| 1.0)));
        let dots = (0..channels).map(|c| bits64(chain(c, &|i| numbers.y[i])));
        let (sums, dots): (Vec<_>, Vec<_>) = (sums.collect(), dots.collect());
        for isa in Isa::available() {
            let mut out = vec![2.5; channels];
            channel_sums(isa, &numbers.x, Start::Accumulate, &mut out);
            let computed: Vec<u64> = out.iter().copied().map(bits64).collect();
            assert_eq!(computed, sums, "{name}, sums on {}", isa.name());
            channel_dots(isa, &numbers.x, &numbers.y, Start::Zero, &mut out);
            let computed: Vec<u64> = out.iter().copied().map(bits64).collect();
            assert_eq!(computed, dots, "{name}, dots on {}", isa.name());
        }
    });
}

#[test]
fn sums_of_channels_stay_within_their_proved_bounds() {
    for family in Family::ALL {
        let (x, y) = family.vectors(60 * 7, 5);
        let column = |c: usize| (c..x.len()).step_by(7);
        let terms = (0..7).map(|c| column(c).fold(Terms::new(), |sum, i| sum.and(x[i], y[i])));
        // The chain, and one addition to the start value.
        let order = Order::Pieces {
            lanes: 1,
            length: 60,
        };
        let expected: Vec<_> = terms
            .map(|terms| terms.expected(&Format::double(), order))
            .collect();
        for isa in Isa::available() {
            let mut out = vec![0.0; 7];
            channel_dots(isa, &x, &y, Start::Zero, &mut out);
            let judgement = judge(&out, &expected);
            let place = format!("{family:?} on {}: {judgement:?}", isa.name());
            assert_ne!(judgement.outcome, Outcome::Broken, "{place}");
            if [Family::Uniform, Family::WideRange, Family::Cancelling].contains(&family) {
                assert_eq!(judgement.outcome, Outcome::Holds, "{place}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "are no rows of 4 channels")]
fn a_part_of_a_row_is_refused() {
    channel_sums(Isa::best(), &[0.0; 6], Start::Zero, &mut [0.0; 4]);
}
