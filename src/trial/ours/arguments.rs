//! The arguments of activation functions: every exponent, numbers of ordinary size, and where the functions
//! have zeros, turns and kinks.

use crate::trial::dice::Dice;

/// An argument of a function, and the number by which its derivative is multiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Argument {
    pub(super) z: f32,
    pub(super) x: f32,
}

/// Exponent fields of one case; beyond the last, 2¹⁰, every function has its limits.
const FIELDS: u32 = 8;
const LAST_FIELD: u32 = 137;
const OF_EXPONENTS: usize = LAST_FIELD.div_ceil(FIELDS) as usize;

/// Lengths with every tail of 16 lanes.
const LENGTHS: [usize; 9] = [0, 1, 5, 15, 16, 17, 33, 67, 200];

/// How far the numbers of ordinary size reach; in the last range lie all zeros of derivatives.
const RANGES: [f32; 4] = [100.0, 20.0, 8.0, 3.0];

/// Zeros of the first and second derivatives of some function, kinks and limits.
const PLACES: [f32; 13] = [
    0.0,
    1.0,
    0.751_791_5,
    0.752_461_4,
    1.278_464_5,
    std::f32::consts::SQRT_2,
    2.399_357_3,
    13.9,
    88.5,
    103.5,
    200.0,
    f32::INFINITY,
    f32::NAN,
];

/// The number of cases.
pub(super) const CASES: usize = OF_EXPONENTS + LENGTHS.len() * RANGES.len() + 1;

/// Factors by turns. The third makes tiny slopes visible; 1.758 times it is finite.
const FACTORS: [f32; 8] = [1.0, -0.7, 1.5e38, 1e-30, -3.3e-41, -1.25e15, 0.3, f32::NAN];

/// The arguments of a case.
pub(super) fn arguments(number: usize) -> Vec<Argument> {
    let mut dice = Dice::of_case(number as u64);
    let z = match number.checked_sub(OF_EXPONENTS) {
        None => of_exponents(number as u32, &mut dice),
        Some(number) if number < LENGTHS.len() * RANGES.len() => {
            let range = RANGES[number % RANGES.len()];
            let length = LENGTHS[number / RANGES.len()];
            (0..length).map(|_| range * dice.signed()).collect()
        }
        Some(_) => places(),
    };
    // The factors meet every place of a lane, since 7 and 16 have no common divisor.
    let factor = |i: usize| FACTORS[if i % 61 == 60 { 7 } else { i % 7 }];
    { z.into_iter().enumerate() }
        .map(|(i, z)| Argument { z, x: factor(i) })
        .collect()
}

/// The case in words.
pub(super) fn describe(number: usize) -> String {
    match number.checked_sub(OF_EXPONENTS) {
        None => {
            let first = number as u32 * FIELDS;
            format!("exponent fields from {first} on")
        }
        Some(number) if number < LENGTHS.len() * RANGES.len() => format!(
            "{} numbers up to ±{}",
            LENGTHS[number / RANGES.len()],
            RANGES[number % RANGES.len()]
        ),
        Some(_) => "zeros, turns, kinks and limits".to_owned(),
    }
}

/// Of each exponent and sign the first, the last and random numbers; subnormal numbers with field 0.
fn of_exponents(case: u32, dice: &mut Dice) -> Vec<f32> {
    let mut numbers = Vec::new();
    for field in (case * FIELDS..(case + 1) * FIELDS).take_while(|field| *field < LAST_FIELD) {
        for sign in [0, 1 << 31] {
            let random = [(); 5].map(|()| dice.below(1 << 23) as u32);
            let digits = [0, 1, (1 << 23) - 1].into_iter().chain(random);
            numbers.extend(digits.map(|digits| f32::from_bits(sign | field << 23 | digits)));
        }
    }
    numbers
}

/// The places with their neighbours, of both signs.
fn places() -> Vec<f32> {
    let around = |z: f32| [z, z.next_up(), z.next_down()];
    let both = |z: f32| [z, -z];
    { PLACES.into_iter() }
        .flat_map(around)
        .flat_map(both)
        .collect()
}
