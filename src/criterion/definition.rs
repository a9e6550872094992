//! The type of a criterion: its names, its formula and its code in one value.

use nalgebra::DMatrix;
use serde::Serialize;

use crate::matrix::Fractions;
use crate::model::{Curvature, Quadratic};
use crate::number::{Exact, Field, Interval, Verdict};

/// What a criterion says about the mean-square stability of SGD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// SGD is stable exactly when it holds.
    Exact,
    /// SGD is unstable where it fails.
    Necessary,
    /// SGD is stable where it holds.
    Sufficient,
    /// Exact in one dimension; in several it is neither necessary nor sufficient.
    Indicative,
}

/// A criterion for the mean-square stability of SGD with independent batches. It is a closed condition
/// `A − ηᵏB ⪰ 0` that holds for the learning rates `η` from 0 to its critical one.
///
/// [`super::CRITERIA`] is the only list of criteria: `decide` evaluates it, conjectures are built from
/// it, and the tables and JSON of the command line follow it.
#[derive(Clone, Copy, Debug)]
pub struct Criterion {
    /// Its name in JSON: `one_step`.
    pub name: &'static str,
    /// Its name in a sentence: "one step".
    pub title: &'static str,
    /// The formula in plain text: `2H − η(H² + pΣ) ⪰ 0`.
    pub formula: &'static str,
    /// The name or notation in the literature: "Theorem 1".
    pub known_as: &'static str,
    /// The critical learning rate in plain text: `1/(s√p)`.
    pub end: &'static str,
    /// What it says about SGD.
    pub role: Role,
    /// Why it has this role: for a necessary criterion, why SGD is unstable where it fails; for a
    /// sufficient one, why SGD is stable where it holds.
    pub reason: &'static str,
    /// The slack in LaTeX.
    pub latex: fn() -> String,
    /// Does it hold for a model at a learning rate `η` and a noise weight `p`? Always decided, over ℚ.
    pub verdict: fn(&Quadratic, &Exact, &Exact) -> Verdict,
    /// The critical learning rate for a model and a noise weight `p`, in floating point: 0 when the
    /// criterion holds nowhere, `∞` when it holds everywhere, NaN when it cannot be computed.
    /// [`crate::decide::CriticalRates`] has the certified value.
    pub critical: fn(&Quadratic<f64>, f64) -> f64,
    /// The matrices from which `decide` evaluates it for models of any size.
    pub form: Form,
}

impl PartialEq for Criterion {
    /// Criteria with the same name are equal.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The matrices `A` and `B` of a criterion `A − ηᵏB ⪰ 0`, by the kind of their entries.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// d × d matrices computed from the moments `H` and `Σ`.
    Matrix(MatrixForm),
    /// The maps `C` and `D` on the symmetric matrices, `k = 1`.
    SecondMoment,
}

/// A criterion given by one matrix in the moments `H` and `Σ`, over each algebra that `decide` uses.
#[derive(Clone, Copy, Debug)]
pub struct MatrixForm {
    /// The moments that `B` depends on.
    pub diffusion: Diffusion,
    /// The power `k` of `η`.
    pub power: Power,
    /// Over ℚ, with a common denominator per matrix.
    pub fractions: Pencil<Fractions, Exact>,
    /// Over intervals, for models whose common denominator is too long.
    pub enclosures: Pencil<DMatrix<Interval<512>>, Interval<512>>,
    /// In floating point, for proposals only.
    pub machine: Pencil<DMatrix<f64>, f64>,
    /// Over ℚ, in one dimension.
    pub numbers: Pencil<Exact, Exact>,
}

/// The moments that the matrix `B` of a criterion depends on, which determine when it vanishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diffusion {
    /// `H` alone; `Σ` need not be computed.
    Mean,
    /// `pΣ` alone; there is no critical learning rate when `p = 0` or `Σ = 0`.
    Noise,
    /// Both `H` and `pΣ`.
    Both,
}

/// The power `k` of the learning rate in a criterion `A − ηᵏB ⪰ 0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// `k = 1`.
    First,
    /// `k = 2`.
    Second,
}

impl Power {
    /// `ηᵏ` at a learning rate `η`.
    pub fn of(self, learning_rate: &Exact) -> Exact {
        match self {
            Power::First => learning_rate.clone(),
            Power::Second => learning_rate.square(),
        }
    }

    /// `η` from `ηᵏ`; a square root is computed to this many bits.
    pub fn root(self, power: Exact, bits: u32) -> Exact {
        match self {
            Power::First => power,
            Power::Second => power.root(bits),
        }
    }

    /// `η` from `ηᵏ` in floating point.
    pub fn machine_root(self, power: f64) -> f64 {
        match self {
            Power::First => power,
            Power::Second => power.sqrt(),
        }
    }
}

/// One formula over one algebra `M` with scalars `T`.
#[derive(Debug)]
pub struct Pencil<M, T> {
    /// `A − ηᵏB` at a learning rate `η` and a noise weight `p`.
    pub slack: fn(&Curvature<M>, &T, &T) -> M,
    /// `A` and `B` at a noise weight `p`.
    pub parts: fn(&Curvature<M>, &T) -> [M; 2],
}

impl<M, T> Clone for Pencil<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Pencil<M, T> {}
