//! The runs of one learning rate, and what is read off them.

use crate::experiment::group::{Group, Seeded, Spread};
use crate::train::Ending;

use super::super::cell::{Mode, Modes, Outcome, Settings};

/// The settings and outcomes of the cells.
pub type Results = [(Settings, Outcome)];

/// The runs of one learning rate.
pub type Runs<'a> = Group<'a, Settings, Outcome>;

/// A mode, in words and as a part of the measurements.
type NamedMode = (&'static str, fn(&Modes) -> Mode);

/// The three modes.
pub const MODES: [NamedMode; 3] = [
    ("training mode", |modes| modes.training),
    ("statistics of the batch, frozen", |modes| modes.frozen),
    ("evaluation mode", |modes| modes.evaluation),
];

impl Seeded for Settings {
    fn differs_in_seed_only(&self, other: &Self) -> bool {
        self.architecture == other.architecture
            && self.images == other.images
            && self.training.differs_in_seed_only(&other.training)
    }
}

/// The learning rate η.
pub fn eta(group: &Runs<'_>) -> f64 {
    f64::from(group.settings.training.plan.learning_rate)
}

/// The mean and range of a number of the runs that did not diverge.
pub fn spread(group: &Runs<'_>, of: impl Fn(&Modes) -> f64) -> Option<Spread> {
    let modes = group.outcomes.iter().filter_map(|o| o.modes.as_ref());
    Spread::of(&modes.map(of).collect::<Vec<f64>>())
}

/// aη/2 in a mode.
pub fn scaled(group: &Runs<'_>, mode: fn(&Modes) -> Mode) -> Option<Spread> {
    spread(group, |modes| {
        mode(modes).sharpness.value * eta(group) / 2.0
    })
}

/// Whether every run converged: the theory is about minima.
pub fn is_at_minima(group: &Runs<'_>) -> bool {
    let mut outcomes = group.outcomes.iter();
    outcomes.all(|outcome| outcome.run.ending == Ending::Converged)
}
