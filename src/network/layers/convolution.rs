//! The convolution layer, `torch.nn.Conv2d`, which is with a window of one pixel a dense layer at each
//! position.
//!
//! `z_{p,o} = Σ_{k,i} W_{k,i,o}·x_{p·stride + k·dilation − padding, i} + b_o`, summed over the taps `k`
//! and the input channels `i` in the group of `o`. `W` has the shape groups × rows × columns ×
//! inputs/groups × outputs/groups.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::kernel::convolution::{self, Begin};
use crate::kernel::{self, Isa, Start, Window};
use crate::network::shape::Shape;

use super::bilinear::Bilinear;
use super::bounds::{check_size, checked, output_shape};
use super::operator::{Describe, Fault, Fitted, LayerParameters, Site, begin};
use super::pointwise::{POSITIONS, Pointwise};
use super::words::{Each, PackedAs, are_ones, are_zeros, is_one, is_yes, one, ones, yes, zeros};

/// How many samples a thread convolves before another thread may take over.
pub(in crate::network) const CHUNK: usize = 8;

/// The filters of a convolution: the arguments of `torch.nn.Conv2d`.
#[derive(Clone, Copy, Debug)]
pub struct Filters {
    /// The number of output channels.
    pub outputs: usize,
    /// The window of the kernel; the padding holds zeros.
    pub window: Window,
    /// The number of groups; outputs of one group read the inputs of that group only. With 1, they read
    /// all.
    pub groups: usize,
    /// Whether there is a bias, one number per output channel.
    pub bias: bool,
}

/// `type = "convolution"` in an architecture file.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct ConvolutionItem {
    outputs: usize,
    kernel: Each,
    #[serde(default = "ones", skip_serializing_if = "are_ones")]
    stride: Each,
    #[serde(default = "zeros", skip_serializing_if = "are_zeros")]
    padding: Each,
    #[serde(default = "ones", skip_serializing_if = "are_ones")]
    dilation: Each,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    groups: usize,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    bias: bool,
}

impl ConvolutionItem {
    pub fn filters(&self) -> Filters {
        Filters {
            outputs: self.outputs,
            window: Window {
                size: self.kernel.0,
                stride: self.stride.0,
                padding: self.padding.0,
                dilation: self.dilation.0,
            },
            groups: self.groups,
            bias: self.bias,
        }
    }
}

impl From<Filters> for ConvolutionItem {
    fn from(filters: Filters) -> Self {
        let Window {
            size,
            stride,
            padding,
            dilation,
        } = filters.window;
        ConvolutionItem {
            outputs: filters.outputs,
            kernel: Each(size),
            stride: Each(stride),
            padding: Each(padding),
            dilation: Each(dilation),
            groups: filters.groups,
            bias: filters.bias,
        }
    }
}

/// A convolution over images of one shape, with or without a bias per output channel.
#[derive(Clone, Debug)]
pub struct Convolution {
    plans: Box<convolution::Convolution>,
    /// The names of the tensors, if it is a dense layer that is applied at each position.
    per_position: Option<PackedAs>,
}

impl Convolution {
    /// The convolution with these filters, over images of shape `input`.
    pub(in crate::network) fn fit(input: Shape, filters: Filters) -> Result<Fitted<Self>, Fault> {
        let Filters {
            outputs,
            window,
            groups,
            bias,
        } = filters;
        if outputs == 0 {
            return Err("a convolution needs at least one output".to_owned());
        }
        let divides = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
        if !divides(input.channels) || !divides(outputs) {
            return Err(format!(
                "groups must divide the channels that are read and the outputs, and {groups} does not \
                 divide both {} and {outputs}",
                input.channels
            ));
        }
        let output = output_shape(input, &window, outputs, "kernel")?;
        check_size(input, &window, output)?;
        let plans = convolution::Convolution::new(convolution::Shape {
            height: input.height,
            width: input.width,
            inputs: input.channels,
            outputs,
            window,
            groups,
        });
        let group_inputs = input.channels / groups;
        Ok(Fitted {
            operator: Convolution {
                plans: Box::new(plans),
                per_position: None,
            },
            output,
            weights: checked(checked(window.size.area(), group_inputs)?, outputs)?,
            biases: if bias { outputs } else { 0 },
        })
    }

    /// The dense layer that is applied to the channels at each position.
    pub(in crate::network) fn per_position(
        input: Shape,
        outputs: usize,
        bias: bool,
        names: PackedAs,
    ) -> Result<Fitted<Self>, Fault> {
        if outputs == 0 {
            return Err("a layer needs at least one output".to_owned());
        }
        let filters = Filters {
            outputs,
            window: Window::square(1),
            groups: 1,
            bias,
        };
        let mut fitted = Convolution::fit(input, filters)?;
        fitted.operator.per_position = Some(names);
        Ok(fitted)
    }

    /// The sizes of the convolution.
    pub fn shape(&self) -> &convolution::Shape {
        self.plans.shape()
    }

    /// The layer as a product of matrices, if it is one with many rows.
    fn pointwise(&self, at: &Site) -> Option<Pointwise> {
        let (shape, positions) = (self.shape(), at.samples * at.output.positions());
        let is_product = shape.is_pointwise() && positions >= POSITIONS;
        is_product.then_some(Pointwise {
            isa: at.isa,
            positions,
            inputs: shape.inputs,
            outputs: shape.outputs,
        })
    }

