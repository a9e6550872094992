//! The speed of the machine on one thread.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use sgd_stability::kernel::{Isa, dot, peak};

/// The duration of a window that measures the machine.
const GLANCE: Duration = Duration::from_millis(10);

/// Measures the rate of `work(count)` per second, window by window.
pub struct Windows<W> {
    work: W,
    /// The number of calls in a window.
    count: u64,
}

impl<W: FnMut(u64)> Windows<W> {
    /// Windows of this duration; of two calls if there is none.
    pub fn new(length: Option<Duration>, work: W) -> Self {
        let mut windows = Windows { work, count: 2 };
        while length.is_some_and(|length| windows.seconds() < length.as_secs_f64() / 2.0) {
            windows.count *= 2;
        }
        windows
    }

    fn seconds(&mut self) -> f64 {
        let start = Instant::now();
        (self.work)(self.count);
        start.elapsed().as_secs_f64()
    }

    pub fn next(&mut self) -> f64 {
        self.count as f64 / self.seconds()
    }
}

/// Speeds at one moment.
pub struct Speeds {
    /// Floating-point operations in registers per second.
    pub flops: f64,
    /// Bytes read, or read and written, per second.
    pub bytes: f64,
}

/// A window that measures something.
type Gauge = Box<dyn FnMut() -> f64>;

/// Measures the machine, with windows that are prepared once.
pub struct Machine {
    length: Option<Duration>,
    flops: BTreeMap<&'static str, Gauge>,
    bytes: BTreeMap<usize, [Gauge; 2]>,
}

impl Machine {
    /// In a smoke run, a window is two calls.
    pub fn new(is_smoke: bool) -> Self {
        Machine {
            length: (!is_smoke).then_some(GLANCE),
            flops: BTreeMap::new(),
            bytes: BTreeMap::new(),
        }
    }

    /// The speeds now: of arithmetic on this instruction set, and of this many bytes.
    pub fn measure(&mut self, isa: Isa, bytes: usize) -> Speeds {
        let length = self.length;
        let flops = self.flops.entry(isa.name());
        let flops = flops.or_insert_with(|| arithmetic(isa, length));
        let bytes = self.bytes.entry(bytes);
        let bytes =
            bytes.or_insert_with_key(|bytes| [reading(*bytes, length), copying(*bytes, length)]);
        let [reading, copying] = bytes;
        Speeds {
            flops: flops(),
            bytes: reading().max(copying()),
        }
    }
}

fn arithmetic(isa: Isa, length: Option<Duration>) -> Gauge {
    let rounds = 1000;
    let mut windows = Windows::new(length, move |count| {
        for _ in 0..count {
            black_box(peak(isa, rounds));
        }
    });
    Box::new(move || windows.next() * (384 * rounds) as f64)
}

/// Reading by the dot product of two vectors that are half as long.
fn reading(bytes: usize, length: Option<Duration>) -> Gauge {
    let half = (bytes / 2 / size_of::<f32>()).max(1);
    let (x, y) = (vec![1.0; half], vec![1.0; half]);
    let mut windows = Windows::new(length, move |count| {
        for _ in 0..count {
            black_box(dot(Isa::best(), black_box(&x), &y));
        }
    });
    Box::new(move || windows.next() * (2 * half * size_of::<f32>()) as f64)
}

/// Copying one half to the other, which reads and writes.
fn copying(bytes: usize, length: Option<Duration>) -> Gauge {
    let half = (bytes / 2 / size_of::<f32>()).max(1);
    let (x, mut y) = (vec![1.0_f32; half], vec![0.0; half]);
    let mut windows = Windows::new(length, move |count| {
        for _ in 0..count {
            black_box(&mut y).copy_from_slice(black_box(&x));
        }
    });
    Box::new(move || windows.next() * (2 * half * size_of::<f32>()) as f64)
}
