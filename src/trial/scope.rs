//! What a kernel takes, and by which policy its special cases are judged.

/// What a kernel takes. Cases outside are left out of its trial and counted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Strides other than 1.
    pub strides: bool,
    /// Matrices in either order, transposed or not.
    pub layouts: bool,
    /// α and β other than 1.
    pub factors: bool,
    /// Zeros that meet a NaN or an infinity, and give NaN. A kernel that skips zeros does not take them.
    pub zeros: bool,
}

impl Scope {
    /// Everything that CBLAS allows.
    pub const EVERYTHING: Scope = Scope {
        strides: true,
        layouts: true,
        factors: true,
        zeros: true,
    };
}

/// What is asked of a kernel where a factor or a length is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// As the reference BLAS does it: where α = 0, A, B and x are not read, so that a NaN or an infinity
    /// there is lost; where β = 0, what stood in the output is not read. Of vectors this permits, but does
    /// not ask, that axpy leaves y and scal writes zeros where α = 0, that a product of a vector and a matrix
    /// without rows or columns leaves y, that a norm's squares leave the range of f32, and that the order
    /// of additions depends on the place in memory.
    #[default]
    Reference,
    /// As the formula says for α: 0 times a NaN or an infinity is NaN. β = 0 still overwrites.
    Strict,
}
