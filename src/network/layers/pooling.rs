//! Pooling layers: the largest number or the mean of each window.

use serde::{Deserialize, Serialize};

use crate::kernel::pool::{self, Pool};
use crate::kernel::{self, Isa, Sides, Start, Window};
use crate::network::shape::Shape;

use super::bounds::{check_size, output_shape};
use super::operator::{
    Describe, Fault, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site,
};
use super::words::{Each, are_zeros, zeros};

/// The keys of `type = "max-pool"` in an architecture file. The stride defaults to the window size.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct MaxPoolItem {
    window: Each,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<Each>,
    #[serde(default = "zeros", skip_serializing_if = "are_zeros")]
    padding: Each,
}

impl MaxPoolItem {
    pub fn window(&self) -> Window {
        window(self.window, self.stride, self.padding)
    }
}

/// The keys of `type = "average-pool"` in an architecture file. The window defaults to the whole image.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::network) struct AveragePoolItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<Each>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<Each>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding: Option<Each>,
}

impl AveragePoolItem {
    /// The window over images of shape `image`.
    pub fn window(&self, image: Shape) -> Result<Window, Fault> {
        let (stride, padding) = (self.stride, self.padding);
        match self.window {
            Some(size) => Ok(window(size, stride, padding.unwrap_or_else(zeros))),
            None if stride.is_none() && padding.is_none() => Ok(Window::tiles(image.sides())),
            None => Err(
                "a stride or a padding needs a window; without one the whole image is averaged"
                    .to_owned(),
            ),
        }
    }
}

impl From<Window> for MaxPoolItem {
    fn from(window: Window) -> Self {
        MaxPoolItem {
            window: Each(window.size),
            stride: stride_unless_usual(window),
            padding: Each(window.padding),
        }
    }
}

impl From<Window> for AveragePoolItem {
    fn from(window: Window) -> Self {
        let padding = Each(window.padding);
        AveragePoolItem {
            window: Some(Each(window.size)),
            stride: stride_unless_usual(window),
            padding: (!are_zeros(&padding)).then_some(padding),
        }
    }
}

/// The stride of a window, if it is not the size.
fn stride_unless_usual(window: Window) -> Option<Each> {
    (window.stride != window.size).then_some(Each(window.stride))
}

/// A window of the given size. The stride defaults to that size.
fn window(size: Each, stride: Option<Each>, padding: Each) -> Window {
    let stride = stride.unwrap_or(size);
    Window::new(size.0).every(stride.0).padded(padding.0)
}

/// The pool with this window, and the shape of its output.
fn pooled(input: Shape, window: Window) -> Result<(Pool, Shape), Fault> {
    let (size, padding) = (window.size, window.padding);
    let output = output_shape(input, &window, input.channels, "window")?;
    if padding.rows > size.rows / 2 || padding.columns > size.columns / 2 {
        return Err(format!(
            "the padding of a pool is at most half its window, as in PyTorch: {padding} is more \
             than half of {size}"
        ));
    }
    check_size(input, &window, output)?;
    let pool = Pool {
        height: input.height,
        width: input.width,
        channels: input.channels,
        window,
    };
    Ok((pool, output))
}

/// `dx ← start +` what `write` writes into a buffer; `write` overwrites everything in it.
fn add_written(isa: Isa, start: Start, dx: &mut [f32], write: impl FnOnce(&mut [f32])) {
    match start {
        Start::Zero => write(dx),
        Start::Accumulate => {
            let mut written = vec![0.0; dx.len()];
            write(&mut written);
            kernel::axpy(isa, 1.0, &written, dx);
        }
    }
}

/// `torch.nn.MaxPool2d`: the largest number of each window, ignoring the padding. Rows and columns left
/// over at the bottom and at the right are dropped. The first of several equal numbers is chosen.
#[derive(Clone, Debug)]
pub struct MaxPool {
    /// The image shape and the window.
    pub pool: Pool,
}

impl MaxPool {
    /// The max-pool with this window, over images of shape `input`.
    pub(in crate::network) fn fit(input: Shape, window: Window) -> Result<Fitted<Self>, Fault> {
        /// The largest window side, so that a position in a window fits in a byte.
        const MOST: usize = 16;
        let Sides { rows, columns } = window.size;
        if rows.max(columns) > MOST {
            return Err(format!(
                "a window of a max-pool reaches up to {MOST} × {MOST} numbers, and {} is more",
                window.size
            ));
        }
        let (pool, output) = pooled(input, window)?;
        Ok(Fitted::without_parameters(MaxPool { pool }, output))
    }
}

impl Describe for MaxPool {
    fn name(&self) -> &'static str {
        "max-pool"
    }

    fn saved_numbers(&self, output: Shape) -> usize {
        output.numbers()
    }
}

impl Operator for MaxPool {
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        saved.places.resize(z.len(), 0);
        pool::max_pool(at.isa, &self.pool, x.main, z, &mut saved.places);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        pool::gather_pool(base.at.isa, &self.pool, rx.main, &base.saved.places, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        add_written(base.at.isa, start, dx, |dx| {
            pool::scatter_pool(base.at.isa, &self.pool, dz, &base.saved.places, dx);
        });
    }
}

/// `torch.nn.AvgPool2d`: the mean of each window, including the zeros of the padding. Rows and columns
/// left over at the bottom and at the right are dropped.
#[derive(Clone, Debug)]
pub struct AveragePool {
    /// The image shape and the window.
    pub pool: Pool,
}

impl AveragePool {
    /// The average pool with this window, over images of shape `input`.
    pub(in crate::network) fn fit(input: Shape, window: Window) -> Result<Fitted<Self>, Fault> {
        let (pool, output) = pooled(input, window)?;
        Ok(Fitted::without_parameters(AveragePool { pool }, output))
    }
}

impl Describe for AveragePool {
    fn name(&self) -> &'static str {
        "average-pool"
    }
}

impl Operator for AveragePool {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        pool::average_pool(at.isa, &self.pool, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        pool::average_pool(base.at.isa, &self.pool, rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        add_written(base.at.isa, start, dx, |dx| {
            pool::spread_pool(base.at.isa, &self.pool, dz, dx);
        });
    }
}
