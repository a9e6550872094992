//! Pools.
//!
//! Every pool except max-pooling is linear in its input, and its backward kernel is the transpose. The
//! windows are listed from the definition.

use num_traits::Zero;
use sgd_stability::kernel::pool::{
    Pool, average_pool, gather_pool, max_pool, scatter_pool, spread_pool,
};
use sgd_stability::kernel::{Isa, Sides, Window};
use sgd_stability::number::Exact;
use sgd_stability::oracle::{Family, rounded};

use crate::support::{Guarded, all_bits};

/// Windows of one pixel, of the whole image, of four pixels and of other numbers of pixels; images with
/// rows and columns left over; numbers of channels on both sides of whole vectors; windows that overlap,
/// that have gaps between them, and that extend beyond the image.
const POOLS: [(Pool, usize); 16] = [
    (pool((1, 1), 1, (1, 1)), 3),
    (pool((2, 2), 16, (2, 2)), 5),
    (pool((4, 6), 17, (2, 2)), 2),
    (pool((5, 7), 6, (2, 2)), 2),
    (pool((6, 4), 33, (3, 2)), 2),
    (pool((7, 5), 3, (7, 5)), 4),
    (pool((7, 8), 20, (2, 3)), 1),
    (pool((16, 17), 2, (16, 16)), 2),
    (pool((4, 4), 5, (2, 2)), 0),
    (free((7, 8), 17, [(3, 3), (2, 2), (1, 1)]), 3),
    (free((6, 5), 16, [(3, 2), (1, 1), (0, 1)]), 2),
    (free((5, 9), 5, [(1, 2), (3, 4), (0, 0)]), 2),
    (free((4, 4), 33, [(2, 2), (2, 2), (1, 1)]), 2),
    (free((1, 2), 3, [(3, 4), (1, 1), (1, 2)]), 2),
    (free((9, 3), 1, [(5, 2), (2, 1), (2, 1)]), 4),
    (free((3, 3), 2, [(3, 3), (2, 2), (1, 1)]), 0),
];

const fn pool(image: (usize, usize), channels: usize, window: (usize, usize)) -> Pool {
    free(image, channels, [window, window, (0, 0)])
}

/// The size, stride and padding of a window.
const fn free(
    (height, width): (usize, usize),
    channels: usize,
    [size, stride, padding]: [(usize, usize); 3],
) -> Pool {
    Pool {
        height,
        width,
        channels,
        window: Window::new(sides(size))
            .every(sides(stride))
            .padded(sides(padding)),
    }
}

const fn sides((rows, columns): (usize, usize)) -> Sides {
    Sides { rows, columns }
}

/// For each output element, the input elements in its window, row by row, each with its pixel in the
/// window.
fn windows(pool: &Pool, samples: usize) -> Vec<Vec<(usize, usize)>> {
    let Window {
        size,
        stride,
        padding,
        ..
    } = pool.window;
    let count = |side: usize, size: usize, stride: usize, padding: usize| {
        (side + 2 * padding - size) / stride + 1
    };
    let rows = count(pool.height, size.rows, stride.rows, padding.rows);
    let columns = count(pool.width, size.columns, stride.columns, padding.columns);
    let window = |number: usize| {
        let (pixel, channel) = (number / pool.channels, number % pool.channels);
        let (row, column) = (pixel / columns, pixel % columns);
        let (sample, row) = (row / rows, row % rows);
        let member = |k: usize| {
            let y = (row * stride.rows + k / size.columns).checked_sub(padding.rows)?;
            let x = (column * stride.columns + k % size.columns).checked_sub(padding.columns)?;
            let place = ((sample * pool.height + y) * pool.width + x) * pool.channels + channel;
            (y < pool.height && x < pool.width).then_some((place, k))
        };
        (0..size.area()).filter_map(member).collect()
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

/// The index of the first largest element, or of the last NaN if there is one.
fn largest(x: impl Iterator<Item = f32> + Clone) -> usize {
    let last_nan = x.clone().enumerate().filter(|(_, x)| x.is_nan()).last();
    let largest = x.clone().fold(f32::NEG_INFINITY, f32::max);
    let first = x.into_iter().position(|x| x == largest);
    last_nan
        .map(|(k, _)| k)
        .or(first)
        .expect("a window has pixels")
}

/// Passes a derivative from a window to a pixel. If the windows are tiles, a pixel gets one derivative,
/// which is stored; otherwise derivatives are added up from +0.
fn hand_back(pool: &Pool, dx: &mut f32, back: f32) {
    let is_tiled = pool.window == Window::tiles(pool.window.size);
    *dx = if is_tiled {
        back
    } else {
        rounded::sum(*dx, back)
    };
}

#[test]
fn the_first_of_the_largest_is_found() {
    each(|name, pool, samples, family| {
        let mut x = family.vectors(samples * pool.input(), 1).0;
        if family == Family::Uniform {
            // There are few distinct values, so that many are equal.
            x.iter_mut().for_each(|x| *x = (*x * 2.0).round());
        }
        let windows = windows(pool, samples);
        let places: Vec<usize> = windows
            .iter()
            .map(|window| largest(window.iter().map(|&(i, _)| x[i])))
            .collect();
        let right: Vec<f32> = (0..windows.len())
            .map(|o| x[windows[o][places[o]].0])
            .collect();
        let places: Vec<usize> = (0..windows.len())
            .map(|o| windows[o][places[o]].1)
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
        let place = |o: usize| windows[o][(o * 5 + o / 7) % windows[o].len()];
        let places: Vec<u8> = (0..windows.len())
            .map(|o| u8::try_from(place(o).1).expect("a small window"))
            .collect();
        let right: Vec<f32> = (0..windows.len()).map(|o| x[place(o).0]).collect();
        let mut right_dx = vec![0.0; x.len()];
        for o in 0..windows.len() {
            hand_back(pool, &mut right_dx[place(o).0], dy[o]);
        }
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
        let mean = |window: &Vec<(usize, usize)>| {
            let sum = window
                .iter()
                .fold(0.0, |sum, &(i, _)| rounded::sum(sum, x[i]));
            rounded::product(sum, share)
        };
        let right: Vec<f32> = windows.iter().map(mean).collect();
        let mut right_dx = vec![0.0; x.len()];
        for (window, y) in windows.iter().zip(&right) {
            let back = rounded::product(*y, share);
            window
                .iter()
                .for_each(|&(i, _)| hand_back(pool, &mut right_dx[i], back));
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
#[should_panic(expected = "no pool has the shape")]
fn a_window_that_may_hold_nothing_is_refused() {
    let pool = free((4, 4), 1, [(2, 2), (1, 1), (2, 1)]);
    average_pool(Isa::best(), &pool, &[], &mut []);
}

#[test]
#[should_panic(expected = "places of one byte")]
fn a_window_with_more_pixels_than_a_byte_counts_is_refused() {
    let pool = pool((17, 16), 1, (17, 16));
    max_pool(Isa::best(), &pool, &[], &mut [], &mut []);
}
