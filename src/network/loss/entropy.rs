//! The two cross-entropies. Their exponentials are computed in f64.

/// Cross-entropy of one row: returns the loss and overwrites the outputs `o` with its scaled derivative.
pub(super) fn value_and_gradient(o: &mut [f32], y: &[f32], smoothing: f64, scale: f32) -> f64 {
    let (p, logarithm) = softmax(o);
    let targets = || smoothed(y, smoothing);
    let mass: f64 = targets().sum();
    let terms = o.iter().zip(targets());
    let loss: f64 = terms.map(|(&o, y)| y * (logarithm - f64::from(o))).sum();
    for ((o, y), p) in o.iter_mut().zip(targets()).zip(&p) {
        *o = (f64::from(scale) * (mass * p - y)) as f32;
    }
    loss
}

/// Cross-entropy of one row: `r ← (∂²f/∂o²)·r`.
pub(super) fn hvp(o: &[f32], y: &[f32], smoothing: f64, r: &mut [f32]) {
    let mass: f64 = smoothed(y, smoothing).sum();
    let p = softmax(o).0;
    let mean: f64 = p.iter().zip(&*r).map(|(p, &r)| p * f64::from(r)).sum();
    for (r, p) in r.iter_mut().zip(&p) {
        *r = (mass * p * (f64::from(*r) - mean)) as f32;
    }
}

/// The second derivative of the cross-entropy of one row, `mass·(diag(p) − p·pᵀ)`, c × c.
pub(super) fn second_derivative(o: &[f32], y: &[f32], smoothing: f64, block: &mut [f64]) {
    let mass: f64 = smoothed(y, smoothing).sum();
    let p = softmax(o).0;
    for (j, row) in block.chunks_exact_mut(p.len()).enumerate() {
        for (k, entry) in row.iter_mut().enumerate() {
            let diagonal = if j == k { 1.0 } else { 0.0 };
            *entry = mass * p[j] * (diagonal - p[k]);
        }
    }
}

/// `(1 − ε)·y + ε/c`: label smoothing as in PyTorch.
fn smoothed(y: &[f32], smoothing: f64) -> impl Iterator<Item = f64> {
    let share = smoothing / y.len() as f64;
    y.iter()
        .map(move |&y| (1.0 - smoothing) * f64::from(y) + share)
}

/// `softmax(o)` and `log Σ exp(o_k)`.
fn softmax(o: &[f32]) -> (Vec<f64>, f64) {
    let largest = o
        .iter()
        .fold(f64::NEG_INFINITY, |m, &o| m.max(f64::from(o)));
    let powers: Vec<f64> = o.iter().map(|&o| (f64::from(o) - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    let p = powers.iter().map(|power| power / sum).collect();
    (p, largest + sum.ln())
}

/// Binary cross-entropy of one output: returns `log(1 + eᵒ) − y·o` and overwrites the output with its
/// scaled derivative. The derivative `σ(o) − y` is computed as `(1 − y)·σ(o) − y·σ(−o)`, which avoids
/// cancellation.
pub(super) fn binary_value_and_gradient(o: &mut f32, y: f32, scale: f64) -> f64 {
    let (x, y) = (f64::from(*o), f64::from(y));
    *o = (scale * ((1.0 - y) * sigmoid(x) - y * sigmoid(-x))) as f32;
    let beyond = (-x.abs()).exp().ln_1p();
    (1.0 - y) * x.max(0.0) + y * (-x).max(0.0) + beyond
}

/// The second derivative with respect to one output, `σ(o)·σ(−o)`.
pub(super) fn binary_second_derivative(o: f32) -> f64 {
    let x = f64::from(o);
    sigmoid(x) * sigmoid(-x)
}

/// `σ(x) = 1/(1 + e⁻ˣ)`.
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_logits_neither_overflow_nor_cancel() {
        let at = |mut o: f32, y: f32| {
            let loss = binary_value_and_gradient(&mut o, y, 1.0);
            (loss, f64::from(o))
        };
        // log(1 + e⁻⁴⁰) and σ(−40) both equal e⁻⁴⁰ to 17 digits.
        let small = (-40.0_f64).exp();
        for (o, y) in [(40.0, 1.0), (-40.0, 0.0)] {
            let (loss, slope) = at(o, y);
            assert!((loss / small - 1.0).abs() < 1e-12, "{loss}");
            assert!((slope.abs() / small - 1.0).abs() < 1e-6, "{slope}");
        }
        assert_eq!(at(1000.0, 0.0), (1000.0, 1.0));
        assert_eq!(at(-1000.0, 1.0), (1000.0, -1.0));
        assert_eq!(
            (
                binary_second_derivative(0.0),
                binary_second_derivative(1000.0)
            ),
            (0.25, 0.0)
        );
        // ln 2, for any target.
        assert!((at(0.0, 0.375).0 - 2.0_f64.ln()).abs() < 1e-16);
    }

    #[test]
    fn smoothing_moves_a_share_of_the_target_to_every_class() {
        let smooth: Vec<f64> = smoothed(&[0.0, 1.0, 0.0, 0.0], 0.5).collect();
        assert_eq!(smooth, [0.125, 0.625, 0.125, 0.125]);
    }
}
