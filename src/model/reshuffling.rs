//! Epochs that use every sample once: random reshuffling, shuffle-once and cyclic SGD.
//!
//! An epoch is a list of disjoint batches that together contain all samples; the last batch is shorter
//! when `B` does not divide `n`. Its step matrix is `P = A_{b_K} ⋯ A_{b_1}`.

use nalgebra::DMatrix;

use super::Quadratic;
use crate::number::Field;

/// An epoch: batches in the order of use.
pub type Epoch = Vec<Vec<usize>>;

/// All epochs of random reshuffling, equally likely: `n!/(B!)^K` of them when `K = n/B` is an integer.
/// Feasible for small `n` only.
///
/// # Panics
/// When `batch` is zero.
pub fn epochs(samples: usize, batch: usize) -> Vec<Epoch> {
    assert!(batch > 0, "batches of {batch} samples");
    let all: Vec<usize> = (0..samples).collect();
    continuations(&all, batch)
}

/// All ways to divide the remaining samples into batches.
fn continuations(remaining: &[usize], batch: usize) -> Vec<Epoch> {
    if remaining.is_empty() {
        return vec![vec![]];
    }
    let follow = |first: Vec<usize>| {
        let left = |sample: &&usize| !first.contains(sample);
        let rest: Vec<usize> = remaining.iter().filter(left).copied().collect();
        let tails = continuations(&rest, batch).into_iter();
        tails.map(move |tail| [vec![first.clone()], tail].concat())
    };
    let size = batch.min(remaining.len());
    subsets(remaining, size)
        .into_iter()
        .flat_map(follow)
        .collect()
}

/// The subsets of this size, each in the order of `items`.
fn subsets(items: &[usize], size: usize) -> Vec<Vec<usize>> {
    match (size, items) {
        (0, _) => vec![vec![]],
        (_, []) => vec![],
        (_, [first, rest @ ..]) => {
            let with = subsets(rest, size - 1).into_iter();
            let with = with.map(|tail| [vec![*first], tail].concat());
            with.chain(subsets(rest, size)).collect()
        }
    }
}

/// The epoch that takes the samples in the given order; cyclic SGD repeats it.
///
/// # Panics
/// When `batch` is zero.
pub fn in_order(samples: usize, batch: usize) -> Epoch {
    let all: Vec<usize> = (0..samples).collect();
    all.chunks(batch).map(<[usize]>::to_vec).collect()
}

/// The step matrix of an epoch, `A_{b_K} ⋯ A_{b_1}` with `A_b = I − ηH_b`, d × d. It is not symmetric.
pub fn factor<T: Field>(model: &Quadratic<T>, epoch: &Epoch, learning_rate: &T) -> DMatrix<T> {
    let identity = DMatrix::identity(model.dimension(), model.dimension());
    let after =
        |product: DMatrix<T>, batch: &Vec<usize>| model.step(batch, learning_rate) * product;
    epoch.iter().fold(identity, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::golden;
    use crate::number::Exact;

    #[test]
    fn epochs_are_counted_and_complete() {
        for (samples, batch, count) in [(3, 1, 6), (4, 2, 6), (3, 2, 3), (5, 5, 1), (4, 3, 4)] {
            let epochs = epochs(samples, batch);
            assert_eq!(epochs.len(), count, "{samples} {batch}");
            for epoch in &epochs {
                let mut used = epoch.concat();
                used.sort();
                assert_eq!(used, (0..samples).collect::<Vec<_>>());
            }
            assert!(epochs.contains(&in_order(samples, batch)));
        }
    }

    #[test]
    fn in_one_dimension_the_order_does_not_matter() {
        let (model, eta) = (golden::stiff_pair(), Exact::fraction(1, 2));
        for epoch in epochs(2, 1) {
            let factor = factor(&model, &epoch, &eta);
            assert_eq!(factor[(0, 0)], Exact::from(-2));
        }
    }
}
