//! The instruction sets.

/// An instruction set that this machine can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(());

impl Isa {
    /// The fastest instruction set of this machine.
    pub fn best() -> Isa {
        Isa(())
    }

    /// Plain Rust.
    pub fn portable() -> Isa {
        Isa(())
    }

    /// Every instruction set of this machine, the portable one first.
    pub fn available() -> Vec<Isa> {
        vec![Isa(())]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        "portable"
    }
}
