//! From a counter-example in floating point to a small one in fractions.

use super::climb::{Candidate, WORTH_ASKING};
use super::confirm::CounterExample;
use super::grid::Grid;
use super::hunt::Hunt;

/// The denominators that are tried in turn.
const DENOMINATORS: [u64; 24] = [
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024, 4096, 16384,
    65536,
];

/// Up to this many entries, pairs of entries are changed when single changes do not help.
const FEW_ENTRIES: usize = 16;

/// The fraction of the width, `gap − 1`, that may be lost by using smaller numbers.
const LOSS: f64 = 1e-3;

/// The number of widest candidates that are rounded; nearly always the first one succeeds.
const WIDEST: usize = 3;

/// The smallest counter-example that results from shrinking the candidates.
pub(super) fn smallest(hunt: &Hunt, candidates: &[Candidate]) -> Option<CounterExample> {
    let shrink = |candidate: &Candidate| {
        let start = rounded(hunt, candidate, WORTH_ASKING)?;
        Some(shrunk(hunt, start, WORTH_ASKING))
    };
    let shrunk = candidates.iter().filter_map(shrink);
    let smallest = shrunk.min_by_key(|kept| (kept.grid.size(), kept.found.lr.bits()))?;
    Some(smallest.tidied(hunt, WORTH_ASKING))
}

/// The widest candidate, in numbers that lose at most the fraction [`LOSS`] of its width.
pub(super) fn widest(hunt: &Hunt, candidates: &[Candidate]) -> Option<CounterExample> {
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by(|a, b| b.gap.total_cmp(&a.gap));
    sorted.into_iter().take(WIDEST).find_map(|candidate| {
        let gap = candidate.gap.min(f64::MAX);
        let needed = 1.0 + (gap - 1.0) * (1.0 - LOSS);
        let start = rounded(hunt, candidate, needed)?;
        Some(shrunk(hunt, start, needed).tidied(hunt, needed))
    })
}

/// A confirmed model in fractions.
struct Kept {
    grid: Grid,
    found: CounterExample,
}

impl Kept {
    fn tidied(self, hunt: &Hunt, gap: f64) -> CounterExample {
        hunt.confirm(&self.grid.tidy(), gap).unwrap_or(self.found)
    }
}

/// The candidate with the first denominator that keeps the gap.
fn rounded(hunt: &Hunt, candidate: &Candidate, gap: f64) -> Option<Kept> {
    DENOMINATORS.into_iter().find_map(|denominator| {
        let grid = Grid::rounded(&candidate.factors, denominator);
        let found = hunt.confirm(&grid, gap)?;
        Some(Kept { grid, found })
    })
}

/// Replaces the model by smaller ones for as long as one keeps the gap.
fn shrunk(hunt: &Hunt, mut kept: Kept, gap: f64) -> Kept {
    loop {
        let smaller = |grid: &Grid| {
            first_smaller(hunt, fewer(grid), grid, gap)
                .or_else(|| first_smaller(hunt, coarser(grid), grid, gap))
                .or_else(|| first_smaller(hunt, singles(grid), grid, gap))
                .or_else(|| first_smaller(hunt, pairs(grid), grid, gap))
        };
        match smaller(&kept.grid) {
            Some(next) => kept = next,
            None => return kept,
        }
    }
}

/// The first of these grids that is smaller and is confirmed.
fn first_smaller(
    hunt: &Hunt,
    grids: impl IntoIterator<Item = Grid>,
    than: &Grid,
    gap: f64,
) -> Option<Kept> {
    let size = than.size();
    let mut smaller = grids.into_iter().filter(|grid| grid.size() < size);
    smaller.find_map(|grid| {
        let found = hunt.confirm(&grid, gap)?;
        Some(Kept { grid, found })
    })
}

/// The grids with one sample, coordinate or column less.
fn fewer(grid: &Grid) -> Vec<Grid> {
    let numerators = grid.numerators.smaller().into_iter();
    let with = |numerators| Grid {
        numerators,
        denominator: grid.denominator,
    };
    numerators.map(with).collect()
}

/// The grids with a smaller denominator: the factors times the denominator (for conjectures that do not
/// depend on the unit of curvature), and the nearest factors.
fn coarser(grid: &Grid) -> impl Iterator<Item = Grid> {
    let whole = Grid {
        denominator: 1,
        ..grid.clone()
    };
    let nearest = DENOMINATORS.into_iter().map(|q| grid.over(q));
    std::iter::once(whole).chain(nearest)
}

/// The grids in which one entry is nearer to zero or loses its sign.
fn singles(grid: &Grid) -> impl Iterator<Item = Grid> {
    let entries: Vec<i64> = grid.numerators.entries().copied().collect();
    let changes = entries.into_iter().enumerate().flat_map(|(i, entry)| {
        let nearer = [0, entry / 2, entry - entry.signum(), -entry];
        nearer.map(|value| vec![(i, value)])
    });
    changes.map(|change| changed(grid, &change))
}

/// The grids in which one entry is nearer to zero and another changes by ±1 or loses its sign.
fn pairs(grid: &Grid) -> impl Iterator<Item = Grid> {
    let entries: Vec<i64> = grid.numerators.entries().copied().collect();
    let count = if entries.len() <= FEW_ENTRIES {
        entries.len()
    } else {
        0
    };
    let ordered = (0..count).flat_map(move |i| (0..count).map(move |j| (i, j)));
    let changes = ordered.filter(|(i, j)| i != j).flat_map(move |(i, j)| {
        let (first, second) = (entries[i], entries[j]);
        let firsts = [0, first - first.signum(), -first];
        let seconds = [0, second - 1, second + 1, -second];
        firsts
            .into_iter()
            .flat_map(move |a| seconds.map(|b| vec![(i, a), (j, b)]))
    });
    changes.map(|change| changed(grid, &change))
}

/// The grid with these entries replaced.
fn changed(grid: &Grid, change: &[(usize, i64)]) -> Grid {
    let mut grid = grid.clone();
    for (i, value) in change {
        if let Some(entry) = grid.numerators.entries_mut().nth(*i) {
            *entry = *value;
        }
    }
    grid
}
