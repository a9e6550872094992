//! `--arch auto`: the network that the names and shapes of a checkpoint's tensors tell.
//!
//! Only a network that one architecture explains is proposed whole: a named one, a chain of dense layers, or a decoder
//! such as nanoGPT's. Of any other the layers with tensors are listed. What no tensor tells is asked for: the
//! activation, the loss, the number of heads, and what stands between the layers.
//!
//! | file | contents |
//! |---|---|
//! | `candidates` | the architectures that have exactly these tensors |
//! | `open` | an architecture file that is open where the tensors tell nothing |
//! | `outline` | the layers that can be told from their tensors alone |

mod candidates;
mod open;
mod outline;

use crate::dataset::Dataset;
use crate::dataset::checkpoint::Checkpoint;
use crate::error::Result;

pub use open::{Proposal, Told};

use super::architecture::image;
use super::matching::group::groups;
use candidates::Candidate;
use outline::outline;

impl Proposal {
    /// Proposes a network for a checkpoint; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error if it has no layer, if several architectures have its tensors, or if the order of its layers
    /// is not known.
    pub fn new(
        place: &str,
        checkpoint: &Checkpoint,
        data: &Dataset,
        told: Told<'_>,
    ) -> Result<Self> {
        let groups = groups(checkpoint);
        let mut proposal = match Candidate::of(place, checkpoint, &groups, data, told.order)? {
            Some(candidate) => candidate.proposal(),
            None => outline(&groups, &image(&data.shape).listed()),
        };
        proposal.fill(told);
        Ok(proposal)
    }
}
