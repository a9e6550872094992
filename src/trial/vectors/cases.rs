//! The numbered cases of the functions of vectors.
//!
//! | part of the number | values |
//! |---|---|
//! | length | every one from 0 to 260 (four blocks of 64 lanes, and 4 more); then edges of blocks and pieces and lengths that broke others |
//! | family | [`Family::ALL`] |
//! | strides | 14 pairs of ±1, ±2, ±3, ±7 (four for the long vectors) |
//!
//! The rest of a case, its values, factor and places in memory, is drawn from its number.

use super::elements::Family;
use crate::kernel::Place;
use crate::trial::dice::Dice;

/// The lengths from 0 that all occur.
const SHORT: u64 = 261;

/// Longer ones: around blocks and the pieces of 2¹⁴ of [`crate::kernel::dot_wide`], and 316 and 5018.
const LONG: [usize; 14] = [
    316, 511, 1023, 1024, 1025, 4095, 4096, 4097, 4099, 5018, 16_383, 16_384, 16_385, 16_451,
];

const STRIDES: [[isize; 2]; 14] = [
    [1, 1],
    [2, 3],
    [-1, 1],
    [1, -1],
    [1, 1],
    [-1, -1],
    [-2, 1],
    [3, -7],
    [1, 1],
    [-3, 2],
    [7, -1],
    [1, 2],
    [-7, -3],
    [1, 1],
];

const LONG_STRIDES: [[isize; 2]; 4] = [[1, 1], [2, -3], [-1, 1], [7, 1]];

/// α: the special ones, and others.
const FACTORS: [f32; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    0.1,
    -3.7,
    1e-20,
    1e30,
    1e-44,
    f32::NAN,
    f32::INFINITY,
    1.000_000_1,
    0.333_333_34,
];

/// A case: vectors, a factor, and where they stand.
#[derive(Clone, Debug)]
pub struct VectorCase {
    /// The number from which all else follows.
    pub number: u64,
    /// What kind of values the vectors have.
    pub family: Family,
    /// The strides of x and y.
    pub strides: [isize; 2],
    /// The places of x and y in the first and the second call.
    pub places: [[Place; 2]; 2],
    /// α.
    pub alpha: f32,
    /// The elements of x.
    pub x: Vec<f32>,
    /// The elements of y.
    pub y: Vec<f32>,
}

impl VectorCase {
    /// The number of cases.
    pub const COUNT: u64 = SHORT_CASES + (LONG.len() * FAMILIES * LONG_STRIDES.len()) as u64;

    /// Case `number`.
    ///
    /// # Panics
    /// When the number is not below [`VectorCase::COUNT`].
    pub fn new(number: u64) -> VectorCase {
        let pick = |number: u64, lengths: usize| {
            let (rest, length) = (number / lengths as u64, number % lengths as u64);
            let family = Family::ALL[(rest % FAMILIES as u64) as usize];
            (length as usize, family, (rest / FAMILIES as u64) as usize)
        };
        let (length, family, strides) = match number.checked_sub(SHORT_CASES) {
            None => {
                let (length, family, strides) = pick(number, SHORT as usize);
                (length, family, STRIDES[strides])
            }
            Some(number) => {
                let (length, family, strides) = pick(number, LONG.len());
                (LONG[length], family, LONG_STRIDES[strides])
            }
        };
        let mut dice = Dice::of_case(number);
        let places = [0, 1].map(|_| [0, 1].map(|_| place(&mut dice)));
        let alpha = dice.choose(&FACTORS);
        let [x, y] = family.elements(length, &mut dice);
        VectorCase {
            number,
            family,
            strides,
            places,
            alpha,
            x,
            y,
        }
    }

    /// The case in words; `uses_y` and `uses_alpha` say what the function takes.
    pub fn describe(&self, uses_y: bool, uses_alpha: bool) -> String {
        let mut text = format!("n = {}, values {:?}", self.x.len(), self.family);
        if uses_alpha {
            text += &format!(", α = {}", hex(self.alpha));
        }
        let mut vector = |name: &str, index: usize, elements: &[f32]| {
            let shown: Vec<String> = elements.iter().take(4).map(|&x| hex(x)).collect();
            text += &format!(
                ", {name} with stride {} at {:?}, then {:?}: [{}{}]",
                self.strides[index],
                self.places[0][index],
                self.places[1][index],
                shown.join(" "),
                if elements.len() > 4 { " …" } else { "" },
            );
        };
        vector("x", 0, &self.x);
        if uses_y {
            vector("y", 1, &self.y);
        }
        text
    }
}

const FAMILIES: usize = Family::ALL.len();
const SHORT_CASES: u64 = SHORT * (FAMILIES * STRIDES.len()) as u64;

/// At the end of a page often, because most kernels that read too much read past the end.
fn place(dice: &mut Dice) -> Place {
    match dice.below(6) {
        0 | 1 => Place::BeforeGuard,
        2 => Place::AfterGuard,
        _ => Place::Offset(dice.below(16) as usize),
    }
}

fn hex(x: f32) -> String {
    format!("{:#010x}", x.to_bits())
}

/// The memory of a vector: element `i` at `i·stride`, or at `(i − count + 1)·stride` if that is negative.
pub fn in_memory(elements: &[f32], stride: isize) -> Vec<f32> {
    let step = stride.unsigned_abs();
    let mut memory = vec![
        0.0;
        elements
            .len()
            .checked_sub(1)
            .map_or(0, |last| 1 + last * step)
    ];
    let places = memory.iter_mut().step_by(step);
    if stride < 0 {
        places
            .rev()
            .zip(elements)
            .for_each(|(place, x)| *place = *x)
    } else {
        places.zip(elements).for_each(|(place, x)| *place = *x)
    }
    memory
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::AnyOrder;

    #[test]
    fn cases_are_as_many_as_promised_and_follow_from_their_number() {
        assert_eq!(VectorCase::COUNT, 59_360);
        let last = VectorCase::new(VectorCase::COUNT - 1);
        assert_eq!((last.x.len(), last.family), (16_451, Family::AllZeros));
        assert_eq!(
            last.describe(true, true),
            VectorCase::new(last.number).describe(true, true)
        );
        assert_eq!(in_memory(&[1.0, 2.0], -2), [2.0, 0.0, 1.0]);
        assert!(in_memory(&[], 3).is_empty());
    }

    #[test]
    fn no_stride_is_zero() {
        let all = STRIDES.iter().chain(&LONG_STRIDES).flatten();
        assert!(all.clone().all(|stride| *stride != 0));
        assert!(all.clone().any(|stride| *stride < -1));
    }

    #[test]
    fn the_conditions_reach_ten_to_the_thirty() {
        let first = 261 * 8;
        let logs: Vec<f64> = (first + 20..first + 261)
            .map(|number| {
                let case = VectorCase::new(number);
                assert_eq!(case.family, Family::IllConditioned);
                let magnitude: f64 = { case.x.iter() }
                    .zip(&case.y)
                    .map(|(&x, &y)| (f64::from(x) * f64::from(y)).abs())
                    .sum();
                let value = AnyOrder::dot(&case.x, &case.y).value().to_f64().abs();
                (magnitude / value).log10()
            })
            .collect();
        assert!(logs.iter().any(|log| *log < 5.0) && logs.iter().any(|log| *log > 28.0));
    }
}
