//! Memory that is reused from call to call.

use super::lanes::LANES;

/// Memory that is reused from call to call, aligned to cache lines.
#[derive(Default)]
pub(super) struct Buffer(Vec<f32>);

impl Buffer {
    /// Returns `length` numbers with arbitrary values.
    pub(super) fn numbers(&mut self, length: usize) -> &mut [f32] {
        if self.0.len() < length + LANES {
            self.0.resize(length + LANES, 0.0);
        }
        let offset = self.offset();
        &mut self.0[offset..][..length]
    }

    /// Where the first cache line begins. Alignment is best effort: missing it would only cost speed.
    fn offset(&self) -> usize {
        let offset = self.0.as_ptr().align_offset(size_of::<[f32; LANES]>());
        offset.min(LANES)
    }
}
