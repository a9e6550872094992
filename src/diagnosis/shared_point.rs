//! A point that the f32 engine and the f64 reference both measure.

use crate::network::{Batch, CurvatureMatrix, Gathered, Network, Point};
use crate::reference::translate::{self, in_pytorch_order};
use crate::reference::{ReferencePoint, Unrounded};

use super::mode::Mode;
use super::point;
use super::subject::{LoadedNetwork, Samples};
use super::task::Task;

/// The most input and target numbers that are held in f64 at a time.
pub(super) const SLICE: usize = 1 << 23;

/// The point of a task's model in a mode, over some of its samples, for the f32 engine and for the f64
/// reference. If f32 has rounded numbers of the files, the reference reads the original ones.
pub(super) struct SharedPoint<'a> {
    model: &'a LoadedNetwork,
    all: &'a Samples,
    mode: Option<Mode>,
    matrix: CurvatureMatrix,
    /// The indices of the samples.
    samples: Vec<usize>,
    /// These samples in f32, if they are not all.
    gathered: Option<Gathered>,
    /// The statistics of the mode, for the f32 engine.
    statistics: Vec<f32>,
    /// The fixed statistics in f64, for the reference, if f32 would round them.
    fixed_statistics: Option<Vec<f64>>,
}

impl<'a> SharedPoint<'a> {
    /// The point over these samples. Statistics that depend on samples are computed from these.
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

    /// The same point over some of its samples, given by index. The statistics stay the same.
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

    /// The number of samples.
    pub fn count(&self) -> usize {
        self.samples.len()
    }

    /// The samples in f32, as one batch.
    pub fn batch(&self) -> Batch<'_> {
        match &self.gathered {
            Some(gathered) => gathered.batch(),
            None => self.all.batch(),
        }
    }

    /// The point for the f32 engine.
    pub fn point(&self) -> Point<'_> {
        point::point(self.model, self.mode, &self.statistics)
    }

    fn network(&self) -> &'a Network {
        &self.model.network
    }

    /// The point for the reference, over all the samples.
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

    /// The product `Hv` of the reference, computed slice by slice if the samples are not coupled. `v` and
    /// the product are in PyTorch's parameter order.
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

    /// Converts a vector of the f32 engine to one of the reference.
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
