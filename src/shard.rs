//! One of several nearly equal parts of some work.

use std::str::FromStr;

/// Part `index` of `count`, with `1 ≤ index ≤ count`. It contains the pieces of work whose number, counted
/// from 0, is congruent to `index − 1` modulo `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// The shard that contains everything.
    pub const ALL: Shard = Shard { index: 1, count: 1 };

    /// Whether piece number `position`, counted from 0, is in this shard.
    pub fn holds(self, position: usize) -> bool {
        position % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (1 <= index && index <= count).then_some(Shard { index, count })
        });
        parts
            .ok_or_else(|| format!("\"{text}\" is no shard; write i/n with 1 ≤ i ≤ n, such as 1/4"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_out_every_cell_once() {
        for count in 1..6 {
            let shards = (1..=count).map(|i| format!("{i}/{count}").parse::<Shard>().unwrap());
            let shards: Vec<Shard> = shards.collect();
            for cell in 0..20 {
                assert_eq!(shards.iter().filter(|s| s.holds(cell)).count(), 1);
            }
        }
        for wrong in ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
