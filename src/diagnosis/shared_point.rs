//! A point that the engine measures in f32 and the reference in f64.

use crate::network::{Batch, CurvatureMatrix, Gathered, Network, Point};
use crate::reference::translate::{self, in_pytorch_order};
use crate::reference::{ReferencePoint, Unrounded};

use super::mode::Mode;
use super::point;
use super::subject::{Model, Samples};
use super::task::Task;

/// How many numbers the inputs and targets have of the samples that are in f64 at a time.
pub(super) const SLICE: usize = 1 << 23;

/// The point of a task's model in a mode, over some of its samples, for the engine and for the reference.
/// The reference reads the numbers of the files themselves where f32 has rounded them.
pub(super) struct SharedPoint<'a> {
    model: &'a Model,
    all: &'a Samples,
    mode: Option<Mode>,
    matrix: CurvatureMatrix,
    /// Which samples.
    samples: Vec<usize>,
    /// These samples in f32, where they are not all.
    gathered: Option<Gathered>,
    /// The statistics of the mode, for the engine.
    statistics: Vec<f32>,
    /// Those that stay fixed, for the reference, where f32 would round them.
    fixed_statistics: Option<Vec<f64>>,
}

impl<'a> SharedPoint<'a> {
    /// The point over these samples. Statistics of the samples are those of these ones.
    pub fn new(task: &Task<'a>, mode: Option<Mode>, samples: Vec<usize>) -> Self {
        let all = task.samples;
        let gathered = (samples.len() < all.count).then(|| gathered(all, &samples));
        let mut shared = SharedPoint {
            model: task.model,
            all,
            mode,
            matrix: task.effort.matrix,
            samples,
            gathered,
            statistics: Vec::new(),
            fixed_statistics: task.model.exact.statistics.clone(),
        };
        if let Some(mode) = mode {
            shared.statistics = mode.statistics(task.effort.isa, task.model, &shared.batch());
        }
        if mode == Some(Mode::Frozen) {
            shared.fixed_statistics = None;
            let frozen = shared.reference().frozen();
            shared.fixed_statistics = Some(frozen.statistics().to_vec());
        }
        shared
    }

    /// The same point over some of its samples, by their places here, with the statistics that it has.
    pub fn subset(&self, places: &[usize]) -> Self {
        let samples: Vec<usize> = places.iter().map(|&place| self.samples[place]).collect();
        SharedPoint {
            gathered: Some(gathered(self.all, &samples)),
            samples,
            statistics: self.statistics.clone(),
            fixed_statistics: self.fixed_statistics.clone(),
            ..*self
        }
    }

    /// How many samples.
    pub fn count(&self) -> usize {
        self.samples.len()
    }

    /// The samples in f32.
    pub fn batch(&self) -> Batch<'_> {
        match &self.gathered {
            Some(gathered) => gathered.batch(),
            None => self.all.batch(),
        }
    }

    /// The point of the engine.
    pub fn point(&self) -> Point<'_> {
        point::point(self.model, self.mode, &self.statistics)
    }

    fn network(&self) -> &'a Network {
        &self.model.network
    }

    /// The point of the reference, over all the samples here.
    pub fn reference(&self) -> ReferencePoint {
        self.reference_over(&self.samples)
    }

    fn reference_over(&self, samples: &[usize]) -> ReferencePoint {
        let some = (samples.len() < self.all.count).then(|| gathered(self.all, samples));
        let batch = some
            .as_ref()
            .map_or_else(|| self.all.batch(), Gathered::batch);
        translate::reference_point(&self.point(), &batch)
            .with_second(translate::second(self.matrix))
            .with_unrounded(Unrounded {
                parameters: self.model.exact.parameters.clone(),
                statistics: self.fixed_statistics.clone(),
                ..self.all.exact(samples)
            })
    }

    /// `Hv` of the reference, slice by slice where the samples are not coupled; `v` and the product stand
    /// in PyTorch's order.
    pub fn hessian_product(&self, direction: &[f64]) -> Vec<f64> {
        let width = self.network().features() + self.network().outputs();
        let slice = if self.point().is_coupled() {
            self.count()
        } else {
            (SLICE / width).max(1)
        };
        let mut sum = vec![0.0; direction.len()];
        for samples in self.samples.chunks(slice) {
            let share = samples.len() as f64 / self.count() as f64;
            let product = self.reference_over(samples).hessian_product(direction);
            let pairs = sum.iter_mut().zip(product);
            pairs.for_each(|(sum, x)| *sum += share * x);
        }
        sum
    }

    /// A vector of the engine as one of the reference.
    pub fn in_f64(&self, vector: &[f32]) -> Vec<f64> {
        let ordered = in_pytorch_order(self.network(), vector);
        ordered.into_iter().map(f64::from).collect()
    }
}

fn gathered(all: &Samples, samples: &[usize]) -> Gathered {
    let mut gathered = Gathered::default();
    gathered.gather(&all.batch(), samples);
    gathered
}
