//! The sizes of a convolution.

use std::collections::HashMap;

use crate::kernel::window::{Axis, Reach, Sides, Window};

/// The sizes of a convolution of images.
///
/// Images are samples × height × width × channels, contiguous. The channels of both images are divided
/// into the same number of equal groups, and a group of the output reads the same group of the input.
/// Weights are groups × rows × columns × inputs per group × outputs per group, contiguous: element (g,
/// k_y, k_x, i, o) is the weight from channel `i` of group `g`, at pixel (k_y, k_x) of the window, to
/// channel `o` of group `g` of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The number of rows of the input image.
    pub height: usize,
    /// The number of columns of the input image.
    pub width: usize,
    /// The number of channels of the input.
    pub inputs: usize,
    /// The number of channels of the output.
    pub outputs: usize,
    /// The window of the kernel.
    pub window: Window,
    /// The number of groups of channels; with 1, every output channel reads all input channels.
    pub groups: usize,
}

impl Shape {
    /// The number of rows of the output image, or 0 if no window fits ([`Window::places`]).
    pub fn output_height(&self) -> usize {
        self.rows().targets()
    }

    /// The number of columns of the output image, or 0 if no window fits.
    pub fn output_width(&self) -> usize {
        self.columns().targets()
    }

    /// The number of input channels that one output channel reads.
    pub fn group_inputs(&self) -> usize {
        self.inputs / self.groups
    }

    /// The number of output channels that read the same input channels.
    pub fn group_outputs(&self) -> usize {
        self.outputs / self.groups
    }

    /// The number of weights: `rows·columns·inputs·outputs/groups`.
    pub fn weights(&self) -> usize {
        self.groups * self.group_weights()
    }

    /// The number of weights in one group.
    pub(super) fn group_weights(&self) -> usize {
        self.window.size.area() * self.group_inputs() * self.group_outputs()
    }

    /// Whether every input channel has its own kernel and produces one output channel.
    pub(super) fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.group_inputs() == 1 && self.group_outputs() == 1
    }

    /// Whether every output pixel reads the input pixel at its own place, and all of its channels.
    pub fn is_pointwise(&self) -> bool {
        self.window == Window::square(1) && self.groups == 1
    }

    /// How many numbers one sample of the input has.
    pub fn input(&self) -> usize {
        self.height * self.width * self.inputs
    }

    /// How many numbers one sample of the output has.
    pub fn output(&self) -> usize {
        self.output_height() * self.output_width() * self.outputs
    }

    /// The number of terms in the forward product of one sample, including those in the padding:
    /// `output_height·output_width·weights`.
    pub fn products(&self) -> usize {
        self.output_height() * self.output_width() * self.weights()
    }

    /// Whether the sizes describe a valid convolution.
    pub(super) fn is_sound(&self) -> bool {
        let Window {
            size,
            stride,
            dilation,
            ..
        } = self.window;
        let sides = [size, stride, dilation].map(Sides::area);
        let sizes = [
            self.height,
            self.width,
            self.inputs,
            self.outputs,
            self.groups,
        ];
        !sides.contains(&0)
            && !sizes.contains(&0)
            && self.inputs.is_multiple_of(self.groups)
            && self.outputs.is_multiple_of(self.groups)
            && self.output() > 0
    }

    pub(super) fn rows(&self) -> Axis {
        self.window.rows(self.height)
    }

    pub(super) fn columns(&self) -> Axis {
        self.window.columns(self.width)
    }
}

/// Coordinates that read at the same indices of the kernel.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) tap: usize,
    pub(super) taps: usize,
    /// Pairs (coordinate of the result, first coordinate that it reads), in order.
    pub(super) places: Vec<(usize, usize)>,
}

/// The groups of `count` coordinates, in the order of their first members.
pub(super) fn groups(count: usize, reach: impl Fn(usize) -> Reach) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known = HashMap::new();
    for target in 0..count {
        let Reach { source, tap, taps } = reach(target);
        let place = *known.entry((tap, taps)).or_insert(groups.len());
        if place == groups.len() {
            let places = Vec::new();
            groups.push(Group { tap, taps, places });
        }
        groups[place].places.push((target, source));
    }
    groups
}
