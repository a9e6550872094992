//! Room that is kept from call to call.

use super::lanes::LANES;

/// Room that is kept, aligned to cache lines.
#[derive(Default)]
pub(super) struct Buffer(Vec<f32>);

impl Buffer {
    /// Room for so many numbers, which hold anything.
    pub(super) fn numbers(&mut self, length: usize) -> &mut [f32] {
        if self.0.len() < length + LANES {
            self.0.resize(length + LANES, 0.0);
        }
        // The alignment is a wish: an offset beyond the spare line would only cost speed.
        let offset = self.0.as_ptr().align_offset(size_of::<[f32; LANES]>());
        &mut self.0[offset.min(LANES)..][..length]
    }
}
