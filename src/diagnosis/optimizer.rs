//! The optimiser of a run under its PyTorch name, and whether the criteria describe it.
//!
//! This type and the command line use PyTorch's spelling, "optimizer". The methods that this crate trains
//! with are [`crate::train::Optimiser`].

use std::fmt;
use std::str::FromStr;

/// An optimiser, by the name that the user gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimizer {
    /// SGD, with PyTorch's momentum if there is any; gradient descent if B = n.
    Sgd,
    /// SGD with heavy-ball momentum: PyTorch's `momentum`.
    HeavyBall,
    /// SGD with Nesterov's momentum: PyTorch's `nesterov=True`.
    Nesterov,
    /// A method that no criterion describes.
    Other(&'static str),
}

/// The names of the other methods, and what a criterion for each would have to take into account.
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
    /// The methods that a criterion describes.
    const COVERED: [Optimizer; 3] = [Optimizer::Sgd, Optimizer::HeavyBall, Optimizer::Nesterov];

    fn all() -> impl Iterator<Item = Optimizer> {
        let others = OTHERS.iter().map(|(name, _)| Optimizer::Other(name));
        Self::COVERED.into_iter().chain(others)
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        Self::all().map(Optimizer::name).collect()
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Optimizer::Sgd => "sgd",
            Optimizer::HeavyBall => "heavy-ball",
            Optimizer::Nesterov => "nesterov",
            Optimizer::Other(name) => name,
        }
    }

    /// Why no criterion describes this method; `None` if one does.
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

    /// Whether its weight decay acts on the weights directly instead of through the loss, so that it adds
    /// nothing to H.
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
        let found = Optimizer::all().find(|optimizer| optimizer.name() == text);
        found.ok_or_else(|| {
            let names = Optimizer::names().join(", ");
            format!("\"{text}\" is no known optimiser; give one of {names}")
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
