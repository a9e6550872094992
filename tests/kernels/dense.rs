//! The fully connected layer.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::dense::{Below, affine, backward, descend, weight_gradient};
use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, Start, gather, gemm, with_team};
use sgd_stability::oracle::{Family, Format, Order, Outcome, Terms, judge};

use crate::support::{Guarded, all_bits, same_everywhere};

/// Samples up to which sums run otherwise than in `gemm`: forward, backward.
const FEW: (usize, usize) = (48, 64);

/// A layer of `n` outputs that reads `m` samples of `k` numbers.
struct Layer {
    shape: (usize, usize, usize),
    x: Vec<f32>,
    delta: Vec<f32>,
    gate: Vec<f32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    fn new(family: Family, shape: (usize, usize, usize)) -> Self {
        let (m, k, n) = shape;
        Layer {
            shape,
            x: family.vectors(m * k, 1).0,
            delta: family.vectors(m * n, 2).0,
            gate: Family::Uniform.vectors(m * k, 3).0,
            weights: family.vectors(n * k, 4).1,
            bias: family.vectors(n, 5).0,
        }
    }

    /// The same layer under a rectifier: half of the derivatives are a zero of either sign, those of
    /// every fifth output are zero for all samples.
    fn rectified(family: Family, shape: (usize, usize, usize)) -> Self {
        let mut layer = Layer::new(family, shape);
        let mut random = ChaCha8Rng::seed_from_u64(43);
        for (at, delta) in layer.delta.iter_mut().enumerate() {
            if (at % shape.2).is_multiple_of(5) || random.random() {
                *delta = if random.random() { 0.0 } else { -0.0 };
            }
        }
        layer
    }

    /// Both kinds.
    fn both(family: Family, shape: (usize, usize, usize)) -> [Self; 2] {
        [Self::new(family, shape), Self::rectified(family, shape)]
    }

    /// Do the sums take the term of sample `i` and output `j`? By the rule in the documentation of
    /// `backward`.
    fn counts(&self, i: usize, j: usize) -> bool {
        let (m, _, n) = self.shape;
        let pair = match m {
            ..=2 => j..j + 1,
            _ => j / 2 * 2..n.min(j / 2 * 2 + 2),
        };
        m > FEW.1 || pair.into_iter().any(|j| self.delta().get(i, j) != 0.0)
    }

    fn x(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.x, self.shape.0, self.shape.1)
    }

    fn delta(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.delta, self.shape.0, self.shape.2)
    }

    fn gate(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.gate, self.shape.0, self.shape.1)
    }

    fn weights(&self) -> MatrixRef<'_> {
        MatrixRef::new(&self.weights, self.shape.2, self.shape.1)
    }

    fn affine(&self, isa: Isa, rectified: bool) -> Vec<f32> {
        let (m, _, n) = self.shape;
        let mut y = Guarded::new(&vec![f32::NAN; m * n]);
        let out = MatrixMut::new(y.numbers(), m, n);
        affine(isa, self.x(), self.weights(), &self.bias, rectified, out);
        y.checked("affine")
    }

    fn backward(&self, isa: Isa, is_gated: bool) -> Vec<f32> {
        let (m, k, _) = self.shape;
        let mut dx = Guarded::new(&vec![f32::NAN; m * k]);
        let below = Below {
            gate: is_gated.then(|| self.gate()),
            dx: MatrixMut::new(dx.numbers(), m, k),
        };
        backward(isa, self.delta(), self.weights(), below);
        dx.checked("backward")
    }

    /// Weights and biases.
    fn gradient(&self, isa: Isa, start: Start) -> Vec<f32> {
        let (mut w, mut b) = (Guarded::new(&self.weights), Guarded::new(&self.bias));
        let (weights, bias) = (w.numbers(), b.numbers());
        weight_gradient(isa, self.delta(), self.x(), start, weights, bias);
        [w.checked("weights"), b.checked("biases")].concat()
    }

    /// Weights and biases, and the derivative below.
    fn descend(&self, isa: Isa) -> (Vec<f32>, Vec<f32>) {
        let (m, k, _) = self.shape;
        let (mut w, mut b) = (Guarded::new(&self.weights), Guarded::new(&self.bias));
        let mut dx = Guarded::new(&vec![f32::NAN; m * k]);
        let below = Below {
            gate: Some(self.gate()),
            dx: MatrixMut::new(dx.numbers(), m, k),
        };
        let (weights, bias) = (w.numbers(), b.numbers());
        descend(isa, self.delta(), self.x(), weights, bias, Some(below));
        let parameters = [w.checked("weights"), b.checked("biases")].concat();
        (parameters, dx.checked("derivative"))
    }
}

