//! A point in f64, with the numbers of the files themselves where f32 has rounded them.

use crate::kernel::Isa;
use crate::network::{Batch, Gathered, Matrix, Network, Point};
use crate::reference::translate::{self, in_pytorch_order};
use crate::reference::{ReferencePoint, Unrounded};

use super::answer::Case;
use super::mode::{self, Mode};
use super::subject::{Model, Samples};

/// Numbers of the inputs and targets of the samples that are in f64 at a time.
pub(super) const SLICE: usize = 1 << 23;

/// The point of a case in a mode, over some of its samples, in f32 and in f64.
pub(super) struct Wide<'a> {
    model: &'a Model,
    all: &'a Samples,
    mode: Option<Mode>,
    matrix: Matrix,
    isa: Isa,
    /// Which samples.
    samples: Vec<usize>,
    /// These samples in f32, where they are not all.
    gathered: Option<Gathered>,
    /// The statistics of the mode in f32.
    narrow: Vec<f32>,
    /// Those that stay fixed, in f64.
    fixed: Option<Vec<f64>>,
}

impl<'a> Wide<'a> {
    /// The point over these samples. Statistics of the samples are those of these ones.
    pub fn new(case: &Case<'a>, mode: Option<Mode>, samples: Vec<usize>) -> Self {
        let all = case.samples;
        let gathered = (samples.len() < all.count).then(|| {
            let mut gathered = Gathered::default();
            gathered.gather(&all.batch(), &samples);
            gathered
        });
        let mut wide = Wide {
            model: case.model,
            all,
            mode,
            matrix: case.effort.matrix,
            isa: case.effort.isa,
            samples,
            gathered,
            narrow: Vec::new(),
            fixed: case.model.exact.statistics.clone(),
        };
        if let Some(mode) = mode {
            wide.narrow = mode.statistics(wide.isa, case.model, &wide.batch());
        }
        if mode == Some(Mode::Frozen) {
            wide.fixed = None;
            wide.fixed = Some(wide.over(&wide.samples).frozen().statistics().to_vec());
        }
        wide
    }

    /// The same point over some of its samples, by their places here, with the statistics that it has.
    pub fn part(&self, places: &[usize]) -> Self {
        let samples: Vec<usize> = places.iter().map(|&place| self.samples[place]).collect();
        let mut gathered = Gathered::default();
        gathered.gather(&self.all.batch(), &samples);
        Wide {
            samples,
            gathered: Some(gathered),
            narrow: self.narrow.clone(),
            fixed: self.fixed.clone(),
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

    /// The point in f32.
    pub fn point(&self) -> Point<'_> {
        mode::point(self.model, self.mode, &self.narrow)
    }

    fn network(&self) -> &'a Network {
        &self.model.network
    }

    /// The point in f64, over all the samples here.
    pub fn double(&self) -> ReferencePoint {
        self.over(&self.samples)
    }

    fn over(&self, samples: &[usize]) -> ReferencePoint {
        let mut gathered = Gathered::default();
        let batch = match samples.len() == self.all.count {
            true => self.all.batch(),
            false => {
                gathered.gather(&self.all.batch(), samples);
                gathered.batch()
            }
        };
        let double = translate::reference_point(&self.point(), &batch);
        double
            .with_second(translate::second(self.matrix))
            .with_unrounded(Unrounded {
                parameters: self.model.exact.parameters.clone(),
                statistics: self.fixed.clone(),
                ..self.all.exact(samples)
            })
    }

    /// `Hv` in f64, slice by slice where the samples are not coupled; `v` and the product stand in
    /// PyTorch's order.
    pub fn hessian_product(&self, direction: &[f64]) -> Vec<f64> {
        let width = self.network().features() + self.network().outputs();
        let slice = match self.point().is_coupled() {
            true => self.count(),
            false => (SLICE / width).max(1),
        };
        let mut sum = vec![0.0; direction.len()];
        for samples in self.samples.chunks(slice) {
            let share = samples.len() as f64 / self.count() as f64;
            let product = self.over(samples).hessian_product(direction);
            let pairs = sum.iter_mut().zip(product);
            pairs.for_each(|(sum, x)| *sum += share * x);
        }
        sum
    }

    /// A vector of the engine in f64, in PyTorch's order.
    pub fn vector(&self, vector: &[f32]) -> Vec<f64> {
        let ordered = in_pytorch_order(self.network(), vector);
        ordered.into_iter().map(f64::from).collect()
    }
}
