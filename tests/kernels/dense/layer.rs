//! A fully connected layer, and its results computed from the definitions.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::dense::{Below, affine, backward, descend, weight_gradient};
use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, Start, gemm};
use sgd_stability::oracle::Family;

use crate::support::Guarded;

/// The largest numbers of samples for which sums run in another order than in `gemm`: forward, backward.
const FEW: (usize, usize) = (48, 64);

/// A layer of `n` outputs that reads `m` samples of `k` numbers each.
pub struct Layer {
    pub shape: (usize, usize, usize),
    x: Vec<f32>,
    pub delta: Vec<f32>,
    rectified: Vec<f32>,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

impl Layer {
    pub fn new(family: Family, shape: (usize, usize, usize)) -> Self {
        let (m, k, n) = shape;
        Layer {
            shape,
            x: family.vectors(m * k, 1).0,
            delta: family.vectors(m * n, 2).0,
            rectified: Family::Uniform.vectors(m * k, 3).0,
            weights: family.vectors(n * k, 4).1,
            bias: family.vectors(n, 5).0,
        }
    }

    /// The same layer under a ReLU: half of the derivatives are zeros of either sign, and those of every
    /// fifth output are zero for all samples.
    pub fn rectified(family: Family, shape: (usize, usize, usize)) -> Self {
        let mut layer = Layer::new(family, shape);
        let mut random = ChaCha8Rng::seed_from_u64(43);
        for (at, delta) in layer.delta.iter_mut().enumerate() {
            if (at % shape.2).is_multiple_of(5) || random.random() {
                *delta = if random.random() { 0.0 } else { -0.0 };
            }
        }
        layer
    }

    /// The plain layer and the one under a ReLU.
    pub fn both(family: Family, shape: (usize, usize, usize)) -> [Self; 2] {
        [Self::new(family, shape), Self::rectified(family, shape)]
    }

    /// Whether the sums include the term of sample `i` and output `j`, by the rule in the documentation
    /// of `backward`.
    fn counts(&self, i: usize, j: usize) -> bool {
        let (m, _, n) = self.shape;
        let pair = match m {
            ..=2 => j..j + 1,
            _ => j / 2 * 2..n.min(j / 2 * 2 + 2),
        };
        m > FEW.1 || pair.into_iter().any(|j| self.delta().get(i, j) != 0.0)
    }

    pub fn x(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.x, self.shape.0, self.shape.1)
    }

    pub fn delta(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.delta, self.shape.0, self.shape.2)
    }

    fn read(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.rectified, self.shape.0, self.shape.1)
    }

    pub fn weights(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.weights, self.shape.2, self.shape.1)
    }

    pub fn affine(&self, isa: Isa, rectified: bool) -> Vec<f32> {
        let (m, _, n) = self.shape;
        let mut y = Guarded::new(&vec![f32::NAN; m * n]);
        let out = MatrixMut::new(y.numbers(), m, n);
        affine(isa, self.x(), self.weights(), &self.bias, rectified, out);
        y.checked("affine")
    }

    pub fn backward(&self, isa: Isa, is_rectified: bool) -> Vec<f32> {
        let (m, k, _) = self.shape;
        let mut dx = Guarded::new(&vec![f32::NAN; m * k]);
        let below = Below {
            rectified: is_rectified.then(|| self.read()),
            dx: MatrixMut::new(dx.numbers(), m, k),
        };
        backward(isa, self.delta(), self.weights(), below);
        dx.checked("backward")
    }

    /// The gradient of weights and biases.
    pub fn gradient(&self, isa: Isa, start: Start) -> Vec<f32> {
        let (mut w, mut b) = (Guarded::new(&self.weights), Guarded::new(&self.bias));
        let (weights, bias) = (w.numbers(), b.numbers());
        weight_gradient(isa, self.delta(), self.x(), start, weights, bias);
        [w.checked("weights"), b.checked("biases")].concat()
    }

    /// The gradient of weights and biases, and the derivative by the input.
    pub fn descend(&self, isa: Isa) -> (Vec<f32>, Vec<f32>) {
        let (m, k, _) = self.shape;
        let (mut w, mut b) = (Guarded::new(&self.weights), Guarded::new(&self.bias));
        let mut dx = Guarded::new(&vec![f32::NAN; m * k]);
        let below = Below {
            rectified: Some(self.read()),
            dx: MatrixMut::new(dx.numbers(), m, k),
        };
        let (weights, bias) = (w.numbers(), b.numbers());
        descend(isa, self.delta(), self.x(), weights, bias, Some(below));
        let parameters = [w.checked("weights"), b.checked("biases")].concat();
        (parameters, dx.checked("derivative"))
    }
}

