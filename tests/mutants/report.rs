//! What came of all mutants, as a table and as JSON.

use std::fs;

use serde::Serialize;

use crate::attempt::End;
use crate::mutant::Mutant;

/// One mutant and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// The change.
    #[serde(flatten)]
    pub mutant: Mutant,
    /// What became of it.
    #[serde(flatten)]
    pub end: End,
    /// The time that it took.
    pub seconds: f64,
}

impl Tried {
    /// The result in one line.
    pub fn line(&self) -> String {
        let Tried {
            mutant,
            end,
            seconds,
        } = self;
        let Mutant { file, line, .. } = mutant;
        let end = match end {
            End::Caught(by) => format!("caught by {by}"),
            End::Survived => "SURVIVED".to_owned(),
            End::Unbuildable(reason) => format!("does not compile: {reason}"),
        };
        format!("{seconds:5.1} s {file}:{line} {} {end}", mutant.change())
    }
}

/// How many mutants of a room ended how.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// The folder of the room.
    pub room: String,
    /// Mutants that a test caught.
    pub caught: usize,
    /// Mutants that no test caught.
    pub survived: usize,
    /// Mutants that do not compile; they do not count.
    pub unbuildable: usize,
    /// The share that was caught, in per cent.
    pub percent: f64,
}

/// The whole result.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One row for each room and one for `kernel` and `oracle` together.
    pub scores: Vec<Score>,
    /// The number of known changes that no test can see, which are left out.
    pub equivalent: usize,
    /// Every mutant that was tried.
    pub tried: Vec<Tried>,
}

impl Report {
    /// Counts what was tried.
    pub fn new(mut tried: Vec<Tried>, equivalent: usize) -> Report {
        tried.sort_by_key(|tried| (tried.mutant.file.clone(), tried.mutant.bytes.start));
        let score = |name: &str, rooms: &[&str]| {
            let in_rooms = |tried: &&Tried| {
                let room = tried.mutant.file.split('/').nth(1);
                room.is_some_and(|room| rooms.contains(&room))
            };
            let count = |is: fn(&End) -> bool| {
                tried
                    .iter()
                    .filter(in_rooms)
                    .filter(|tried| is(&tried.end))
                    .count()
            };
            let caught = count(|end| matches!(end, End::Caught(_)));
            let survived = count(|end| *end == End::Survived);
            Score {
                room: name.to_owned(),
                caught,
                survived,
                unbuildable: count(|end| matches!(end, End::Unbuildable(_))),
                percent: 100.0 * caught as f64 / (caught + survived) as f64,
            }
        };
        let scores = vec![
            score("kernel", &["kernel"]),
            score("oracle", &["oracle"]),
            score("kernel and oracle", &["kernel", "oracle"]),
            score("trial", &["trial"]),
        ];
        Report {
            scores,
            equivalent,
            tried,
        }
    }

    /// The share of the mutants in `kernel` and `oracle` that was caught, in per cent.
    pub fn percent(&self) -> f64 {
        self.scores[2].percent
    }

    /// The table, and one line for every survivor.
    pub fn table(&self) -> String {
        let mut text =
            "| room | tried | caught | survived | score |\n|---|---|---|---|---|\n".to_owned();
        for score in &self.scores {
            let Score {
                room,
                caught,
                survived,
                unbuildable,
                percent,
            } = score;
            let counted = caught + survived;
            text += &format!(
                "| {room} | {counted} (and {unbuildable} that do not compile) | {caught} | {survived} | {percent:.1} % |\n"
            );
        }
        for tried in &self.tried {
            if tried.end == End::Survived {
                text += &format!("{}\n", tried.line());
            }
        }
        text
    }

    /// Writes the JSON file.
    pub fn save(&self) {
        let text = serde_json::to_string_pretty(self).expect("a report");
        fs::write("target/mutants/report.json", text).expect("target/mutants/report.json");
    }
}
