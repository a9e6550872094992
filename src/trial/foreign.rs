//! Functions of shared libraries as kernels on trial.

use super::kernels::{
    Asum, Axpy, Binary, Dot, Gemm, Gemv, MatrixVector, Nrm2, Order, Product, Scal, Unary, Vector,
    VectorMut,
};
use crate::kernel::foreign::{
    FloatBinary, FloatUnary, FloatVector, Sasum, Saxpy, Sdot, Sgemm, SgemmArguments, Sgemv,
    SgemvArguments, Snrm2, Sscal,
};

impl Unary for FloatUnary {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        self.call(x, y);
    }
}

impl Unary for FloatVector {
    fn map(&self, x: &[f32], y: &mut [f32]) {
        self.call(x, y);
    }
}

impl Binary for FloatBinary {
    fn map(&self, x: &[f32], y: &[f32], z: &mut [f32]) {
        self.call(x, y, z);
    }
}

impl Dot for Sdot {
    fn dot(&self, x: Vector, y: Vector) -> f32 {
        self.call(x.count, x.memory, x.stride, y.memory, y.stride)
    }
}

impl Axpy for Saxpy {
    fn axpy(&self, alpha: f32, x: Vector, y: VectorMut) {
        self.call(x.count, alpha, x.memory, x.stride, y.memory, y.stride);
    }
}

impl Scal for Sscal {
    fn scal(&self, alpha: f32, x: VectorMut) {
        self.call(x.count, alpha, x.memory, x.stride);
    }
}

impl Nrm2 for Snrm2 {
    fn nrm2(&self, x: Vector) -> f32 {
        self.call(x.count, x.memory, x.stride)
    }
}

impl Asum for Sasum {
    fn asum(&self, x: Vector) -> f32 {
        self.call(x.count, x.memory, x.stride)
    }
}

impl Gemv for Sgemv {
    fn gemv(&self, arguments: MatrixVector) {
        self.call(SgemvArguments {
            is_by_columns: arguments.order == Order::ColumnMajor,
            is_transposed: arguments.transpose,
            m: arguments.rows,
            n: arguments.columns,
            alpha: arguments.alpha,
            a: arguments.a,
            lda: arguments.leading_a,
            x: arguments.x.memory,
            incx: arguments.x.stride,
            beta: arguments.beta,
            y: arguments.y.memory,
            incy: arguments.y.stride,
        });
    }
}

impl Gemm for Sgemm {
    fn gemm(&self, arguments: Product) {
        self.call(SgemmArguments {
            is_by_columns: arguments.order == Order::ColumnMajor,
            is_a_transposed: arguments.transpose_a,
            is_b_transposed: arguments.transpose_b,
            m: arguments.m,
            n: arguments.n,
            k: arguments.k,
            alpha: arguments.alpha,
            a: arguments.a,
            lda: arguments.leading_a,
            b: arguments.b,
            ldb: arguments.leading_b,
            beta: arguments.beta,
            c: arguments.c,
            ldc: arguments.leading_c,
        });
    }
}
