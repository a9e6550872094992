//! What may be wrong with a kernel.

use serde::{Deserialize, Serialize};

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The error is above its bound.
    TooLarge,
    /// A zero has the wrong sign.
    SignOfZero,
    /// A finite result where an infinity is right, or the reverse, or the other infinity.
    Infinity,
    /// A NaN did not come through.
    LostNan,
    /// A NaN where a number is right.
    MadeNan,
    /// The results do not rise, or fall, where the function does.
    Monotonicity,
    /// f(−x) is not what f(x) says.
    Symmetry,
    /// The same input gave another result: in another lane, at another place or at another time.
    Differs,
    /// An operand that is only read was changed.
    InputWritten,
    /// A gap between the elements of the output was changed.
    GapWritten,
    /// Memory outside of an operand was written.
    WrittenOutside,
    /// Memory outside of an operand was read.
    ReadOutside,
    /// The rounding mode was left changed.
    RoundingMode,
    /// Flush-to-zero was left changed.
    FlushToZero,
    /// The kernel crashed, or panicked.
    Crash,
    /// The kernel did not return in time.
    Timeout,
    /// The kernel took more memory than it may.
    Memory,
    /// The kernel wrote to the output of the program.
    Output,
    /// The kernel ended the program.
    Exit,
    /// The kernel is worse than the table says.
    Worse,
}

impl FaultKind {
    /// Whether this is a break of the order or of the symmetry of a function of one number, which a kernel
    /// may have and still keep its bound.
    pub fn is_of_order(self) -> bool {
        matches!(self, FaultKind::Monotonicity | FaultKind::Symmetry)
    }

    /// What is wrong, in words.
    pub fn words(self) -> &'static str {
        match self {
            FaultKind::TooLarge => "the error is above its bound",
            FaultKind::SignOfZero => "a zero has the wrong sign",
            FaultKind::Infinity => "an infinity is wrong or missing",
            FaultKind::LostNan => "a NaN did not come through",
            FaultKind::MadeNan => "a NaN where a number is right",
            FaultKind::Monotonicity => "the results do not follow the order of the inputs",
            FaultKind::Symmetry => "f(−x) does not fit f(x)",
            FaultKind::Differs => "the same input gave another result",
            FaultKind::InputWritten => "an input was changed",
            FaultKind::GapWritten => "a gap between elements was changed",
            FaultKind::WrittenOutside => "memory outside of an operand was written",
            FaultKind::ReadOutside => "memory outside of an operand was read",
            FaultKind::RoundingMode => "the rounding mode was left changed",
            FaultKind::FlushToZero => "flush-to-zero was left changed",
            FaultKind::Crash => "the kernel crashed",
            FaultKind::Timeout => "the kernel did not return in time",
            FaultKind::Memory => "the kernel took too much memory",
            FaultKind::Output => "the kernel wrote to the program's output",
            FaultKind::Exit => "the kernel ended the program",
            FaultKind::Worse => "the kernel is worse than recorded",
        }
    }
}

/// A kind of fault with its first example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// How often it was found.
    pub count: u64,
    /// The input of the first example: its bits, and what they mean.
    pub input: String,
    /// What the kernel returned, with its bits.
    pub came: String,
    /// What would have been right, with its bits or as an interval.
    pub right: String,
    /// The arguments that make `kernels check` try just this case again, such as `--input 0x3e6ee50c`,
    /// `--case 217`, or `--shard 64/128` for neighbours or opposites that do not fit each other.
    pub replay: String,
}
