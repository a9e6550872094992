//! Products with the Hessian and with the covariance of the per-sample Hessians.

use crate::kernel::{self, Isa, Start};

use super::chain::Chain;
use super::chunks::{
    Share, Worker, add_sums, keeps_bases, rows_at_once, run, shares, single_shares,
};
use super::context::{BackwardWeights, Context, Parameters};
use super::pieces::{each_piece, sum_pieces};
use super::tangent::{Base, Problem, Tangent};
use super::tape::Tape;
use super::{Batch, CurvatureMatrix, Evaluation, Pass, Point};

/// The reason why there is no product with Σ when samples are coupled.
const COUPLED: &str = "coupled samples have no Hessians of their own";

/// The curvature of the loss at one point, over one fixed batch.
pub struct CurvatureOperator<'a> {
    setup: Setup<'a>,
    evaluation: Evaluation,
    /// The convolution weights of a product's direction, in the order that backward passes read.
    backward_direction: BackwardWeights,
    mean: Vec<f32>,
    method: Method,
}

/// The inputs that all products share.
struct Setup<'a> {
    isa: Isa,
    point: Point<'a>,
    batch: Batch<'a>,
    matrix: CurvatureMatrix,
    backward_weights: BackwardWeights,
}

impl Setup<'_> {
    fn problem(&self) -> Problem<'_> {
        Problem {
            context: Context::new(self.isa, self.point, &self.backward_weights),
            batch: self.batch,
            matrix: self.matrix,
        }
    }
}

/// How the products are computed for a network.
enum Method {
    /// For a chain of dense layers: the whole batch at once; the base pass is computed once and kept.
    Chain(Box<Chain>),
    /// For a chain of dense layers and more samples than are processed at once: so many samples after the other; each
    /// product recomputes the base pass.
    Pieces(usize),
    /// For coupled samples: likewise the whole batch, with the base pass kept.
    Whole(Box<Whole>),
    /// For all other networks: share by share and chunk by chunk, with the base passes of a small batch kept
    /// ([`keeps_bases`]).
    Chunks(Vec<Worker<Scratch>>),
}

#[derive(Default)]
struct Whole {
    tape: Tape,
    tangent: Tangent,
}

#[derive(Clone, Debug, Default)]
struct Scratch {
    /// The base passes of chunks of several samples: of all of them, or of the last one.
    together: Vec<Tape>,
    /// The same of single samples.
    single: Vec<Tape>,
    chunk: Chunk,
}

/// The working memory of a chunk, besides its base pass.
#[derive(Clone, Debug, Default)]
struct Chunk {
    tangent: Tangent,
    backward_direction: BackwardWeights,
    own_direction: Vec<f32>,
    quotients: Vec<f64>,
}

impl<'a> CurvatureOperator<'a> {
    /// The curvature at `point` over `batch`.
    pub fn new(isa: Isa, point: Point<'a>, batch: Batch<'a>, matrix: CurvatureMatrix) -> Self {
        CurvatureOperator::by_pieces(isa, point, batch, matrix, rows_at_once(point.network))
    }

    /// Like [`CurvatureOperator::new`], with at most `rows` samples at once in a chain of dense layers.
    fn by_pieces(
        isa: Isa,
        point: Point<'a>,
        batch: Batch<'a>,
        matrix: CurvatureMatrix,
        rows: usize,
    ) -> Self {
        let mut backward_weights = BackwardWeights::default();
        backward_weights.fill(isa, point.network, point.parameters);
        let network = point.network;
        let context = Context::new(isa, point, &backward_weights);
        let evaluate = |outputs: &[f32]| Evaluation::of(isa, network, outputs, &batch);
        let (method, evaluation) = if network.is_dense() && batch.samples > rows {
            let evaluation = Pass::new(isa).evaluate(&point, &batch);
            (Method::Pieces(rows), evaluation)
        } else if network.is_dense() {
            let chain = Box::new(Chain::new(&context, &batch));
            let evaluation = evaluate(chain.tape().outputs());
            (Method::Chain(chain), evaluation)
        } else if point.is_coupled() {
            let mut whole = Box::new(Whole::default());
            whole.tape.forward(&context, &batch);
            whole.tape.backward(&context, &batch, 1.0);
            let evaluation = evaluate(whole.tape.outputs());
            (Method::Whole(whole), evaluation)
        } else {
            let evaluation = Pass::new(isa).evaluate(&point, &batch);
            (Method::Chunks(Vec::new()), evaluation)
        };
        CurvatureOperator {
            setup: Setup {
                isa,
                point,
                batch,
                matrix,
                backward_weights,
            },
            evaluation,
            backward_direction: BackwardWeights::default(),
            mean: vec![0.0; network.parameters()],
            method,
        }
    }

