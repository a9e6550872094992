//! Our own kernels on trial: every kernel on every instruction set of this machine.
//!
//! Products of matrices, dot products and functions of one number have trials of their own. The other
//! kernels are tried here on small shapes, against exact rational results, by these bounds (u = 2⁻²⁴, t =
//! 2⁻¹⁵⁰, γ_d = du/(1 − du)):
//!
//! | kernels | bound |
//! |---|---|
//! | sums of products | γ_d Σ|terms| + kt(1 + γ_d), d as the kernel documents its order ([`crate::oracle`]) |
//! | results that round once | u times the exact value, or t |
//! | choices, copies | 0 |
//! | others | γ_d times the sum of the terms in absolute value, d and the number of small errors counted where the case is made |
//!
//! | file | contents |
//! |---|---|
//! | `setup` | a case: operands and permitted results |
//! | `products` | the matrix product as BLAS declares it |
//! | `elementwise`, `rows`, `channels` | functions of single numbers; sums and updates of rows and columns; batch normalisation |
//! | `convolution`, `pool`, `dense` | the kernels of layers |
//! | `layers` | a network of fully connected layers: its gradient, against the exact one |

mod channels;
mod convolution;
mod dense;
mod elementwise;
mod layers;
mod pool;
mod products;
mod rows;
mod setup;
mod vectors;

use super::matrices::{check_gemm, check_gemv};
use super::options::Options;
use super::verdict::Verdict;
use crate::kernel::Isa;
use products::{OurMatrixVector, OurProduct};
use setup::Subject;
pub use vectors::{Axpy, Dot, DotWide, Norm, Scal};

/// The trial of a kernel.
type Run = Box<dyn Fn(&Options) -> Verdict + Send + Sync>;

/// One of our kernels on one instruction set.
pub struct Entry {
    /// The name of the kernel.
    pub name: String,
    /// The instruction set.
    pub isa: Isa,
    /// What it computes.
    pub function: String,
    run: Run,
}

impl Entry {
    /// An entry with this trial.
    pub fn new(
        name: &str,
        isa: Isa,
        function: &str,
        run: impl Fn(&Options) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Entry {
            name: name.to_owned(),
            isa,
            function: function.to_owned(),
            run: Box::new(run),
        }
    }

    /// Puts the kernel on trial.
    pub fn run(&self, options: &Options) -> Verdict {
        (self.run)(options)
    }
}

/// All our kernels, each on every instruction set of this machine.
pub fn entries() -> Vec<Entry> {
    Isa::available().into_iter().flat_map(of_isa).collect()
}

fn of_isa(isa: Isa) -> Vec<Entry> {
    let mut entries = vec![
        Entry::new("gemm", isa, "sgemm", move |options| {
            check_gemm(&OurProduct(isa), "gemm", options)
        }),
        Entry::new("gemm (one column)", isa, "sgemv", move |options| {
            check_gemv(&OurMatrixVector(isa), "gemm (one column)", options)
        }),
    ];
    let subjects = [
        elementwise::SUBJECTS,
        rows::SUBJECTS,
        channels::SUBJECTS,
        convolution::SUBJECTS,
        pool::SUBJECTS,
        dense::SUBJECTS,
        layers::SUBJECTS,
    ];
    entries.extend(
        subjects
            .into_iter()
            .flatten()
            .map(|subject| entry(*subject, isa)),
    );
    entries
}

fn entry(subject: Subject, isa: Isa) -> Entry {
    Entry::new(subject.name, isa, subject.function, move |options| {
        subject.check(isa, options)
    })
}
