//! Puts a function of one number on trial: on all 2³² inputs, a part of them, a sample, or one.
//!
//! | file | contents |
//! |---|---|
//! | `options` | what the caller chooses |
//! | `piece` | 2²⁴ magnitudes with both signs; order and symmetry |
//! | `chunk` | judges results by the proved filter, and by the oracle where that does not decide |
//! | `open` | the results that the filter does not decide, judged by the oracle |
//! | `errors` | the errors of many results at once |
//! | `tally` | gathers what is found |
//! | `resume` | keeps finished pieces in a folder |

mod chunk;
mod errors;
mod open;
mod options;
mod piece;
mod resume;
mod tally;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rayon::prelude::*;

use self::piece::{PIECE, PIECES, try_piece};
use self::resume::Header;
use self::tally::Tally;
use super::dice::Dice;
use super::kernels::Unary;
use super::runs;
use super::verdict::Verdict;
use crate::error::Result;
use crate::oracle::unary::{Function, judge};
use crate::work;

pub use options::{GREATEST, Options};

/// What the workers tell the calling thread.
enum Message {
    /// So many inputs were tried.
    Tried(u64),
    /// A piece is finished.
    Finished(u32, Box<Verdict>),
}

/// Tries a kernel that should compute `function`.
///
/// The verdict is exhaustive if all 2³² inputs were tried. Progress is told to the watcher of the calling
/// thread ([`work::progress`], in inputs), where a deadline also ends the trial.
///
/// # Errors
/// If the folder with finished pieces cannot be read or written, or belongs to another trial.
pub fn check(
    kernel: &dyn Unary,
    name: &str,
    function: Function,
    options: &Options,
) -> Result<Verdict> {
    let mut verdict = if let Some(input) = options.only {
        chosen(kernel, function, &[input], options).verdict(
            name,
            options.allowed_ulp,
            options.strict,
        )
    } else if let Some(count) = options.sample {
        let inputs = sample(count, options);
        chosen(kernel, function, &inputs, options).verdict(
            name,
            options.allowed_ulp,
            options.strict,
        )
    } else {
        pieces(kernel, name, function, options)?
    };
    verdict.passed &= verdict.inputs > verdict.mistrusted;
    Ok(verdict)
}

/// Tries the inputs in order, a stretch at a time.
fn chosen(kernel: &dyn Unary, function: Function, inputs: &[u32], options: &Options) -> Tally {
    let mut tally = Tally::new(function, options.allowed_ulp);
    let mut done = 0;
    for inputs in inputs.chunks(4096) {
        let x: Vec<f32> = inputs.iter().copied().map(f32::from_bits).collect();
        let mut y = vec![f32::NAN; x.len()];
        kernel.map(&x, &mut y);
        let edges = tally.edges().clone();
        let findings: Vec<_> = x
            .par_iter()
            .zip(&y)
            .map(|(x, y)| judge(function, *x, *y, &edges))
            .collect();
        for ((input, y), finding) in inputs.iter().zip(&y).zip(findings) {
            tally.add(*input, *y, finding);
        }
        done += inputs.len();
        work::progress(done, done);
        work::step();
    }
    tally
}

/// One input at random from each of `count` equal stretches of the chosen inputs, of the stretches of the shard.
fn sample(count: u64, options: &Options) -> Vec<u32> {
    let (first, last) = (*options.magnitudes.start(), *options.magnitudes.end());
    let all = 2 * (u64::from(last.saturating_sub(first)) + 1);
    let count = count.clamp(1, all);
    let place = |stretch: u64| {
        let (from, to) = (all * stretch / count, all * (stretch + 1) / count);
        from + Dice::of_case(stretch).bits() % (to - from)
    };
    let input = |place: u64| (first + (place >> 1) as u32) | ((place & 1) as u32) << 31;
    let is_asked = |stretch: &u64| options.shard.holds(*stretch as usize);
    { 0..count }
        .filter(is_asked)
        .map(place)
        .map(input)
        .collect()
}

