//! Counter-examples, decided over ℚ.

use num_traits::One;

use super::climb::WORTH_ASKING;
use super::grid::Grid;
use super::hunt::Hunt;
use crate::claim::family::hair;
use crate::claim::{Conjecture, Ends, Instance};
use crate::model::{Model, Sampling};
use crate::number::Exact;

/// An instance where the hypotheses hold and the conclusion fails, both decided over ℚ.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CounterExample {
    /// The model, as written to a model file.
    pub model: Model,
    /// The number of samples `n`.
    pub samples: usize,
    /// The dimension `d`.
    pub dimension: usize,
    /// The simplest learning rate `η` of a counter-example with this model.
    pub lr: Exact,
    /// The batch size `B`.
    pub batch: usize,
    /// How batches are drawn.
    pub sampling: Sampling,
    /// The width of the gap; `None` when a side has no end.
    pub span: Option<Span>,
}

/// Two learning rates near the ends of the two sides, decided over ℚ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Span {
    /// A learning rate at which the conclusion fails.
    pub conclusion_fails_at: Exact,
    /// A larger learning rate at which the hypotheses still hold.
    pub hypotheses_hold_at: Exact,
}

impl Span {
    /// The proved gap, `η_holds / η_fails`, which is a lower bound of the ratio of the ends.
    pub fn gap(&self) -> Exact {
        &self.hypotheses_hold_at / &self.conclusion_fails_at
    }
}

impl CounterExample {
    /// The instance: model, batches and learning rate.
    pub fn instance(&self) -> Instance {
        let eta = self.lr.clone();
        Instance::new(self.model.quadratic(), self.sampling, self.batch, eta)
            .expect("a counter-example has a batch that fits its model")
    }

    /// Decides again, over ℚ, whether the hypotheses hold and the conclusion fails.
    pub fn refutes(&self, conjecture: &Conjecture) -> bool {
        refutes(conjecture, &self.instance())
    }
}

fn refutes(conjecture: &Conjecture, instance: &Instance) -> bool {
    conjecture.hypotheses(instance).holds() && conjecture.conclusion(instance).fails()
}

impl Hunt<'_> {
    /// The counter-example of this model, if its gap in floating point is at least `gap` and the
    /// instance is confirmed over ℚ.
    pub(super) fn confirm(&self, grid: &Grid, gap: f64) -> Option<CounterExample> {
        let ends = self.ends(&grid.proposed())?;
        if ends.gap()? < gap.max(WORTH_ASKING) {
            return None;
        }
        let settings = self.settings;
        let model = grid.file();
        let quadratic = model.quadratic();
        let (samples, dimension) = (quadratic.samples(), quadratic.dimension());
        let one = Exact::one();
        let asked = Instance::new(quadratic, settings.sampling, settings.batch, one).ok()?;
        Some(CounterExample {
            samples,
            dimension,
            lr: self.learning_rate(&asked, ends)?,
            batch: settings.batch,
            sampling: settings.sampling,
            span: self.span(&asked, ends),
            model,
        })
    }

    /// The simplest learning rate between the ends for which the instance refutes the conjecture.
    fn learning_rate(&self, asked: &Instance, ends: Ends) -> Option<Exact> {
        // The hypotheses may hold at their end: try first with the end included, then without.
        let uppers = [above(ends.hypotheses), below(ends.hypotheses)];
        uppers.into_iter().find_map(|upper| {
            let lower = above(ends.conclusion)?;
            let upper = upper.unwrap_or_else(|| &lower + Exact::one());
            let lower = if ends.conclusion > 0.0 {
                lower
            } else {
                &upper * Exact::fraction(1, 2)
            };
            let eta = (lower <= upper).then(|| Exact::simplest_between(&lower, &upper))?;
            refutes(self.conjecture, &asked.at(eta.clone())).then_some(eta)
        })
    }

    /// The span of the gap; `None` when a side has no end above zero.
    fn span(&self, asked: &Instance, ends: Ends) -> Option<Span> {
        let simplest =
            |low: Option<Exact>, high: Option<Exact>| Some(Exact::simplest_between(&low?, &high?));
        if ends.conclusion <= 0.0 {
            return None;
        }
        let end = ends.conclusion;
        let fails_at = simplest(above(end), above(end).map(|rate| above_exact(&rate)))?;
        let end = ends.hypotheses;
        let on_the_end = simplest(below(end), above(end));
        let before = simplest(below(end).map(|rate| below_exact(&rate)), below(end));
        let holds = |eta: &Exact| self.conjecture.hypotheses(&asked.at(eta.clone())).holds();
        let holds_at = [on_the_end?, before?].into_iter().find(holds)?;
        let fails = self
            .conjecture
            .conclusion(&asked.at(fails_at.clone()))
            .fails();
        (fails && fails_at < holds_at).then_some(Span {
            conclusion_fails_at: fails_at,
            hypotheses_hold_at: holds_at,
        })
    }
}

/// A number slightly above the end; `None` when the end is not finite.
fn above(end: f64) -> Option<Exact> {
    Exact::from_f64(end).map(|end| above_exact(&end))
}

/// A number slightly below the end; `None` when the end is not finite.
fn below(end: f64) -> Option<Exact> {
    Exact::from_f64(end).map(|end| below_exact(&end))
}

fn above_exact(rate: &Exact) -> Exact {
    rate * (Exact::one() + hair())
}

fn below_exact(rate: &Exact) -> Exact {
    rate * (Exact::one() - hair())
}
