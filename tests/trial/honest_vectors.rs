//! Honest ways to add, all of which the judge must accept.

/// A way to compute `Σ x_i y_i`.
pub type Sum = fn(&[f32], &[f32]) -> f32;

/// Every honest way, with its name.
pub const SUMS: [(&str, Sum); 13] = [
    ("one after the other", |x, y| {
        fold(0.0, x, y, |s, x, y| s + x * y)
    }),
    ("one after the other, fused", |x, y| {
        fold(0.0, x, y, |s, x, y| x.mul_add(y, s))
    }),
    ("from −0", |x, y| match x.is_empty() {
        true => 0.0,
        false => fold(-0.0, x, y, |s, x, y| s + x * y),
    }),
    ("reversed", |x, y| {
        let pairs = x.iter().zip(y).rev();
        pairs.fold(0.0, |s, (x, y)| s + x * y)
    }),
    ("pairwise", pairwise),
    ("in blocks of 128", |x, y| {
        let blocks = x.chunks(128).zip(y.chunks(128));
        blocks.fold(0.0, |s, (x, y)| s + fold(0.0, x, y, |s, x, y| s + x * y))
    }),
    ("in 4 lanes", |x, y| lanes::<4>(x, y, |s, x, y| s + x * y)),
    ("in 64 lanes, fused", |x, y| {
        lanes::<64>(x, y, |s, x, y| x.mul_add(y, s))
    }),
    ("Kahan", kahan),
    ("Neumaier", neumaier),
    ("Dot2", dot2),
    ("in f64", |x, y| in_f64(x, y) as f32),
    ("in a random order", |x, y| {
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by_key(|i| (i + x.len()).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        order.iter().fold(0.0, |s, &i| s + x[i] * y[i])
    }),
];

/// `Σ x_i y_i` in f64.
pub fn in_f64(x: &[f32], y: &[f32]) -> f64 {
    let pairs = x.iter().zip(y);
    pairs
        .map(|(&x, &y)| f64::from(x) * f64::from(y))
        .fold(0.0, |s, z| s + z)
}

fn fold(start: f32, x: &[f32], y: &[f32], add: fn(f32, f32, f32) -> f32) -> f32 {
    x.iter().zip(y).fold(start, |sum, (&x, &y)| add(sum, x, y))
}

fn pairwise(x: &[f32], y: &[f32]) -> f32 {
    match x.len() {
        0 => 0.0,
        1 => x[0] * y[0],
        n => {
            let (x, y) = (x.split_at(n / 2), y.split_at(n / 2));
            pairwise(x.0, y.0) + pairwise(x.1, y.1)
        }
    }
}

fn lanes<const N: usize>(x: &[f32], y: &[f32], add: fn(f32, f32, f32) -> f32) -> f32 {
    let mut sums = [0.0; N];
    for (i, (&x, &y)) in x.iter().zip(y).enumerate() {
        sums[i % N] = add(sums[i % N], x, y);
    }
    sums.iter().sum()
}

/// Kahan's sum of the products. Where an infinity makes the correction NaN, the plain sum is returned.
fn kahan(x: &[f32], y: &[f32]) -> f32 {
    let (mut sum, mut correction) = (0.0_f32, 0.0_f32);
    for (x, y) in x.iter().zip(y) {
        let term = x * y - correction;
        let next = sum + term;
        correction = (next - sum) - term;
        sum = next;
    }
    match correction.is_finite() {
        true => sum,
        false => fold(0.0, x, y, |s, x, y| s + x * y),
    }
}

fn neumaier(x: &[f32], y: &[f32]) -> f32 {
    let (mut sum, mut correction) = (0.0_f32, 0.0_f32);
    for (x, y) in x.iter().zip(y) {
        let term = x * y;
        let next = sum + term;
        correction += match sum.abs() >= term.abs() {
            true => (sum - next) + term,
            false => (term - next) + sum,
        };
        sum = next;
    }
    match correction.is_finite() {
        true => sum + correction,
        false => sum,
    }
}

/// Dot2 of Ogita, Rump and Oishi, with FMA for the rest of a product.
fn dot2(x: &[f32], y: &[f32]) -> f32 {
    let (mut sum, mut correction) = (0.0_f32, 0.0_f32);
    for (&x, &y) in x.iter().zip(y) {
        let product = x * y;
        let rest = x.mul_add(y, -product);
        let next = sum + product;
        let from_product = next - sum;
        correction += ((sum - (next - from_product)) + (product - from_product)) + rest;
        sum = next;
    }
    match correction.is_finite() {
        true => sum + correction,
        false => sum,
    }
}

/// The norm as the reference BLAS computed it until 3.9, and an infinity where there is one: the
/// reference gives NaN for two infinities, as ∞/∞.
pub fn scaled_norm(x: &[f32]) -> f32 {
    if x.iter().any(|x| x.is_infinite()) && !x.iter().any(|x| x.is_nan()) {
        return f32::INFINITY;
    }
    let (mut scale, mut square) = (0.0_f32, 1.0_f32);
    for x in x.iter().map(|x| x.abs()).filter(|x| *x != 0.0) {
        match scale < x {
            true => {
                square = 1.0 + square * (scale / x) * (scale / x);
                scale = x;
            }
            false => square += (x / scale) * (x / scale),
        }
    }
    scale * square.sqrt()
}

/// Blue's algorithm, as in the reference BLAS since 3.10.
pub fn blue_norm(x: &[f32]) -> f32 {
    let power = |exponent: i32| f64::powi(2.0, exponent) as f32;
    let (small, big) = (power(-63), power(52));
    let (up, down) = (power(75), power(-76));
    let (mut low, mut middle, mut high) = (0.0_f32, 0.0_f32, 0.0_f32);
    for x in x.iter().map(|x| x.abs()) {
        match () {
            () if x > big => high += (x * down) * (x * down),
            () if x < small => low += (x * up) * (x * up),
            () => middle += x * x,
        }
    }
    if high > 0.0 {
        if middle > 0.0 || middle.is_nan() {
            high += (middle * down) * down;
        }
        return high.sqrt() / down;
    }
    if low == 0.0 {
        return middle.sqrt();
    }
    if middle == 0.0 {
        return low.sqrt() / up;
    }
    let (low, middle) = (low.sqrt() / up, middle.sqrt());
    match middle > low || middle.is_nan() {
        true => middle * (1.0 + (low / middle) * (low / middle)).sqrt(),
        false => low * (1.0 + (middle / low) * (middle / low)).sqrt(),
    }
}
