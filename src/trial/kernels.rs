//! What can be put on trial: one trait for each kind of kernel.
//!
//! A Rust kernel implements the trait itself; [`crate::kernel`] wraps the functions of a C library. Operands
//! are given as CBLAS takes them: the memory, the number of elements, and a stride or leading dimension.

use super::scope::Scope;

/// A function of one number, `y_i = f(x_i)`.
pub trait Unary: Sync {
    /// Writes `f(x_i)` to `y_i`. Both slices have the same length.
    fn map(&self, x: &[f32], y: &mut [f32]);
}

/// A function of two numbers, `z_i = f(x_i, y_i)`.
pub trait Binary: Sync {
    /// Writes `f(x_i, y_i)` to `z_i`. The three slices have the same length.
    fn map(&self, x: &[f32], y: &[f32], z: &mut [f32]);
}

/// A vector as BLAS takes it.
///
/// Element `i` stands at `i·stride` in the memory, or at `(i − count + 1)·stride` if the stride is
/// negative. The memory holds `1 + (count − 1)·|stride|` numbers, and none if the vector is empty.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'a> {
    /// The elements with the gaps between them.
    pub memory: &'a [f32],
    /// The number of elements.
    pub count: usize,
    /// The distance from one element to the next; never 0.
    pub stride: isize,
}

/// A [`Vector`] that the kernel changes.
#[derive(Debug)]
pub struct VectorMut<'a> {
    /// The elements with the gaps between them.
    pub memory: &'a mut [f32],
    /// The number of elements.
    pub count: usize,
    /// The distance from one element to the next; never 0.
    pub stride: isize,
}

/// `Σ x_i y_i`.
pub trait Dot: Sync {
    /// The dot product of two vectors of the same length.
    fn dot(&self, x: Vector, y: Vector) -> f32;

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// `y ← αx + y`.
pub trait Axpy: Sync {
    /// Adds `alpha` times `x` to `y`, a vector of the same length.
    fn axpy(&self, alpha: f32, x: Vector, y: VectorMut);

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// `x ← αx`.
pub trait Scal: Sync {
    /// Multiplies `x` by `alpha`.
    fn scal(&self, alpha: f32, x: VectorMut);

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// `√Σ x_i²`.
pub trait Nrm2: Sync {
    /// The Euclidean norm of a vector.
    fn nrm2(&self, x: Vector) -> f32;

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// `Σ |x_i|`.
pub trait Asum: Sync {
    /// The sum of the absolute values of a vector.
    fn asum(&self, x: Vector) -> f32;

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// Which elements of a matrix are neighbours in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those of a row.
    RowMajor,
    /// Those of a column.
    ColumnMajor,
}

/// The arguments of `y ← αAx + βy`, or `y ← αAᵀx + βy`, as `cblas_sgemv` takes them.
#[derive(Debug)]
pub struct MatrixVector<'a> {
    /// The order of `a`.
    pub order: Order,
    /// Whether `Aᵀ` stands for `A` in the formula.
    pub transpose: bool,
    /// The number of rows of A.
    pub rows: usize,
    /// The number of columns of A.
    pub columns: usize,
    /// α.
    pub alpha: f32,
    /// A.
    pub a: &'a [f32],
    /// The distance between neighbouring rows of A, or columns if the order is by columns.
    pub leading_a: usize,
    /// x: as many elements as A has columns, or rows if A is transposed.
    pub x: Vector<'a>,
    /// β.
    pub beta: f32,
    /// y: as many elements as A has rows, or columns if A is transposed.
    pub y: VectorMut<'a>,
}

/// The product of a matrix and a vector.
pub trait Gemv: Sync {
    /// Computes the product and adds it to `y`.
    fn gemv(&self, arguments: MatrixVector);

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}

/// The arguments of `C ← α op(A) op(B) + βC`, as `cblas_sgemm` takes them.
///
/// op(A) has the shape m × k, op(B) has k × n and C has m × n; op is the identity or the transpose.
#[derive(Debug)]
pub struct Product<'a> {
    /// The order of all three matrices.
    pub order: Order,
    /// Whether op(A) = Aᵀ.
    pub transpose_a: bool,
    /// Whether op(B) = Bᵀ.
    pub transpose_b: bool,
    /// The number of rows of C.
    pub m: usize,
    /// The number of columns of C.
    pub n: usize,
    /// The number of terms in an element of the product.
    pub k: usize,
    /// α.
    pub alpha: f32,
    /// A.
    pub a: &'a [f32],
    /// The distance between neighbouring rows of A, or columns if the order is by columns.
    pub leading_a: usize,
    /// B.
    pub b: &'a [f32],
    /// The distance between neighbouring rows of B, or columns.
    pub leading_b: usize,
    /// β.
    pub beta: f32,
    /// C.
    pub c: &'a mut [f32],
    /// The distance between neighbouring rows of C, or columns.
    pub leading_c: usize,
}

/// The product of two matrices.
pub trait Gemm: Sync {
    /// Computes the product and adds it to `c`.
    fn gemm(&self, arguments: Product);

    /// What this kernel takes.
    fn scope(&self) -> Scope {
        Scope::EVERYTHING
    }
}
