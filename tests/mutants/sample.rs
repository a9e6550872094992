//! The fixed order in which mutants are tried.

use crate::mutant::Mutant;

/// Puts the mutants of all files in an order of which every beginning is a fair sample: the first of every
/// file, and then as many of each as it has places. Within a file, the order is drawn at random, always the
/// same way, and independently of where in the file the places are.
pub fn order(files: Vec<Vec<Mutant>>) -> Vec<Mutant> {
    let mut all = Vec::new();
    for mut file in files {
        file.sort_by_key(lot);
        let count = file.len() as u64;
        let ranked = file.into_iter().enumerate();
        // The share of the file's mutants that come before, in billionths.
        all.extend(ranked.map(|(rank, mutant)| (rank as u64 * 1_000_000_000 / count, mutant)));
    }
    all.sort_by_key(|(before, mutant)| (*before, lot(mutant)));
    all.into_iter().map(|(_, mutant)| mutant).collect()
}

/// The lot that a mutant draws: FNV-1a of its file and change, so that it does not depend on other places.
fn lot(mutant: &Mutant) -> (u64, usize) {
    let texts = [&mutant.file, &mutant.was, &mutant.becomes];
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
    let lot = bytes.fold(0xcbf2_9ce4_8422_2325, |lot: u64, byte| {
        (lot ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The last steps mix the high bits, by which the order is decided, with the last bytes.
    let mixed = (lot ^ lot >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed, mutant.bytes.start)
}
