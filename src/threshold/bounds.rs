//! The two bounds that are single eigenvalues: η₁ of Theorem 1, and the paper's 1/(s√p).

use serde::{Deserialize, Serialize};

use crate::work;

use super::dense;
use super::keep::{Clock, State};
use super::linearised::Linearised;

/// What f64 may lose in a quotient or an eigenvalue, as a share of it. Dense eigenvalues are good to some
/// units of rounding times the dimension, 10⁻¹² for thousands of dimensions; the ends of a bracket are
/// moved outwards by eight times as much.
pub(super) const ROUNDING: f64 = 8e-12;

/// Two ends between which a number lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    /// The lower end; `None` if none was found.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: f64,
}

impl Bracket {
    /// The bracket of a number that was computed directly.
    pub(super) fn around(value: f64) -> Self {
        Bracket {
            lower: Some(value * (1.0 - ROUNDING)),
            upper: value * (1.0 + ROUNDING),
        }
    }
}

/// Learning rates that single eigenvalues give.
pub(super) struct Bounds {
    /// η₁.
    pub one_step: Bracket,
    /// 1/(s√p); `None` without noise.
    pub non_uniformity: Option<Bracket>,
}

/// The eigenvalues themselves.
struct Largest {
    /// 1/η₁.
    one_step: f64,
    /// s².
    variance: f64,
}

impl Linearised {
    /// The bounds at this weight of the noise.
    pub(super) fn bounds(&self, noise: f64) -> Option<Bounds> {
        let found = self.largest(noise)?;
        let bound = 1.0 / (found.variance.max(0.0) * noise).sqrt();
        Some(Bounds {
            one_step: Bracket::around(1.0 / found.one_step),
            non_uniformity: bound.is_finite().then(|| Bracket::around(bound)),
        })
    }

    /// The eigenvalues, from the folder if they are kept.
    fn largest(&self, noise: f64) -> Option<Largest> {
        let name = format!("bounds-noise{noise:e}-decay{:e}", self.decay());
        let mut found = [0.0; 2];
        let keep = self.keep();
        let known = keep.and_then(|keep| keep.load(&name, |source| source.numbers(&mut found)));
        if known.is_none() {
            work::stage("thresholds: one step and the spread of the samples");
            let clock = keep.map(Clock::new);
            let squares = self.mean_of_squares();
            found = [self.one_step(&squares, noise)?, self.variance(squares)?];
            if let Some(keep) = keep.filter(|_| clock.is_some_and(|clock| clock.is_worth_it())) {
                let state = State {
                    what: &name,
                    products: 0,
                    vectors: 1,
                    numbers: 2,
                };
                keep.save(&state, |sink| sink.numbers(&found));
            }
        }
        let [one_step, variance] = found;
        Some(Largest { one_step, variance })
    }

    /// `1/η₁ = λ_max((2H)^−½ (H² + pΣ) (2H)^−½)`, with weight decay in H.
    fn one_step(&self, squares: &[f64], noise: f64) -> Option<f64> {
        let (rank, spectrum, decay) = (self.rank(), self.spectrum(), self.decay());
        let share = |a: &f64| (a / (2.0 * (a + decay))).sqrt();
        let mut matrix = squares.to_vec();
        for (row, a) in matrix.chunks_exact_mut(rank).zip(spectrum) {
            let entries = row.iter_mut().zip(spectrum);
            entries.for_each(|(x, b)| *x *= noise * share(a) * share(b));
        }
        for (j, a) in spectrum.iter().enumerate() {
            let steady = ((a + decay).powi(2) - noise * a * a) / (2.0 * (a + decay));
            matrix[j * rank + j] += steady;
        }
        dense::eigenvalues(&matrix, rank)?.pop()
    }

    /// `s² = λ_max(V(I) − H²)`.
    fn variance(&self, mut squares: Vec<f64>) -> Option<f64> {
        let (rank, spectrum) = (self.rank(), self.spectrum());
        for (row, a) in squares.chunks_exact_mut(rank).zip(spectrum) {
            let entries = row.iter_mut().zip(spectrum);
            entries.for_each(|(x, b)| *x *= (a * b).sqrt());
        }
        for (j, value) in spectrum.iter().enumerate() {
            squares[j * rank + j] -= value * value;
        }
        dense::eigenvalues(&squares, rank)?.pop()
    }
}
