//! Random numbers that depend on the number of a case and on nothing else, now and in every later version,
//! so that `--case N` always means the same operands.

/// The generator SplitMix64 (Steele, Lea and Flood, 2014, *Fast splittable pseudorandom number
/// generators*).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The generator of a case.
    pub fn of_case(number: u64) -> Dice {
        Dice(number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A whole number below `end`, which is small beside 2⁶⁴.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// A whole number in `low..=high`.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1) as u64) as i32
    }

    /// A number in [0, 1) with 24 bits.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 16_777_216.0
    }

    /// A number in (−1, 1) with 24 bits.
    pub fn signed(&mut self) -> f32 {
        let unit = self.unit();
        if self.bits() >> 63 == 0 { unit } else { -unit }
    }

    /// One of the choices.
    pub fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Puts the elements in a random order.
    pub fn shuffle(&mut self, mut swap: impl FnMut(usize, usize), count: usize) {
        for i in (1..count).rev() {
            swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}
