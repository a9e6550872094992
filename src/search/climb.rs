//! The climb: random small models, and steps that widen the gap. All in floating point, for proposals
//! only.

use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::factors::Factors;
use super::hunt::{Goal, Hunt};

/// Gaps below this are ignored. The ends are proposed with relative errors of up to about 1e-12, so
/// where a conjecture holds with equality, half of all gaps would be slightly above 1.
pub(super) const WORTH_ASKING: f64 = 1.0 + 1e-9;

/// The number of counter-examples that a search for the smallest one collects before it shrinks them.
const ENOUGH: usize = 24;

/// The number of models tried in one climb, per entry of the factors.
const PATIENCE: u64 = 60;

/// Smaller steps than this do not change a gap enough to survive rounding to fractions.
const SMALLEST_STEP: f64 = 1e-7;

/// A model and its gap.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) gap: f64,
    pub(super) factors: Factors<f64>,
}

/// The results of all climbs.
#[derive(Debug, Default)]
pub(super) struct Climbed {
    pub(super) tried: u64,
    pub(super) unmet: u64,
    /// The best model of every climb whose gap is large enough, in the order of the climbs.
    pub(super) candidates: Vec<Candidate>,
    highest: Option<Candidate>,
}

impl Climbed {
    /// The model with the widest gap of all.
    pub(super) fn best(&self) -> Option<&Candidate> {
        self.highest.as_ref()
    }

    fn is_spent(&self, budget: u64) -> bool {
        self.tried >= budget
    }

    /// Evaluates a model. A model without a gap gets −∞, which is below every gap.
    fn tried(&mut self, hunt: &Hunt, factors: Factors<f64>) -> Candidate {
        self.tried += 1;
        let gap = hunt.gap(&factors);
        self.unmet += u64::from(gap.is_none());
        let gap = gap.unwrap_or(f64::NEG_INFINITY);
        let candidate = Candidate { gap, factors };
        let is_higher = self.highest.as_ref().is_none_or(|best| gap > best.gap);
        if is_higher && gap > f64::NEG_INFINITY {
            self.highest = Some(candidate.clone());
        }
        candidate
    }

    fn keep(&mut self, candidate: Candidate) {
        if candidate.gap > WORTH_ASKING {
            self.candidates.push(candidate);
        }
    }
}

/// Spends the budget. For the smallest counter-example, every climb ends at the first one found, and
/// climbing ends when enough are found. For the widest gap, the second half of the budget improves the
/// best model.
pub(super) fn climb(hunt: &Hunt, progress: &mut dyn FnMut(u64)) -> Climbed {
    let (settings, mut climbed) = (hunt.settings, Climbed::default());
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    let (exploring, enough) = match settings.goal {
        Goal::Smallest => (settings.budget, ENOUGH),
        Goal::WidestGap => (settings.budget.div_ceil(2), usize::MAX),
    };
    let mut round = 0;
    while !climbed.is_spent(exploring) && climbed.candidates.len() < enough {
        let start = start(hunt, round, &mut random);
        let patience = PATIENCE * start.entries().count() as u64;
        let until = exploring.min(climbed.tried + patience);
        let start = climbed.tried(hunt, start);
        let top = ascend(hunt, start, &mut climbed, until, &mut random);
        climbed.keep(top);
        round += 1;
        progress(climbed.tried);
    }
    while settings.goal == Goal::WidestGap && !climbed.is_spent(settings.budget) {
        let Some(best) = climbed.best().cloned() else {
            break;
        };
        let top = ascend(hunt, best, &mut climbed, settings.budget, &mut random);
        climbed.keep(top);
        progress(climbed.tried);
    }
    climbed
}

/// Takes steps of random size when they widen the gap. Steps get longer after a success and shorter
/// after a failure, so that about one in five succeeds (Rechenberg 1973).
fn ascend(
    hunt: &Hunt,
    mut top: Candidate,
    climbed: &mut Climbed,
    until: u64,
    random: &mut ChaCha8Rng,
) -> Candidate {
    let mut step = 0.5;
    let first_will_do = hunt.settings.goal == Goal::Smallest;
    while climbed.tried < until && step > SMALLEST_STEP && top.gap < f64::INFINITY {
        if first_will_do && top.gap > WORTH_ASKING {
            break;
        }
        let next = climbed.tried(hunt, stepped(&top.factors, step, random));
        if next.gap > top.gap {
            (top, step) = (next, step * 1.5);
        } else {
            step *= 0.9;
        }
    }
    top
}

/// A random step of every entry, or of the entries of one sample.
fn stepped(from: &Factors<f64>, step: f64, random: &mut ChaCha8Rng) -> Factors<f64> {
    let mut to = from.clone();
    let n = to.samples();
    let whole = random.random_range(0..2) == 0;
    let samples = match random.random_range(0..n) {
        _ if whole => 0..n,
        chosen => chosen..chosen + 1,
    };
    for entry in to.of_samples[samples].iter_mut().flat_map(|g| g.iter_mut()) {
        *entry += step * random.random_range(-1.0..1.0);
    }
    to
}

/// A random start with small integers, where zero and one are more frequent. Every second start is
/// linear regression; the others go through all numbers of columns.
fn start(hunt: &Hunt, round: usize, random: &mut ChaCha8Rng) -> Factors<f64> {
    let d = hunt.settings.dimension;
    let columns = if round.is_multiple_of(2) {
        1
    } else {
        1 + (round / 2) % d
    };
    const ENTRIES: [f64; 7] = [0.0, 0.0, 1.0, 1.0, -1.0, 2.0, -2.0];
    let mut entry = || ENTRIES[random.random_range(0..ENTRIES.len())];
    let mut factor = || DMatrix::from_fn(d, columns, |_, _| entry());
    Factors {
        of_samples: (0..hunt.settings.samples).map(|_| factor()).collect(),
    }
}
