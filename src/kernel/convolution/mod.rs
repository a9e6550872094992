//! Convolutions of images, computed as they are defined.
//!
//! Every number of a result is *one* chain of fused multiply-adds in an order given by the definition,
//! so tiles, blocks and the split of a batch among threads cannot change it. Taps that fall in the
//! padding are left out, not multiplied by zero.
//!
//! ```text
//!   plan      sorts pixels into classes that read the same part of the kernel (the interior, each
//!             edge, each corner); a tile may combine pixels of one class from different rows and
//!             samples
//!   slide     forward, and backward with the transposed weights: registers hold pixels × channels of
//!   tile      the result; an FMA multiplies one number of a pixel by a vector of weights
//!   gradient  registers hold sums for weights; for each pixel, an FMA multiplies one number of the
//!             input by a vector of the output's derivative
//!   depthwise all three products where every channel has its own kernel: a vector holds channels
//! ```
//!
//! Groups of channels are processed one after the other, each as a separate convolution.
//!
//! Everything runs on the calling thread; callers split a batch into chunks of samples.

mod begin;
mod depthwise;
mod gradient;
mod plan;
mod shape;
mod slide;
mod tile;
mod transpose;
mod weights;

use std::cell::RefCell;

pub use begin::Begin;
use depthwise::Depthwise;
use gradient::Gradient;
use plan::Plan;
pub use shape::Shape;
use slide::Slide;
use transpose::Transpose;
use weights::Rows;

use super::buffer::Buffer;
use super::isa::Isa;
use super::start::Start;

