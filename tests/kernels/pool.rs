//! Pools.
//!
//! Every pool but the largest of its input is linear, and its backward kernel is the transpose. The
//! windows are listed by the definition.

use num_traits::Zero;
use sgd_stability::kernel::Isa;
use sgd_stability::kernel::pool::{
    Pool, average_pool, gather_pool, max_pool, scatter_pool, spread_pool,
};
use sgd_stability::number::Exact;
use sgd_stability::oracle::{Family, rounded};

use crate::support::{Guarded, all_bits};

/// Windows of one pixel, of the whole image, of four pixels and of other numbers of them; rows and
/// columns left over; channels on both sides of whole vectors.
const POOLS: [(Pool, usize); 9] = [
    (pool((1, 1), 1, (1, 1)), 3),
    (pool((2, 2), 16, (2, 2)), 5),
    (pool((4, 6), 17, (2, 2)), 2),
    (pool((5, 7), 6, (2, 2)), 2),
    (pool((6, 4), 33, (3, 2)), 2),
    (pool((5, 3), 3, (5, 3)), 4),
    (pool((7, 8), 20, (2, 3)), 1),
    (pool((16, 17), 2, (16, 16)), 2),
    (pool((4, 4), 5, (2, 2)), 0),
];

const fn pool((height, width): (usize, usize), channels: usize, window: (usize, usize)) -> Pool {
    Pool {
        height,
        width,
        channels,
        window,
    }
}

/// For each number of the output the numbers of the input in its window, row after row.
fn windows(pool: &Pool, samples: usize) -> Vec<Vec<usize>> {
    let (rows, columns) = (pool.height / pool.window.0, pool.width / pool.window.1);
    let window = |number: usize| {
        let (pixel, channel) = (number / pool.channels, number % pool.channels);
        let (row, column) = (pixel / columns, pixel % columns);
        let (sample, row) = (row / rows, row % rows);
        let member = |k: usize| {
            let y = row * pool.window.0 + k / pool.window.1;
            let x = column * pool.window.1 + k % pool.window.1;
            ((sample * pool.height + y) * pool.width + x) * pool.channels + channel
        };
        (0..pool.window.0 * pool.window.1).map(member).collect()
    };
    let numbers = samples * rows * columns * pool.channels;
    (0..numbers).map(window).collect()
}

fn each(test: impl Fn(&str, &Pool, usize, Family)) {
    for family in Family::ALL {
        for (pool, samples) in POOLS {
            let name = format!("{family:?}, {samples} samples, {pool:?}");
            test(&name, &pool, samples, family);
        }
    }
}

/// The first of the largest; the last NaN where there is one.
fn largest(x: impl Iterator<Item = f32> + Clone) -> usize {
    let last_nan = x.clone().enumerate().filter(|(_, x)| x.is_nan()).last();
    let largest = x.clone().fold(f32::NEG_INFINITY, f32::max);
    let first = x.into_iter().position(|x| x == largest);
    last_nan
        .map(|(k, _)| k)
        .or(first)
        .expect("a window has pixels")
}

#[test]
fn the_first_of_the_largest_is_found() {
    each(|name, pool, samples, family| {
        let mut x = family.vectors(samples * pool.input(), 1).0;
        if family == Family::Uniform {
            // Few different numbers: many are equal.
            x.iter_mut().for_each(|x| *x = (*x * 2.0).round());
        }
        let windows = windows(pool, samples);
        let places: Vec<usize> = windows
            .iter()
            .map(|window| largest(window.iter().map(|&i| x[i])))
            .collect();
        let right: Vec<f32> = (0..windows.len())
            .map(|o| x[windows[o][places[o]]])
            .collect();
        for isa in Isa::available() {
            let mut y = Guarded::new(&vec![7.0; windows.len()]);
            let mut found = vec![77; windows.len()];
            max_pool(isa, pool, &x, y.numbers(), &mut found);
            let y = y.checked(name);
            assert!(
                found
                    .iter()
                    .map(|&k| usize::from(k))
                    .eq(places.iter().copied()),
                "{name}"
            );
            assert_eq!(all_bits(&y), all_bits(&right), "{name} on {}", isa.name());
        }
    });
}

