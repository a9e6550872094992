//! Instances at the end of fourth-moment stability, shared by the claims on even moments.

use std::sync::OnceLock;

use num_traits::One;
use sgd_stability::claim::Instance;
use sgd_stability::claim::family::{degenerate, every_batch, random};
use sgd_stability::criterion::even_moment;
use sgd_stability::matrix::bracket;
use sgd_stability::model::golden;
use sgd_stability::number::Exact;

/// Small instances at, beyond and to both sides of the end of fourth-moment stability, each paired with
/// that end; and the [`degenerate`] instances, paired with 1. Computed once.
pub fn fourth_moment_edges() -> impl Iterator<Item = &'static (Instance, Exact)> {
    static EDGES: OnceLock<Vec<(Instance, Exact)>> = OnceLock::new();
    let edges = EDGES.get_or_init(|| {
        let golden = golden::all()
            .into_iter()
            .flat_map(|(_, model)| every_batch(model));
        let plane = |question: &Instance| question.model.dimension() <= 2;
        let questions = golden.chain(random().into_iter().filter(plane));
        let edges = questions.flat_map(|question| around_fourth_moment(&question));
        let degenerate = degenerate()
            .into_iter()
            .map(|question| (question, Exact::one()));
        degenerate.chain(edges).collect()
    });
    edges.iter()
}

fn around_fourth_moment(question: &Instance) -> Vec<(Instance, Exact)> {
    let batches = question.batches();
    let stable = |eta: &Exact| even_moment::verdict(&question.model, &batches, eta, 4).holds();
    let width = Exact::fraction(1, 1_000_000);
    let end = bracket(stable, &Exact::one(), &width);
    let far = [7, 9].map(|part| &end.lower * Exact::fraction(part, 8));
    let rates = [end.lower.clone(), end.upper].into_iter().chain(far);
    rates
        .map(|eta| (question.at(eta), end.lower.clone()))
        .collect()
}
