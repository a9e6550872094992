//! Self-attention over a sequence: `O = P·V` with `P = softmax(s·Q·Kᵀ)` row by row and `s = 1/√d`, for each
//! head. The layer reads queries, keys and values side by side, and has no parameters; those of
//! `torch.nn.MultiheadAttention` are dense layers before and behind it.
//!
//! With `A∘B` the product number by number, `⟨A⟩` the sum of each row, and R the derivative along a
//! direction of Q, K and V:
//!
//! ```text
//! jvp       RS = s·(RQ·Kᵀ + Q·RKᵀ),  RP = P∘(RS − ⟨P∘RS⟩),  RO = RP·V + P·RV
//! backward  ∂V = Pᵀ·∂O,  ∂P = ∂O·Vᵀ,  ∂S = P∘(∂P − ⟨P∘∂P⟩),  ∂Q = s·∂S·K,  ∂K = s·∂Sᵀ·Q
//! hvp      R∂S = RP∘(∂P − ⟨P∘∂P⟩) + P∘(R∂P − ⟨RP∘∂P + P∘R∂P⟩), and the product rule in the others
//! second   R²S = 2s·RQ·RKᵀ,  R²P = RP∘(RS − ⟨P∘RS⟩) + P∘(R²S − ⟨RP∘RS + P∘R²S⟩),
//!          R²O = R²P·V + 2·RP·RV                 for Q, K and V that move at constant speed
//! ```

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};
use crate::network::shape::Shape;

use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved,
    SecondOrder, Site, Straight, begin,
};
use super::softmax::Rows;
use super::words::{PackedAs, is_usual, is_yes, yes};

/// `type = "attention"` in an architecture file: the arguments of `torch.nn.MultiheadAttention`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct AttentionItem {
    pub heads: usize,
    #[serde(default)]
    pub causal: bool,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub bias: bool,
    /// How the tensors for queries, keys and values are named.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub tensors: PackedAs,
}

/// Self-attention with several heads, each of which has its own channels.
#[derive(Clone, Debug)]
pub struct Attention {
    /// The number of heads.
    pub heads: usize,
    /// Whether a position sees itself and those before it only.
    pub is_causal: bool,
}

/// One head of one sample.
#[derive(Clone, Copy)]
struct Head {
    /// The number of positions.
    positions: usize,
    /// The number of channels of the head.
    width: usize,
    /// The number of channels of all heads.
    channels: usize,
    /// The number of the sample.
    sample: usize,
    /// The first channel of the head.
    first: usize,
}

/// The queries, keys and values of a head, or derivatives of them; each is positions × width.
#[derive(Clone, Copy)]
struct Parts<'a> {
    q: MatrixRef<'a>,
    k: MatrixRef<'a>,
    v: MatrixRef<'a>,
}

impl Head {
    fn place(&self, part: usize) -> usize {
        self.sample * self.positions * 3 * self.channels + part * self.channels + self.first
    }