#[test]
fn numbers_go_to_their_places_and_back() {
    each(|name, pool, samples, family| {
        let (x, dy) = (
            family.vectors(samples * pool.input(), 1).0,
            family.vectors(samples * pool.output(), 2).1,
        );
        let windows = windows(pool, samples);
        let place = |o: usize| (o * 5 + o / 7) % pool.pixels();
        let places: Vec<u8> = (0..windows.len())
            .map(|o| u8::try_from(place(o)).expect("a small window"))
            .collect();
        let right: Vec<f32> = (0..windows.len())
            .map(|o| x[windows[o][place(o)]])
            .collect();
        let mut right_dx = vec![0.0; x.len()];
        (0..windows.len()).for_each(|o| right_dx[windows[o][place(o)]] = dy[o]);
        for isa in Isa::available() {
            let mut y = Guarded::new(&dy);
            gather_pool(isa, pool, &x, &places, y.numbers());
            assert_eq!(all_bits(&y.checked(name)), all_bits(&right), "{name}");
            let mut dx = Guarded::new(&x);
            scatter_pool(isa, pool, &dy, &places, dx.numbers());
            assert_eq!(all_bits(&dx.checked(name)), all_bits(&right_dx), "{name}");
        }
    });
}

#[test]
fn means_are_chains_and_one_product() {
    each(|name, pool, samples, family| {
        let x = family.vectors(samples * pool.input(), 1).0;
        let windows = windows(pool, samples);
        let pixels = u64::try_from(pool.pixels()).expect("a small window");
        let share = Exact::fraction(1, pixels).to_f32();
        let mean = |window: &Vec<usize>| {
            let sum = window.iter().fold(0.0, |sum, &i| rounded::sum(sum, x[i]));
            rounded::product(sum, share)
        };
        let right: Vec<f32> = windows.iter().map(mean).collect();
        let mut right_dx = vec![0.0; x.len()];
        for (window, y) in windows.iter().zip(&right) {
            window
                .iter()
                .for_each(|&i| right_dx[i] = rounded::product(*y, share));
        }
        for isa in Isa::available() {
            let mut y = Guarded::new(&vec![7.0; windows.len()]);
            average_pool(isa, pool, &x, y.numbers());
            let y = y.checked(name);
            assert_eq!(all_bits(&y), all_bits(&right), "{name} on {}", isa.name());
            let mut dx = Guarded::new(&x);
            spread_pool(isa, pool, &y, dx.numbers());
            assert_eq!(all_bits(&dx.checked(name)), all_bits(&right_dx), "{name}");
        }
    });
}

/// `⟨dy, gather(x)⟩ = ⟨scatter(dy), x⟩`, exactly.
#[test]
fn gather_and_scatter_are_adjoint() {
    for (pool, samples) in POOLS {
        let x = Family::Uniform.vectors(samples * pool.input(), 1).0;
        let (mut y, dy) = Family::Uniform.vectors(samples * pool.output(), 2);
        let (mut places, mut dx) = (vec![0; y.len()], vec![0.0; x.len()]);
        let isa = Isa::best();
        max_pool(isa, &pool, &x, &mut y, &mut places);
        y.fill(f32::NAN);
        gather_pool(isa, &pool, &x, &places, &mut y);
        scatter_pool(isa, &pool, &dy, &places, &mut dx);
        let inner = |a: &[f32], b: &[f32]| {
            let exact = |x: f32| Exact::from_f32(x).expect("a finite number");
            let pairs = a.iter().zip(b);
            pairs.fold(Exact::zero(), |sum, (a, b)| sum + exact(*a) * exact(*b))
        };
        assert_eq!(inner(&dy, &y), inner(&dx, &x), "{pool:?}");
    }
}

#[test]
#[should_panic(expected = "no pool has the shape")]
fn a_window_larger_than_the_image_is_refused() {
    average_pool(Isa::best(), &pool((2, 2), 1, (3, 1)), &[], &mut []);
}

#[test]
#[should_panic(expected = "places of one byte")]
fn a_window_with_more_pixels_than_a_byte_counts_is_refused() {
    let pool = pool((17, 16), 1, (17, 16));
    max_pool(Isa::best(), &pool, &[], &mut [], &mut []);
}
