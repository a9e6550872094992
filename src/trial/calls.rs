//! One call of a kernel, and all that it must leave as it was.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::operand::{Changed, Filling, Input, Operand};
use super::verdict::FaultKind;
use crate::kernel::{Place, watched};

/// A kernel as a trial calls it: it gets the memory of all operands and returns a number if its function
/// does.
pub type Call<'a> = &'a dyn Fn(&mut [&mut [f32]]) -> Option<f32>;

/// What one call did.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The number returned, then the elements of every output in the order of memory.
    pub results: Vec<f32>,
    /// What is wrong with the call, whatever its results: the kind, and what came in words.
    pub faults: Vec<(FaultKind, String)>,
}

impl Done {
    /// Whether both calls gave the same bits. All NaN are the same.
    pub fn agrees(&self, other: &Done) -> bool {
        let key = |x: f32| {
            if x.is_nan() {
                f32::NAN.to_bits()
            } else {
                x.to_bits()
            }
        };
        self.results.len() == other.results.len()
            && self
                .results
                .iter()
                .zip(&other.results)
                .all(|(&x, &y)| key(x) == key(y))
    }
}

/// Lays the operands, calls the kernel, and looks at what it left behind.
///
/// # Panics
/// When the system has no memory for the operands.
pub fn perform(
    operands: &mut Vec<Operand>,
    inputs: &[Input],
    places: &[Place],
    filling: Filling,
    call: Call,
) -> Done {
    operands.resize_with(inputs.len().max(operands.len()), Operand::default);
    let operands = &mut operands[..inputs.len()];
    for ((operand, &input), &place) in operands.iter_mut().zip(inputs).zip(places) {
        operand
            .lay(input, place, filling)
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let mut memories: Vec<&mut [f32]> = operands.iter_mut().map(Operand::memory_mut).collect();
    let (returned, left) = watched(|| catch_unwind(AssertUnwindSafe(|| call(&mut memories))));
    let mut faults = Vec::new();
    if left.rounding {
        faults.push((
            FaultKind::RoundingMode,
            "a changed rounding mode".to_owned(),
        ));
    }
    if left.flushing {
        faults.push((FaultKind::FlushToZero, "flush-to-zero, changed".to_owned()));
    }
    for (index, (operand, &input)) in operands.iter().zip(inputs).enumerate() {
        describe(index, operand.changed(input), &mut faults);
    }
    let value = returned.unwrap_or_else(|_| {
        faults.push((FaultKind::Crash, "a panic".to_owned()));
        None
    });
    let outputs = operands
        .iter()
        .zip(inputs)
        .filter(|(_, input)| input.is_output);
    let elements = outputs.flat_map(|(operand, input)| {
        let memory = operand.memory().iter().enumerate();
        memory.filter_map(|(p, &number)| input.pattern.is_element(p).then_some(number))
    });
    Done {
        results: value.into_iter().chain(elements).collect(),
        faults,
    }
}

fn describe(operand: usize, changed: Changed, faults: &mut Vec<(FaultKind, String)>) {
    let operand = operand + 1;
    if let Some(p) = changed.element {
        let text = format!("number {p} of operand {operand} was written");
        faults.push((FaultKind::InputWritten, text));
    }
    if let Some(p) = changed.gap {
        let text = format!("number {p} of operand {operand}, in a gap, was written");
        faults.push((FaultKind::GapWritten, text));
    }
    if let Some(distance) = changed.outside {
        let text = format!(
            "the number at a distance of {distance} from the first of operand {operand} was written"
        );
        faults.push((FaultKind::WrittenOutside, text));
    }
}
