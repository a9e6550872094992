//! Reads and writes outside of an operand, and changes of the processor's state.
#![expect(
    unsafe_code,
    reason = "faults that leave an operand or change the processor's state need it"
)]

/// The number at a distance from the first of a slice; `None` where it would be on another page, so that
/// the faulty kernel survives.
pub fn stray(memory: &[f32], distance: isize) -> Option<f32> {
    let end = if distance < 0 {
        memory.as_ptr().addr()
    } else {
        memory.as_ptr_range().end.addr()
    };
    (end % 4096 != 0).then(|| read(memory, distance))
}

/// The number at a distance from the first of a slice, whatever is there.
pub fn read(memory: &[f32], distance: isize) -> f32 {
    // SAFETY: none if the number is inaccessible: then the process ends. Otherwise it is on the pages that
    // the trial mapped and filled with numbers.
    unsafe { memory.as_ptr().wrapping_offset(distance).read_volatile() }
}

/// Writes a number at a distance from the first of a slice.
pub fn stray_write(memory: &[f32], distance: isize, value: f32) {
    if distance < 0 || distance as usize >= memory.len() {
        let old = stray(memory, distance);
        if old.is_none() {
            return;
        }
    }
    // SAFETY: as in `stray`, or inside the operand; the trial reads the memory anew afterwards.
    unsafe {
        memory
            .as_ptr()
            .cast_mut()
            .wrapping_offset(distance)
            .write_volatile(value)
    };
}

/// Sets bits in the control word of SSE.
#[cfg(target_arch = "x86_64")]
pub fn set_control(bits: u32) {
    let mut word = 0_u32;
    // SAFETY: the trial puts the word back after the call.
    unsafe {
        std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack));
        word |= bits;
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack));
    }
}
