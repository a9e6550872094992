//! The weights of a network in the zip format of `torch.save` (PyTorch 1.6 and later).
//!
//! A zip file has the pickle `data.pkl`, which names tensors as views of storages, and each storage as an
//! entry of its own. The pickle is interpreted and not run ([`pickle`](super::pickle)). Source: PyTorch,
//! `torch/serialization.py` and `torch/_utils.py`.
//!
//! The file may be a state dictionary, or dictionaries that have one somewhere. What else they hold (numbers,
//! the state of an optimiser, objects of other programs) is passed over.
//!
//! | file | contents |
//! |---|---|
//! | `archive` | the zip file |
//! | `dictionary` | which dictionary is the state dictionary |
//! | `view` | one tensor as a view of a storage |
//! | `shared` | the tensors of one storage: ties and overlaps |
//! | `state` | the tensors of a state dictionary |
//! | `optimizer` | the second moments in the state of an optimiser |

mod archive;
mod dictionary;
mod optimizer;
mod shared;
mod state;
mod view;

pub(super) use archive::is_zip;
pub use optimizer::{OptimizerState, SecondMoments};
pub(super) use state::Saved;

use super::choice::Choice;
use super::pickle;
use crate::error::{Error, Result};

/// The first bytes of the files that PyTorch wrote before version 1.6: the pickle of a number.
const BEFORE_1_6: [u8; 13] = *b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50";

/// Returns an error if this is a pickle without a zip file around it.
pub(super) fn check_is_no_bare_pickle(place: &str, bytes: &[u8]) -> Result<()> {
    // The beginning of a pickle of protocol 2 to 5 could also be the length of a header.
    let is_pickle = matches!(bytes, [0x80, 2..=5, ..]) && bytes.get(8) != Some(&b'{');
    if !is_pickle {
        return Ok(());
    }
    let what = if bytes.starts_with(&BEFORE_1_6) {
        "is in PyTorch's format before version 1.6"
    } else {
        "is a pickle without the zip file of torch.save around it"
    };
    let fault = format!(
        "{what}, which is not read; save it again with a PyTorch of today: \
         torch.save(torch.load(FILE, map_location=\"cpu\", weights_only=True), NEW)"
    );
    Err(Error::input(place, "file", fault))
}

/// Reads the chosen tensors of the state dictionary in a file; `place` names it in errors.
///
/// # Errors
/// Returns an error if the bytes are not those of a file that `torch.save` wrote, if it is not clear which of
/// its dictionaries is the state dictionary, or if a chosen entry of that is no tensor of a supported type.
pub(super) fn read(place: &str, bytes: &[u8], choice: &Choice) -> Result<Saved> {
    let mut archive = archive::Archive::open(place, bytes)?;
    let pickled = archive.pickle()?;
    let pickle = pickle::interpret(place, pickled)?;
    let chosen = dictionary::choose(place, &pickle, choice.key())?;
    state::read(place, &pickle, chosen, choice, &mut archive)
}

#[cfg(test)]
mod tests;
