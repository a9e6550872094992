//! Foreign functions of one and of two numbers.

use std::ffi::c_float;

use super::call::{self, Inputs};
use super::library::Library;
use super::supervision;

/// `float f(float x)`.
#[derive(Clone, Debug)]
pub struct FloatUnary {
    function: extern "C" fn(c_float) -> c_float,
    _library: Library,
}

impl FloatUnary {
    pub(super) fn new(function: extern "C" fn(c_float) -> c_float, library: Library) -> Self {
        FloatUnary {
            function,
            _library: library,
        }
    }

    /// Writes `f(x_i)` to `y_i`, one call after the other.
    ///
    /// # Panics
    /// If the slices have different lengths.
    pub fn call(&self, x: &[f32], y: &mut [f32]) {
        assert_eq!(x.len(), y.len(), "as many results as numbers");
        let mut entry = call::enter(Inputs::These(x), []);
        for (x, y) in x.iter().zip(y) {
            entry.scalar(u64::from(x.to_bits()));
            *y = (self.function)(*x);
            if supervision::is_careful() {
                entry = entry.renewed();
            }
        }
    }
}

/// `float f(float x, float y)`.
#[derive(Clone, Debug)]
pub struct FloatBinary {
    function: extern "C" fn(c_float, c_float) -> c_float,
    _library: Library,
}

impl FloatBinary {
    pub(super) fn new(
        function: extern "C" fn(c_float, c_float) -> c_float,
        library: Library,
    ) -> Self {
        FloatBinary {
            function,
            _library: library,
        }
    }

    /// Writes `f(x_i, y_i)` to `z_i`, one call after the other.
    ///
    /// # Panics
    /// If the slices have different lengths.
    pub fn call(&self, x: &[f32], y: &[f32], z: &mut [f32]) {
        assert!(x.len() == y.len() && y.len() == z.len(), "equal lengths");
        let mut entry = call::enter(Inputs::None, []);
        for ((x, y), z) in x.iter().zip(y).zip(z) {
            entry.scalar(u64::from(x.to_bits()) | u64::from(y.to_bits()) << 32);
            *z = (self.function)(*x, *y);
            if supervision::is_careful() {
                entry = entry.renewed();
            }
        }
    }
}

/// `void f(size_t n, const float *x, float *y)`.
#[derive(Clone, Debug)]
pub struct FloatVector {
    function: unsafe extern "C" fn(usize, *const c_float, *mut c_float),
    _library: Library,
}

impl FloatVector {
    pub(super) fn new(
        function: unsafe extern "C" fn(usize, *const c_float, *mut c_float),
        library: Library,
    ) -> Self {
        FloatVector {
            function,
            _library: library,
        }
    }

    /// Writes `f(x_i)` to `y_i`, in one call.
    ///
    /// # Panics
    /// If the slices have different lengths.
    pub fn call(&self, x: &[f32], y: &mut [f32]) {
        assert_eq!(x.len(), y.len(), "as many results as numbers");
        let _entry = call::enter(Inputs::These(x), [x.as_ptr_range(), y.as_ptr_range()]);
        // SAFETY: both arrays have as many elements as the function is told.
        unsafe { (self.function)(x.len(), x.as_ptr(), y.as_mut_ptr()) }
    }
}
