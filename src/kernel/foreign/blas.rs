//! Foreign functions with the signatures of CBLAS.
//!
//! A vector of `n` elements with the stride `inc` is the slice of its memory, of `1 + (n − 1)|inc|`
//! numbers. CBLAS takes the beginning of the memory for a negative stride too.

use std::ffi::{c_float, c_int};

use super::call::{self, Inputs};
use super::library::Library;

/// `CblasRowMajor` and `CblasColMajor`.
const ORDERS: [c_int; 2] = [101, 102];
/// `CblasNoTrans` and `CblasTrans`.
const TRANSPOSES: [c_int; 2] = [111, 112];

fn order(is_by_columns: bool) -> c_int {
    ORDERS[usize::from(is_by_columns)]
}

fn transpose(is_transposed: bool) -> c_int {
    TRANSPOSES[usize::from(is_transposed)]
}

fn int(number: usize) -> c_int {
    c_int::try_from(number).expect("a size that fits into an int")
}

/// The stride as an `int`, after a check that the memory holds the vector.
fn stride(memory: &[f32], count: usize, stride: isize) -> c_int {
    assert!(stride != 0, "a stride is not 0");
    let needed = match count {
        0 => 0,
        count => 1 + (count - 1) * stride.unsigned_abs(),
    };
    assert!(
        memory.len() >= needed,
        "{} of {needed} numbers",
        memory.len()
    );
    c_int::try_from(stride).expect("a stride that fits into an int")
}

/// Checks that the memory holds `lines` lines of `length` elements, and that they do not overlap.
fn check_matrix(memory: &[f32], lines: usize, length: usize, leading: usize) {
    assert!(
        leading >= length.max(1),
        "lines of {length} at a distance of {leading}"
    );
    let needed = match lines.min(length) {
        0 => 0,
        _ => (lines - 1) * leading + length,
    };
    assert!(
        memory.len() >= needed,
        "{} of {needed} numbers",
        memory.len()
    );
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident: fn($($argument:ty),*) -> $result:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            function: unsafe extern "C" fn($($argument),*) -> $result,
            _library: Library,
        }

        impl $name {
            pub(super) fn new(
                function: unsafe extern "C" fn($($argument),*) -> $result,
                library: Library,
            ) -> Self {
                $name { function, _library: library }
            }
        }
    )*};
}

type In = *const c_float;
type Out = *mut c_float;

functions! {
    /// `Σ x_i y_i`.
    Sdot: fn(c_int, In, c_int, In, c_int) -> c_float;
    /// `y ← αx + y`.
    Saxpy: fn(c_int, c_float, In, c_int, Out, c_int) -> ();
    /// `x ← αx`.
    Sscal: fn(c_int, c_float, Out, c_int) -> ();
    /// `√Σ x_i²`.
    Snrm2: fn(c_int, In, c_int) -> c_float;
    /// `Σ |x_i|`.
    Sasum: fn(c_int, In, c_int) -> c_float;
    /// `y ← α op(A)x + βy`.
    Sgemv: fn(c_int, c_int, c_int, c_int, c_float, In, c_int, In, c_int, c_float, Out, c_int) -> ();
    /// `C ← α op(A)op(B) + βC`.
    Sgemm: fn(c_int, c_int, c_int, c_int, c_int, c_int, c_float, In, c_int, In, c_int, c_float, Out, c_int) -> ();
}

impl Sdot {
    /// The dot product of two vectors of `n` elements with these strides.
    ///
    /// # Panics
    /// If the memory does not hold the vectors.
    pub fn call(&self, n: usize, x: &[f32], incx: isize, y: &[f32], incy: isize) -> f32 {
        let (x_stride, y_stride) = (stride(x, n, incx), stride(y, n, incy));
        let _entry = call::enter(Inputs::None, [x.as_ptr_range(), y.as_ptr_range()]);
        // SAFETY: the memory holds both vectors, as `stride` has checked.
        unsafe { (self.function)(int(n), x.as_ptr(), x_stride, y.as_ptr(), y_stride) }
    }
}

impl Saxpy {
    /// Adds `alpha` times `x` to `y`, both of `n` elements with these strides.
    ///
    /// # Panics
    /// If the memory does not hold the vectors.
    pub fn call(&self, n: usize, alpha: f32, x: &[f32], incx: isize, y: &mut [f32], incy: isize) {
        let (x_stride, y_stride) = (stride(x, n, incx), stride(y, n, incy));
        let _entry = call::enter(Inputs::None, [x.as_ptr_range(), y.as_ptr_range()]);
        let y = y.as_mut_ptr();
        // SAFETY: the memory holds both vectors, as `stride` has checked.
        unsafe { (self.function)(int(n), alpha, x.as_ptr(), x_stride, y, y_stride) }
    }
}

impl Sscal {
    /// Multiplies `n` elements with this stride by `alpha`.
    ///
    /// # Panics
    /// If the memory does not hold the vector.
    pub fn call(&self, n: usize, alpha: f32, x: &mut [f32], incx: isize) {
        let x_stride = stride(x, n, incx);
        let _entry = call::enter(Inputs::None, [x.as_ptr_range()]);
        // SAFETY: the memory holds the vector, as `stride` has checked.
        unsafe { (self.function)(int(n), alpha, x.as_mut_ptr(), x_stride) }
    }
}

