//! `f64` and `f32` as scalars: fast, but they prove nothing.

use std::cmp::Ordering;

use super::{Exact, Field, Real};

impl Field for f64 {
    fn from_exact(value: &Exact) -> Self {
        value.to_f64()
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
}

impl Real for f64 {
    fn sqrt(&self) -> Self {
        f64::sqrt(*self)
    }

    fn exp(&self) -> Self {
        f64::exp(*self)
    }

    fn ln(&self) -> Self {
        f64::ln(*self)
    }

    fn erf(&self) -> Self {
        libm::erf(*self)
    }

    fn pi() -> Self {
        std::f64::consts::PI
    }
}

impl Field for f32 {
    fn from_exact(value: &Exact) -> Self {
        value.to_f32()
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
}

impl Real for f32 {
    fn sqrt(&self) -> Self {
        f32::sqrt(*self)
    }

    fn exp(&self) -> Self {
        f32::exp(*self)
    }

    fn ln(&self) -> Self {
        f32::ln(*self)
    }

    fn erf(&self) -> Self {
        libm::erff(*self)
    }

    fn pi() -> Self {
        std::f32::consts::PI
    }
}
