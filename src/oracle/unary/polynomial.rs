//! Polynomials with a proved error, which stand for a function on a short interval.
//!
//! # The polynomial
//!
//! On `[c − r, c + r]`, with `r` a power of two and `t = (x − c)/r`, the function `f` is replaced by
//! `p(t) = Σ_{k ≤ n} a_k t^k` with the degree n = 7. Its coefficients come from the values of `f` at the n + 1 nodes
//! `x_i = c + r t_i`, where `t_i` are the zeros of the Chebyshev polynomial `T_{n+1}`, rounded to multiples of
//! 2⁻²⁸. How exactly they are computed does not matter for what follows. `c` and `x_i` are f64 numbers, and
//! `x − c` and `t` are exact, because `x` is an f32 of the interval, which is a stretch of consecutive floats
//! of one binade (`2^m` floats with `r = 2^(m−1)` times their distance; m ≤ 17).
//!
//! # The proof
//!
//! Let `q` be the polynomial of degree n that interpolates `f` at the nodes, and `v̂` the result of Horner's
//! scheme in f64 (unit roundoff u = 2⁻⁵³, without FMA). For every `x` of the interval
//!
//! ```text
//! |v̂ − f(x)|  ≤  |v̂ − p(t)| + |p(t) − q(x)| + |q(x) − f(x)|  ≤  B + Λ(δ + B) + T.
//! ```
//!
//! **B, rounding.** Let S = Σ_{k≥1} |a_k|. Horner's scheme for Σ_{k≥1} a_k t^{k−1} and the product with t
//! have together 2n − 1 roundings, so the error before the last addition is at most γ_{2n} S (Higham,
//! *Accuracy and Stability*, §5.1), and the last addition adds u(|a_0| + S(1 + γ_{2n})). So
//! B = u|a_0| + 17·u·S·(1 + 2⁻⁴⁰) is enough for n = 7. Nothing underflows: values are above 2⁻²⁰⁰ and their
//! distances from each other are multiples of far larger numbers than 2⁻¹⁰⁷⁴; B has 2⁻¹⁰⁰⁰ added for this.
//!
//! **δ, the values.** δ is an upper bound of max_i |v̂_i − f(x_i)|, where v̂_i is what Horner's scheme
//! returns at `t_i` and MPFR encloses f(x_i). Hence |p(t_i) − f(x_i)| ≤ δ + B. The polynomial p − q has
//! degree n and these values at the nodes, so that it is at most Λ(δ + B) on the interval, where Λ is the Lebesgue
//! constant of the nodes: (2/π) log(n + 1) + 1 < 2.4 for exact Chebyshev nodes (Rivlin, *Chebyshev
//! Polynomials*, §1.4); Λ = 3 leaves room for nodes that are off by 2⁻²⁹.
//!
//! **T, truncation.** Let f be analytic on the closed disc |z − c| ≤ R with R > r, and let M bound |f − a|
//! there for some constant a. With ω(x) = ∏(x − x_i), Hermite's formula
//!
//! ```text
//! f(x) − q(x) = (1/2πi) ∮ (f(z) − a) ω(x) / (ω(z)(z − x)) dz   over |z − c| = R
//! ```
//!
//! gives, because |z − x_i| and |z − x| are at least R − r,
//!
//! ```text
//! |f(x) − q(x)|  ≤  M · R/(R − r) · r^{n+1} w / (R − r)^{n+1},   w = max_{|t| ≤ 1} ∏|t − t_i|.
//! ```
//!
//! For exact nodes w = 2⁻ⁿ. Moving n + 1 nodes by 2⁻²⁹ changes the product by at most (n + 1)2⁻²⁹(2 + 2⁻²⁹)ⁿ < 2⁻¹⁸,
//! so w < 1.01·2⁻⁷.
//!
//! All of these bounds are themselves computed in f64; the factor 1 + 2⁻¹⁰ on each covers those roundings.

use std::sync::LazyLock;

use crate::number::Bracket;

