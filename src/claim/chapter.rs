//! The chapters of the roll of claims.

use serde::{Deserialize, Serialize};

use super::Status;

/// Where a claim stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chapter {
    /// What Wu, Ma and E state.
    Paper,
    /// The exact thresholds, and what bounds them.
    ExactThresholds,
    /// Other ways of drawing batches.
    SamplingSchemes,
    /// Heavy ball and Nesterov.
    Momentum,
    /// Moments of other orders, and almost-sure stability.
    Moments,
    /// What gradient descent does where a minimum does not hold it.
    BeyondTheEdge,
    /// What turned out to be false.
    Refuted,
    /// What nobody knows.
    Open,
}

impl Chapter {
    /// Every chapter, in reading order.
    pub const ALL: [Chapter; 8] = [
        Chapter::Paper,
        Chapter::ExactThresholds,
        Chapter::SamplingSchemes,
        Chapter::Momentum,
        Chapter::Moments,
        Chapter::BeyondTheEdge,
        Chapter::Refuted,
        Chapter::Open,
    ];

    /// The chapter of a claim of this subject: refuted and open claims have chapters of their own.
    pub fn of(subject: Chapter, status: Status) -> Self {
        match status {
            Status::Upheld => subject,
            Status::Refuted => Chapter::Refuted,
            Status::Open => Chapter::Open,
        }
    }

    /// The heading.
    pub fn heading(self) -> &'static str {
        match self {
            Chapter::Paper => "The paper’s claims",
            Chapter::ExactThresholds => "Exact thresholds",
            Chapter::SamplingSchemes => "Sampling schemes",
            Chapter::Momentum => "Momentum",
            Chapter::Moments => "Moments and almost-sure stability",
            Chapter::BeyondTheEdge => "Beyond the edge of stability",
            Chapter::Refuted => "Refuted",
            Chapter::Open => "Open",
        }
    }
}
