//! What the tests of the kernels share.

use rayon::{ThreadPool, ThreadPoolBuilder};
use sgd_stability::kernel::Isa;

/// Lengths that cover all tails of 64 lanes, twice.
pub fn short_lengths() -> Vec<usize> {
    (0..=130).collect()
}

/// Lengths on both sides of one piece of parallel work (2¹⁴ elements), and far beyond.
pub const LONG: [usize; 5] = [257, 4099, 16_384, 16_385, 50_021];

/// The bits of a number. All NaNs count as one, because the kernels do not promise the payload of a NaN.
pub fn bits(x: f32) -> u32 {
    if x.is_nan() { f32::NAN } else { x }.to_bits()
}

/// The bits of each number.
pub fn all_bits(x: &[f32]) -> Vec<u32> {
    x.iter().copied().map(bits).collect()
}

/// The bits of an f64, in which all NaNs count as one.
pub fn bits64(x: f64) -> u64 {
    if x.is_nan() { f64::NAN } else { x }.to_bits()
}

/// Runs on one, two, three and eight threads, asserts that every instruction set always gives the bits of
/// the portable one on one thread, and returns them.
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

/// A pool of `threads` threads.
pub fn pool(threads: usize) -> ThreadPool {
    let builder = ThreadPoolBuilder::new().num_threads(threads);
    builder.build().expect("a pool of threads")
}

/// Numbers between two guards that must stay unchanged.
pub struct Guarded {
    all: Vec<f32>,
}

/// The number of guards. It is odd, so that the numbers are not aligned.
const GUARDS: usize = 17;
/// A signalling NaN whose bits no kernel produces.
const GUARD: u32 = 0x7f81_2345;

impl Guarded {
    /// The numbers, with guards before and after.
    pub fn new(numbers: &[f32]) -> Self {
        let guards = [f32::from_bits(GUARD); GUARDS];
        Guarded {
            all: [&guards, numbers, &guards].concat(),
        }
    }

    /// The numbers, to be changed.
    pub fn numbers(&mut self) -> &mut [f32] {
        let end = self.all.len() - GUARDS;
        &mut self.all[GUARDS..end]
    }

    /// The numbers, after checking the guards.
    pub fn checked(self, name: &str) -> Vec<f32> {
        let end = self.all.len() - GUARDS;
        let mut guards = self.all[..GUARDS].iter().chain(&self.all[end..]);
        assert!(
            guards.all(|x| x.to_bits() == GUARD),
            "{name}: touched what stands beside its output"
        );
        self.all[GUARDS..end].to_vec()
    }

    /// Overwrites the first guard, as a kernel that writes too much would.
    pub fn touch_one_beyond(&mut self) {
        let beyond = self.all.len() - GUARDS;
        self.all[beyond] = 0.0;
    }
}
