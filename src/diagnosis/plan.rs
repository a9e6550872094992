//! Everything that is said of a measurement before anything is read: by the flags of the program, or by
//! arguments in Python.

use std::path::Path;

use crate::dataset::{self, checkpoint};
use crate::error::{Error, Result};
use crate::network::Network;

use super::machine;
use super::memory::{Forecast, check_contents, check_file};
use super::mode::Mode;
use super::run::Run;
use super::subject::Request;
use super::task::{Effort, Only};

/// What is measured, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The network and the samples.
    pub request: Request,
    /// The optimiser of the run.
    pub run: Run,
    /// The mode of batch normalisation, not yet checked against a network.
    pub mode: Option<Mode>,
    /// The effort of the measurements.
    pub effort: Effort,
    /// The only numbers that are asked for; without it, all that play a role.
    pub only: Option<Only>,
    /// The most memory to use in bytes; what is available if `None`.
    pub memory: Option<u64>,
}

impl Plan {
    /// The mode of batch normalisation, after checking that the plan fits the network.
    ///
    /// # Errors
    /// Returns an error if weight decay is a part of the loss that the optimiser does not descend, or if the
    /// mode does not fit the network.
    pub fn check_network(&self, network: &Network) -> Result<Option<Mode>> {
        let decay = network.weight_decay();
        if let Some(optimizer) = self.run.optimizer
            && optimizer.decouples_decay()
            && decay > 0.0
        {
            let fault = format!(
                "is not part of the loss under {optimizer}, which decays the weights beside it, and adds \
                 nothing to the Hessian; leave it out"
            );
            return Err(Error::input("--weight-decay", decay, fault));
        }
        Mode::check(self.mode, network)
    }

    /// Returns an error if a measurement would not fit into memory.
    ///
    /// # Errors
    /// See above.
    pub fn check_memory(&self, forecast: &Forecast) -> Result<()> {
        self.budget()
            .map_or(Ok(()), |budget| forecast.check(budget))
    }

    /// Returns an error if the samples would not fit into memory. The check comes before they are
    /// unpacked.
    ///
    /// # Errors
    /// See above; also if the headers of the data cannot be read.
    pub fn check_data(&self) -> Result<()> {
        let contents = dataset::contents(&self.request.data)?;
        match self.budget().zip(contents) {
            Some((budget, contents)) => check_contents(&contents, budget),
            None => Ok(()),
        }
    }

    /// Returns an error if a checkpoint would not fit into memory. The check comes before it is read.
    ///
    /// # Errors
    /// See above.
    pub fn check_file(&self, path: &Path) -> Result<()> {
        // A file whose size cannot be found is refused when it is read.
        let size = checkpoint::size(path);
        self.budget()
            .map_or(Ok(()), |budget| check_file(path, size, budget))
    }

    /// The limit of memory that a text such as `800MB` sets.
    ///
    /// # Errors
    /// Returns an error if it is no size.
    pub fn memory_of(text: Option<&str>) -> Result<Option<u64>> {
        let size =
            |text| machine::size(text).map_err(|fault| Error::input("--memory", text, fault));
        text.map(size).transpose()
    }

    fn budget(&self) -> Option<u64> {
        self.memory.or_else(machine::available)
    }
}
