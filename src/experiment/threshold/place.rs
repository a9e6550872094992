//! The network where SGD has settled.

use crate::experiment::Context;
use crate::network::{Batch, Network, State};

use super::cell::Settings;

/// A trained network with its training data.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub settings: &'a Settings,
    pub context: &'a Context,
    pub network: &'a Network,
    pub samples: Batch<'a>,
    /// The minimum.
    pub state: &'a State,
}
