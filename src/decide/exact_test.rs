//! The exact mean-square test, prepared once for many learning rates.

use nalgebra::DMatrix;

use crate::criterion::mean_square;
use crate::matrix::{definite::exactly_semidefinite, kernel::kernel_projector, symmetric};
use crate::model::Quadratic;
use crate::model::second_moment::Maps;
use crate::number::Exact;

/// The maps `C` and `D` of a model at a minimum, and the projector onto the symmetric matrices on
/// which both vanish.
pub(super) struct MeanSquareTest {
    maps: Maps<Exact>,
    /// `X ↦ PXP` with the projector `P` onto ker H: the kernel of `C` is `{X : HX = 0}`, and it
    /// lies in that of `D`.
    flat: DMatrix<Exact>,
}

impl MeanSquareTest {
    /// For batches of noise weight `p`.
    ///
    /// # Panics
    /// When the model is a saddle: there `D` need not vanish where `C` does.
    pub(super) fn of(model: &Quadratic, weight: &Exact) -> Self {
        assert!(model.is_minimum(), "the mean-square test of a saddle");
        MeanSquareTest {
            maps: Maps::of(model, weight),
            flat: symmetric::sandwich(&kernel_projector(model.hessian())),
        }
    }

    /// Is SGD mean-square stable at this learning rate, `C − ηD ⪰ 0`?
    pub(super) fn holds(&self, learning_rate: &Exact) -> bool {
        exactly_semidefinite(&mean_square::slack(&self.maps, learning_rate), &self.flat)
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DVector;

    use super::*;
    use crate::model::Linear;
    use crate::number::Verdict;

    /// Four inputs in seven dimensions: 28 rows, of which the flat directions alone make 6.
    #[test]
    fn the_test_is_the_criterion_in_over_parameterised_models_too() {
        let input = |i: i64| DVector::from_fn(7, |j, _| Exact::from((i * (j as i64 + 1)) % 5 - 2));
        let model = Linear::new((1..=4).map(input).collect())
            .unwrap()
            .quadratic();
        let one = Exact::from(1);
        let test = MeanSquareTest::of(&model, &one);
        let end = super::super::critical::of_mean_square(
            &model,
            &one,
            &super::super::critical::default_width(),
        );
        let end = end.unwrap();
        assert!(test.holds(&end.lower) && !test.holds(&end.upper));
        let criterion = |eta| mean_square::verdict(&model, eta, &one);
        assert_eq!(criterion(&end.lower), Verdict::Holds);
        assert_eq!(criterion(&end.upper), Verdict::Fails);
    }
}