/// The degree n.
const DEGREE: usize = 7;
const NODES: usize = DEGREE + 1;
/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;
/// The Lebesgue constant Λ of the nodes, rounded up.
const LEBESGUE: f64 = 3.0;
/// The largest ∏|t − t_i| on [−1, 1], rounded up.
const PRODUCT: f64 = 1.01 / 128.0;
/// Covers the roundings of the bounds.
const SLACK: f64 = 1.0 + 1.0 / 1024.0;
/// The bits of the values at the nodes.
const BITS: u32 = 80;

/// The nodes t_i.
static CHEBYSHEV: LazyLock<[f64; NODES]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let angle = (2 * i + 1) as f64 * std::f64::consts::PI / (2 * NODES) as f64;
        let grid = 2f64.powi(28);
        (angle.cos() * grid).round() / grid
    })
});

/// A polynomial with its bound.
#[derive(Clone, Debug)]
pub(super) struct Polynomial {
    centre: f64,
    /// 1/r.
    scale: f64,
    coefficients: [f64; NODES],
    /// The bound on |v̂ − f(x)|.
    pub error: f64,
}

/// The bound T for a function that differs from a constant by at most `bound` on the disc of radius
/// `outer` around the centre of an interval of half the length `radius`.
pub(super) fn truncation(bound: f64, outer: f64, radius: f64) -> f64 {
    let gap = outer - radius;
    if gap <= 0.0 {
        return f64::INFINITY;
    }
    let ratio = radius / gap;
    bound * (outer / gap) * ratio.powi(NODES as i32) * PRODUCT * SLACK
}

impl Polynomial {
    /// The polynomial on `[centre − radius, centre + radius]` of a function that `enclose` encloses and
    /// for which `truncation` is T.
    pub fn fit(
        centre: f64,
        radius: f64,
        truncation: f64,
        enclose: impl Fn(f64, u32) -> Bracket,
    ) -> Self {
        let values = CHEBYSHEV.map(|t| enclose(centre + radius * t, BITS));
        let base = values[NODES / 2].nearest();
        let differences: [f64; NODES] = std::array::from_fn(|i| values[i].minus(base));
        let mut coefficients = interpolate(differences);
        coefficients[0] += base;
        let mut polynomial = Polynomial {
            centre,
            scale: radius.recip(),
            coefficients,
            error: 0.0,
        };
        let at = |i: usize| horner(&coefficients, CHEBYSHEV[i]);
        let miss = (0..NODES).map(|i| values[i].distance(at(i), 0).most);
        let miss = miss.fold(0.0, f64::max);
        let rest: f64 = coefficients[1..].iter().map(|a| a.abs()).sum();
        let rounding = UNIT * (coefficients[0].abs() + 17.0 * rest) * SLACK + 2f64.powi(-1000);
        polynomial.error = (rounding + LEBESGUE * (miss + rounding) + truncation) * SLACK;
        polynomial
    }

    /// A constant, with its bound.
    pub fn constant(value: f64, error: f64) -> Self {
        let mut coefficients = [0.0; NODES];
        coefficients[0] = value;
        Polynomial {
            centre: 0.0,
            scale: 0.0,
            coefficients,
            error,
        }
    }

    /// v̂ at `x`.
    #[inline]
    pub fn value(&self, x: f64) -> f64 {
        horner(&self.coefficients, (x - self.centre) * self.scale)
    }
}

#[inline]
fn horner(coefficients: &[f64; NODES], t: f64) -> f64 {
    let [rest @ .., leading] = coefficients;
    rest.iter().rev().fold(*leading, |sum, a| sum * t + a)
}

/// The coefficients of the polynomial with these values at the nodes, by Newton's divided differences.
fn interpolate(mut values: [f64; NODES]) -> [f64; NODES] {
    let nodes = &*CHEBYSHEV;
    for order in 1..NODES {
        for i in (order..NODES).rev() {
            values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    // Horner's scheme in t − t_i, expanded.
    let mut coefficients = [0.0; NODES];
    for i in (0..NODES).rev() {
        let mut carried = values[i];
        for coefficient in &mut coefficients {
            let kept = *coefficient;
            *coefficient = carried - nodes[i] * kept;
            carried = kept;
        }
    }
    coefficients
}
