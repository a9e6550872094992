//! The im2col matrix of a convolution, and pools.

use crate::oracle::graph::{self, Size};

/// The kernels of a convolution. With channels first, the groups lie one after the other in memory, and
/// each is a separate convolution.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    pub groups: usize,
    /// The window of each group.
    pub window: Window,
}

/// The window of one group of channels, over an image.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// The size of the input, with the channels of one group.
    pub from: Size,
    pub to: Size,
    pub window: graph::Window,
}

impl Window {
    /// The number of rows (channels × kernel) and of columns (positions) of the im2col matrix.
    pub fn shape(&self) -> (usize, usize) {
        let rows = self.from[0] * self.window.area();
        (rows, self.to[1] * self.to[2])
    }

    /// Calls `run(index in the matrix, index in the image, count)` for every run of numbers that are
    /// contiguous in both and do not belong to the padding.
    fn each_run(&self, mut run: impl FnMut(usize, usize, usize)) {
        let ([channels, height, width], [_, rows, columns]) = (self.from, self.to);
        let graph::Window {
            size: [tall, wide],
            stride,
            padding,
            dilation,
        } = self.window;
        for row in 0..channels * tall * wide {
            let (channel, ky, kx) = (row / (tall * wide), row / wide % tall, row % wide);
            let (down, along) = (ky * dilation[0], kx * dilation[1]);
            for y in 0..rows {
                let source = (y * stride[0] + down).wrapping_sub(padding[0]);
                if source >= height {
                    continue;
                }
                let (line, start) = (
                    (channel * height + source) * width,
                    (row * rows + y) * columns,
                );
                if stride[1] == 1 {
                    let first = padding[1].saturating_sub(along);
                    let end = columns.min((width + padding[1]).saturating_sub(along));
                    if first < end {
                        let source = first + along - padding[1];
                        run(start + first, line + source, end - first);
                    }
                    continue;
                }
                for x in 0..columns {
                    let source = (x * stride[1] + along).wrapping_sub(padding[1]);
                    if source < width {
                        run(start + x, line + source, 1);
                    }
                }
            }
        }
    }

    /// The im2col matrix of one image.
    pub fn spread(&self, image: &[f64]) -> Vec<f64> {
        let (rows, columns) = self.shape();
        let mut matrix = vec![0.0; rows * columns];
        self.each_run(|to, from, count| {
            matrix[to..to + count].copy_from_slice(&image[from..from + count]);
        });
        matrix
    }

    /// `image ← image +` the numbers of the matrix, each at the position it came from.
    pub fn gather(&self, matrix: &[f64], image: &mut [f64]) {
        self.each_run(|from, to, count| {
            let numbers = image[to..to + count].iter_mut();
            numbers.zip(&matrix[from..]).for_each(|(x, m)| *x += m);
        });
    }
}

/// Calls `pair(index in the pooled image, index in the image)`, window after window.
pub(super) fn each_pooled(
    from: Size,
    to: Size,
    window: &graph::Window,
    mut pair: impl FnMut(usize, usize),
) {
    let [channels, rows, columns] = to;
    let span = |d: usize, place: usize| {
        let start = place * window.stride[d];
        let end = (start + window.size[d]).saturating_sub(window.padding[d]);
        start.saturating_sub(window.padding[d])..end.min(from[1 + d])
    };
    for place in 0..channels * rows * columns {
        let (c, y, x) = (
            place / (rows * columns),
            place / columns % rows,
            place % columns,
        );
        for row in span(0, y) {
            let line = (c * from[1] + row) * from[2];
            span(1, x).for_each(|column| pair(place, line + column));
        }
    }
}

/// The index of the first largest number of every window.
pub(super) fn largest(from: Size, to: Size, window: &graph::Window, image: &[f64]) -> Vec<usize> {
    let mut places = vec![usize::MAX; to.iter().product()];
    each_pooled(from, to, window, |pooled, place| {
        let best = &mut places[pooled];
        if *best == usize::MAX || image[place] > image[*best] {
            *best = place;
        }
    });
    places
}
