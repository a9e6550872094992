//! Kernels made from closures.

use sgd_stability::trial::{Asum, Axpy, Dot, Nrm2, Scal, Vector, VectorMut};

/// A function of two vectors that returns a number.
pub struct DotBy<F>(F);
/// A function that adds to a vector.
pub struct AxpyBy<F>(F);
/// A function that changes a vector.
pub struct ScalBy<F>(F);
/// A function of one vector that returns a number.
pub struct Reduced<F>(F);

impl<F: Fn(Vector, Vector) -> f32 + Sync> DotBy<F> {
    /// A kernel that calls this function.
    pub fn new(f: F) -> Self {
        DotBy(f)
    }
}

impl<F: Fn(f32, Vector, VectorMut) + Sync> AxpyBy<F> {
    /// A kernel that calls this function.
    pub fn new(f: F) -> Self {
        AxpyBy(f)
    }
}

impl<F: Fn(f32, VectorMut) + Sync> ScalBy<F> {
    /// A kernel that calls this function.
    pub fn new(f: F) -> Self {
        ScalBy(f)
    }
}

impl<F: Fn(Vector) -> f32 + Sync> Reduced<F> {
    /// A kernel that calls this function.
    pub fn new(f: F) -> Self {
        Reduced(f)
    }
}

impl<F: Fn(Vector, Vector) -> f32 + Sync> Dot for DotBy<F> {
    fn dot(&self, x: Vector, y: Vector) -> f32 {
        (self.0)(x, y)
    }
}

impl<F: Fn(f32, Vector, VectorMut) + Sync> Axpy for AxpyBy<F> {
    fn axpy(&self, alpha: f32, x: Vector, y: VectorMut) {
        (self.0)(alpha, x, y);
    }
}

impl<F: Fn(f32, VectorMut) + Sync> Scal for ScalBy<F> {
    fn scal(&self, alpha: f32, x: VectorMut) {
        (self.0)(alpha, x);
    }
}

impl<F: Fn(Vector) -> f32 + Sync> Nrm2 for Reduced<F> {
    fn nrm2(&self, x: Vector) -> f32 {
        (self.0)(x)
    }
}

impl<F: Fn(Vector) -> f32 + Sync> Asum for Reduced<F> {
    fn asum(&self, x: Vector) -> f32 {
        (self.0)(x)
    }
}

/// The place of element `i` in memory.
pub fn place(i: usize, count: usize, stride: isize) -> usize {
    let step = stride.unsigned_abs();
    if stride < 0 {
        (count - 1 - i) * step
    } else {
        i * step
    }
}

/// The elements of a vector.
pub fn elements(x: Vector) -> Vec<f32> {
    (0..x.count)
        .map(|i| x.memory[place(i, x.count, x.stride)])
        .collect()
}

/// The products of two vectors' elements.
pub fn products(x: Vector, y: Vector) -> Vec<f32> {
    let (x, y) = (elements(x), elements(y));
    x.iter().zip(&y).map(|(x, y)| x * y).collect()
}

/// `y_i ← f(i, x_i, y_i)`.
pub fn update(x: Vector, y: VectorMut, f: impl Fn(usize, f32, f32) -> f32) {
    for (i, x) in elements(x).into_iter().enumerate() {
        let y = &mut y.memory[place(i, y.count, y.stride)];
        *y = f(i, x, *y);
    }
}

/// `x_i ← f(i, x_i)`.
pub fn change(x: VectorMut, f: impl Fn(usize, f32) -> f32) {
    for i in 0..x.count {
        let x = &mut x.memory[place(i, x.count, x.stride)];
        *x = f(i, *x);
    }
}
