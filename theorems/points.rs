//! The points shared by the claims about one step from a given point.

use nalgebra::DVector;
use num_traits::One;
use sgd_stability::claim::family::{every_batch, fraction, rates_at};
use sgd_stability::claim::{Examined, Instance};
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// Runs `examine(question, point, end)` for the golden models from two points each, at learning rates
/// around `end(question, point)`, at zero and at a negative one; and for a start at the minimum, where
/// nothing moves.
pub fn from_points(
    end: impl Fn(&Instance, &DVector<Exact>) -> Exact,
    examine: impl Fn(&Instance, &DVector<Exact>, &Exact) -> Examined,
) -> Vec<Examined> {
    let mut found = Vec::new();
    for question in golden::all()
        .into_iter()
        .flat_map(|(_, model)| every_batch(model))
    {
        for entries in [[1, -2], [3, 1]] {
            let x = DVector::from_fn(question.model.dimension(), |i, _| Exact::from(entries[i]));
            let end = end(&question, &x);
            let rates = rates_at(&end).into_iter().chain(["0", "-1"].map(fraction));
            found.extend(rates.map(|eta| examine(&question.at(eta), &x, &end)));
        }
    }
    let still = Instance::single(golden::three_inputs(), Exact::one());
    found.push(examine(&still, &DVector::zeros(2), &Exact::one()));
    found
}
