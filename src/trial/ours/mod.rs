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
//! | derivatives of activation functions | 0.501 units in the last place; `activations` says where more |
//! | softmax, log-sum-exp | 0.501 units in the last place, as the kernels document |
//! | others | γ_d times the sum of the terms in absolute value, d and the number of small errors counted where the case is made |
//!
//! | file | contents |
//! |---|---|
//! | `setup` | a case: operands and permitted results |
//! | `vectors`, `products` | the kernels of vectors and the matrix product, as BLAS declares them |
//! | `functions` | functions of one number |
//! | `activations`, `arguments` | activation functions and their derivatives, and where they are tried |
//! | `elementwise`, `rows`, `channels` | functions of single numbers; sums and updates of rows and columns; batch normalisation |
//! | `convolution`, `pool`, `dense` | the kernels of layers |
//! | `softmax` | softmax and the logarithm of a sum of exponentials |
//! | `layers` | a network of fully connected layers: its gradient, against the exact one |

mod activations;
mod arguments;
mod channels;
mod convolution;
mod dense;
mod elementwise;
mod functions;
mod layers;
mod pool;
mod products;
mod rows;
mod setup;
mod softmax;
mod vectors;

use super::matrices::{check_gemm, check_gemv};
use super::options::Options;
use super::unary;
use super::vectors::{check_axpy, check_dot, check_nrm2, check_scal};
use super::verdict::Verdict;
use crate::error::Result;
use crate::kernel::Isa;
use crate::oracle::unary::Function;
use functions::{Named, OurFunction, PROMISE};
use products::{OurMatrixVector, OurProduct};
use setup::Subject;
pub use vectors::{Axpy, Dot, DotWide, Norm, Scal};

/// The trial of a kernel.
type Run = Box<dyn Fn(&Options) -> Verdict + Send + Sync>;

/// The number of inputs of a function of one number that [`Entry::run`] tries.
const SAMPLE: u64 = 1 << 14;

/// One of our kernels on one instruction set.
pub struct Entry {
    /// The name of the kernel.
    pub name: String,
    /// The instruction set.
    pub isa: Isa,
    /// What it computes.
    pub function: String,
    run: Run,
    of_one_number: Option<(OurFunction, Function)>,
}

impl Entry {
    /// An entry with this trial.
    fn new(
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
            of_one_number: None,
        }
    }

    /// A function of one number.
    fn of_one_number(named: Named) -> Self {
        let Named {
            name,
            function,
            kernel,
        } = named;
        let run = move |options: &Options| sampled(&kernel, name, function, options);
        Entry {
            of_one_number: Some((kernel, function)),
            ..Entry::new(name, kernel.isa, name, run)
        }
    }

    /// Whether the kernel is a function of one number, which can be tried on every input.
    pub fn is_of_one_number(&self) -> bool {
        self.of_one_number.is_some()
    }

    /// Puts the kernel on trial; a function of one number only on a sample of inputs, or on the shard's part of it.
    pub fn run(&self, options: &Options) -> Verdict {
        (self.run)(options)
    }

    /// Puts a function of one number on trial, on every input if the options do not say otherwise.
    /// `None` for other kernels. The permitted error is what the kernel promises.
    ///
    /// # Errors
    /// As [`unary::check`].
    pub fn run_on_every_input(&self, options: &unary::Options) -> Option<Result<Verdict>> {
        let (kernel, function) = self.of_one_number.as_ref()?;
        let options = unary::Options {
            allowed_ulp: PROMISE,
            ..options.clone()
        };
        Some(unary::check(kernel, &self.name, *function, &options))
    }
}

/// All our kernels, each on every instruction set of this machine.
pub fn entries() -> Vec<Entry> {
    Isa::available().into_iter().flat_map(of_isa).collect()
}

fn of_isa(isa: Isa) -> Vec<Entry> {
    let mut entries = vec![
        Entry::new("dot", isa, "sdot", move |options| {
            check_dot(&Dot { isa }, "dot", options)
        }),
        Entry::new("dot_wide, rounded", isa, "sdot", move |options| {
            check_dot(&DotWide { isa }, "dot_wide, rounded", options)
        }),
        Entry::new("root of dot_wide", isa, "snrm2", move |options| {
            check_nrm2(&Norm { isa }, "root of dot_wide", options)
        }),
        Entry::new("axpy", isa, "saxpy", move |options| {
            check_axpy(&Axpy { isa }, "axpy", options)
        }),
        Entry::new("scale", isa, "sscal", move |options| {
            check_scal(&Scal { isa }, "scale", options)
        }),
        Entry::new("gemm", isa, "sgemm", move |options| {
            check_gemm(&OurProduct(isa), "gemm", options)
        }),
        Entry::new("gemm (one column)", isa, "sgemv", move |options| {
            check_gemv(&OurMatrixVector(isa), "gemm (one column)", options)
        }),
    ];
    let functions = functions::functions(isa).into_iter();
    entries.extend(functions.map(Entry::of_one_number));
    entries.extend(activations::all().map(|derivative| {
        let (name, formula) = (derivative.name(), derivative.formula());
        let check = move |options: &Options| derivative.check(isa, options);
        Entry::new(&name, isa, formula, check)
    }));
    let subjects = [
        elementwise::SUBJECTS,
        rows::SUBJECTS,
        channels::SUBJECTS,
        convolution::SUBJECTS,
        pool::SUBJECTS,
        dense::SUBJECTS,
        layers::SUBJECTS,
        softmax::SUBJECTS,
    ];
    entries.extend(
        subjects
            .into_iter()
            .flatten()
            .map(|subject| entry(*subject, isa)),
    );
    entries
}

/// The trial on one input, the bits of which are the number of the case, or on a sample.
fn sampled(kernel: &OurFunction, name: &str, function: Function, options: &Options) -> Verdict {
    let options = unary::Options {
        allowed_ulp: PROMISE,
        only: options.only.map(|bits| bits as u32),
        shard: options.shard,
        sample: Some(options.sample.unwrap_or(SAMPLE)),
        ..unary::Options::default()
    };
    unary::check(kernel, name, function, &options).expect("no folder is read or written")
}

fn entry(subject: Subject, isa: Isa) -> Entry {
    Entry::new(subject.name, isa, subject.function, move |options| {
        subject.check(isa, options)
    })
}
