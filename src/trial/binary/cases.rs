//! Pairs of operands that are hard for functions of two numbers.

use crate::oracle::binary::Function;
use crate::trial::dice::Dice;

/// Magnitudes whose pairs, with all signs, are tried for every function.
fn corners() -> Vec<f32> {
    let bits = [
        0,
        1,
        2,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x7f7f_ffff,
        0x7f00_0000,
        0x7f80_0000,
        0x7fc0_0000,
        0x3f7f_ffff,
        0x3f80_0000,
        0x3f80_0001,
        0x4b7f_ffff,
        0x4b80_0000,
        0x4b80_0001,
    ];
    let numbers = [
        0.5,
        1.5,
        2.0,
        2.5,
        3.0,
        10.0,
        127.0,
        128.0,
        149.0,
        150.0,
        1e-20,
        1e20,
        4.135_903e-25,
        1.844_674_4e19,
    ];
    let magnitudes = bits.into_iter().map(f32::from_bits).chain(numbers);
    magnitudes.flat_map(|x| [x, -x]).collect()
}

/// All hard pairs.
pub(super) fn hard(function: Function) -> Vec<[f32; 2]> {
    let corners = corners();
    let mut pairs: Vec<[f32; 2]> = Vec::new();
    for x in &corners {
        pairs.extend(corners.iter().map(|y| [*x, *y]));
    }
    let mut dice = Dice::of_case(0);
    for _ in 0..1 << 12 {
        pairs.extend(match function {
            Function::Hypot => hypot(&mut dice),
            Function::Pow => pow(&mut dice),
            Function::Atan2 => atan2(&mut dice),
        });
    }
    match function {
        Function::Hypot => pairs.extend(triples()),
        Function::Pow => pairs.extend(powers()),
        Function::Atan2 => {}
    }
    pairs
}

/// A random pair: any bits, or exponents near each other.
pub(super) fn random(number: u64) -> [f32; 2] {
    let mut dice = Dice::of_case(number + 1);
    let x = f32::from_bits(dice.bits() as u32);
    let y = if number.is_multiple_of(2) {
        f32::from_bits(dice.bits() as u32)
    } else {
        let scale = 2f32.powi(dice.between(-26, 26));
        x * scale * (1.0 + dice.unit()) * dice.choose(&[1.0, -1.0])
    };
    if number % 4 == 3 {
        // Bases and angles of ordinary size.
        return [
            (1.0 + dice.unit()) * 2f32.powi(dice.between(-8, 8)),
            dice.signed() * 128.0,
        ];
    }
    [x, y]
}

/// Pairs near the overflow, far apart, near ties and below the normal range.
fn hypot(dice: &mut Dice) -> Vec<[f32; 2]> {
    let angle = f64::from(dice.unit()) * std::f64::consts::FRAC_PI_2;
    let edge = f64::from(f32::MAX) * (1.0 + f64::from(dice.signed()) * 1e-6);
    let x = (1.0 + dice.unit()) * 2f32.powi(dice.between(-100, 120));
    // √(x² + y²) ≈ x + y²/2x, which is half an ulp of x away at y ≈ x·2⁻¹².
    let far = x * 2f32.powi(-12) * (1.0 + dice.unit());
    let tiny = |dice: &mut Dice| f32::from_bits(dice.below(1 << 24) as u32);
    vec![
        [(edge * angle.cos()) as f32, (edge * angle.sin()) as f32],
        [x, far],
        [far, -x],
        [x, x * 2f32.powi(-11) * (1.0 + dice.unit())],
        [tiny(dice), tiny(dice)],
    ]
}

/// Pythagorean triples, whose hypotenuse is exact, at both ends of the range.
fn triples() -> Vec<[f32; 2]> {
    let mut pairs = Vec::new();
    for m in 2..40u32 {
        for n in 1..m {
            let (a, b) = ((m * m - n * n) as f32, (2 * m * n) as f32);
            pairs.extend([-149, -126, 0, 100, 116].map(|e| {
                let scale = f64::from(e).exp2();
                [(f64::from(a) * scale) as f32, (f64::from(b) * scale) as f32]
            }));
        }
    }
    pairs
}

/// Pairs near the overflow and the underflow, near 1, and with integers.
fn pow(dice: &mut Dice) -> Vec<[f32; 2]> {
    let x = (1.0 + dice.unit()) * 2f32.powi(dice.between(-126, 126));
    let near_one = 1.0 + dice.signed() * 2f32.powi(-dice.between(1, 23));
    let mut pairs = Vec::new();
    for base in [x, near_one] {
        for target in [128.0, -126.0, -149.0, -150.0] {
            let y = (target / f64::from(base).log2()) as f32;
            pairs.extend([y, y.next_up(), y.next_down()].map(|y| [base, y]));
        }
    }
    let whole = dice.between(-64, 64) as f32;
    let far = (dice.bits() >> 39) as f32;
    pairs.extend([
        [-x, whole],
        [-near_one, far],
        [near_one, far],
        [x, whole + 0.5],
        [-x, 0.5],
    ]);
    pairs
}

/// Powers of integers that have at most 24 bits, or 25, which are ties; and the exact roots.
fn powers() -> Vec<[f32; 2]> {
    let mut pairs = Vec::new();
    for base in 2..1u64 << 13 {
        let (mut value, mut exponent) = (base * base, 2u8);
        while value < 1 << 25 {
            let (x, y) = (base as f32, f32::from(exponent));
            pairs.extend([[x, y], [-x, y], [x, -y]]);
            if value < 1 << 24 && exponent.is_power_of_two() {
                pairs.push([value as f32, 1.0 / y]);
            }
            value *= base;
            exponent += 1;
        }
    }
    pairs
}

/// Pairs near the axes and the diagonals, and with quotients near the underflow.
fn atan2(dice: &mut Dice) -> Vec<[f32; 2]> {
    let x = (1.0 + dice.unit()) * 2f32.powi(dice.between(-126, 126));
    let small = x * 2f32.powi(-dice.between(1, 40)) * (1.0 + dice.unit());
    let steps = |x: f32, n: u64| f32::from_bits(x.to_bits() + n as u32);
    let near = steps(x, dice.below(4));
    let tiny = (f64::from(x.abs().min(1e20)) * 2f64.powi(-140)) as f32;
    let pairs = [
        [x, near],
        [near, x],
        [x, small],
        [small, x],
        [tiny, x.abs().min(1e20)],
    ];
    let signs = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]];
    let signed = |[y, x]: [f32; 2]| signs.map(|[a, b]| [a * y, b * x]);
    pairs.into_iter().flat_map(signed).collect()
}
