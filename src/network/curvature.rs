//! Products with the Hessian and with the covariance of the per-sample Hessians.

use crate::kernel::{self, Isa, Start};

use super::chain::Chain;
use super::chunks::{Share, Worker, add_sums, run, shares, single_shares};
use super::point::{Turned, Weights};
use super::tangent::{Base, Tangent};
use super::trace::{Site, Trace};
use super::{Batch, Evaluation, Pass, Point};

/// Which second derivative is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurvatureMatrix {
    /// The full Hessian `H_i = J_iᵀ L_i J_i + Σ_k (∂f_i/∂o_k)·∇²o_k`, with `L_i` the Hessian of the
    /// loss by the outputs and `J_i` the outputs' Jacobian.
    Hessian,
    /// The Gauss–Newton matrix `J_iᵀ L_i J_i`, equal to the Hessian where the loss is least.
    GaussNewton,
}

impl CurvatureMatrix {
    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CurvatureMatrix::Hessian => "hessian",
            CurvatureMatrix::GaussNewton => "gauss-newton",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            CurvatureMatrix::Hessian => CurvatureMatrix::GaussNewton,
            CurvatureMatrix::GaussNewton => CurvatureMatrix::Hessian,
        }
    }
}

/// A point of the loss where curvature is measured, over one fixed batch.
pub struct Curvature<'a> {
    isa: Isa,
    point: Point<'a>,
    batch: Batch<'a>,
    matrix: CurvatureMatrix,
    evaluation: Evaluation,
    turned: Turned,
    along: Turned,
    mean: Vec<f32>,
    road: Road,
}

/// How a network's products are made.
enum Road {
    /// A chain of dense layers, the whole batch at once, its base pass done once and kept.
    Chain(Box<Chain>),
    /// Coupled samples: the same.
    Whole(Box<Whole>),
    /// Share by share and chunk by chunk, the base pass made anew each time.
    Chunks(Vec<Worker<Scratch>>),
}

#[derive(Default)]
struct Whole {
    trace: Trace,
    tangent: Tangent,
}

#[derive(Clone, Debug, Default)]
struct Scratch {
    trace: Trace,
    tangent: Tangent,
    along: Turned,
    own: Vec<f32>,
    quotients: Vec<f64>,
}

impl<'a> Curvature<'a> {
    /// The curvature at `point` over `batch`.
    pub fn new(isa: Isa, point: Point<'a>, batch: Batch<'a>, matrix: CurvatureMatrix) -> Self {
        let mut turned = Turned::default();
        turned.fill(isa, point.network, point.parameters);
        let network = point.network;
        let site = Site::new(isa, point, &turned);
        let evaluate = |outputs: &[f32]| Evaluation::of(isa, network, outputs, &batch);
        let (road, evaluation) = if network.is_dense() {
            let chain = Box::new(Chain::new(&site, &batch));
            let evaluation = evaluate(chain.trace().outputs());
            (Road::Chain(chain), evaluation)
        } else if point.is_coupled() {
            let mut whole = Box::new(Whole::default());
            whole.trace.forward(&site, &batch);
            whole.trace.backward(&site, &batch, 1.0);
            let evaluation = evaluate(whole.trace.outputs());
            (Road::Whole(whole), evaluation)
        } else {
            let evaluation = Pass::new(isa).evaluate(&point, &batch);
            (Road::Chunks(Vec::new()), evaluation)
        };
        Curvature {
            isa,
            point,
            batch,
            matrix,
            evaluation,
            turned,
            along: Turned::default(),
            mean: vec![0.0; point.network.parameters()],
            road,
        }
    }

    /// Number of parameters: the length of every vector here.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// The mean loss over the samples, without the penalty of weight decay.
    pub fn loss(&self) -> f64 {
        self.evaluation.loss
    }

