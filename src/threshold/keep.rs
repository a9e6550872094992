//! A folder that keeps what is done, so that a long computation goes on after an interruption.
//!
//! | file | contents |
//! |---|---|
//! | `gram.json` | which Gram matrix the folder belongs to |
//! | `range` | the basis of the range of H, in which the model is written |
//! | `bounds-…` | the largest eigenvalues behind η₁ and 1/(s√p) |
//! | `mean-square-…`, `largest-noise-…` | where an iteration stands |

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::network::Gram;
use crate::read;
use crate::write;

use super::state_file::{self, Heading, Sink, Source};

/// The version of the files.
const VERSION: &str = concat!("thresholds of sgd-stability ", env!("CARGO_PKG_VERSION"));

/// Writing a state may take this share of the time, at most.
const SHARE: u32 = 20;

/// A folder of states, all of one Gram matrix.
#[derive(Debug)]
pub struct Keep {
    folder: PathBuf,
    /// The SHA-256 of the Gram matrix.
    gram: String,
    /// What takes less time is not kept.
    every: Duration,
    /// What was taken up, and what could not be.
    notes: Mutex<Vec<String>>,
}

/// The contents of `gram.json`.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    version: String,
    rows: usize,
    gram: String,
}

impl Keep {
    /// Opens the folder for this Gram matrix, and makes it if it is missing. The state of an iteration is kept
    /// again when so much time has passed, and other work is kept if it took as long.
    ///
    /// # Errors
    /// If the folder belongs to another Gram matrix, or cannot be read or written.
    pub fn open(folder: &Path, gram: &Gram, every: Duration) -> Result<Self> {
        let path = folder.join("gram.json");
        let owner = Owner {
            version: VERSION.to_owned(),
            rows: gram.size(),
            gram: gram.digest(),
        };
        if path.exists() {
            let found: Option<Owner> = serde_json::from_str(&read::text(&path)?).ok();
            if found.as_ref() != Some(&owner) {
                let fault = "belongs to another network, other samples or another version of the program; give \
                             --resume a folder of its own";
                return Err(Error::input(path.display(), "folder", fault));
            }
        } else {
            let text = serde_json::to_string(&owner).map_err(Error::internal)?;
            write::write_file(&path, text.as_bytes())?;
        }
        Ok(Keep {
            folder: folder.to_owned(),
            gram: owner.gram,
            every,
            notes: Mutex::default(),
        })
    }

    /// Sentences about what was taken up from the folder, and what could not be read or written.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.notes.lock();
        notes.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a sentence.
    pub(super) fn note(&self, note: String) {
        let notes = self.notes.lock();
        let mut notes = notes.unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// What is kept under this name, as `take` reads it; `None` if there is nothing, or if it is damaged.
    pub(super) fn load<T>(
        &self,
        what: &str,
        take: impl FnOnce(&mut Source) -> io::Result<T>,
    ) -> Option<T> {
        let path = self.folder.join(what);
        if !path.exists() {
            return None;
        }
        let found = Source::open(&path).ok().flatten().and_then(|mut source| {
            let heading = &source.heading;
            let is_ours = heading.gram == self.gram && heading.what == what;
            let taken = is_ours.then(|| take(&mut source))?.ok()?;
            source.finish().ok()?;
            Some(taken)
        });
        if found.is_none() {
            self.note(format!(
                "{} is damaged or cannot be read, so that it was computed again",
                path.display()
            ));
        }
        found
    }

    /// Keeps the numbers that `fill` gives. A failure is noted, because the computation can go on without.
    pub(super) fn save(
        &self,
        state: &State<'_>,
        fill: impl FnOnce(&mut Sink<'_>) -> io::Result<()>,
    ) {
        let heading = Heading {
            gram: self.gram.clone(),
            what: state.what.to_owned(),
            products: state.products,
            vectors: state.vectors,
            numbers: state.numbers,
        };
        let path = self.folder.join(state.what);
        if let Err(fault) = state_file::save(&path, &heading, fill) {
            self.note(fault.to_string());
        }
    }
}

/// What is kept.
pub(super) struct State<'a> {
    /// Its name, which is that of its file.
    pub what: &'a str,
    /// The number of products with which it was computed.
    pub products: usize,
    /// The number of vectors.
    pub vectors: usize,
    /// The number of numbers in all.
    pub numbers: u64,
}

/// When it is time to keep a state.
#[derive(Debug)]
pub(super) struct Clock {
    /// What takes less time is not kept.
    least: Duration,
    begin: Instant,
    every: Duration,
    last: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn new(keep: &Keep) -> Self {
        let now = Instant::now();
        Clock {
            least: keep.every,
            begin: now,
            every: keep.every,
            last: now,
        }
    }

    /// Whether enough time has passed since something was kept.
    pub fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// Whether the whole has taken so long that its outcome is worth keeping.
    pub fn is_worth_it(&self) -> bool {
        self.begin.elapsed() >= self.least
    }

    /// Keeps something, and makes the next time come so much later that keeping takes a small share.
    pub fn keep(&mut self, save: impl FnOnce()) {
        let begin = Instant::now();
        save();
        self.every = self.every.max(SHARE * begin.elapsed());
        self.last = Instant::now();
    }
}
