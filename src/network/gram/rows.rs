//! The rows of the Jacobian in layers whose factors are of no use: convolutions, scales, tied weights.

use std::ops::Range;
use std::sync::Mutex;

use crate::kernel::{self, MatrixRef, Start};

use super::matrix::Gram;
use super::outputs::each_output;
use crate::network::Batch;
use crate::network::chunks::{Share, Worker};
use crate::network::context::Context;
use crate::network::tape::Tape;

/// The most memory of a tile of rows, in numbers; there are two tiles at a time.
const TILE: usize = 1 << 25;
/// How many rows and columns of the Gram matrix one thread computes at a time.
const BLOCK: usize = 128;
/// How many samples pass through the network at a time.
const CHUNK: usize = 8;

/// The layers whose rows are computed, and the samples.
pub(super) struct Rows<'a> {
    context: &'a Context<'a>,
    batch: &'a Batch<'a>,
    layers: Vec<usize>,
    /// The ranges of their parameters, each once.
    parameters: Vec<Range<usize>>,
    /// The length of a row.
    width: usize,
}

impl<'a> Rows<'a> {
    /// The rows of these layers.
    pub fn new(
        context: &'a Context<'a>,
        batch: &'a Batch<'a>,
        layers: impl Iterator<Item = usize>,
    ) -> Self {
        let network = context.network();
        let has_parameters = |&index: &usize| network.layers()[index].has_parameters();
        let layers: Vec<usize> = layers.filter(has_parameters).collect();
        let mut parameters = Vec::new();
        for &index in &layers {
            let layer = &network.layers()[index];
            if !layer.tied.weight {
                parameters.push(layer.weight.clone());
            }
            if !layer.tied.bias {
                parameters.push(layer.bias.clone());
            }
        }
        Rows {
            context,
            batch,
            layers,
            width: parameters.iter().map(Range::len).sum(),
            parameters,
        }
    }

    /// Adds the products of these layers to the lower triangle, for two tiles of samples at a time.
    pub fn add_to(&self, gram: &mut Gram) {
        if self.width == 0 {
            return;
        }
        let (c, n) = (gram.outputs, gram.samples);
        let tile = (TILE / (self.width * c)).clamp(1, n);
        let tile = n.div_ceil(n.div_ceil(tile));
        let tiles: Vec<_> = (0..n)
            .step_by(tile)
            .map(|first| first..n.min(first + tile))
            .collect();
        for (place, below) in tiles.iter().enumerate() {
            let rows = self.compute(below);
            self.add(gram, below, &rows, below, &rows);
            for above in &tiles[..place] {
                self.add(gram, below, &rows, above, &self.compute(above));
            }
        }
    }

    /// The rows of some samples.
    pub fn compute(&self, samples: &Range<usize>) -> Vec<f32> {
        let c = self.context.network().outputs();
        let mut rows = vec![0.0; samples.len() * c * self.width];
        let parts: Vec<_> = rows
            .chunks_mut(CHUNK * c * self.width)
            .map(Mutex::new)
            .collect();
        kernel::share(parts.len(), |place| {
            let first = samples.start + place * CHUNK;
            let share = Share {
                samples: first..samples.end.min(first + CHUNK),
                chunk: CHUNK,
            };
            let mut rows = parts[place].lock().expect("each part has one thread");
            let mut worker = Worker::<Tape>::default();
            worker.sum.resize(self.context.network().parameters(), 0.0);
            let Worker { scratch, sum, .. } = &mut worker;
            each_output(
                self.context,
                self.batch,
                &share,
                scratch,
                |at, part, tape| {
                    for (i, row) in rows
                        .chunks_exact_mut(self.width)
                        .skip(at.output)
                        .step_by(c)
                        .enumerate()
                    {
                        self.copy(part, tape, i, sum, row);
                    }
                },
            );
        });
        rows
    }

    /// Copies the row of sample `i` of a pass, whose gradient is written to `gradient` first.
    fn copy(
        &self,
        batch: &Batch<'_>,
        tape: &Tape,
        i: usize,
        gradient: &mut [f32],
        row: &mut [f32],
    ) {
        let network = self.context.network();
        for &index in &self.layers {
            let layer = &network.layers()[index];
            let of_sample = |width: usize| i * width..(i + 1) * width;
            let (x, dz) = (tape.read(layer, batch.inputs), &tape.deltas[index]);
            let x = &x[of_sample(layer.input.numbers())];
            let dz = &dz[of_sample(layer.output.numbers())];
            layer.gradient(&self.context.layer(index, 1), x, dz, Start::Zero, gradient);
        }
        let mut rest = row;
        for range in &self.parameters {
            let (here, behind) = rest.split_at_mut(range.len());
            here.copy_from_slice(&gradient[range.clone()]);
            rest = behind;
        }
    }

    /// `K ← K + rows·columnsᵀ` at the rows and columns of two tiles, of which only the lower triangle is needed.
    fn add(
        &self,
        gram: &mut Gram,
        below: &Range<usize>,
        rows: &[f32],
        above: &Range<usize>,
        columns: &[f32],
    ) {
        let (c, size) = (gram.outputs, gram.size());
        let matrix = |numbers| MatrixRef::new(numbers, numbers.len() / self.width, self.width);
        let (rows, columns) = (matrix(rows), matrix(columns));
        let products = &mut gram.products[below.start * c * size..below.end * c * size];
        let bands: Vec<_> = products.chunks_mut(BLOCK * size).map(Mutex::new).collect();
        let count = bands.len();
        kernel::share(count, |place| {
            let band = count - 1 - place;
            let (first, start) = (band * BLOCK, above.start * c);
            let own = rows.row_block(first..rows.rows().min(first + BLOCK));
            let last = below.start * c + first + own.rows() - start;
            let mut products = bands[band].lock().expect("each band has one thread");
            for left in (0..columns.rows().min(last)).step_by(BLOCK) {
                let others = columns.row_block(left..columns.rows().min(left + BLOCK));
                let mut block = vec![0.0; own.rows() * others.rows()];
                kernel::row_products(self.context.isa, own, others, &mut block);
                let block = block.chunks_exact(others.rows());
                for (products, block) in products.chunks_exact_mut(size).zip(block) {
                    let products = &mut products[start + left..][..block.len()];
                    products
                        .iter_mut()
                        .zip(block)
                        .for_each(|(sum, x)| *sum += x);
                }
            }
        });
    }
}
