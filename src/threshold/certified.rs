//! Certificates of the linearised model: its rows rounded to whole multiples of a power of two are a model over
//! the rationals, and the matrices of this room, rounded too, prove there that a learning rate is stable or
//! not. What they prove is checked over ℚ ([`Certificate::check`]), so that nothing here need be exact.

use nalgebra::DMatrix;

use crate::decide::{Certificate, Statement};
use crate::model::{Jacobians, Model, Sampling};
use crate::network::Gram;
use crate::number::Exact;
use crate::work;

use super::answer::{Question, plain_start};
use super::ascent::ascend;
use super::floor;
use super::linearised::Linearised;
use super::pencil::Pencil;
use super::weighted::weighted;

/// The bits of the largest entry of the rows, below which they are rounded. The smallest eigenvalue of H that is
/// kept is above 10⁻¹³ of the largest, so that its direction keeps more than 20 bits.
const ROW_BITS: i32 = 44;

/// The bits after the point of the entries of a witness. A stable one is at least half the identity.
const WITNESS_BITS: i32 = 40;

/// A run of plain SGD on the linearised model.
#[derive(Clone, Debug)]
pub struct Run {
    /// The learning rate η.
    pub lr: Exact,
    /// The batch size B.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
}

impl Linearised {
    /// The model over the rationals: the rows in multiples of a power of two, with the factor that makes them
    /// whole. It has the same samples and outputs in `rank` dimensions.
    pub fn exact_model(&self) -> Jacobians {
        let (rank, outputs) = (self.rank(), self.outputs());
        let bits = self.row_bits();
        let jacobian = |sample| {
            let rows = self.factor_of(sample);
            DMatrix::from_fn(outputs, rank, |a, j| whole(rows[a * rank + j], bits))
        };
        let jacobians = (0..self.samples()).map(jacobian).collect();
        Jacobians::new(Exact::power_of_two(-2 * bits), jacobians)
            .expect("a linearised model has samples, outputs and a range")
    }

    /// ‖BBᵀ − K‖/‖K‖ in the Frobenius norm, for the rows B of the exact model and the weighted Gram matrix K of
    /// which this model was made; `None` if a number of it is not finite.
    pub fn distance_to(&self, gram: Gram) -> Option<f64> {
        let (rank, bits) = (self.rank(), self.row_bits());
        let (unit, size) = (f64::powi(2.0, -bits), gram.size());
        let rounded: Vec<f64> = (self.factor().iter())
            .map(|x| (x / unit).round() * unit)
            .collect();
        let matrix = weighted(gram)?;
        let (mut distance, mut norm) = (0.0, 0.0);
        for (i, row) in matrix.chunks_exact(size).enumerate() {
            let own = &rounded[i * rank..(i + 1) * rank];
            for (value, other) in row.iter().zip(rounded.chunks_exact(rank)) {
                let product: f64 = own.iter().zip(other).map(|(x, y)| x * y).sum();
                distance += (product - value).powi(2);
                norm += value * value;
            }
        }
        Some((distance / norm).sqrt())
    }

    /// The certificate of a run that is stable or unstable in mean square; `None` if the learning rate is too near
    /// to the threshold, or the model has weight decay.
    ///
    /// The certificate is checked over the rationals before it is given, which takes some minutes at rank 1000.
    pub fn certificate(&self, run: &Run) -> Option<Certificate> {
        if self.decay() != 0.0 {
            return None;
        }
        work::stage("certificate: the witness");
        let (claim, witness) = self.witness(run)?;
        let rank = self.rank();
        let entry = |i: usize, j: usize| {
            let (i, j) = (i.max(j), i.min(j));
            whole(witness[i * rank + j], WITNESS_BITS)
        };
        let certificate = Certificate {
            claim,
            model: Model::Jacobians(self.exact_model()),
            lr: run.lr.clone(),
            batch: run.batch,
            sampling: run.sampling,
            witness: Some(DMatrix::from_fn(rank, rank, entry)),
            basis: None,
            method: None,
            about: None,
        };
        work::stage("certificate: the proof over the rationals");
        certificate.check().is_ok().then_some(certificate)
    }

    /// A matrix that shows that a run is stable, or that it is not; `None` between the two.
    fn witness(&self, run: &Run) -> Option<(Statement, Vec<f64>)> {
        let noise = run
            .sampling
            .weight(self.samples(), run.batch)
            .ok()?
            .to_f64();
        let (rate, question) = (run.lr.to_f64(), Question::new(noise, 0.0));
        let pencil = Pencil::of_threshold(self, 0.0, noise);
        let top = ascend(&pencil, plain_start(&pencil), question.effort());
        if rate * top.value <= 1.0 {
            let moment = floor::stable_moment(&pencil, rate, &top)?;
            return Some((Statement::MeanSquareStable, moment));
        }
        let mut moment = top.vector;
        pencil.scale_down(&mut moment);
        let largest = moment.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        moment.iter_mut().for_each(|x| *x /= largest);
        Some((Statement::MeanSquareUnstable, moment))
    }

    /// The power of two in whose multiples the rows are held.
    fn row_bits(&self) -> i32 {
        let largest = (self.factor().iter()).fold(0.0, |most: f64, x| most.max(x.abs()));
        ROW_BITS - largest.log2().ceil() as i32
    }
}

/// The nearest whole number of units of `2^−bits`.
fn whole(x: f64, bits: i32) -> Exact {
    Exact::from((x * f64::powi(2.0, bits)).round() as i64)
}
