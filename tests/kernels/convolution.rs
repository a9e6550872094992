//! The three products of a convolution.
//!
//! All three are sums over the same triples (input index, weight index, output index). Summed by output
//! index they give the forward product, by input index the backward product, and by weight index the
//! gradient. The triples are listed from the definition of a convolution.

use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::convolution::{
    Begin, Convolution, Shape, backward, forward, transpose_weights, weight_gradient,
};
use sgd_stability::kernel::{Isa, Start, Window};
use sgd_stability::number::Exact;
use sgd_stability::oracle::{Expected, Family, Format, Order, Outcome, Terms, judge, rounded};

use crate::shapes::{edge_shapes, free, free_shapes, shape};
use crate::support::{Guarded, all_bits};

/// The indices (input, weight, output).
type Triple = [usize; 3];

/// One of the three products.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Product {
    Forward,
    Backward,
    Gradient,
}

const PRODUCTS: [Product; 3] = [Product::Forward, Product::Backward, Product::Gradient];

impl Product {
    /// The positions in a triple of the two factors and of the result.
    fn places(self) -> (usize, usize, usize) {
        match self {
            Product::Forward => (0, 1, 2),
            Product::Backward => (2, 1, 0),
            Product::Gradient => (0, 2, 1),
        }
    }
}

/// All triples, in the order (sample, output pixel, window pixel, input channel, output channel).
fn triples(shape: &Shape, samples: usize) -> Vec<Triple> {
    let Window {
        size,
        stride,
        padding,
        dilation,
    } = shape.window;
    let (rows, columns) = (shape.output_height(), shape.output_width());
    let (inputs, outputs) = (shape.inputs / shape.groups, shape.outputs / shape.groups);
    let inside = |start: usize, reach: usize, padding: usize, size: usize| {
        (start + reach)
            .checked_sub(padding)
            .filter(|&source| source < size)
    };
    let mut triples = Vec::new();
    for pixel in 0..samples * rows * columns {
        let (row, column) = (pixel / columns, pixel % columns);
        let (sample, row) = (row / rows, row % rows);
        for tap in 0..size.rows * size.columns {
            let (down, right) = (tap / size.columns, tap % size.columns);
            let y = inside(
                row * stride.rows,
                down * dilation.rows,
                padding.rows,
                shape.height,
            );
            let x = inside(
                column * stride.columns,
                right * dilation.columns,
                padding.columns,
                shape.width,
            );
            let Some((y, x)) = y.zip(x) else { continue };
            let source = (sample * shape.height + y) * shape.width + x;
            for channels in 0..inputs * shape.outputs {
                let (i, o) = (channels / shape.outputs, channels % shape.outputs);
                let (group, within) = (o / outputs, o % outputs);
                let of_group = group * size.rows * size.columns + tap;
                let weight = (of_group * inputs + i) * outputs + within;
                let from = source * shape.inputs + group * inputs + i;
                triples.push([from, weight, pixel * shape.outputs + o]);
            }
        }
    }
    triples
}

/// The inputs, weights and outputs for some samples of a shape, all of one family.
struct Numbers {
    shape: Shape,
    samples: usize,
    triples: Vec<Triple>,
    /// The input, the weights and the output.
    numbers: [Vec<f32>; 3],
}

impl Numbers {
    fn new(shape: Shape, samples: usize, family: Family) -> Self {
        let triples = triples(&shape, samples);
        let (x, y) = (samples * shape.input(), samples * shape.output());
        let numbers = [
            family.vectors(x, 1).0,
            family.vectors(shape.weights(), 2).1,
            family.vectors(y, 3).0,
        ];
        Numbers {
            shape,
            samples,
            triples,
            numbers,
        }
    }

    fn name(&self, product: Product) -> String {
        format!("{product:?} of {} samples, {:?}", self.samples, self.shape)
    }

    /// The chains of a product, from the definition. They begin with `old`.
    fn chains(&self, product: Product, old: &[f32]) -> Vec<f32> {
        let (a, b, result) = product.places();
        let mut sums = old.to_vec();
        for triple in &self.triples {
            let (a, b) = (self.numbers[a][triple[a]], self.numbers[b][triple[b]]);
            let sum = &mut sums[triple[result]];
            *sum = a.mul_add(b, *sum);
        }
        sums
    }

    /// The exact sums of a product, including `old`.
    fn terms(&self, product: Product, old: &[f32]) -> Vec<Terms> {
        let (a, b, result) = product.places();
        let mut sums: Vec<Terms> = old.iter().map(|&old| Terms::new().and(old, 1.0)).collect();
        for triple in &self.triples {
            let (a, b) = (self.numbers[a][triple[a]], self.numbers[b][triple[b]]);
            let sum = &mut sums[triple[result]];
            *sum = std::mem::take(sum).and(a, b);
        }
        sums
    }

    fn expected(&self, product: Product, old: &[f32]) -> Vec<Expected> {
        let terms = self.terms(product, old).into_iter();
        let expected = terms.map(|terms| terms.expected(&Format::single(), Order::Chain));
        expected.collect()
    }

