//! The flags about the spectrum that `diagnose` and `watch` share.

use clap::Args;
use sgd_stability::diagnosis::SpectrumRequest;

use super::help::headings;

/// What is asked of the spectrum beyond its ends.
#[derive(Debug, Args)]
#[command(next_help_heading = headings::SPECTRUM)]
pub struct SpectrumFlags {
    /// Compute the K largest eigenvalues of the Hessian too, each with its error bar.
    ///
    /// They come from one run of the Lanczos method over at most --products products. An eigenvalue with several
    /// independent vectors is found once.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub eigenvalues: Option<u32>,
    /// Estimate the traces of H and of Σ, with standard errors.
    ///
    /// The largest eigenvalues are taken out first, and the rest is sampled with random signs until the standard error is
    /// below 1 % of the trace, or 100 times.
    #[arg(long)]
    pub trace: bool,
    /// Measure the sharpness of each layer alone: the largest eigenvalue of its block of H.
    #[arg(long)]
    pub layers: bool,
}

impl SpectrumFlags {
    /// The request, without a density.
    pub fn request(&self) -> SpectrumRequest {
        SpectrumRequest {
            eigenvalues: self.eigenvalues.map(|count| count as usize),
            traces: self.trace,
            density: false,
            layers: self.layers,
        }
    }
}
