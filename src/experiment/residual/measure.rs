//! Measures one point in the three modes.

use crate::curvature::Tracker;
use crate::dataset::Dataset;
use crate::experiment::Context;
use crate::experiment::trained::{Trained, TrainingSettings, evaluation};
use crate::network::{
    CurvatureMatrix, CurvatureOperator, Gathered, Normalisation, Pass, Point, State,
};

use super::cell::{Mode, Modes};

/// Measures the state at the end of a run; `None` if a curvature is not finite.
pub fn modes(
    trained: &Trained,
    test: &Dataset,
    settings: &TrainingSettings,
    context: &Context,
) -> Option<Modes> {
    let place = Place {
        samples: trained.samples(),
        test,
        settings,
        context,
    };
    let state = &trained.state;
    let network = &trained.network;
    let batch = state.point(network, Normalisation::Batch);
    let statistics = Pass::new(context.isa).measure_statistics(&batch, &place.samples.batch());
    let frozen = State {
        parameters: state.parameters.clone(),
        statistics,
    };
    Some(Modes {
        training: place.mode(batch)?,
        frozen: place.mode(frozen.point(network, Normalisation::Fixed))?,
        evaluation: place.mode(state.point(network, Normalisation::Fixed))?,
    })
}

/// What a measurement needs.
struct Place<'a> {
    samples: Gathered,
    test: &'a Dataset,
    settings: &'a TrainingSettings,
    context: &'a Context,
}

impl Place<'_> {
    fn mode(&self, point: Point<'_>) -> Option<Mode> {
        let (isa, matrix) = (self.context.isa, CurvatureMatrix::Hessian);
        let mut curvature = CurvatureOperator::new(isa, point, self.samples.batch(), matrix);
        let mut tracker = Tracker::new(self.settings.lanczos(), self.settings.seed);
        let ends = tracker.hessian(isa, &mut curvature)?;
        Some(Mode {
            sharpness: (&ends.largest).into(),
            loss: curvature.loss(),
            accuracy: curvature.accuracy(),
            test_accuracy: evaluation(&point, self.test, self.context).accuracy,
        })
    }
}