    /// The result of the kernel on `old`; with `None` it must overwrite its output, which holds NaN
    /// everywhere.
    fn computed(&self, isa: Isa, product: Product, old: Option<&[f32]>) -> Vec<f32> {
        let convolution = Convolution::new(self.shape);
        let [x, w, y] = &self.numbers;
        let length = self.numbers[product.places().2].len();
        let mut out = Guarded::new(old.unwrap_or(&vec![f32::NAN; length]));
        let begin = match old {
            Some(_) => Begin::Accumulate,
            None => Begin::Zero,
        };
        match product {
            Product::Forward => forward(isa, &convolution, x, w, begin, false, out.numbers()),
            Product::Backward => {
                let mut transposed = Guarded::new(w);
                transpose_weights(isa, &convolution, w, transposed.numbers());
                let transposed = transposed.checked("transpose_weights");
                backward(isa, &convolution, y, &transposed, begin, out.numbers());
            }
            Product::Gradient => {
                let start = match old {
                    Some(_) => Start::Accumulate,
                    None => Start::Zero,
                };
                weight_gradient(isa, &convolution, x, y, start, out.numbers());
            }
        }
        out.checked(&self.name(product))
    }

    fn assert_chains(&self) {
        for product in PRODUCTS {
            let length = self.numbers[product.places().2].len();
            let old = Family::Uniform.vectors(length, 4).0;
            let right = all_bits(&self.chains(product, &old));
            let from_zero = all_bits(&self.chains(product, &vec![0.0; length]));
            for isa in Isa::available() {
                let place = format!("{} on {}", self.name(product), isa.name());
                let computed = self.computed(isa, product, Some(&old));
                assert_eq!(all_bits(&computed), right, "{place}");
                let computed = self.computed(isa, product, None);
                assert_eq!(all_bits(&computed), from_zero, "{place}, from zero");
            }
        }
    }
}

#[test]
fn every_number_is_one_chain() {
    for (shape, samples) in edge_shapes().into_iter().chain(free_shapes()) {
        Numbers::new(shape, samples, Family::WideRange).assert_chains();
    }
}

#[test]
fn every_number_of_a_random_shape_is_one_chain() {
    let mut random = ChaCha8Rng::seed_from_u64(31);
    let mut seen = 0;
    while seen < 60 {
        let mut up_to = |most: usize| random.random_range(1..=most);
        let (image, channels) = ((up_to(9), up_to(9)), (up_to(20), up_to(20)));
        let window = (up_to(5), up_to(3), up_to(4) - 1);
        let (shape, samples) = (shape(image, channels, window), up_to(5) - 1);
        if shape.output() > 0 {
            Numbers::new(shape, samples, Family::Uniform).assert_chains();
            seen += 1;
        }
    }
}

#[test]
fn every_number_of_a_random_free_shape_is_one_chain() {
    let mut random = ChaCha8Rng::seed_from_u64(32);
    let mut seen = 0;
    while seen < 60 {
        let mut up_to = |most: usize| random.random_range(1..=most);
        let mut pair = |most: usize| (up_to(most), up_to(most));
        let (image, window) = (pair(9), [pair(4), pair(4), pair(6), pair(4)]);
        let (groups, (inputs, outputs)) = (up_to(6), (up_to(4), up_to(4)));
        let channels = match up_to(3) {
            1 => (groups * 3, groups * 3, groups * 3),
            _ => (groups * inputs, groups * outputs, groups),
        };
        let samples = up_to(5) - 1;
        let [size, stride, (down, right), dilation] = window;
        let shape = free(
            image,
            channels,
            [size, stride, (down - 1, right - 1), dilation],
        );
        if shape.output() > 0 {
            Numbers::new(shape, samples, Family::Uniform).assert_chains();
            seen += 1;
        }
    }
}

/// Shapes with more pixels than a block holds (128), and numbers of samples on both sides of whole
/// blocks.
#[test]
fn chains_go_on_from_block_to_block() {
    for (shape, samples) in [
        (shape((2, 2), (3, 5), (3, 1, 1)), 70),
        (shape((2, 2), (9, 5), (3, 1, 1)), 33),
        (shape((13, 12), (4, 2), (3, 1, 1)), 3),
        (shape((12, 13), (3, 2), (3, 1, 1)), 3),
    ] {
        Numbers::new(shape, samples, Family::WideRange).assert_chains();
    }
}

#[test]
fn special_values_pass_through_every_chain() {
    for family in Family::ALL {
        Numbers::new(shape((4, 5), (3, 18), (3, 1, 1)), 2, family).assert_chains();
        Numbers::new(shape((5, 3), (9, 4), (3, 2, 1)), 2, family).assert_chains();
        for groups in [3, 9] {
            let window = [(2, 3), (1, 2), (1, 1), (2, 1)];
            Numbers::new(free((4, 5), (9, 9, groups), window), 2, family).assert_chains();
        }
    }
}

