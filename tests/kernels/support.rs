//! What the tests share.

use rayon::{ThreadPool, ThreadPoolBuilder};
use sgd_stability::kernel::Isa;

/// The lengths of all tails of 64 lanes, twice.
pub fn short_lengths() -> Vec<usize> {
    (0..=130).collect()
}

/// Lengths on both sides of the edge of a piece of parallel work (2¹⁴), and far beyond.
pub const LONG: [usize; 5] = [257, 4099, 16_384, 16_385, 50_021];

/// The bits, with one NaN for all: the payload of a NaN is not part of the promise.
pub fn bits(x: f32) -> u32 {
    if x.is_nan() { f32::NAN } else { x }.to_bits()
}

/// The bits of many numbers.
pub fn all_bits(x: &[f32]) -> Vec<u32> {
    x.iter().copied().map(bits).collect()
}

/// The bits, with one NaN for all.
pub fn bits64(x: f64) -> u64 {
    if x.is_nan() { f64::NAN } else { x }.to_bits()
}

/// Runs on one, two, three and eight threads and asserts that every instruction set gives on each
/// the bits that the portable one gives on one thread; returns them.
pub fn same_everywhere<T: PartialEq + std::fmt::Debug + Send>(
    name: &str,
    run: impl Fn(Isa) -> T + Sync,
) -> T {
    let reference = pool(1).install(|| run(Isa::portable()));
    for threads in [1, 2, 3, 8] {
        let pool = pool(threads);
        for isa in Isa::available() {
            let result = pool.install(|| run(isa));
            let place = format!("{name} on {} with {threads} threads", isa.name());
            assert!(result == reference, "{place}: other bits");
        }
    }
    reference
}

/// A pool of so many threads.
pub fn pool(threads: usize) -> ThreadPool {
    let builder = ThreadPoolBuilder::new().num_threads(threads);
    builder.build().expect("a pool of threads")
}

/// Numbers between two guards that nobody may touch.
pub struct Guarded {
    all: Vec<f32>,
}

/// An odd number of guards, so that the numbers are aligned to nothing.
const GUARDS: usize = 17;
/// A signalling NaN whose bits no kernel makes.
const GUARD: u32 = 0x7f81_2345;

impl Guarded {
    /// The numbers, with guards before and after.
    pub fn new(numbers: &[f32]) -> Self {
        let guards = [f32::from_bits(GUARD); GUARDS];
        Guarded {
            all: [&guards, numbers, &guards].concat(),
        }
    }

    /// The numbers.
    pub fn numbers(&mut self) -> &mut [f32] {
        let end = self.all.len() - GUARDS;
        &mut self.all[GUARDS..end]
    }

    /// The numbers, after a look at the guards.
    pub fn checked(self, name: &str) -> Vec<f32> {
        let end = self.all.len() - GUARDS;
        let mut guards = self.all[..GUARDS].iter().chain(&self.all[end..]);
        assert!(
            guards.all(|x| x.to_bits() == GUARD),
            "{name}: touched what stands beside its output"
        );
        self.all[GUARDS..end].to_vec()
    }

    /// What a kernel that writes too much would do.
    pub fn touch_one_beyond(&mut self) {
        let beyond = self.all.len() - GUARDS;
        self.all[beyond] = 0.0;
    }
}
