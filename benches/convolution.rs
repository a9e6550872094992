//! The speed of the three products of each convolution in the small VGG network, on one thread.
//!
//! The table counts nominal operations, two for each pair of a weight and a window, padding included. A
//! loop of FMAs that reads no memory is timed for comparison. Before the clock starts, every instruction
//! set must give the same bits.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sgd_stability::kernel::convolution::{
    Begin, Convolution, Shape, backward, forward, transpose_weights, weight_gradient,
};
use sgd_stability::kernel::pool::{Pool, max_pool, scatter_pool};
use sgd_stability::kernel::{Isa, Sides, Start, Window, peak};

/// Convolutions with 3 × 3 windows. The first five are those of the VGG network and the next four those
/// of a residual network; the last ones have the same sixty-four channels dilated, in groups, and one per
/// group.
const LAYERS: [Shape; 14] = [
    three(32, (3, 16), 1),
    three(16, (16, 16), 1),
    three(8, (16, 32), 1),
    three(4, (32, 64), 1),
    three(2, (64, 64), 1),
    three(32, (32, 32), 1),
    three(32, (32, 64), 2),
    three(16, (64, 64), 1),
    three(8, (128, 128), 1),
    Shape {
        window: Window::square(3)
            .padded(Sides::both(2))
            .dilated(Sides::both(2)),
        ..three(16, (64, 64), 1)
    },
    grouped(2),
    grouped(4),
    grouped(16),
    grouped(64),
];

/// A 3 × 3 convolution with padding 1: the side of the image, the channels of input and output, and the
/// stride.
const fn three(side: usize, (inputs, outputs): (usize, usize), stride: usize) -> Shape {
    Shape {
        height: side,
        width: side,
        inputs,
        outputs,
        window: Window::square(3)
            .every(Sides::both(stride))
            .padded(Sides::both(1)),
        groups: 1,
    }
}

/// A 3 × 3 convolution of 64 → 64 channels in `groups` groups.
const fn grouped(groups: usize) -> Shape {
    Shape {
        groups,
        ..three(16, (64, 64), 1)
    }
}

/// The number of samples in a call.
const SAMPLES: usize = 8;

fn numbers(length: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(length as u64);
    (0..length)
        .map(|_| random.random_range(-1.0..1.0))
        .collect()
}

/// A layer with its input, weights and output.
struct Layer {
    name: String,
    convolution: Convolution,
    x: Vec<f32>,
    w: Vec<f32>,
    turned: Vec<f32>,
    bias: Vec<f32>,
    y: Vec<f32>,
}

fn name(shape: &Shape) -> String {
    let (inputs, outputs, side) = (shape.inputs, shape.outputs, shape.height);
    let stride = shape.window.stride;
    let groups = match (shape.groups, shape.window.dilation.rows) {
        (1, 1) => String::new(),
        (1, dilation) => format!(" dilation {dilation}"),
        (groups, _) => format!(" groups {groups}"),
    };
    format!("{inputs}→{outputs} at {side}×{side} stride {stride}{groups}")
}

const PRODUCTS: [&str; 3] = ["forward", "backward", "gradient"];

impl Layer {
    fn new(shape: Shape) -> Self {
        let convolution = Convolution::new(shape);
        let w = numbers(shape.weights());
        let mut turned = w.clone();
        transpose_weights(Isa::best(), &convolution, &w, &mut turned);
        Layer {
            name: name(&shape),
            convolution,
            x: numbers(SAMPLES * shape.input()),
            w,
            turned,
            bias: numbers(shape.outputs),
            y: numbers(SAMPLES * shape.output()),
        }
    }

    /// Runs one of the products into `out`.
    fn run(&self, isa: Isa, product: &str, out: &mut Vec<f32>) {
        let convolution = &self.convolution;
        match product {
            "forward" => {
                out.resize(self.y.len(), 0.0);
                let begin = Begin::Row(&self.bias);
                forward(isa, convolution, &self.x, &self.w, begin, true, out);
            }
            "backward" => {
                out.resize(self.x.len(), 0.0);
                backward(isa, convolution, &self.y, &self.turned, Begin::Zero, out);
            }
            _ => {
                out.resize(self.w.len(), 0.0);
                weight_gradient(isa, convolution, &self.x, &self.y, Start::Zero, out);
            }
        }
    }