#[test]
fn products_stay_within_their_proved_bounds() {
    for family in Family::ALL {
        for product in PRODUCTS {
            let shapes = [
                shape((3, 4), (3, 5), (3, 1, 1)),
                shape((5, 4), (6, 2), (3, 2, 1)),
                free((4, 4), (4, 4, 2), [(2, 3), (1, 2), (1, 1), (2, 1)]),
                free((4, 4), (3, 3, 3), [(3, 2), (2, 1), (1, 1), (1, 2)]),
            ];
            let numbers = shapes.map(|shape| Numbers::new(shape, 2, family));
            let length = |numbers: &Numbers| numbers.numbers[product.places().2].len();
            let old = |numbers: &Numbers| family.vectors(length(numbers), 4).1;
            let expected: Vec<Expected> = numbers
                .iter()
                .flat_map(|numbers| numbers.expected(product, &old(numbers)))
                .collect();
            // A result of nothing but zeros is no evidence.
            let outcome = match family {
                Family::SignedZeros => Outcome::Mistrusted,
                _ => Outcome::Holds,
            };
            for isa in Isa::available() {
                let computed = numbers
                    .iter()
                    .flat_map(|numbers| numbers.computed(isa, product, Some(&old(numbers))));
                let computed: Vec<f64> = computed.map(f64::from).collect();
                let judgement = judge(&computed, &expected);
                let place = format!("{family:?} {product:?} on {}: {judgement:?}", isa.name());
                assert_eq!(judgement.outcome, outcome, "{place}");
            }
        }
    }
}

/// The test must notice that a gradient leaves out one sample.
#[test]
fn a_forgotten_sample_is_caught() {
    let shape = shape((4, 4), (3, 5), (3, 1, 1));
    let all = Numbers::new(shape, 3, Family::Uniform);
    let expected = all.expected(Product::Gradient, &vec![0.0; shape.weights()]);
    let mut fewer = Numbers::new(shape, 2, Family::Uniform);
    for (part, whole) in fewer.numbers.iter_mut().zip(&all.numbers) {
        let length = part.len();
        part.copy_from_slice(&whole[..length]);
    }
    let computed = fewer.computed(Isa::best(), Product::Gradient, None);
    let computed: Vec<f64> = computed.into_iter().map(f64::from).collect();
    assert_eq!(judge(&computed, &expected).broken.len(), shape.weights());
}

/// `⟨y, x∗w⟩ = ⟨y∗w', x⟩ = ⟨∇_w, w⟩` holds exactly, because sums of small integers do not round.
#[test]
fn the_three_products_are_adjoint() {
    let mut random = ChaCha8Rng::seed_from_u64(8);
    for (shape, samples) in edge_shapes().into_iter().chain(free_shapes()) {
        let mut numbers = Numbers::new(shape, samples, Family::Uniform);
        for number in numbers.numbers.iter_mut().flatten() {
            *number = random.random_range(-3_i8..=3).into();
        }
        let exact = |x: &f32| Exact::from_f32(*x).expect("a finite number");
        let paired = PRODUCTS.map(|product| {
            let with = &numbers.numbers[product.places().2];
            let result = numbers.computed(Isa::best(), product, None);
            let pairs = result.iter().zip(with);
            pairs.fold(Exact::zero(), |sum, (a, b)| sum + exact(a) * exact(b))
        });
        assert_eq!(paired[0], paired[1], "backward, {shape:?}");
        assert_eq!(paired[0], paired[2], "gradient, {shape:?}");
    }
}

#[test]
fn bias_and_rectifier_ride_on_the_chains() {
    for (shape, samples) in edge_shapes().into_iter().chain(free_shapes()) {
        let numbers = Numbers::new(shape, samples, Family::Uniform);
        let row = Family::Uniform.vectors(shape.outputs, 5).0;
        let [x, w, y] = &numbers.numbers;
        let old: Vec<f32> = (0..y.len()).map(|i| row[i % row.len()]).collect();
        let right = numbers.chains(Product::Forward, &old);
        let right: Vec<f32> = right.into_iter().map(rounded::relu).collect();
        for isa in Isa::available() {
            let mut out = Guarded::new(y);
            let convolution = Convolution::new(shape);
            let begin = Begin::Row(&row);
            forward(isa, &convolution, x, w, begin, true, out.numbers());
            let out = out.checked("forward");
            assert_eq!(all_bits(&out), all_bits(&right), "{shape:?}");
        }
    }
}

#[test]
#[should_panic(expected = "no convolution has the shape")]
fn a_window_that_fits_nowhere_is_refused() {
    Convolution::new(shape((2, 5), (1, 1), (3, 1, 0)));
}

#[test]
#[should_panic(expected = "no convolution has the shape")]
fn groups_that_do_not_divide_the_channels_are_refused() {
    let window = [(1, 1), (1, 1), (0, 0), (1, 1)];
    Convolution::new(free((2, 2), (4, 6, 4), window));
}

#[test]
#[should_panic(expected = "are no samples of")]
fn a_part_of_a_sample_is_refused() {
    let convolution = Convolution::new(shape((2, 2), (1, 1), (1, 1, 0)));
    let start = Start::Zero;
    weight_gradient(
        Isa::best(),
        &convolution,
        &[0.0; 6],
        &[0.0; 6],
        start,
        &mut [0.0],
    );
}