    /// The share of samples classified as their targets say, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        self.evaluation.accuracy
    }

    /// Does a Hessian of one sample exist? Not where batch normalisation couples the samples.
    pub fn has_samples(&self) -> bool {
        !self.point.is_coupled()
    }

    /// `product ← H v`, `H = (1/n) Σ_i H_i`, weight decay's `λI` included.
    pub fn hessian_product(&mut self, direction: &[f32], product: &mut [f32]) {
        self.mean_product(direction, product);
        let network = self.point.network;
        network.add_decay(self.isa, direction, product);
    }

    /// `product ← (1/n) Σ_i H_i v`, without weight decay.
    fn mean_product(&mut self, direction: &[f32], product: &mut [f32]) {
        self.along.fill(self.isa, self.point.network, direction);
        let view = View {
            site: Site::new(self.isa, self.point, &self.turned),
            batch: self.batch,
            matrix: self.matrix,
        };
        let along = Weights {
            flat: direction,
            turned: &self.along,
        };
        match &mut self.road {
            Road::Chain(chain) => chain.sum(&view, direction, product),
            Road::Whole(whole) => {
                let base = view.base(&whole.trace);
                whole.tangent.follow(&base, along);
                whole.tangent.collect(&base, Start::Zero, product);
            }
            Road::Chunks(workers) => {
                let shares = shares(self.point.network, false, self.batch.samples);
                view.sum_chunks(&shares, workers, product, |part, base, start| {
                    part.tangent.follow(base, along);
                    part.tangent.collect(base, start, part.sum);
                });
            }
        }
        kernel::scale(self.isa, 1.0 / self.batch.samples as f32, product);
    }

    /// `product ← Σ v`, `Σ = (1/n) Σ_i H_i² − H² = (1/n) Σ_i H_i (H_i − H)`.
    ///
    /// Weight decay, the same in every `H_i`, cancels and is left out. Two directional passes: the
    /// first gives `Hv`, the second goes along `H_i v − Hv`. In a chain
    /// of dense layers every `H_i v` is left as the rank two per layer that it has; elsewhere it is
    /// formed for one sample at a time, which a convolution's few weights make cheap.
    ///
    /// # Panics
    /// Where batch normalisation couples the samples ([`Curvature::has_samples`]).
    pub fn covariance_product(&mut self, direction: &[f32], product: &mut [f32]) {
        assert!(
            self.has_samples(),
            "coupled samples have no Hessians of their own"
        );
        let mut mean = std::mem::take(&mut self.mean);
        self.mean_product(direction, &mut mean);
        kernel::scale(self.isa, -1.0, &mut mean);
        let view = View {
            site: Site::new(self.isa, self.point, &self.turned),
            batch: self.batch,
            matrix: self.matrix,
        };
        match &mut self.road {
            Road::Chain(chain) => chain.sum_of_own(&view, &mean, product),
            Road::Whole(_) => unreachable!("coupled samples"),
            Road::Chunks(workers) => {
                let along = Weights {
                    flat: direction,
                    turned: &self.along,
                };
                let shares = single_shares(self.batch.samples);
                view.sum_chunks(&shares, workers, product, |part, base, start| {
                    part.difference(base, along, &mean);
                    part.tangent.collect(base, start, part.sum);
                });
            }
        }
        kernel::scale(self.isa, 1.0 / self.batch.samples as f32, product);
        self.mean = mean;
    }

    /// `vᵀH_i v` of every sample, in f64 from f32 passes: one pass forward along `v` and the
    /// products `Rx·V`, no pass back.
    ///
    /// # Panics
    /// Where batch normalisation couples the samples ([`Curvature::has_samples`]).
    pub fn sample_quotients(&mut self, direction: &[f32]) -> Vec<f64> {
        assert!(
            self.has_samples(),
            "coupled samples have no Hessians of their own"
        );
        self.along.fill(self.isa, self.point.network, direction);
        let view = View {
            site: Site::new(self.isa, self.point, &self.turned),
            batch: self.batch,
            matrix: self.matrix,
        };
        let along = Weights {
            flat: direction,
            turned: &self.along,
        };
        let mut quotients = Vec::with_capacity(self.batch.samples);
        match &mut self.road {
            Road::Chain(chain) => chain.quotients(&view, along, &mut quotients),
            Road::Whole(_) => unreachable!("coupled samples"),
            Road::Chunks(workers) => {
                let shares = shares(self.point.network, false, self.batch.samples);
                run(&self.point, &shares, workers, |share, worker| {
                    worker.scratch.quotients.clear();
                    view.each_chunk(share, worker, |part, base, _| {
                        part.tangent.quotients(base, along, part.quotients);
                    });
                });
                let workers = &workers[..shares.len()];
                workers
                    .iter()
                    .for_each(|worker| quotients.extend(&worker.scratch.quotients));
            }
        }
        let decay = self.point.network.weight_decay();
        let length = kernel::dot_wide(self.isa, direction, direction);
        quotients.iter_mut().for_each(|q| *q += decay * length);
        quotients
    }
}

