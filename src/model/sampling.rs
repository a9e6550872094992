//! How a batch is drawn, and the weight `p` of the sampling noise.
//!
//! Batches of different steps are independent. For every symmetric `X`,
//! `E[H_b X H_b] = (1 − p) HXH + p (1/n) Σ H_i X H_i`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::number::Exact;

/// The sampling scheme within one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// `B` independent draws: `p = 1/B`.
    WithReplacement,
    /// `B` distinct samples: `p = (n − B)/(B(n − 1))`, and 0 for a single sample.
    WithoutReplacement,
}

impl Sampling {
    /// Both schemes.
    pub const ALL: [Sampling; 2] = [Sampling::WithReplacement, Sampling::WithoutReplacement];

    /// The name of the scheme on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Sampling::WithReplacement => "with-replacement",
            Sampling::WithoutReplacement => "without-replacement",
        }
    }

    /// The weight `p ∈ [0, 1]` of the sampling noise. The full batch without replacement has `p = 0`:
    /// it is gradient descent.
    ///
    /// # Errors
    /// When `batch` is not from 1 to `samples`.
    pub fn weight(self, samples: usize, batch: usize) -> Result<Exact> {
        check(samples, batch)?;
        let whole = |value: usize| Exact::from(value as i64);
        Ok(match self {
            Sampling::WithReplacement => whole(batch).reciprocal(),
            Sampling::WithoutReplacement if samples == 1 => whole(0),
            Sampling::WithoutReplacement => {
                whole(samples - batch) / (whole(batch) * whole(samples - 1))
            }
        })
    }

    /// All batches as lists of sample indices, equally likely: `n^B` words, or `C(n, B)` subsets.
    /// Feasible for small cases only, where it gives an independent check of every expectation.
    ///
    /// # Panics
    /// When `batch` is not from 1 to `samples`.
    pub fn batches(self, samples: usize, batch: usize) -> Vec<Vec<usize>> {
        if let Err(error) = check(samples, batch) {
            panic!("{error}");
        }
        (0..batch).fold(vec![Vec::new()], |shorter, _| {
            let longer = |head: Vec<usize>| {
                let first = match (self, head.last()) {
                    (Sampling::WithoutReplacement, Some(last)) => last + 1,
                    _ => 0,
                };
                (first..samples).map(move |next| [head.as_slice(), &[next]].concat())
            };
            shorter.into_iter().flat_map(longer).collect()
        })
    }
}

/// The weight `q = (n − B)/(nB)` of Bernoulli sampling (Dexter et al. 2024): every sample independently
/// joins the batch with probability `B/n`, so batches vary in size, and the sum over the batch is
/// divided by `B`. Then `E[H_b X H_b] = HXH + qV(X)`, without the factor `1 − q` on the first term.
///
/// # Errors
/// When `batch` is not from 1 to `samples`.
pub fn bernoulli_weight(samples: usize, batch: usize) -> Result<Exact> {
    check(samples, batch)?;
    let whole = |value: usize| Exact::from(value as i64);
    Ok(whole(samples - batch) / whole(samples * batch))
}

fn check(samples: usize, batch: usize) -> Result<()> {
    if (1..=samples).contains(&batch) {
        return Ok(());
    }
    let fault = format!("is {batch}; it must be from 1 to {samples}, the number of samples");
    Err(Error::input("batch", "size", fault))
}

impl fmt::Display for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Sampling {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let named = |sampling: &Sampling| sampling.name() == text;
        Sampling::ALL.into_iter().find(named).ok_or_else(|| {
            format!(
                "\"{text}\" is no sampling scheme; write with-replacement or without-replacement"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_theory() {
        let weight = |sampling: Sampling, n, b| sampling.weight(n, b).unwrap().to_string();
        use Sampling::{WithReplacement, WithoutReplacement};
        assert_eq!(weight(WithReplacement, 5, 2), "1/2");
        assert_eq!(weight(WithReplacement, 5, 5), "1/5");
        assert_eq!(weight(WithoutReplacement, 5, 2), "3/8");
        assert_eq!(weight(WithoutReplacement, 5, 1), "1");
        assert_eq!(weight(WithoutReplacement, 5, 5), "0");
        assert_eq!(weight(WithoutReplacement, 1, 1), "0");
        let bernoulli = |n, b| bernoulli_weight(n, b).unwrap().to_string();
        assert_eq!([bernoulli(5, 2), bernoulli(3, 3)], ["3/10", "0"]);
        assert!(bernoulli_weight(3, 4).is_err());
    }

    #[test]
    fn a_batch_has_from_one_to_all_samples() {
        for sampling in Sampling::ALL {
            for batch in [0, 4] {
                let error = sampling.weight(3, batch).unwrap_err().to_string();
                assert!(
                    error.starts_with("batch: ") && error.contains("from 1 to 3"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn batches_are_counted_and_distinct() {
        assert_eq!(Sampling::WithReplacement.batches(3, 2).len(), 9);
        let subsets = Sampling::WithoutReplacement.batches(4, 2);
        assert_eq!(subsets.len(), 6);
        assert!(subsets.iter().all(|batch| batch[0] < batch[1]));
    }

    #[test]
    fn names_are_read_back() {
        for sampling in Sampling::ALL {
            assert_eq!(sampling.name().parse(), Ok(sampling));
            let json = serde_json::to_string(&sampling).unwrap();
            assert_eq!(json, format!("\"{sampling}\""));
        }
        assert!("bernoulli".parse::<Sampling>().is_err());
    }
}