    /// The queries, keys and values, out of what the layer reads.
    fn parts<'a>(&self, x: &'a [f32]) -> Parts<'a> {
        let (shape, strides) = ((self.positions, self.width), (3 * self.channels, 1));
        let part = |part| MatrixRef::strided(&x[self.place(part)..], shape, strides);
        Parts {
            q: part(0),
            k: part(1),
            v: part(2),
        }
    }

    /// The output of the head, out of what the layer gives.
    fn output<'a>(&self, z: &'a [f32]) -> MatrixRef<'a> {
        let (shape, strides) = ((self.positions, self.width), (self.channels, 1));
        MatrixRef::strided(&z[self.start()..], shape, strides)
    }

    fn output_mut<'a>(&self, z: &'a mut [f32]) -> MatrixMut<'a> {
        let shape = (self.positions, self.width);
        MatrixMut::strided(&mut z[self.start()..], shape, self.channels)
    }

    fn start(&self) -> usize {
        self.sample * self.positions * self.channels + self.first
    }

    /// `dx ← dx + a·b` in one part of the derivative of what the layer reads.
    fn add(&self, isa: Isa, part: usize, a: MatrixRef, b: MatrixRef, dx: &mut [f32]) {
        let shape = (self.positions, self.width);
        let dx = MatrixMut::strided(&mut dx[self.place(part)..], shape, 3 * self.channels);
        kernel::gemm(isa, a, b, Start::Accumulate, dx);
    }

    /// A square matrix over the positions.
    fn square<'a>(&self, numbers: &'a [f32]) -> MatrixRef<'a> {
        MatrixRef::new(numbers, self.positions, self.positions)
    }

    /// `scale·(a·bᵀ + c·dᵀ)`, where the second product may be missing.
    fn scores(
        &self,
        isa: Isa,
        scale: f32,
        [a, b]: [MatrixRef; 2],
        more: Option<[MatrixRef; 2]>,
    ) -> Vec<f32> {
        let mut scores = vec![0.0; self.positions * self.positions];
        let mut add = |a: MatrixRef, b: MatrixRef, start| {
            let scores = MatrixMut::new(&mut scores, self.positions, self.positions);
            kernel::gemm(isa, a, b.transposed(), start, scores);
        };
        add(a, b, Start::Zero);
        if let Some([c, d]) = more {
            add(c, d, Start::Accumulate);
        }
        kernel::scale(isa, scale, &mut scores);
        scores
    }

    fn rows<'a>(&self, isa: Isa, p: &'a [f32]) -> Rows<'a> {
        Rows {
            isa,
            p,
            length: self.positions,
        }
    }
}

/// What a direction does to a head.
struct Moved {
    /// RS.
    scores: Vec<f32>,
    /// RP.
    weights: Vec<f32>,
}

impl Attention {
    /// The attention that reads sequences of shape `input`.
    pub(in crate::network) fn fit(
        input: Shape,
        heads: usize,
        is_causal: bool,
    ) -> Result<Fitted<Self>, Fault> {
        let channels = input.channels / 3;
        if heads == 0 || !channels.is_multiple_of(heads) {
            return Err(format!(
                "heads must divide the width of the sequence, and {heads} does not divide {channels}"
            ));
        }
        let output = Shape { channels, ..input };
        Ok(Fitted::without_parameters(
            Attention { heads, is_causal },
            output,
        ))
    }

    /// `1/√d`.
    fn scale(&self, head: &Head) -> f32 {
        (1.0 / (head.width as f64).sqrt()) as f32
    }

    /// Every head of every sample.
    fn heads(&self, at: &Site) -> impl Iterator<Item = Head> + use<> {
        let (heads, channels) = (self.heads, at.output.channels);
        let (samples, positions, width) = (at.samples, at.input.positions(), channels / heads);
        (0..samples).flat_map(move |sample| {
            (0..heads).map(move |head| Head {
                positions,
                width,
                channels,
                sample,
                first: head * width,
            })
        })
    }

    /// Every head with its weights P.
    fn with_weights<'a>(&self, base: &Recorded<'a>) -> impl Iterator<Item = (Head, &'a [f32])> {
        let square = base.at.input.positions().pow(2);
        let weights = base.saved.weights.chunks_exact(square);
        self.heads(&base.at).zip(weights)
    }

    /// RS and RP along a direction.
    fn moved(&self, isa: Isa, head: &Head, p: &[f32], [x, rx]: [Parts; 2]) -> Moved {
        let scores = head.scores(isa, self.scale(head), [rx.q, x.k], Some([x.q, rx.k]));
        let weights = head.rows(isa, p).through(&scores);
        Moved { scores, weights }
    }
}

impl Describe for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn is_curved(&self) -> bool {
        true
    }

    fn saved_numbers(&self, output: Shape) -> usize {
        self.heads * output.positions().pow(2)
    }
}