    fn check(&self) {
        for product in PRODUCTS {
            let result = |isa| {
                let mut out = Vec::new();
                self.run(isa, product, &mut out);
                out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let reference = result(Isa::portable());
            for isa in Isa::available() {
                assert!(result(isa) == reference, "{} has other bits", isa.name());
            }
        }
    }

    /// The number of nominal operations in a call.
    fn operations(&self) -> f64 {
        (2 * SAMPLES * self.convolution.shape().products()) as f64
    }
}

/// The shortest time of a call in seconds, among many calls.
fn least(run: impl FnMut()) -> f64 {
    let mut run = run;
    let (begin, mut least) = (Instant::now(), f64::INFINITY);
    while begin.elapsed() < Duration::from_millis(120) {
        let call = Instant::now();
        run();
        least = least.min(call.elapsed().as_secs_f64());
    }
    least
}

fn table(layers: &[Layer], isa: Isa) {
    let rounds = 20_000;
    let seconds = least(|| {
        black_box(peak(isa, rounds));
    });
    let limit = (384 * rounds) as f64 / seconds / 1e9;
    println!("\n{}: FMA loop {limit:.1} GFLOP/s", isa.name());
    println!(
        "{:<28} {:>24} {:>24} {:>24}",
        "layer", PRODUCTS[0], PRODUCTS[1], PRODUCTS[2]
    );
    for layer in layers {
        print!("{:<28}", layer.name);
        let mut out = Vec::new();
        for product in PRODUCTS {
            let seconds = least(|| layer.run(isa, product, black_box(&mut out)));
            let speed = layer.operations() / seconds / 1e9;
            let percent = 100.0 * speed / limit;
            print!(" {:>8.1} µs {speed:>6.1} {percent:>3.0} %", seconds * 1e6);
        }
        println!();
    }
}

/// The pools of the VGG network, as (side of the image, channels), to compare their times with those of
/// the products.
const POOLS: [(usize, usize); 3] = [(32, 16), (16, 16), (8, 32)];

fn pools(isa: Isa) {
    for (side, channels) in POOLS {
        let pool = Pool {
            height: side,
            width: side,
            channels,
            window: Window::tiles(Sides::both(2)),
        };
        let mut x = numbers(SAMPLES * pool.input());
        let mut y = numbers(SAMPLES * pool.output());
        let mut places = vec![0; y.len()];
        let find = least(|| max_pool(isa, &pool, &x, black_box(&mut y), &mut places));
        let scatter = least(|| scatter_pool(isa, &pool, &y, &places, black_box(&mut x)));
        // Reads four numbers, and writes one and its position.
        let bytes = (y.len() * (5 * size_of::<f32>() + 1)) as f64;
        for (name, seconds) in [("max", find), ("scatter", scatter)] {
            println!(
                "{name} pool of {channels} at {side}×{side}: {:.1} µs, {:.1} GB/s",
                seconds * 1e6,
                bytes / seconds / 1e9
            );
        }
    }
}

fn main() {
    let layers: Vec<Layer> = LAYERS.into_iter().map(Layer::new).collect();
    let mut criterion = Criterion::default().configure_from_args();
    let smoke = std::env::args().any(|word| word == "--test");
    let checked = if smoke { &layers[3..5] } else { &layers };
    checked.iter().for_each(Layer::check);
    if !smoke {
        let fast = Isa::available().into_iter().skip(1);
        fast.for_each(|isa| {
            table(&layers, isa);
            pools(isa);
        });
    }
    for layer in &layers {
        let mut group = criterion.benchmark_group(&layer.name);
        group.throughput(Throughput::Elements(layer.operations() as u64));
        for product in PRODUCTS {
            let mut out = Vec::new();
            group.bench_function(product, |bencher| {
                bencher.iter(|| layer.run(Isa::best(), product, black_box(&mut out)));
            });
        }
    }
    criterion.final_summary();
}