/// A dot product in 16 lanes by the definition.
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

/// `affine` by the definition.
fn affine_by_definition(layer: &Layer, rectified: bool) -> Vec<f32> {
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

/// `delta·W`, gated, by the definition: for few samples eight pieces of the rows of `W`, each a
/// chain over the terms that count, in a tree.
fn backward_by_definition(layer: &Layer, is_gated: bool) -> Vec<f32> {
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
        match is_gated && layer.gate[at] <= 0.0 {
            true => 0.0,
            false => sums[0].unwrap_or(0.0),
        }
    };
    (0..m * k).map(element).collect()
}

/// Every number of samples modulo the tiles, on both sides of the edges between few and many; every
/// tail in k; rows of `W` for empty pieces, for whole ones, and for tails.
fn shapes() -> Vec<(usize, usize, usize)> {
    let mut shapes = vec![(0, 3, 4), (3, 0, 4), (2, 3, 0), (1, 1, 1)];
    for m in [1, 2, 3, 4, 5, 6, 7, 9, 25, 48, 49, 64, 65] {
        shapes.extend([(m, 15, 7), (m, 16, 16), (m, 33, 10), (m, 50, 77)]);
    }
    shapes.extend([(1, 785, 41), (10, 500, 129), (4, 3100, 9), (3, 20, 500)]);
    shapes
}

#[test]
fn affine_is_what_it_says() {
    for (i, shape) in shapes().into_iter().enumerate() {
        let layer = Layer::new([Family::Uniform, Family::WideRange][i % 2], shape);
        for rectified in [false, true] {
            let right = all_bits(&affine_by_definition(&layer, rectified));
            for isa in Isa::available() {
                let y = all_bits(&layer.affine(isa, rectified));
                assert_eq!(y, right, "{shape:?} on {}", isa.name());
            }
        }
    }
}

