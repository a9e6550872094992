//! The exact test of mean-square stability, prepared once for many learning rates.

use super::subject::Subject;
use crate::criterion::mean_square;
use crate::matrix::definite::exact_sign;
use crate::matrix::fraction_free::Sign;
use crate::model::second_moment::Maps;
use crate::number::Exact;

/// The maps `C` and `D` of a model at a minimum on Sym(range H), as matrices of r(r+1)/2 rows.
/// Elsewhere nothing needs to be tested: `C − ηD` is zero on Sym(ker H) and equals `C`, which is
/// semi-definite, on the mixed part.
pub(super) struct MeanSquareTest {
    maps: Maps<Exact>,
}

impl MeanSquareTest {
    /// Prepares the test. The model must be at a minimum: at a saddle `D` need not vanish where `C`
    /// does.
    pub(super) fn of(subject: &Subject) -> Self {
        let (samples, range) = (&subject.samples, &subject.range);
        let seen = samples.seen_by(range.values());
        MeanSquareTest {
            maps: Maps::in_a_basis(&seen, &range.metric().to_exact(), &subject.weight),
        }
    }

    /// The sign of `C − ηD` at this learning rate. SGD is mean-square stable when it is not negative,
    /// and on the edge when it is singular.
    pub(super) fn sign(&self, learning_rate: &Exact) -> Sign {
        exact_sign(&mean_square::slack(&self.maps, learning_rate))
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::criterion::MEAN_SQUARE;
    use crate::decide::critical;
    use crate::model::{Linear, Model};
    use crate::number::Verdict;

    /// Four inputs in seven dimensions: the criterion has 28 rows, the test only 10.
    #[test]
    fn the_test_is_the_criterion_in_over_parameterised_models_too() {
        let input = |i: i64| DVector::from_fn(7, |j, _| Exact::from((i * (j as i64 + 1)) % 5 - 2));
        let model = Linear::new((1..=4).map(input).collect())
            .unwrap()
            .quadratic();
        let one = Exact::from(1);
        let seen = Model::Quadratic(model.clone());
        let test = MeanSquareTest::of(&Subject::of(&seen, &one));
        let width = critical::default_width();
        let end = critical::of(MEAN_SQUARE, &model, &one, &width).unwrap();
        let holds = |eta| test.sign(eta).is_semidefinite();
        assert!(holds(&end.lower) && !holds(&end.upper));
        let criterion = |eta| mean_square::verdict(&model, eta, &one);
        assert_eq!(criterion(&end.lower), Verdict::Holds);
        assert_eq!(criterion(&end.upper), Verdict::Fails);
    }
}
