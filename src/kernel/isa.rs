//! The instruction sets. Only this file asks what the processor can do.

use std::sync::LazyLock;

use super::lanes::Kernel;
use super::portable::Portable;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};
use crate::error::{Error, Result};

/// The environment variable that limits [`Isa::best`].
const VARIABLE: &str = "SGD_STABILITY_ISA";

/// An instruction set that this machine can run.
///
/// A value exists only if the processor was found to have the instructions. Holding one is the proof of
/// safety that every kernel requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Portable(Portable),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

/// All supported instruction sets, from the slowest to the fastest.
const NAMES: [&str; 3] = ["portable", "avx2", "avx512"];

impl Isa {
    /// The fastest instruction set of this machine, limited by the environment variable
    /// `SGD_STABILITY_ISA` (`portable`, `avx2` or `avx512`; read once). Any other value of the variable
    /// is ignored; a program that wants to report it calls [`Isa::check_environment`].
    pub fn best() -> Isa {
        static BEST: LazyLock<Isa> = LazyLock::new(|| {
            let word = std::env::var(VARIABLE).ok();
            capped(word.and_then(|word| place(&word)))
        });
        *BEST
    }

    /// Plain Rust, which runs on every machine.
    pub fn portable() -> Isa {
        Isa(Set::Portable(Portable))
    }

    /// Every instruction set of this machine, from the portable one to the fastest, regardless of the
    /// environment.
    pub fn available() -> Vec<Isa> {
        #[cfg(target_arch = "x86_64")]
        let found = [
            Avx2::detect().map(Set::Avx2),
            Avx512::detect().map(Set::Avx512),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let found: [Option<Set>; 0] = [];
        let found = found.into_iter().flatten().map(Isa);
        std::iter::once(Isa::portable()).chain(found).collect()
    }

    /// The name: `portable`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable(_) => NAMES[0],
            #[cfg(target_arch = "x86_64")]
            Set::Avx2(_) => NAMES[1],
            #[cfg(target_arch = "x86_64")]
            Set::Avx512(_) => NAMES[2],
        }
    }

    /// Checks that the environment variable `SGD_STABILITY_ISA` is either unset or one of the names.
    ///
    /// # Errors
    /// Returns an error when it has any other value.
    pub fn check_environment() -> Result<()> {
        match std::env::var_os(VARIABLE) {
            Some(word) if word.to_str().and_then(place).is_none() => Err(Error::input(
                "environment",
                VARIABLE,
                format!(
                    "{} is no instruction set; set it to one of {}",
                    word.display(),
                    NAMES.join(", ")
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Runs the kernel, compiled for this instruction set.
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Portable(lanes) => kernel.run(lanes),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2(lanes) => lanes.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512(lanes) => lanes.run(kernel),
        }
    }
}

/// The index of a name in [`NAMES`].
fn place(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}

/// The fastest instruction set of this machine up to this index in [`NAMES`].
fn capped(cap: Option<usize>) -> Isa {
    let allowed = |isa: &Isa| cap.is_none_or(|cap| place(isa.name()) <= Some(cap));
    let fastest = Isa::available().into_iter().rfind(allowed);
    fastest.unwrap_or(Isa::portable())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_takes_the_fastest_isa_that_it_allows() {
        let available = Isa::available();
        assert_eq!(available.first(), Some(&Isa::portable()));
        assert_eq!(capped(place("portable")), Isa::portable());
        assert_eq!(Some(&capped(place("no such"))), available.last());
        for isa in &available {
            assert_eq!(capped(place(isa.name())), *isa);
        }
    }
}
