//! The window of a convolution or a pool.

/// A window that slides over an image. Each pair gives rows, then columns: at position `p`, index `k` of
/// the window reads row or column `p·stride + k·dilation − padding`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// How many rows and columns the window reads.
    pub size: [usize; 2],
    /// The step from one position to the next.
    pub stride: [usize; 2],
    /// How many rows and columns of padding are added on each side of the image.
    pub padding: [usize; 2],
    /// The step from one index of the window to the next.
    pub dilation: [usize; 2],
}

impl Window {
    /// A square window without dilation.
    pub fn square(side: usize, stride: usize, padding: usize) -> Self {
        Window {
            size: [side; 2],
            stride: [stride; 2],
            padding: [padding; 2],
            dilation: [1; 2],
        }
    }

    /// How many numbers of a channel the window reads.
    pub fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// The row (axis 0) or column (axis 1) that index `k` of the window reads at position `p`, in an
    /// image with `length` rows or columns; `None` in the padding.
    pub(super) fn read(&self, axis: usize, p: usize, k: usize, length: usize) -> Option<usize> {
        let place = p * self.stride[axis] + k * self.dilation[axis];
        let place = place.checked_sub(self.padding[axis]);
        place.filter(|&place| place < length)
    }

    /// How many positions the window has along an axis of this length.
    pub(super) fn places(&self, axis: usize, length: usize) -> usize {
        let reach = self.dilation[axis] * (self.size[axis] - 1) + 1;
        (length + 2 * self.padding[axis] - reach) / self.stride[axis] + 1
    }
}
