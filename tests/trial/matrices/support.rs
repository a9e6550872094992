//! Kernels made of a function of each element.

use sgd_stability::trial::{Gemm, Gemv, MatrixVector, Order, Product, Vector, VectorMut};

/// A product of matrices that is a function.
pub struct ByFunction<T>(pub T);

impl<T: Fn(Product) + Sync> Gemm for ByFunction<T> {
    fn gemm(&self, arguments: Product) {
        (self.0)(arguments);
    }
}

/// A product of a matrix and a vector that is a function.
pub struct VectorByFunction<T>(pub T);

impl<T: Fn(MatrixVector) + Sync> Gemv for VectorByFunction<T> {
    fn gemv(&self, arguments: MatrixVector) {
        (self.0)(arguments);
    }
}

/// The place of element (i, j) of a matrix, transposed or not.
pub fn place(order: Order, is_transposed: bool, leading: usize, i: usize, j: usize) -> usize {
    if (order == Order::RowMajor) == is_transposed {
        j * leading + i
    } else {
        i * leading + j
    }
}

/// The place of element `i` of a vector.
pub fn vector_place(i: usize, count: usize, stride: isize) -> usize {
    let step = stride.unsigned_abs();
    if stride < 0 {
        (count - 1 - i) * step
    } else {
        i * step
    }
}

/// What a function of one element of C is given.
pub struct Call<'a> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub alpha: f32,
    pub beta: f32,
    pub order: Order,
    pub a_memory: &'a [f32],
    pub b_memory: &'a [f32],
    pub transposes: [bool; 2],
    pub leading: [usize; 2],
}

impl Call<'_> {
    /// Element (i, l) of op(A); 0 outside of the memory.
    pub fn a(&self, i: usize, l: usize) -> f32 {
        let place = place(self.order, self.transposes[0], self.leading[0], i, l);
        self.a_memory.get(place).copied().unwrap_or(0.0)
    }

    /// Element (l, j) of op(B); 0 outside of the memory.
    pub fn b(&self, l: usize, j: usize) -> f32 {
        let place = place(self.order, self.transposes[1], self.leading[1], l, j);
        self.b_memory.get(place).copied().unwrap_or(0.0)
    }

    /// `Σ_l a_il b_lj` over some terms, one after the other.
    pub fn sum(&self, i: usize, j: usize, terms: impl IntoIterator<Item = usize>) -> f32 {
        terms
            .into_iter()
            .fold(0.0, |sum, l| sum + self.a(i, l) * self.b(l, j))
    }

    /// `Σ_l a_il b_lj` over all terms.
    pub fn whole(&self, i: usize, j: usize) -> f32 {
        self.sum(i, j, 0..self.k)
    }

    /// `α·sum + β·old` by the reference BLAS.
    pub fn finish(&self, sum: f32, old: f32) -> f32 {
        let kept = if self.beta == 0.0 {
            0.0
        } else {
            self.beta * old
        };
        if self.alpha == 0.0 || self.k == 0 {
            kept
        } else {
            self.alpha * sum + kept
        }
    }
}

/// `Σ_l a_il b_lj` over all terms.
pub fn whole(call: &Call, i: usize, j: usize) -> f32 {
    call.whole(i, j)
}

/// The call behind the arguments, with C.
pub fn split(p: Product<'_>) -> (Call<'_>, &mut [f32], usize) {
    let call = Call {
        m: p.m,
        n: p.n,
        k: p.k,
        alpha: p.alpha,
        beta: p.beta,
        order: p.order,
        a_memory: p.a,
        b_memory: p.b,
        transposes: [p.transpose_a, p.transpose_b],
        leading: [p.leading_a, p.leading_b],
    };
    (call, p.c, p.leading_c)
}

/// Computes every element of C from the call, the place of the element, and its old value.
pub fn each(p: Product, element: impl Fn(&Call, usize, usize, f32) -> f32) {
    let (call, c, leading) = split(p);
    for i in 0..call.m {
        for j in 0..call.n {
            let c = &mut c[place(call.order, false, leading, i, j)];
            *c = element(&call, i, j, *c);
        }
    }
}

/// Computes every element of C from the sum of its terms alone.
pub fn each_sum(p: Product, sum: impl Fn(&Call, usize, usize) -> f32) {
    each(p, |call, i, j, old| call.finish(sum(call, i, j), old));
}

/// A call of a matrix-vector product as one of a product with a matrix of one column, whose vectors are
/// without gaps; then y is put back.
pub fn by_columns(p: MatrixVector, product: impl Fn(Product)) {
    let [m, k] = if p.transpose {
        [p.columns, p.rows]
    } else {
        [p.rows, p.columns]
    };
    let x = read(p.x);
    let VectorMut {
        memory,
        count,
        stride,
    } = p.y;
    let mut y = read(Vector {
        memory,
        count,
        stride,
    });
    let leading = |rows| if p.order == Order::RowMajor { 1 } else { rows };
    product(Product {
        order: p.order,
        transpose_a: p.transpose,
        transpose_b: false,
        m,
        n: 1,
        k,
        alpha: p.alpha,
        a: p.a,
        leading_a: p.leading_a,
        b: &x,
        leading_b: leading(k.max(1)),
        beta: p.beta,
        c: &mut y,
        leading_c: leading(m.max(1)),
    });
    for (i, y) in y.into_iter().enumerate() {
        memory[vector_place(i, count, stride)] = y;
    }
}

/// The elements of a vector.
fn read(x: Vector) -> Vec<f32> {
    let element = |i| x.memory[vector_place(i, x.count, x.stride)];
    (0..x.count).map(element).collect()
}