    /// The gradient over many samples, computed chunk by chunk; the chunks are added in order.
    fn gradient_of_chunks(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        let chunk = |numbers: &[f32], size: usize, place: usize| {
            let first = place * CHUNK * size;
            first..numbers.len().min(first + CHUNK * size)
        };
        let parts: Vec<_> = (0..at.samples.div_ceil(CHUNK))
            .map(|_| OnceLock::new())
            .collect();
        kernel::share(parts.len(), |place| {
            let mut part = vec![0.0; sum.len()];
            let x = &x[chunk(x, at.input.numbers(), place)];
            let dz = &dz[chunk(dz, at.output.numbers(), place)];
            convolution::weight_gradient(at.isa, &self.plans, x, dz, Start::Zero, &mut part);
            parts[place].set(part).expect("one thread takes each chunk");
        });
        begin(start, sum);
        for part in parts.iter().filter_map(OnceLock::get) {
            kernel::axpy(at.isa, 1.0, part, sum);
        }
    }
}

impl Describe for Convolution {
    fn name(&self) -> &'static str {
        match self.per_position {
            Some(_) => "dense",
            None => "convolution",
        }
    }

    fn is_packed(&self) -> bool {
        self.per_position == Some(PackedAs::InProj)
    }

    fn fan_in(&self, _input: Shape) -> usize {
        self.shape().window.size.area() * self.shape().group_inputs()
    }

    fn weight_shape(&self, _input: Shape, _output: Shape) -> Vec<usize> {
        let shape = self.shape();
        let size = shape.window.size;
        match self.per_position {
            Some(_) => vec![shape.outputs, shape.inputs],
            None => vec![shape.outputs, shape.group_inputs(), size.rows, size.columns],
        }
    }

    fn weight_places(&self, _numbers: usize) -> Box<dyn Iterator<Item = usize>> {
        let shape = *self.shape();
        let (outputs, inputs) = (shape.group_outputs(), shape.group_inputs());
        let taps = shape.window.size.area();
        Box::new((0..shape.outputs).flat_map(move |o| {
            let (group, o) = (o / outputs, o % outputs);
            let place = move |i, tap| ((group * taps + tap) * inputs + i) * outputs + o;
            (0..inputs).flat_map(move |i| (0..taps).map(move |tap| place(i, tap)))
        }))
    }

    fn order_for_backward(&self, isa: Isa, weight: &[f32], ordered: &mut Vec<f32>) {
        ordered.resize(weight.len(), 0.0);
        convolution::transpose_weights(isa, &self.plans, weight, ordered);
    }

    fn has_backward_weight(&self) -> bool {
        true
    }

    fn window_numbers(&self, output: Shape) -> usize {
        self.shape().window.size.area() * self.shape().group_inputs() * output.positions()
    }
}

impl Bilinear for Convolution {
    fn affine(&self, at: &Site, x: &[f32], w: LayerParameters, relu: bool, z: &mut [f32]) {
        if let Some(product) = self.pointwise(at) {
            return product.affine(x, w.weight, w.bias, relu, z);
        }
        let begin = match w.bias {
            [] => Begin::Zero,
            bias => Begin::Row(bias),
        };
        in_chunks(x, at.input, z, at.output, |x, z| {
            convolution::forward(at.isa, &self.plans, x, w.weight, begin, relu, z);
        });
    }

    fn add_product(&self, at: &Site, x: &[f32], w: LayerParameters, z: &mut [f32]) {
        if let Some(product) = self.pointwise(at) {
            return product.multiply(x, w.weight, Start::Accumulate, z);
        }
        in_chunks(x, at.input, z, at.output, |x, z| {
            let (weight, begin) = (w.weight, Begin::Accumulate);
            convolution::forward(at.isa, &self.plans, x, weight, begin, false, z);
        });
    }

    fn transposed(&self, at: &Site, dz: &[f32], w: LayerParameters, start: Start, dx: &mut [f32]) {
        if let Some(product) = self.pointwise(at) {
            return product.transposed(dz, w.weight, start, dx);
        }
        let begin = match start {
            Start::Zero => Begin::Zero,
            Start::Accumulate => Begin::Accumulate,
        };
        in_chunks(dz, at.output, dx, at.input, |dz, dx| {
            let weight = w.backward_weight;
            convolution::backward(at.isa, &self.plans, dz, weight, begin, dx);
        });
    }

    fn gradient(&self, at: &Site, x: &[f32], dz: &[f32], start: Start, sum: &mut [f32]) {
        if let Some(product) = self.pointwise(at).filter(|product| product.has_gradient()) {
            return product.gradient(x, dz, start, sum);
        }
        if at.samples <= CHUNK {
            convolution::weight_gradient(at.isa, &self.plans, x, dz, start, sum);
        } else {
            self.gradient_of_chunks(at, x, dz, start, sum);
        }
    }
}

/// Processes the samples in `read`, of shape `from`, and the matching results of shape `to`, chunk by
/// chunk.
fn in_chunks(
    read: &[f32],
    from: Shape,
    written: &mut [f32],
    to: Shape,
    run: impl Fn(&[f32], &mut [f32]) + Sync,
) {
    let (from, to) = (from.numbers(), to.numbers());
    kernel::share_out(written, CHUNK * to, |first, written| {
        let first = first / to;
        let samples = written.len() / to;
        run(&read[first * from..(first + samples) * from], written);
    });
}
