//! The sizes of a convolution.

/// The sizes of a convolution of images, in numbers: square kernel, the same stride and padding in
/// both directions.
///
/// Images are samples × height × width × channels, contiguous. Weights are
/// kernel × kernel × inputs × outputs, contiguous: element (k_y, k_x, i, o) weighs channel `i` of
/// the pixel (k_y, k_x) of the window for channel `o` of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of the input image.
    pub height: usize,
    /// Columns of the input image.
    pub width: usize,
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output.
    pub outputs: usize,
    /// Side of the kernel.
    pub kernel: usize,
    /// From window to window.
    pub stride: usize,
    /// How far windows may reach beyond each edge of the image.
    pub padding: usize,
}

impl Shape {
    /// Rows of the output image: `⌊(height + 2·padding − kernel)/stride⌋ + 1`, or 0 where no
    /// window fits.
    pub fn output_height(&self) -> usize {
        self.rows().targets()
    }

    /// Columns of the output image.
    pub fn output_width(&self) -> usize {
        self.columns().targets()
    }

    /// The number of weights: `kernel²·inputs·outputs`.
    pub fn weights(&self) -> usize {
        self.kernel * self.kernel * self.inputs * self.outputs
    }

    /// The numbers of one sample of the input.
    pub fn input(&self) -> usize {
        self.height * self.width * self.inputs
    }

    /// The numbers of one sample of the output.
    pub fn output(&self) -> usize {
        self.output_height() * self.output_width() * self.outputs
    }

    /// Terms of the forward product of one sample, padding included:
    /// `output_height·output_width·weights`.
    pub fn products(&self) -> usize {
        self.output_height() * self.output_width() * self.weights()
    }

    pub(super) fn rows(&self) -> Axis {
        self.axis(self.height)
    }

    pub(super) fn columns(&self) -> Axis {
        self.axis(self.width)
    }

    fn axis(&self, size: usize) -> Axis {
        Axis {
            size,
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
        }
    }
}

/// One direction of a convolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
}

/// What one coordinate of the result reads in one direction: the coordinates `source`,
/// `source + 1`, … under the kernel's indices `tap`, `tap + 1`, …, each `taps` in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) source: usize,
    pub(super) tap: usize,
    pub(super) taps: usize,
}

const NOTHING: Reach = Reach {
    source: 0,
    tap: 0,
    taps: 0,
};

impl Axis {
    /// The length of the output.
    pub(super) fn targets(&self) -> usize {
        let room = (self.size + 2 * self.padding).checked_sub(self.kernel);
        room.map_or(0, |room| room / self.stride + 1)
    }

    /// What coordinate `target` of the output reads in the input: index `k` reads
    /// `target·stride + k − padding`.
    pub(super) fn forward(&self, target: usize) -> Reach {
        let start = target * self.stride;
        let tap = self.padding.saturating_sub(start);
        let end = (self.size + self.padding).saturating_sub(start);
        let taps = end.min(self.kernel).saturating_sub(tap);
        match taps {
            0 => NOTHING,
            _ => Reach {
                source: start + tap - self.padding,
                tap,
                taps,
            },
        }
    }

    /// What coordinate `target` of the input reads in the output, under the indices of the turned
    /// kernel ([`Axis::turned`]).
    ///
    /// It was read by index `k` of window `w` when `w·stride + k = target + padding`. So the
    /// indices have the remainder of `target + padding`, and as `w` grows by one, `k` falls by the
    /// stride.
    pub(super) fn backward(&self, target: usize) -> Reach {
        let (last, phase) = (
            (target + self.padding) / self.stride,
            (target + self.padding) % self.stride,
        );
        let phase_taps = self.phase_taps(phase);
        let Some(most) = phase_taps.checked_sub(1).map(|most| most.min(last)) else {
            return NOTHING;
        };
        let source = last - most;
        let end = self.targets().min(last + 1);
        match end.saturating_sub(source) {
            0 => NOTHING,
            taps => Reach {
                source,
                tap: self.turned(phase + most * self.stride),
                taps,
            },
        }
    }

    /// The place of index `k` in the turned kernel: sorted by the remainder of division by the
    /// stride, and backwards among equal ones.
    pub(super) fn turned(&self, k: usize) -> usize {
        let phase = k % self.stride;
        let before: usize = (0..phase).map(|phase| self.phase_taps(phase)).sum();
        before + self.phase_taps(phase) - 1 - k / self.stride
    }

    /// The number of indices with this remainder.
    fn phase_taps(&self, phase: usize) -> usize {
        self.kernel.saturating_sub(phase).div_ceil(self.stride)
    }
}

/// Coordinates that read under the same indices.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) tap: usize,
    pub(super) taps: usize,
    /// (coordinate of the result, first coordinate that it reads), in order.
    pub(super) places: Vec<(usize, usize)>,
}

/// The groups of `count` coordinates, in the order of their first ones.
pub(super) fn groups(count: usize, reach: impl Fn(usize) -> Reach) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for target in 0..count {
        let Reach { source, tap, taps } = reach(target);
        let known = groups
            .iter_mut()
            .find(|group| (group.tap, group.taps) == (tap, taps));
        match known {
            Some(group) => group.places.push((target, source)),
            None => groups.push(Group {
                tap,
                taps,
                places: vec![(target, source)],
            }),
        }
    }
    groups
}
