//! Times kernels, and prints a table with speed beside accuracy.
//!
//! Each row takes turns with two measurements of the machine, since its speed varies: FMAs in registers on
//! the same instruction set ([`peak`]), and the fastest reading (`dot` on the best instruction set) or
//! copying of as many bytes as the kernel touches. The limit of a kernel is the longer of its arithmetic
//! and its bytes at these speeds. Its share is the median over the turns, with that of the best turn in
//! brackets. The largest errors are those of the committed table `src/trial/ours.json`, which
//! `sgd-stability kernels check` keeps true.
//!
//! Words select kernels by their names. `--test` is a smoke run, and `--out FILE` writes the times as JSON
//! for the page of the report (`reports/kernels`).

mod accuracy;
mod machine;
mod speeds;

use std::path::PathBuf;
use std::time::Duration;

use sgd_stability::kernel::Isa;

use accuracy::Accuracy;
use machine::{Machine, Windows};
use speeds::{Speed, Speeds};

/// How the times are measured.
const MEASURED: &str = "Times for one element of the kernels of linear algebra: one thread, operands in the cache, the best \
                        window of seven (`cargo bench --bench kernels`).";

/// The number of turns.
const TURNS: usize = 7;
/// The duration of a window.
const WINDOW: Duration = Duration::from_millis(30);

/// The work of one call.
#[derive(Clone, Debug)]
pub struct Work {
    /// The name of the kernel in the committed table.
    pub kernel: String,
    /// The shape of its operands, such as `16384` or `25×784×500`.
    pub shape: String,
    /// The number of elements of the result, or of the operands of a sum.
    pub elements: usize,
    /// The number of multiplications and additions.
    pub operations: usize,
    /// The number of bytes that must be read or written.
    pub bytes: usize,
}

/// A table that is measured row by row.
pub struct Table {
    words: Vec<String>,
    is_smoke: bool,
    accuracy: Accuracy,
    machine: Machine,
    speeds: Speeds,
}

impl Table {
    /// Begins a table and prints its headings; `None` if the arguments ask only for a list of benchmarks.
    pub fn begin(name: &str) -> Option<Table> {
        let mut arguments = std::env::args().skip(1);
        let (mut words, mut is_smoke, mut out) = (Vec::new(), false, None::<PathBuf>);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => {
                    println!("{name}: benchmark");
                    return None;
                }
                "--test" => is_smoke = true,
                "--out" => out = arguments.next().map(PathBuf::from),
                flag if flag.starts_with("--") => {}
                word => words.push(word.to_owned()),
            }
        }
        println!(
            "{:<18} {:<16} {:<10} {:>10} {:>8} {:>7}  {:<16} largest error",
            "kernel", "shape", "on", "ns/element", "GFLOP/s", "GB/s", "% of limit, of"
        );
        Some(Table {
            words,
            is_smoke,
            accuracy: Accuracy::read(),
            machine: Machine::new(is_smoke),
            speeds: Speeds::new(out, MEASURED),
        })
    }

    /// Whether the words of the command line, if there are any, select this kernel.
    pub fn wants(&self, kernel: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| kernel.contains(word.as_str()))
    }

    /// Measures one of our kernels on an instruction set.
    pub fn ours(&mut self, work: &Work, isa: Isa, call: impl FnMut()) {
        let error = self.accuracy.of(&work.kernel, isa.name());
        let nanoseconds = self.row(work, isa, isa.name(), &error, call);
        self.add("ours", work, Some(isa), nanoseconds);
    }

    /// Measures the kernel of another library, compared with the limit of the best instruction set.
    pub fn other(&mut self, work: &Work, library: &str, call: impl FnMut()) {
        let nanoseconds = self.row(work, Isa::best(), library, "", call);
        self.add(library, work, None, nanoseconds);
    }

    fn add(&mut self, library: &str, work: &Work, isa: Option<Isa>, nanoseconds: f64) {
        self.speeds.add(Speed {
            library: library.to_owned(),
            function: work.kernel.clone(),
            isa: isa.map(|isa| isa.name().to_owned()),
            nanoseconds,
            max_ulp: None,
        });
    }

    /// Prints a row, and returns the time for one element in nanoseconds.
    fn row(&mut self, work: &Work, isa: Isa, on: &str, error: &str, mut call: impl FnMut()) -> f64 {
        let mut windows = Windows::new((!self.is_smoke).then_some(WINDOW), |count| {
            (0..count).for_each(|_| call());
        });
        let turns = if self.is_smoke { 1 } else { TURNS };
        let (operations, bytes) = (work.operations as f64, work.bytes as f64);
        let mut rates = Vec::new();
        let mut shares = Vec::new();
        let mut by = "";
        for _ in 0..turns {
            let speed = self.machine.measure(isa, work.bytes);
            let rate = windows.next();
            let (arithmetic, traffic) = (operations / speed.flops, bytes / speed.bytes);
            by = if arithmetic > traffic {
                "FLOP"
            } else {
                "bytes"
            };
            shares.push(100.0 * rate * arithmetic.max(traffic));
            rates.push(rate);
        }
        let best = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let rate = best(&rates);
        let nanoseconds = 1e9 / (rate * work.elements as f64);
        let share = format!("{:.0} ({:.0}) {by}", median(&shares), best(&shares));
        println!(
            "{:<18} {:<16} {on:<10} {nanoseconds:>10.4} {:>8.1} {:>7.1}  {share:<16} {error}",
            work.kernel,
            work.shape,
            rate * operations / 1e9,
            rate * bytes / 1e9,
        );
        nanoseconds
    }

    /// Writes the times, if a file was named.
    pub fn finish(self) {
        self.speeds.write();
    }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
