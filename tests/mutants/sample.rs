//! The fixed order in which mutants are tried.

use std::collections::BTreeMap;

use crate::mutant::Mutant;

/// Puts the mutants of all files in an order of which every beginning is a fair sample: the first of every
/// file, and then as many of each as it has places. Within a file, the order is drawn at random, always the
/// same way.
pub fn order(files: Vec<Vec<Mutant>>) -> Vec<Mutant> {
    let mut all = Vec::new();
    for file in files {
        let mut drawn = draw(file);
        drawn.sort_by_key(|(lot, _)| *lot);
        let count = drawn.len() as u64;
        let ranked = drawn.into_iter().enumerate();
        // The share of the file's mutants that come before, in billionths.
        all.extend(ranked.map(|(rank, (lot, mutant))| {
            let before = rank as u64 * 1_000_000_000 / count;
            (before, lot, mutant)
        }));
    }
    all.sort_by_key(|(before, lot, _)| (*before, *lot));
    all.into_iter().map(|(.., mutant)| mutant).collect()
}

/// Every mutant of a file with its lot. It does not depend on where other things are in the file, but on how
/// often the same change has come before.
fn draw(file: Vec<Mutant>) -> Vec<(u64, Mutant)> {
    let mut seen: BTreeMap<String, u8> = BTreeMap::new();
    let lots = file.into_iter().map(|mutant| {
        let key = [mutant.file.as_str(), &mutant.was, &mutant.becomes].join("\0");
        let times = seen.entry(key.clone()).or_default();
        *times = times.wrapping_add(1);
        (lot(key.as_bytes(), *times), mutant)
    });
    lots.collect()
}

/// FNV-1a, mixed so that its high bits depend on the last bytes too.
fn lot(key: &[u8], times: u8) -> u64 {
    let bytes = key.iter().chain(std::slice::from_ref(&times));
    let lot = bytes.fold(0xcbf2_9ce4_8422_2325, |lot: u64, byte| {
        (lot ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (lot ^ lot >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ mixed >> 29
}