/// Tries all chosen magnitudes, piece by piece on all cores.
fn pieces(
    kernel: &dyn Unary,
    name: &str,
    function: Function,
    options: &Options,
) -> Result<Verdict> {
    let header = Header::new(name, function, options);
    let (first, last) = (*options.magnitudes.start(), *options.magnitudes.end());
    let mut verdicts: Vec<(u32, Verdict)> = Vec::new();
    let mut open = Vec::new();
    for piece in (0..PIECES).filter(|piece| options.shard.holds(*piece as usize)) {
        let ends = (
            first.max(piece * PIECE),
            last.min(piece * PIECE + (PIECE - 1)),
        );
        let known = match &options.resume {
            Some(folder) => header.load(folder, piece)?,
            None => None,
        };
        match known {
            _ if ends.0 > ends.1 => {}
            Some(verdict) => verdicts.push((piece, verdict)),
            None => open.push((piece, ends)),
        }
    }
    let inputs = |ends: (u32, u32)| 2 * (ends.1 - ends.0 + 1) as usize;
    let before: u64 = verdicts.iter().map(|(_, verdict)| verdict.inputs).sum();
    let of = before as usize + open.iter().map(|(_, ends)| inputs(*ends)).sum::<usize>();
    let finish = |piece: u32, verdict: &Verdict| match &options.resume {
        Some(folder) => header.save(folder, piece, verdict),
        None => Ok(()),
    };
    let trial = Trial {
        kernel,
        name,
        function,
        options,
        is_over: AtomicBool::new(false),
    };
    trial.run(&open, before as usize, of, finish, &mut verdicts)?;
    verdicts.sort_by_key(|(piece, _)| *piece);
    let empty = Tally::new(function, options.allowed_ulp).verdict(
        name,
        options.allowed_ulp,
        options.strict,
    );
    let mut whole = empty;
    whole.passed = true;
    for (_, verdict) in verdicts {
        whole.join(verdict);
    }
    // So that a trial that was interrupted, whose pieces have been written, gives the same.
    runs::round(&mut whole.density);
    whole.exhaustive = whole.inputs == 1 << 32;
    Ok(whole)
}

/// A running trial.
struct Trial<'a> {
    kernel: &'a dyn Unary,
    name: &'a str,
    function: Function,
    options: &'a Options,
    /// Whether the workers should stop.
    is_over: AtomicBool,
}

impl Trial<'_> {
    /// Tries the open pieces, and adds their verdicts.
    fn run(
        &self,
        open: &[(u32, (u32, u32))],
        mut done: usize,
        of: usize,
        finish: impl Fn(u32, &Verdict) -> Result<()>,
        verdicts: &mut Vec<(u32, Verdict)>,
    ) -> Result<()> {
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                let work = |sender: &mut Sender<Message>, piece: &(u32, (u32, u32))| {
                    self.piece(*piece, sender);
                };
                open.par_iter().with_max_len(1).for_each_with(sender, work);
            });
            // A deadline unwinds from here, and the scope would wait for the workers.
            let listened = catch_unwind(AssertUnwindSafe(|| {
                for message in receiver {
                    match message {
                        Message::Tried(count) => done += count as usize,
                        Message::Finished(piece, verdict) => {
                            finish(piece, &verdict)?;
                            verdicts.push((piece, *verdict));
                        }
                    }
                    work::progress(done, of);
                    work::step();
                }
                Ok(())
            }));
            self.is_over.store(true, Ordering::Relaxed);
            listened.unwrap_or_else(|cause| resume_unwind(cause))
        })
    }

    fn piece(&self, (piece, ends): (u32, (u32, u32)), sender: &Sender<Message>) {
        if self.is_over.load(Ordering::Relaxed) {
            return;
        }
        // Nobody listens any more after an error or a deadline; then the rest of the work is in vain.
        let advance = |count| {
            if sender.send(Message::Tried(count)).is_err() {
                self.is_over.store(true, Ordering::Relaxed);
            }
        };
        let allowed = self.options.allowed_ulp;
        let tally = try_piece(self.kernel, self.function, ends, allowed, &advance);
        let verdict = tally.verdict(self.name, allowed, self.options.strict);
        let finished = Message::Finished(piece, Box::new(verdict));
        if sender.send(finished).is_err() {
            self.is_over.store(true, Ordering::Relaxed);
        }
    }
}
