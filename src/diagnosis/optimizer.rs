//! The optimiser of a run, and whether a criterion here speaks of it.

use std::fmt;
use std::str::FromStr;

/// An optimiser by the name that users give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimizer {
    /// SGD, with PyTorch's momentum if there is one; gradient descent at B = n.
    Sgd,
    /// SGD with heavy-ball momentum: PyTorch's `momentum`.
    HeavyBall,
    /// SGD with Nesterov's momentum: PyTorch's `nesterov=True`.
    Nesterov,
    /// A method that none of the criteria is about.
    Other(&'static str),
}

/// The other names, and what a criterion for each would have to know.
const OTHERS: [(&str, &str); 15] = [
    ("adam", SECOND_MOMENTS),
    ("adamw", SECOND_MOMENTS),
    ("adamax", SECOND_MOMENTS),
    ("nadam", SECOND_MOMENTS),
    ("radam", SECOND_MOMENTS),
    ("rmsprop", SQUARES),
    ("adagrad", SQUARES),
    ("adadelta", SQUARES),
    ("lars", NORMS),
    ("lamb", NORMS),
    ("lion", SIGNS),
    ("muon", SIGNS),
    (
        "lbfgs",
        "it steps along B⁻¹g with a line search, so that the pairs of its history would be needed",
    ),
    (
        "sam",
        "it steps along the gradient at w + ρg/|g|, so that ρ and the curvature along g would be needed",
    ),
    (
        "other",
        "what its step does to a small displacement would be needed",
    ),
];

const SECOND_MOMENTS: &str = "it steps along P⁻¹ times a running mean of g, so that its stability is \
                              about P⁻¹H, for which its second moments (exp_avg_sq of the optimiser's \
                              state) and betas would be needed";
const SQUARES: &str = "it steps along P⁻¹g, so that its stability is about P⁻¹H, for which its sums of \
                       squares (square_avg, sum of the optimiser's state) would be needed";
const NORMS: &str = "its steps are scaled by layers, so that the norms of each layer's weights and \
                     gradients would be needed";
const SIGNS: &str = "the length of its step does not shrink with the gradient, so that it comes to rest \
                     at no curvature";

impl Optimizer {
    /// Every name.
    pub fn names() -> Vec<&'static str> {
        let others = OTHERS.iter().map(|(name, _)| *name);
        ["sgd", "heavy-ball", "nesterov"]
            .into_iter()
            .chain(others)
            .collect()
    }

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Optimizer::Sgd => "sgd",
            Optimizer::HeavyBall => "heavy-ball",
            Optimizer::Nesterov => "nesterov",
            Optimizer::Other(name) => name,
        }
    }

    /// Why no criterion here speaks of it; `None` where one does.
    pub fn uncovered(self) -> Option<String> {
        let Optimizer::Other(name) = self else {
            return None;
        };
        let needed = OTHERS.iter().find(|(other, _)| *other == name);
        let needed = needed.map_or("", |(_, needed)| needed);
        Some(format!(
            "no criterion here is about the optimiser {name}: {needed}; a and s are those of the loss"
        ))
    }

    /// Does its own weight decay act on the weights beside the loss, so that it adds nothing to H?
    pub fn decouples_decay(self) -> bool {
        ["adamw", "lion", "muon", "lamb"].contains(&self.name())
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Optimizer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "sgd" => return Ok(Optimizer::Sgd),
            "heavy-ball" => return Ok(Optimizer::HeavyBall),
            "nesterov" => return Ok(Optimizer::Nesterov),
            _ => {}
        }
        let mut others = OTHERS.iter().map(|(name, _)| *name);
        let other = others.find(|name| *name == text).map(Optimizer::Other);
        other.ok_or_else(|| {
            let names = Optimizer::names().join(", ");
            format!("\"{text}\" is no optimiser that is known here; give one of {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_every_stranger_says_what_it_needs() {
        for name in Optimizer::names() {
            let read: Optimizer = name.parse().unwrap();
            assert_eq!(read.name(), name);
            let covered = ["sgd", "heavy-ball", "nesterov"].contains(&name);
            let reason = read.uncovered();
            assert_eq!(reason.is_none(), covered, "{name}");
            assert!(reason.is_none_or(|reason| reason.contains(name) && reason.len() > 90));
        }
        assert!(
            "SGD"
                .parse::<Optimizer>()
                .unwrap_err()
                .contains("heavy-ball")
        );
    }
}