    /// The number of parameters, which is the length of every vector here.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// The mean loss over the samples, without the weight-decay penalty.
    pub fn loss(&self) -> f64 {
        self.evaluation.loss
    }

    /// The fraction of samples that are classified correctly, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        self.evaluation.accuracy
    }

    /// Whether single samples have Hessians. They do not when batch normalisation couples the samples.
    pub fn has_samples(&self) -> bool {
        !self.setup.point.is_coupled()
    }

    /// `product ← H v` with `H = (1/n) Σ_i H_i`, including the `λI` of weight decay.
    pub fn hessian_product(&mut self, direction: &[f32], product: &mut [f32]) {
        self.mean_product(direction, product);
        let network = self.setup.point.network;
        network.add_decay(self.setup.isa, direction, product);
    }

    /// `product ← (1/n) Σ_i H_i v`, without weight decay.
    fn mean_product(&mut self, direction: &[f32], product: &mut [f32]) {
        let network = self.setup.point.network;
        self.backward_direction
            .fill(self.setup.isa, network, direction);
        let problem = self.setup.problem();
        let parameters = Parameters {
            flat: direction,
            backward: &self.backward_direction,
        };
        match &mut self.method {
            Method::Chain(chain) => chain.hvp(problem, direction, product),
            Method::Pieces(rows) => sum_pieces(problem, *rows, product, |chain, piece, part| {
                chain.hvp(piece, direction, part);
            }),
            Method::Whole(whole) => {
                let base = problem.with(&whole.tape);
                whole.tangent.propagate(&base, parameters);
                whole.tangent.add_hvp(&base, Start::Zero, product);
            }
            Method::Chunks(workers) => {
                let shares = shares(network, false, self.setup.batch.samples);
                sum_chunks(
                    problem,
                    &shares,
                    workers,
                    product,
                    |chunk, base, start, sum| {
                        chunk.tangent.propagate(base, parameters);
                        chunk.tangent.add_hvp(base, start, sum);
                    },
                );
            }
        }
        kernel::scale(
            self.setup.isa,
            1.0 / self.setup.batch.samples as f32,
            product,
        );
    }

    /// `product ← Σ v` with `Σ = (1/n) Σ_i H_i² − H² = (1/n) Σ_i H_i (H_i − H)`.
    ///
    /// Weight decay adds the same term to every `H_i`, so it cancels. The product takes two directional
    /// passes: the first computes `Hv`, the second uses the direction `H_i v − Hv` for each sample. In a
    /// chain of dense layers, `H_i v` has rank two in each layer and is never formed. In other networks
    /// it is formed for one sample at a time, which is cheap because convolutions have few weights.
    ///
    /// # Panics
    /// When batch normalisation couples the samples ([`CurvatureOperator::has_samples`]).
    pub fn covariance_product(&mut self, direction: &[f32], product: &mut [f32]) {
        let mut mean = std::mem::take(&mut self.mean);
        self.mean_product(direction, &mut mean);
        kernel::scale(self.setup.isa, -1.0, &mut mean);
        let problem = self.setup.problem();
        match &mut self.method {
            Method::Chain(chain) => chain.hvp_of_own_directions(problem, &mean, product),
            Method::Pieces(rows) => sum_pieces(problem, *rows, product, |chain, piece, part| {
                chain.hvp(piece, direction, part);
                chain.hvp_of_own_directions(piece, &mean, part);
            }),
            Method::Whole(_) => panic!("{COUPLED}"),
            Method::Chunks(workers) => {
                let parameters = Parameters {
                    flat: direction,
                    backward: &self.backward_direction,
                };
                let shares = single_shares(self.setup.batch.samples);
                sum_chunks(
                    problem,
                    &shares,
                    workers,
                    product,
                    |chunk, base, start, sum| {
                        chunk.propagate_difference(base, parameters, &mean);
                        chunk.tangent.add_hvp(base, start, sum);
                    },
                );
            }
        }
        kernel::scale(
            self.setup.isa,
            1.0 / self.setup.batch.samples as f32,
            product,
        );
        self.mean = mean;
    }

    /// `vᵀH_i v` for every sample, including weight decay: computed by f32 passes, summed in f64. The
    /// cost is one forward directional pass and the products `Rx·V`; no backward directional pass is
    /// needed.
    ///
    /// # Panics
    /// When batch normalisation couples the samples ([`CurvatureOperator::has_samples`]).
    pub fn sample_quotients(&mut self, direction: &[f32]) -> Vec<f64> {
        let network = self.setup.point.network;
        self.backward_direction
            .fill(self.setup.isa, network, direction);
        let problem = self.setup.problem();
        let parameters = Parameters {
            flat: direction,
            backward: &self.backward_direction,
        };
        let mut quotients = Vec::with_capacity(self.setup.batch.samples);
        match &mut self.method {
            Method::Chain(chain) => chain.sample_quotients(problem, parameters, &mut quotients),
            Method::Pieces(rows) => each_piece(problem, *rows, |chain, piece| {
                chain.sample_quotients(piece, parameters, &mut quotients);
            }),
            Method::Whole(_) => panic!("{COUPLED}"),
            Method::Chunks(workers) => {
                let shares = shares(network, false, self.setup.batch.samples);
                run(&self.setup.point, &shares, workers, |share, worker| {
                    worker.scratch.chunk.quotients.clear();
                    each_chunk(problem, share, worker, |chunk, base, _, _| {
                        let Chunk {
                            tangent, quotients, ..
                        } = chunk;
                        tangent.sample_quotients(base, parameters, quotients);
                    });
                });
                for worker in &workers[..shares.len()] {
                    quotients.extend(&worker.scratch.chunk.quotients);
                }
            }
        }
        let decay = network.weight_decay();
        let length = kernel::dot_wide(self.setup.isa, direction, direction);
        quotients.iter_mut().for_each(|q| *q += decay * length);
        quotients
    }
}