impl Snrm2 {
    /// The Euclidean norm of `n` elements with this stride.
    ///
    /// # Panics
    /// If the memory does not hold the vector.
    pub fn call(&self, n: usize, x: &[f32], incx: isize) -> f32 {
        let x_stride = stride(x, n, incx);
        let _entry = call::enter(Inputs::None, [x.as_ptr_range()]);
        // SAFETY: the memory holds the vector, as `stride` has checked.
        unsafe { (self.function)(int(n), x.as_ptr(), x_stride) }
    }
}

impl Sasum {
    /// The sum of the absolute values of `n` elements with this stride.
    ///
    /// # Panics
    /// If the memory does not hold the vector.
    pub fn call(&self, n: usize, x: &[f32], incx: isize) -> f32 {
        let x_stride = stride(x, n, incx);
        let _entry = call::enter(Inputs::None, [x.as_ptr_range()]);
        // SAFETY: the memory holds the vector, as `stride` has checked.
        unsafe { (self.function)(int(n), x.as_ptr(), x_stride) }
    }
}

/// The arguments of `cblas_sgemv`, with the names of its declaration.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names of CBLAS")]
pub struct SgemvArguments<'a> {
    pub is_by_columns: bool,
    pub is_transposed: bool,
    pub m: usize,
    pub n: usize,
    pub alpha: f32,
    pub a: &'a [f32],
    pub lda: usize,
    pub x: &'a [f32],
    pub incx: isize,
    pub beta: f32,
    pub y: &'a mut [f32],
    pub incy: isize,
}

impl Sgemv {
    /// Computes `y ← α op(A)x + βy`.
    ///
    /// # Panics
    /// If the memory does not hold the operands.
    pub fn call(&self, with: SgemvArguments) {
        let (m, n) = (with.m, with.n);
        let (lines, length) = if with.is_by_columns { (n, m) } else { (m, n) };
        check_matrix(with.a, lines, length, with.lda);
        let (x_count, y_count) = if with.is_transposed { (m, n) } else { (n, m) };
        let x_stride = stride(with.x, x_count, with.incx);
        let y_stride = stride(with.y, y_count, with.incy);
        let operands = [with.a, with.x, &*with.y].map(<[f32]>::as_ptr_range);
        let _entry = call::enter(Inputs::None, operands);
        // SAFETY: the memory holds the matrix and both vectors, as was checked above.
        unsafe {
            (self.function)(
                order(with.is_by_columns),
                transpose(with.is_transposed),
                int(m),
                int(n),
                with.alpha,
                with.a.as_ptr(),
                int(with.lda),
                with.x.as_ptr(),
                x_stride,
                with.beta,
                with.y.as_mut_ptr(),
                y_stride,
            )
        }
    }
}

/// The arguments of `cblas_sgemm`, with the names of its declaration.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names of CBLAS")]
pub struct SgemmArguments<'a> {
    pub is_by_columns: bool,
    pub is_a_transposed: bool,
    pub is_b_transposed: bool,
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub alpha: f32,
    pub a: &'a [f32],
    pub lda: usize,
    pub b: &'a [f32],
    pub ldb: usize,
    pub beta: f32,
    pub c: &'a mut [f32],
    pub ldc: usize,
}

impl Sgemm {
    /// Computes `C ← α op(A)op(B) + βC`.
    ///
    /// # Panics
    /// If the memory does not hold the operands.
    pub fn call(&self, with: SgemmArguments) {
        let (m, n, k) = (with.m, with.n, with.k);
        let check = |memory: &[f32], rows, columns, is_transposed: bool, leading| {
            if is_transposed == with.is_by_columns {
                check_matrix(memory, rows, columns, leading);
            } else {
                check_matrix(memory, columns, rows, leading);
            }
        };
        check(with.a, m, k, with.is_a_transposed, with.lda);
        check(with.b, k, n, with.is_b_transposed, with.ldb);
        check(with.c, m, n, false, with.ldc);
        let operands = [with.a, with.b, &*with.c].map(<[f32]>::as_ptr_range);
        let _entry = call::enter(Inputs::None, operands);
        // SAFETY: the memory holds the three matrices, as was checked above.
        unsafe {
            (self.function)(
                order(with.is_by_columns),
                transpose(with.is_a_transposed),
                transpose(with.is_b_transposed),
                int(m),
                int(n),
                int(k),
                with.alpha,
                with.a.as_ptr(),
                int(with.lda),
                with.b.as_ptr(),
                int(with.ldb),
                with.beta,
                with.c.as_mut_ptr(),
                int(with.ldc),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_vector_needs_its_last_element_and_no_more() {
        let numbers = [0.0; 7];
        for (count, step) in [(3, 3), (3, -3), (7, 1), (1, 9), (0, 9)] {
            assert_eq!(stride(&numbers, count, step), step as c_int);
            if count > 1 {
                let refused = catch_unwind(|| stride(&numbers[..6], count, step));
                assert!(
                    refused.is_err(),
                    "{count} elements with stride {step} in 6 numbers"
                );
            }
        }
        assert!(catch_unwind(|| stride(&[], 1, 1)).is_err());
        assert!(catch_unwind(|| stride(&numbers, 2, 0)).is_err());
    }

    #[test]
    fn a_matrix_needs_its_last_element_and_no_more() {
        let numbers = [0.0; 11];
        check_matrix(&numbers, 3, 3, 4);
        assert!(catch_unwind(|| check_matrix(&numbers[..10], 3, 3, 4)).is_err());
        check_matrix(&[], 0, 3, 3);
        check_matrix(&[], 3, 0, 1);
        assert!(catch_unwind(|| check_matrix(&numbers, 2, 3, 2)).is_err());
        assert!(catch_unwind(|| check_matrix(&numbers, 0, 0, 0)).is_err());
    }
}