/// The gradient of weights and biases, from zero or added to them, by the definition.
fn gradient_by_definition(layer: &Layer, start: Start) -> Vec<f32> {
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

#[test]
fn backward_is_what_it_says() {
    for shape in shapes() {
        for layer in Layer::both(Family::Uniform, shape) {
            for is_gated in [false, true] {
                let right = all_bits(&backward_by_definition(&layer, is_gated));
                for isa in Isa::available() {
                    let dx = all_bits(&layer.backward(isa, is_gated));
                    assert_eq!(dx, right, "{shape:?} on {}", isa.name());
                }
            }
        }
    }
}

#[test]
fn weight_gradients_are_products_and_column_sums() {
    for shape in shapes() {
        for layer in Layer::both(Family::WideRange, shape) {
            for start in [Start::Zero, Start::Accumulate] {
                let right = all_bits(&gradient_by_definition(&layer, start));
                for isa in Isa::available() {
                    let gradient = all_bits(&layer.gradient(isa, start));
                    assert_eq!(gradient, right, "{shape:?} {start:?} on {}", isa.name());
                }
            }
        }
    }
}

#[test]
fn a_step_of_descent_is_backward_and_then_the_gradient() {
    for shape in shapes() {
        for layer in Layer::both(Family::Uniform, shape) {
            for isa in Isa::available() {
                let (parameters, dx) = layer.descend(isa);
                let gradient = layer.gradient(isa, Start::Accumulate);
                assert_eq!(all_bits(&parameters), all_bits(&gradient), "{shape:?}");
                let backward = layer.backward(isa, true);
                assert_eq!(all_bits(&dx), all_bits(&backward), "{shape:?}");
            }
        }
    }
}

/// A weight that is infinite is met by the samples that reach its row or its neighbour; that of a row
/// no sample reaches stays what it is.
#[test]
fn an_infinite_weight_reaches_those_who_pass_through_it() {
    let (m, k, n) = (5, 20, 96);
    let mut layer = Layer::new(Family::Uniform, (m, k, n));
    let reached = |i, j| (i, j / 2) != (3, 20) && j / 2 != 30;
    for (at, delta) in layer.delta.iter_mut().enumerate() {
        *delta = f32::from(reached(at / n, at % n));
    }
    layer.delta[4 * n + 41] = 0.0;
    for row in [40, 61] {
        layer.weights[row * k..][..k].fill(f32::INFINITY);
    }
    for isa in Isa::available() {
        let (parameters, dx) = layer.descend(isa);
        for i in 0..m {
            let is_finite = layer.backward(isa, false)[i * k..][..k]
                .iter()
                .all(|dx| dx.is_finite());
            assert_eq!(is_finite, i == 3, "sample {i} on {}", isa.name());
            assert!(i != 3 || dx[i * k..][..k].iter().all(|dx| dx.is_finite()));
        }
        let untouched = 61 * k..62 * k;
        assert_eq!(parameters[untouched.clone()], layer.weights[untouched]);
    }
}

#[test]
fn layers_have_the_same_bits_on_every_isa_and_any_number_of_threads() {
    for shape in [(1, 500, 300), (3, 300, 77), (25, 200, 130), (130, 40, 70)] {
        let layer = Layer::rectified(Family::WideRange, shape);
        let all = |isa| {
            let (parameters, dx) = layer.descend(isa);
            let backward = layer.backward(isa, false);
            let gradient = layer.gradient(isa, Start::Zero);
            all_bits(&[layer.affine(isa, true), parameters, dx, backward, gradient].concat())
        };
        let alone = same_everywhere("a layer", all);
        let in_team = same_everywhere("a layer, in a team", |isa| with_team(|| all(isa)));
        assert_eq!(alone, in_team);
    }
}

#[test]
fn layers_stay_within_their_proved_bounds() {
    for family in Family::ALL {
        let outcome = match family {
            // Nothing but zeros shows nothing.
            Family::SignedZeros => Outcome::Mistrusted,
            _ => Outcome::Holds,
        };
        let (m, k, n) = (5, 70, 9);
        let layer = Layer::new(family, (m, k, n));
        let (mut exact_y, mut exact_dx) = (Vec::new(), Vec::new());
        for i in 0..m {
            for j in 0..n {
                let first = Terms::new().and(layer.bias[j], 1.0);
                let (x, w) = (layer.x().row(i), layer.weights().row(j));
                let terms = x
                    .iter()
                    .zip(w)
                    .fold(first, |terms, (x, w)| terms.and(*x, *w));
                exact_y.push(terms.expected(&Format::single(), Order::Chain));
            }
            for c in 0..k {
                let terms = (0..n).fold(Terms::new(), |terms, j| {
                    terms.and(layer.delta().get(i, j), layer.weights().get(j, c))
                });
                exact_dx.push(terms.expected(&Format::single(), Order::Chain));
            }
        }
        for isa in Isa::available() {
            let wide = |x: Vec<f32>| x.into_iter().map(f64::from).collect::<Vec<_>>();
            let computed = [layer.affine(isa, false), layer.backward(isa, false)].concat();
            let exact = [exact_y.clone(), exact_dx.clone()].concat();
            let judgement = judge(&wide(computed), &exact);
            assert_eq!(judgement.outcome, outcome, "{family:?}: {judgement:?}");
        }
    }
}

#[test]
fn a_team_says_what_a_part_said_when_it_panicked() {
    let layer = Layer::new(Family::Uniform, (3, 300, 200));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let message = pool.expect("a pool").install(|| {
        let work = || {
            let (rows, mut room) = ([0, 1, 7].repeat(300), vec![0.0; 900 * 300]);
            let to = MatrixMut::new(&mut room, 900, 300);
            with_team(|| gather(layer.x(), &rows, to));
        };
        let panic = std::panic::catch_unwind(work).expect_err("no row 7");
        let right = all_bits(&affine_by_definition(&layer, false));
        let after = with_team(|| all_bits(&layer.affine(Isa::best(), false)));
        assert_eq!(after, right, "a team after a panic");
        panic.downcast_ref::<String>().cloned().expect("a message")
    });
    assert!(message.contains("row 7"), "{message}");
}

#[test]
fn gathered_rows_are_copies() {
    let layer = Layer::new(Family::Uniform, (5, 40, 1));
    let rows = [4, 0, 0, 3].repeat(300);
    let gathered = same_everywhere("gather", |_| {
        let mut to = Guarded::new(&vec![0.0; rows.len() * 40]);
        let out = MatrixMut::new(to.numbers(), rows.len(), 40);
        gather(layer.x(), &rows, out);
        all_bits(&to.checked("gather"))
    });
    let right: Vec<f32> = rows
        .iter()
        .flat_map(|&row| layer.x().row(row).to_vec())
        .collect();
    assert_eq!(gathered, all_bits(&right));
}

#[test]
#[should_panic(expected = "weights of shape (2, 3)")]
fn shapes_that_do_not_fit_are_named() {
    let x = [0.0; 6];
    let w = MatrixRef::new(&x, 2, 3);
    let y = &mut [0.0; 4];
    affine(
        Isa::best(),
        w.transposed(),
        w,
        &[0.0; 2],
        false,
        MatrixMut::new(y, 2, 2),
    );
}
