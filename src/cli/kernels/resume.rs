//! A long trial in pieces, which are kept in a folder so that it can go on after an interruption.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sgd_stability::error::{Error, Result};
use sgd_stability::trial::Verdict;

use super::job::{Part, read_json, write_json};
use super::task::Task;

/// The number of pieces.
pub const PIECES: usize = 64;

/// A piece that is done.
#[derive(Serialize, Deserialize)]
struct Done {
    task: Task,
    part: Part,
    verdict: Verdict,
}

/// Piece `index` of a shard such as `1/4`: the pieces of work of a shard of a shard are those of one of
/// more shards.
pub fn piece(part: &Part, index: usize) -> Part {
    let (shard, count) = part.shard.split_once('/').unwrap_or(("1", "1"));
    let number = |text: &str| text.parse::<usize>().unwrap_or(1);
    let (shard, count) = (number(shard), number(count));
    Part {
        shard: format!("{}/{}", shard + count * index, count * PIECES),
        ..part.clone()
    }
}

/// The verdict on a part, from the folder if it is there, otherwise by `work`.
pub fn recall(
    folder: &Path,
    task: &Task,
    part: &Part,
    work: impl FnOnce() -> Result<Verdict>,
) -> Result<Verdict> {
    let safe = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = task.name.chars().map(safe).collect();
    let shard = part.shard.replace('/', "of");
    let path = folder.join(format!("{name}-{}-{shard}.json", task.function));
    if path.exists() {
        let done: Done = read_json(&path)?;
        if (&done.task, &done.part) != (task, part) {
            let fault = "is a piece of another trial; give --resume a folder of its own";
            return Err(Error::input(path.display(), "file", fault));
        }
        return Ok(done.verdict);
    }
    let verdict = work()?;
    let done = Done {
        task: task.clone(),
        part: part.clone(),
        verdict,
    };
    write_json(&path, &done)?;
    Ok(done.verdict)
}

#[cfg(test)]
mod tests {
    use sgd_stability::shard::Shard;

    use super::*;

    #[test]
    fn the_pieces_of_a_shard_share_it_out() {
        let part = Part {
            shard: "2/3".to_owned(),
            ..Part::default()
        };
        let whole: Shard = part.shard.parse().unwrap();
        let pieces = (0..PIECES).map(|index| piece(&part, index).shard.parse().unwrap());
        let pieces: Vec<Shard> = pieces.collect();
        for position in 0..1000 {
            let holders = pieces.iter().filter(|piece| piece.holds(position)).count();
            assert_eq!(holders, usize::from(whole.holds(position)), "{position}");
        }
    }
}