thread_local! {
    /// Reused from call to call.
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

/// A convolution with the plans of its three products. Build it once per shape.
#[derive(Clone, Debug)]
pub struct Convolution {
    shape: Shape,
    forward: Plan,
    backward: Plan,
    gradient: gradient::Plan,
}

impl Convolution {
    /// Makes the plans for a shape.
    ///
    /// # Panics
    /// When a size other than the padding is zero, when no window fits, or when the number of groups
    /// does not divide the channels of both images.
    pub fn new(shape: Shape) -> Self {
        assert!(shape.is_sound(), "no convolution has the shape {shape:?}");
        Convolution {
            shape,
            forward: Plan::forward(&shape),
            backward: Plan::backward(&shape),
            gradient: gradient::Plan::new(&shape),
        }
    }

    /// The sizes of the convolution.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The number of samples in an input and an output.
    fn samples(&self, input: &[f32], output: &[f32]) -> usize {
        let samples = input.len() / self.shape.input();
        assert!(
            input.len() == samples * self.shape.input()
                && output.len() == samples * self.shape.output(),
            "{} numbers of input and {} of output are no samples of {:?}",
            input.len(),
            output.len(),
            self.shape
        );
        samples
    }

    fn check_weights(&self, w: &[f32]) {
        assert_eq!(
            w.len(),
            self.shape.weights(),
            "numbers for the weights of {:?}",
            self.shape
        );
    }
}

fn check_begin(begin: Begin, channels: usize) {
    if let Begin::Row(row) = begin {
        assert_eq!(row.len(), channels, "a number per channel to begin with");
    }
}

/// `y_(p, o) ← f(begin + Σ_(k_y, k_x, i) x_(p·stride + k·dilation − padding, i)·w_(k, i, o))` for every
/// pixel `p` of the output. The sum is the chain `s ← fma(x, w, s)` in the order (k_y, k_x, i), over the
/// taps inside the image and the input channels of the group, with one rounding per term. `f` is ReLU,
/// `0 > s ? 0 : s`, if `relu` is set, otherwise the identity.
///
/// `x`: samples of the input; `y`: the same number of samples of the output.
///
/// # Panics
/// When the lengths do not match.
pub fn forward(
    isa: Isa,
    convolution: &Convolution,
    x: &[f32],
    w: &[f32],
    begin: Begin,
    relu: bool,
    y: &mut [f32],
) {
    convolution.samples(x, y);
    convolution.check_weights(w);
    check_begin(begin, convolution.shape.outputs);
    slide(isa, &convolution.forward, x, w, begin, relu, y);
}

/// Copies the weights into the order that [`backward`] reads. Each tap of a group is the transpose of
/// its matrix inputs × outputs. The taps are sorted by the remainder of (k_y, k_x) divided by the stride
/// (over its greatest common divisor with the dilation), and in descending order among equal remainders.
/// One copy serves all chunks of a batch.
///
/// # Panics
/// When a length is not the number of weights.
pub fn transpose_weights(isa: Isa, convolution: &Convolution, w: &[f32], out: &mut [f32]) {
    convolution.check_weights(w);
    convolution.check_weights(out);
    let shape = &convolution.shape;
    isa.run(Transpose { shape, w, out });
}

/// `dx_(q, i) ← begin + Σ_(p, o) dy_(p, o)·w_(k, i, o)`, over the pixels `p` of the output whose window
/// contains pixel `q` of the input, at index `k` with `k·dilation = q + padding − p·stride`. The sum is
/// the chain `s ← fma(dy, w, s)` in the order (p, o), row after row, with one rounding per term.
///
/// `dy`: samples of the output; `transposed`: the weights as copied by [`transpose_weights`]; `dx`: the
/// same number of samples of the input.
///
/// # Panics
/// When the lengths do not match.
pub fn backward(
    isa: Isa,
    convolution: &Convolution,
    dy: &[f32],
    transposed: &[f32],
    begin: Begin,
    dx: &mut [f32],
) {
    convolution.samples(dx, dy);
    convolution.check_weights(transposed);
    check_begin(begin, convolution.shape.inputs);
    slide(isa, &convolution.backward, dy, transposed, begin, false, dx);
}

/// The forward product, or the backward product with the transposed weights.
fn slide(isa: Isa, plan: &Plan, x: &[f32], w: &[f32], begin: Begin, relu: bool, y: &mut [f32]) {
    BUFFER.with_borrow_mut(|buffer| {
        if plan.groups > 1 && (plan.reads(), plan.writes()) == (1, 1) {
            return isa.run(Depthwise {
                plan,
                x,
                w: depthwise::by_tap(w, plan.groups, buffer),
                begin,
                relu,
                y,
            });
        }
        let channels = plan.writes();
        for (group, w) in w.chunks(w.len() / plan.groups).enumerate() {
            let begin = match begin {
                Begin::Row(row) => Begin::Row(&row[group * channels..][..channels]),
                _ => begin,
            };
            isa.run(Slide {
                plan,
                group,
                x,
                w: Rows::new(w, channels, buffer),
                begin,
                relu,
                y: &mut *y,
            });
        }
    });
}

/// `dw_(k, i, o) ← start + Σ_(n, p) x_(n, p·stride + k·dilation − padding, i)·dy_(n, p, o)`, over the
/// samples `n` and the pixels `p` of the output that read inside the image at index `k`. The sum is the
/// chain `s ← fma(x, dy, s)` in the order (n, p), row after row, with one rounding per term. A batch may
/// therefore be processed in parts, one after the other with [`Start::Accumulate`].
///
/// `x`: samples of the input; `dy`: the same number of samples of the output.
///
/// # Panics
/// When the lengths do not match.
pub fn weight_gradient(
    isa: Isa,
    convolution: &Convolution,
    x: &[f32],
    dy: &[f32],
    start: Start,
    dw: &mut [f32],
) {
    convolution.samples(x, dy);
    convolution.check_weights(dw);
    if start == Start::Zero {
        dw.fill(0.0);
    }
    let (shape, plan) = (&convolution.shape, &convolution.gradient);
    BUFFER.with_borrow_mut(|buffer| {
        if shape.is_depthwise() {
            return depthwise::gradient(isa, plan, x, dy, dw, buffer);
        }
        let outputs = shape.group_outputs();
        for (group, dw) in dw.chunks_mut(shape.group_weights()).enumerate() {
            let dy = match shape.groups {
                1 => Rows::new(dy, outputs, buffer),
                _ => {
                    let part = group * outputs..(group + 1) * outputs;
                    Rows::part(dy, shape.outputs, part, buffer)
                }
            };
            isa.run(Gradient {
                plan,
                group,
                x,
                dy,
                outputs,
                dw,
            });
        }
    });
}