impl Operator for Attention {
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        saved.weights.clear();
        for head in self.heads(at) {
            let Parts { q, k, v } = head.parts(x.main);
            let mut p = head.scores(at.isa, self.scale(&head), [q, k], None);
            if self.is_causal {
                for (position, row) in p.chunks_exact_mut(head.positions).enumerate() {
                    row[position + 1..].fill(f32::NEG_INFINITY);
                }
            }
            let square = MatrixMut::new(&mut p, head.positions, head.positions);
            kernel::softmax_rows(at.isa, square);
            kernel::gemm(at.isa, head.square(&p), v, Start::Zero, head.output_mut(z));
            saved.weights.extend_from_slice(&p);
        }
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        let isa = base.at.isa;
        for (head, p) in self.with_weights(base) {
            let parts = [base.x, rx.main].map(|x| head.parts(x));
            let moved = self.moved(isa, &head, p, parts);
            let (rp, p) = (head.square(&moved.weights), head.square(p));
            kernel::gemm(isa, rp, parts[0].v, Start::Zero, head.output_mut(rz));
            kernel::gemm(isa, p, parts[1].v, Start::Accumulate, head.output_mut(rz));
        }
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        let isa = base.at.isa;
        for (head, p) in self.with_weights(base) {
            let (x, dz) = (head.parts(base.x), head.output(dz));
            let back = head.scores(isa, 1.0, [dz, x.v], None);
            let mut scores = head.rows(isa, p).through(&back);
            kernel::scale(isa, self.scale(&head), &mut scores);
            let scores = head.square(&scores);
            head.add(isa, 0, scores, x.k, dx);
            head.add(isa, 1, scores.transposed(), x.q, dx);
            head.add(isa, 2, head.square(p).transposed(), dz, dx);
        }
    }

    fn hvp_backward(
        &self,
        base: &Recorded,
        second: SecondOrder,
        _by: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        begin(start, dx);
        let isa = base.at.isa;
        for (head, p) in self.with_weights(base) {
            let [x, rx] = [base.x, second.x_tangent].map(|x| head.parts(x));
            let [dz, rdz] = [second.delta, second.delta_tangent].map(|dz| head.output(dz));
            let moved = self.moved(isa, &head, p, [x, rx]);
            let back = head.scores(isa, 1.0, [dz, x.v], None);
            let back_moved = head.scores(isa, 1.0, [rdz, x.v], Some([dz, rx.v]));
            let rows = head.rows(isa, p);
            let mut scores = rows.through(&back);
            let mut scores_moved = rows.through_moved(&moved.weights, &back, &back_moved);
            for scores in [&mut scores, &mut scores_moved] {
                kernel::scale(isa, self.scale(&head), scores);
            }
            let (ds, rds) = (head.square(&scores), head.square(&scores_moved));
            let (p, rp) = (head.square(p), head.square(&moved.weights));
            head.add(isa, 0, rds, x.k, dx);
            head.add(isa, 0, ds, rx.k, dx);
            head.add(isa, 1, rds.transposed(), x.q, dx);
            head.add(isa, 1, ds.transposed(), rx.q, dx);
            head.add(isa, 2, rp.transposed(), dz, dx);
            head.add(isa, 2, p.transposed(), rdz, dx);
        }
    }

    fn add_second_derivative(&self, base: &Recorded, straight: Straight, sum: &mut [f32]) {
        let isa = base.at.isa;
        for (head, p) in self.with_weights(base) {
            let [x, rx] = [base.x, straight.x_tangent].map(|x| head.parts(x));
            let moved = self.moved(isa, &head, p, [x, rx]);
            let bent = head.scores(isa, 2.0 * self.scale(&head), [rx.q, rx.k], None);
            let rows = head.rows(isa, p);
            let mut half = rows.through_moved(&moved.weights, &moved.scores, &bent);
            kernel::scale(isa, 0.5, &mut half);
            let mut add = |a: &[f32], b: MatrixRef| {
                let a = head.square(a);
                kernel::gemm(isa, a, b, Start::Accumulate, head.output_mut(sum));
            };
            add(&half, x.v);
            add(&moved.weights, rx.v);
        }
    }
}