/// `product ←` the sum, in order, of what `each` leaves in the sums of the shares.
fn sum_chunks(
    problem: Problem<'_>,
    shares: &[Share],
    workers: &mut Vec<Worker<Scratch>>,
    product: &mut [f32],
    each: impl Fn(&mut Chunk, &Base<'_>, Start, &mut [f32]) + Sync,
) {
    run(&problem.context.point, shares, workers, |share, worker| {
        each_chunk(problem, share, worker, &each);
    });
    product.fill(0.0);
    add_sums(problem.context.isa, &workers[..shares.len()], product);
}

/// Passes on the base pass of every chunk of a share, which is computed unless it was kept, together with the share's
/// sum and whether that sum is to be overwritten or added to.
fn each_chunk(
    problem: Problem<'_>,
    share: &Share,
    worker: &mut Worker<Scratch>,
    each: impl Fn(&mut Chunk, &Base<'_>, Start, &mut [f32]),
) {
    let context = &problem.context;
    let is_kept = keeps_bases(context.network(), problem.batch.samples);
    let Scratch {
        together,
        single,
        chunk,
    } = &mut worker.scratch;
    let tapes = if share.chunk == 1 { single } else { together };
    for (index, samples) in share.chunks().enumerate() {
        let start = share.start_of(&samples);
        let batch = problem.batch.part(samples, context.network());
        let place = if is_kept { index } else { 0 };
        let is_new = place == tapes.len();
        if is_new {
            tapes.push(Tape::default());
        }
        let tape = &mut tapes[place];
        if is_new || !is_kept {
            tape.forward(context, &batch);
            tape.backward(context, &batch, 1.0);
        }
        let base = Problem { batch, ..problem }.with(tape);
        each(chunk, &base, start, &mut worker.sum);
    }
}

impl Chunk {
    /// Computes the tangent of one sample along `H_i v − H v`; `negative_mean` holds `−H v`.
    fn propagate_difference(
        &mut self,
        base: &Base<'_>,
        direction: Parameters<'_>,
        negative_mean: &[f32],
    ) {
        self.tangent.propagate(base, direction);
        self.own_direction.resize(negative_mean.len(), 0.0);
        self.own_direction.copy_from_slice(negative_mean);
        self.tangent
            .add_hvp(base, Start::Accumulate, &mut self.own_direction);
        let isa = base.problem.context.isa;
        self.backward_direction
            .fill(isa, base.network(), &self.own_direction);
        let own = Parameters {
            flat: &self.own_direction,
            backward: &self.backward_direction,
        };
        self.tangent.propagate(base, own);
    }
}

#[cfg(test)]
mod tests;
