//! A counter-example, decided over ℚ.

use num_traits::One;

use super::climb::WORTH_ASKING;
use super::grid::Grid;
use super::hunt::Hunt;
use crate::claim::family::hair;
use crate::claim::{Conjecture, Ends, Instance};
use crate::model::{Model, Sampling};
use crate::number::Exact;

/// An instance at which the hypotheses hold and the conclusion fails, both decided over ℚ.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CounterExample {
    /// The model as it is written to a file.
    pub model: Model,
    /// The number of samples `n`.
    pub samples: usize,
    /// The dimension `d`.
    pub dimension: usize,
    /// The simplest learning rate `η` that does it.
    pub lr: Exact,
    /// The batch size `B`.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// How wide the gap is; `None` when a side does not end.
    pub span: Option<Span>,
}

/// Two learning rates close to the ends of the sides, decided over ℚ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Span {
    /// Here the conclusion fails.
    pub conclusion_fails_at: Exact,
    /// Here, further on, the hypotheses still hold.
    pub hypotheses_hold_at: Exact,
}

impl Span {
    /// The proved gap, `η_holds / η_fails`: a lower bound of the ratio of the ends.
    pub fn gap(&self) -> Exact {
        &self.hypotheses_hold_at / &self.conclusion_fails_at
    }
}

impl CounterExample {
    /// The question it answers.
    pub fn instance(&self) -> Instance {
        let eta = self.lr.clone();
        Instance::new(self.model.quadratic(), self.sampling, self.batch, eta)
            .expect("a counter-example has a batch that fits its model")
    }

    /// Asks again over ℚ: do the hypotheses hold and does the conclusion fail?
    pub fn refutes(&self, conjecture: &Conjecture) -> bool {
        refutes(conjecture, &self.instance())
    }
}

fn refutes(conjecture: &Conjecture, instance: &Instance) -> bool {
    conjecture.hypotheses(instance).holds() && conjecture.conclusion(instance).fails()
}

impl Hunt<'_> {
    /// Is this a counter-example whose gap is at least `gap`, as far as floating point can tell,
    /// and a counter-example for certain? Then here it is.
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

    /// The simplest learning rate between the ends at which the instance refutes the conjecture.
    fn learning_rate(&self, asked: &Instance, ends: Ends) -> Option<Exact> {
        // The hypotheses may hold on their very end: first with it, then without.
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

    /// `None` when a side has no end above zero to stand at.
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

/// A hair above the end, where that is a number.
fn above(end: f64) -> Option<Exact> {
    Exact::from_f64(end).map(|end| above_exact(&end))
}

/// A hair below the end, where that is a number.
fn below(end: f64) -> Option<Exact> {
    Exact::from_f64(end).map(|end| below_exact(&end))
}

fn above_exact(rate: &Exact) -> Exact {
    rate * (Exact::one() + hair())
}

fn below_exact(rate: &Exact) -> Exact {
    rate * (Exact::one() - hair())
}
