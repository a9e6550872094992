//! The kernels of vectors.

use crate::kernel::{self, Isa};
use crate::trial::kernels::{self as kinds, Vector, VectorMut};
use crate::trial::scope::Scope;

/// Adjacent elements only.
const ADJACENT: Scope = Scope {
    strides: false,
    ..Scope::EVERYTHING
};

/// [`kernel::dot`].
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    /// The instruction set.
    pub isa: Isa,
}

impl kinds::Dot for Dot {
    fn dot(&self, x: Vector, y: Vector) -> f32 {
        kernel::dot(self.isa, x.memory, y.memory)
    }

    fn scope(&self) -> Scope {
        ADJACENT
    }
}

/// [`kernel::dot_wide`], rounded to f32.
#[derive(Clone, Copy, Debug)]
pub struct DotWide {
    /// The instruction set.
    pub isa: Isa,
}

impl kinds::Dot for DotWide {
    fn dot(&self, x: Vector, y: Vector) -> f32 {
        kernel::dot_wide(self.isa, x.memory, y.memory) as f32
    }

    fn scope(&self) -> Scope {
        ADJACENT
    }
}

/// The root of [`kernel::dot_wide`] of a vector with itself, rounded to f32.
#[derive(Clone, Copy, Debug)]
pub struct Norm {
    /// The instruction set.
    pub isa: Isa,
}

impl kinds::Nrm2 for Norm {
    fn nrm2(&self, x: Vector) -> f32 {
        kernel::dot_wide(self.isa, x.memory, x.memory).sqrt() as f32
    }

    fn scope(&self) -> Scope {
        ADJACENT
    }
}

/// [`kernel::axpy`].
#[derive(Clone, Copy, Debug)]
pub struct Axpy {
    /// The instruction set.
    pub isa: Isa,
}

impl kinds::Axpy for Axpy {
    fn axpy(&self, alpha: f32, x: Vector, y: VectorMut) {
        kernel::axpy(self.isa, alpha, x.memory, y.memory);
    }

    fn scope(&self) -> Scope {
        ADJACENT
    }
}

/// [`kernel::scale`].
#[derive(Clone, Copy, Debug)]
pub struct Scal {
    /// The instruction set.
    pub isa: Isa,
}

impl kinds::Scal for Scal {
    fn scal(&self, alpha: f32, x: VectorMut) {
        kernel::scale(self.isa, alpha, x.memory);
    }

    fn scope(&self) -> Scope {
        ADJACENT
    }
}