/// What every chunk of a product shares.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    site: Site<'a>,
    batch: Batch<'a>,
    matrix: CurvatureMatrix,
}

impl<'a> View<'a> {
    /// The base pass over the whole batch.
    pub fn base<'b>(&self, trace: &'b Trace) -> Base<'b>
    where
        'a: 'b,
    {
        Base {
            site: self.site,
            trace,
            batch: self.batch,
            matrix: self.matrix,
        }
    }

    /// `product ←` what `each` leaves in the sums of the shares, added in order.
    fn sum_chunks(
        &self,
        shares: &[Share],
        workers: &mut Vec<Worker<Scratch>>,
        product: &mut [f32],
        each: impl Fn(&mut Part<'_>, &Base<'_>, Start) + Sync,
    ) {
        run(&self.site.point, shares, workers, |share, worker| {
            self.each_chunk(share, worker, &each);
        });
        product.fill(0.0);
        add_sums(self.site.isa, &workers[..shares.len()], product);
    }

    /// Makes the base pass of every chunk of a share and hands it on, with what its sum begins with.
    fn each_chunk(
        &self,
        share: &Share,
        worker: &mut Worker<Scratch>,
        each: impl Fn(&mut Part<'_>, &Base<'_>, Start),
    ) {
        let Worker { scratch, sum, .. } = worker;
        for chunk in share.chunks() {
            let start = match chunk.start == share.samples.start {
                true => Start::Zero,
                false => Start::Accumulate,
            };
            let batch = self.batch.part(chunk, self.site.network());
            scratch.trace.forward(&self.site, &batch);
            scratch.trace.backward(&self.site, &batch, 1.0);
            let base = View { batch, ..*self }.base(&scratch.trace);
            let mut part = Part {
                tangent: &mut scratch.tangent,
                along: &mut scratch.along,
                own: &mut scratch.own,
                quotients: &mut scratch.quotients,
                sum,
            };
            each(&mut part, &base, start);
        }
    }
}

/// The parts of a worker that a chunk needs besides its base pass.
struct Part<'a> {
    tangent: &'a mut Tangent,
    along: &'a mut Turned,
    own: &'a mut Vec<f32>,
    quotients: &'a mut Vec<f64>,
    sum: &'a mut Vec<f32>,
}

impl Part<'_> {
    /// The tangent of one sample along `H_i v − Hv`; `mean` holds `−Hv`.
    fn difference(&mut self, base: &Base<'_>, along: Weights<'_>, mean: &[f32]) {
        let (isa, network) = (base.site.isa, base.site.network());
        self.tangent.follow(base, along);
        self.own.resize(mean.len(), 0.0);
        self.own.copy_from_slice(mean);
        self.tangent.collect(base, Start::Accumulate, self.own);
        self.along.fill(isa, network, self.own);
        let own = Weights {
            flat: self.own,
            turned: self.along,
        };
        self.tangent.follow(base, own);
    }
}
