//! The sizes of a convolution.

use std::collections::HashMap;

use crate::kernel::window::{Axis, Reach, Sides, Window};

/// The sizes of a convolution of images, in numbers.
///
/// Images are samples × height × width × channels, contiguous. The channels of both images are cut
/// into as many equal groups, and a group of the output reads the same group of the input. Weights are
/// groups × rows × columns × inputs of a group × outputs of a group, contiguous: element
/// (g, k_y, k_x, i, o) weighs channel `i` of group `g` of the pixel (k_y, k_x) of the window for
/// channel `o` of group `g` of the result.
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
    /// The kernel, as it slides.
    pub window: Window,
    /// Groups of channels; 1 joins all.
    pub groups: usize,
}

impl Shape {
    /// Rows of the output image, or 0 where no window fits ([`Window::places`]).
    pub fn output_height(&self) -> usize {
        self.rows().targets()
    }

    /// Columns of the output image.
    pub fn output_width(&self) -> usize {
        self.columns().targets()
    }

    /// Channels of the input that one channel of the output reads.
    pub fn group_inputs(&self) -> usize {
        self.inputs / self.groups
    }

    /// Channels of the output that read the same channels of the input.
    pub fn group_outputs(&self) -> usize {
        self.outputs / self.groups
    }

    /// The number of weights: `rows·columns·inputs·outputs/groups`.
    pub fn weights(&self) -> usize {
        self.groups * self.group_weights()
    }

    /// The weights of one group.
    pub(super) fn group_weights(&self) -> usize {
        self.window.size.area() * self.group_inputs() * self.group_outputs()
    }

    /// Has every channel a kernel of its own, and gives one?
    pub(super) fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.group_inputs() == 1 && self.group_outputs() == 1
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

    /// Is there something to convolve?
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
