//! An operand of a call: its elements, the gaps between them, and what stands around it.

use crate::error::Result;
use crate::kernel::{Guarded, Place};

/// Which numbers of an operand's memory are elements.
///
/// Number `p` is an element if `p mod period < width`, otherwise it belongs to a gap. A vector with a
/// stride has the period of its absolute value and width 1; a matrix has the period of its leading
/// dimension and the width of a row, or of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The length of the memory.
    pub len: usize,
    /// The distance from one run of elements to the next.
    pub period: usize,
    /// The length of a run.
    pub width: usize,
}

impl Pattern {
    /// A vector of `count` elements: `1 + (count − 1)·|stride|` numbers, or none.
    pub fn vector(count: usize, stride: isize) -> Pattern {
        let period = stride.unsigned_abs();
        Pattern {
            len: count.checked_sub(1).map_or(0, |last| 1 + last * period),
            period,
            width: 1,
        }
    }

    /// `runs` rows (or columns) of `width` elements whose beginnings are `leading` apart:
    /// `(runs − 1)·leading + width` numbers, or none.
    pub fn matrix(runs: usize, width: usize, leading: usize) -> Pattern {
        let is_empty = runs == 0 || width == 0;
        Pattern {
            len: if is_empty {
                0
            } else {
                (runs - 1) * leading + width
            },
            period: leading.max(1),
            width,
        }
    }

    /// Whether number `p` of the memory is an element.
    pub fn is_element(self, p: usize) -> bool {
        p % self.period < self.width
    }
}

/// What fills the gaps of an operand and the memory around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filling {
    /// Signalling NaN: whoever computes with one gets NaN, also if it is multiplied by zero.
    NotNumbers,
    /// Numbers near 2⁴⁰: whoever reads one and swallows NaN gets another result than with NaN.
    Numbers,
}

impl Filling {
    /// The bits of the canary at a distance from the first number of the operand. Neighbours differ, so
    /// that a canary copied from one place to another is a changed one.
    fn canary(self, distance: isize) -> u32 {
        let mixed = (distance as u32).wrapping_mul(0x9e37_79b1) >> 12;
        match self {
            Filling::NotNumbers => 0x7f80_0001 | mixed << 1,
            Filling::Numbers => 0x5380_0000 | mixed,
        }
    }
}

/// An operand as a case describes it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Which numbers are elements.
    pub pattern: Pattern,
    /// The memory; numbers in gaps are not looked at.
    pub values: &'a [f32],
    /// Whether the kernel may change the elements.
    pub is_output: bool,
}

/// Memory for operands, which is used again from call to call, and the operand in it.
#[derive(Debug, Default)]
pub struct Operand {
    /// Memory of growing capacities: the smallest that is large enough is used, because all of it is
    /// filled with canaries.
    sizes: Vec<Guarded>,
    /// The one in use.
    used: usize,
    filling: Option<Filling>,
}

/// Where an operand was changed although it should not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// An element that is only read.
    pub element: Option<usize>,
    /// A number in a gap.
    pub gap: Option<usize>,
    /// A number outside, by its distance from the first number of the operand.
    pub outside: Option<isize>,
}

impl Operand {
    /// Writes an operand to its place, with canaries in the gaps and around it.
    ///
    /// # Errors
    /// Returns an error when there is no memory for it.
    pub fn lay(&mut self, input: Input, place: Place, filling: Filling) -> Result<()> {
        let len = input.pattern.len;
        self.used = match self.sizes.iter().position(|size| size.capacity() >= len) {
            Some(used) => used,
            None => {
                self.sizes.push(Guarded::new(len.next_power_of_two())?);
                self.sizes.len() - 1
            }
        };
        self.filling = Some(filling);
        let guarded = &mut self.sizes[self.used];
        guarded.place(len, place, |distance| filling.canary(distance));
        for (p, number) in guarded.memory_mut().iter_mut().enumerate() {
            if input.pattern.is_element(p) {
                *number = input.values[p];
            }
        }
        Ok(())
    }

    /// The operand.
    pub fn memory(&self) -> &[f32] {
        self.sizes.get(self.used).map_or(&[], Guarded::memory)
    }

    /// The operand, to be changed.
    pub fn memory_mut(&mut self) -> &mut [f32] {
        match self.sizes.get_mut(self.used) {
            Some(guarded) => guarded.memory_mut(),
            None => &mut [],
        }
    }

    /// Compares the operand with what was laid.
    pub fn changed(&self, input: Input) -> Changed {
        let filling = self.filling.unwrap_or(Filling::NotNumbers);
        let memory = self.memory();
        let pattern = input.pattern;
        let find = |elements: bool, right: &dyn Fn(usize) -> u32| {
            let mut places = (0..memory.len()).filter(|&p| pattern.is_element(p) == elements);
            places.find(|&p| memory[p].to_bits() != right(p))
        };
        Changed {
            element: if input.is_output {
                None
            } else {
                find(true, &|p| input.values[p].to_bits())
            },
            gap: if pattern.width < pattern.period {
                find(false, &|p| filling.canary(p as isize))
            } else {
                None
            },
            outside: self
                .sizes
                .get(self.used)
                .and_then(|guarded| guarded.changed_outside(|distance| filling.canary(distance))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canaries_are_signalling_or_numbers() {
        for distance in [-40_000, -1, 0, 1, 7, 100_000] {
            let nan = Filling::NotNumbers.canary(distance);
            assert!(f32::from_bits(nan).is_nan() && nan & 0x0040_0000 == 0);
            let number = f32::from_bits(Filling::Numbers.canary(distance));
            assert!((2.0_f32.powi(40)..2.0_f32.powi(41)).contains(&number));
        }
    }

    #[test]
    fn changes_are_told_apart() {
        let values = [1.0, 0.0, 0.0, 2.0];
        let input = Input {
            pattern: Pattern::vector(2, -3),
            values: &values,
            is_output: false,
        };
        let mut operand = Operand::default();
        let mut changed_by = |change: &dyn Fn(&mut [f32])| {
            operand
                .lay(input, Place::Offset(1), Filling::NotNumbers)
                .unwrap();
            change(operand.memory_mut());
            operand.changed(input)
        };
        let nothing = Changed {
            element: None,
            gap: None,
            outside: None,
        };
        assert_eq!(changed_by(&|_| {}), nothing);
        let element = Changed {
            element: Some(3),
            ..nothing
        };
        assert_eq!(changed_by(&|memory| memory[3] = 5.0), element);
        let gap = Changed {
            gap: Some(2),
            ..nothing
        };
        assert_eq!(changed_by(&|memory| memory[2] = memory[1]), gap);
    }
}