/// A dot product in 16 lanes, from the definition.
fn dot16(x: &[f32], y: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for (i, (x, y)) in x.iter().zip(y).enumerate() {
        lanes[i % 16] = x.mul_add(*y, lanes[i % 16]);
    }
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
    }
    lanes[0]
}

/// The result of `affine`, from the definition.
pub fn affine_by_definition(layer: &Layer, rectified: bool) -> Vec<f32> {
    let (m, k, n) = layer.shape;
    let mut y = vec![0.0; m * n];
    let (x, w) = (layer.x(), layer.weights());
    if m > FEW.0 {
        let out = MatrixMut::new(&mut y, m, n);
        gemm(Isa::portable(), x, w.transposed(), Start::Zero, out);
    } else if k > 0 {
        for i in 0..m {
            (0..n).for_each(|j| y[i * n + j] = dot16(x.row(i), w.row(j)));
        }
    }
    for (at, y) in y.iter_mut().enumerate() {
        *y += layer.bias[at % n];
        if rectified && *y < 0.0 {
            *y = 0.0;
        }
    }
    y
}

/// `delta·W` times the derivative of the ReLU, from the definition. For few samples, the rows of `W` are
/// split into eight pieces; each piece is a chain over the terms that count, and a tree adds the pieces.
pub fn backward_by_definition(layer: &Layer, is_rectified: bool) -> Vec<f32> {
    let (m, k, n) = layer.shape;
    let units = n.div_ceil(8);
    let edge = |piece: usize| (units * piece / 8 * 8).min(n);
    let mut edges = vec![0, n];
    if m <= FEW.1 {
        edges = (0..=8).map(edge).collect();
    }
    let pieces: Vec<_> = edges.windows(2).map(|pair| pair[0]..pair[1]).collect();
    let chain = |i: usize, c: usize, rows: std::ops::Range<usize>| {
        let (delta, w) = (layer.delta(), layer.weights());
        let term = |sum, j| delta.get(i, j).mul_add(w.get(j, c), sum);
        let is_empty = rows.is_empty();
        (!is_empty).then(|| rows.filter(|&j| layer.counts(i, j)).fold(0.0, term))
    };
    let element = |at: usize| {
        let (i, c) = (at / k, at % k);
        let chains = pieces.iter().map(|rows| chain(i, c, rows.clone()));
        let mut sums: Vec<Option<f32>> = chains.collect();
        while sums.len() > 1 {
            let pairs = sums.chunks(2).map(|pair| match (pair[0], pair[1]) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            });
            sums = pairs.collect();
        }
        if is_rectified && layer.rectified[at] <= 0.0 {
            0.0
        } else {
            sums[0].unwrap_or(0.0)
        }
    };
    (0..m * k).map(element).collect()
}

/// The gradient of weights and biases from the definition, starting from zero or added to the old values.
pub fn gradient_by_definition(layer: &Layer, start: Start) -> Vec<f32> {
    let (m, k, n) = layer.shape;
    let (mut w, mut b) = (layer.weights.clone(), layer.bias.clone());
    if start == Start::Zero {
        w.fill(0.0);
        b.fill(0.0);
    }
    let (delta, x) = (layer.delta(), layer.x());
    if m > FEW.1 {
        let (isa, out) = (Isa::portable(), MatrixMut::new(&mut w, n, k));
        gemm(isa, delta.transposed(), x, Start::Accumulate, out);
    } else {
        for (at, w) in w.iter_mut().enumerate() {
            let (j, c) = (at / k, at % k);
            let samples = (0..m).filter(|&i| layer.counts(i, j));
            *w = samples.fold(*w, |sum, i| delta.get(i, j).mul_add(x.get(i, c), sum));
        }
    }
    for (j, b) in b.iter_mut().enumerate() {
        *b = (0..m).fold(*b, |sum, i| sum + delta.get(i, j));
    }
    [w, b].concat()
}
