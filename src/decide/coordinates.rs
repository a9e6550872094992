//! The coordinates in which floating point handles symmetric matrices on the range of `H`: an
//! eigenbasis of `H`, in which the drift `C` is diagonal, with the scaling `z = C^{1/2}X`.
//!
//! There are two implementations. [`Machine`] computes the eigenbasis in `f64`, which loses the
//! eigenvalues of `H` below 10⁻¹⁶ of the largest. [`Scaled`] computes it with as many bits as the
//! condition of `H` requires and transforms residuals and corrections over ℚ, so that only numbers
//! scaled to be near 1 are rounded. With the columns of `S = YΛ^{−1/2}`, `X = S(w∘z)Sᵀ` with
//! `w_ij = (λ_iλ_j/(λ_i + λ_j))^{1/2}`, and `C^{−1/2}DC^{−1/2}` is `z ↦ w∘E[B(w∘z)B]` with the
//! `B = SᵀH_bS`, whose mean is `I`.

use nalgebra::DMatrix;

use super::proposal::Proposal;
use super::range::HessianRange;
use super::subject::Subject;
use crate::matrix::eigenbasis::eigenbasis;
use crate::matrix::least_quotient::rounded;
use crate::matrix::{Algebra, Fractions, pencil};
use crate::number::Exact;
use crate::work;

/// The largest rank of `H` for which the eigenbasis is computed in high precision.
pub(super) const LARGEST_SCALED: usize = 100;

/// One of the two kinds of coordinates.
pub(super) enum Coordinates {
    Machine(Box<Machine>),
    Scaled(Box<Scaled>),
}

/// Coordinates, and the proposal of floating point in them.
pub(super) struct Prepared {
    pub(super) coordinates: Coordinates,
    pub(super) proposal: Proposal,
}

/// A solution of `(C − ηD)X = R` found in floating point.
pub(super) struct Correction {
    /// X in the basis of the range, r × r.
    pub(super) matrix: Fractions,
    /// `log₂`, approximately, of its size as [`Coordinates::size`] measures a direction; `None` for
    /// zero.
    pub(super) size: Option<i32>,
}

impl Coordinates {
    /// A held matrix times `2^−size`, in `C^{−1/2}`-coordinates.
    fn enter(&self, subject: &Subject, held: &Fractions, size: i32) -> DMatrix<f64> {
        match self {
            Coordinates::Machine(machine) => machine.in_basis(held, -size),
            Coordinates::Scaled(scaled) => scaled.enter(subject, held, size),
        }
    }

    /// `X = C^{−1/2}z·2^unit` in the basis of the range, rounded; `None` when it is not finite.
    pub(super) fn leave(&self, z: &DMatrix<f64>, unit: i32, bits: i32) -> Option<Fractions> {
        match self {
            Coordinates::Machine(machine) => machine.to_range(z, unit, bits),
            Coordinates::Scaled(scaled) => scaled.leave(z, unit, bits),
        }
    }

    /// Bits before the binary point that a direction of unit size takes in the basis of the range.
    pub(super) fn bits_before_the_point(&self, direction: &Fractions) -> Option<i32> {
        match self {
            Coordinates::Machine(_) => direction.exponent(),
            Coordinates::Scaled(scaled) => Some(-scaled.form_bits),
        }
    }

    /// `log₂`, approximately, of the size of a direction.
    pub(super) fn size(&self, direction: &Fractions) -> Option<i32> {
        match self {
            Coordinates::Machine(_) => direction.exponent(),
            // A direction leaves with ‖z‖ = 1, and corrections hardly change that.
            Coordinates::Scaled(_) => Some(0),
        }
    }

    /// An `X` with `(C − ηD)X = R`, approximately and up to a multiple of the slowest direction, for a
    /// held `R` that is not zero. The result is rounded to this many bits; `None` when it is not
    /// finite.
    pub(super) fn solve(
        &self,
        subject: &Subject,
        proposal: &Proposal,
        held: &Fractions,
        learning_rate: &Exact,
        bits: i32,
    ) -> Option<Correction> {
        let size = held.exponent().unwrap_or(0);
        let right = self.enter(subject, held, size);
        let rate = learning_rate * Exact::power_of_two(-self.exponent());
        let z = proposal.solve(right, rate.to_f64());
        let unit = size + self.unit();
        let matrix = self.leave(&z, unit, bits)?;
        let size = match self {
            Coordinates::Machine(_) => matrix.exponent(),
            Coordinates::Scaled(_) => matrix.exponent().map(|_| size_of(&z) + unit),
        };
        Some(Correction { matrix, size })
    }

    /// The exponent for which `H·2^exponent` has entries near 1; learning rates are divided by the same
    /// power.
    fn exponent(&self) -> i32 {
        match self {
            Coordinates::Machine(machine) => machine.exponent,
            Coordinates::Scaled(scaled) => scaled.exponent,
        }
    }

    /// The exponent of a solution whose right-hand side entered with size 0. [`Machine`] inverts
    /// `C·2^exponent` and takes in held matrices times `2^own`; [`Scaled`], between `Sᵀ` and `S`,
    /// inverts `C·2^−exponent`.
    fn unit(&self) -> i32 {
        match self {
            Coordinates::Machine(machine) => machine.exponent - machine.own,
            Coordinates::Scaled(scaled) => -scaled.exponent,
        }
    }

    /// `log₂`, approximately, of `64r` times the condition number of `H`. A solution of size 1 needs
    /// this many bits after the binary point, so that rounding it changes `(C − ηD)X` by less than an
    /// eighth of the smallest eigenvalue.
    pub(super) fn condition_bits(&self) -> i32 {
        match self {
            Coordinates::Machine(machine) => {
                let values = &machine.eigenvalues;
                let condition = values[0] / values[values.len() - 1];
                (64.0 * condition * values.len() as f64).log2().ceil() as i32
            }
            Coordinates::Scaled(scaled) => {
                let rank = scaled.weights.nrows() as f64;
                scaled.condition_bits + (64.0 * rank).log2().ceil() as i32
            }
        }
    }

    /// Extra bits to keep, because an entry of X may be larger than its contribution to `z` by this
    /// many bits.
    pub(super) fn spare_bits(&self) -> i32 {
        match self {
            Coordinates::Machine(_) => 0,
            Coordinates::Scaled(scaled) => scaled.condition_bits / 2 + 1,
        }
    }
}

/// Coordinates from an eigenbasis in `f64`.
pub(super) struct Machine {
    exponent: i32,
    /// `B` with `QᵀXQ = BᵀXB·2^−own` for every held X.
    basis: DMatrix<f64>,
    own: i32,
    /// The eigenvalues of `H·2^exponent` on its range, in descending order.
    eigenvalues: Vec<f64>,
    /// `(λ_i + λ_j)^{−1/2}`.
    root: DMatrix<f64>,
    /// `B` for which `Σ (BzBᵀ)_ab u_a u_bᵀ·2^back_exponent` is `z` in the eigenbasis (r × r).
    back: DMatrix<f64>,
    back_exponent: i32,
}

impl Machine {
    /// The coordinates with their proposal; `None` when `f64` cannot represent the model.
    pub(super) fn of(subject: &Subject) -> Option<Prepared> {
        let (samples, range) = (&subject.samples, &subject.range);
        let rank = range.rank();
        let size = samples.hessian().exponent()?;
        let exponent = -(size - size.rem_euclid(2));
        let hessian = samples.hessian().scaled_to_f64(exponent);
        let (eigenvalues, vectors) = pencil::leading_eigenpairs(&hessian, rank)?;
        work::step();
        if eigenvalues.last().is_none_or(|&smallest| smallest <= 0.0) {
            return None;
        }
        let root = DMatrix::from_fn(rank, rank, |i, j| {
            (eigenvalues[i] + eigenvalues[j]).sqrt().recip()
        });
        let frame = samples.frame(vectors, &eigenvalues, exponent);
        let weight = subject.weight.to_f64();
        let hessian = eigenvalues.clone();
        let proposal = Proposal::of(
            frame.curvatures,
            root.clone(),
            &eigenvalues,
            hessian,
            weight,
        )?;
        let (back, back_exponent) = way_back(range, &frame.basis)?;
        let machine = Machine {
            exponent,
            basis: frame.basis,
            own: frame.exponent,
            eigenvalues,
            root,
            back,
            back_exponent: back_exponent - frame.exponent,
        };
        Some(Prepared {
            coordinates: Coordinates::Machine(Box::new(machine)),
            proposal,
        })
    }

    /// A held matrix in the eigenbasis, scaled by `2^{scale + own}`.
    fn in_basis(&self, matrix: &Fractions, scale: i32) -> DMatrix<f64> {
        let inside = self
            .basis
            .tr_mul(&(matrix.scaled_to_f64(scale) * &self.basis));
        inside.component_mul(&self.root)
    }

    fn to_range(&self, z: &DMatrix<f64>, unit: i32, bits: i32) -> Option<Fractions> {
        let matrix = z.component_mul(&self.root);
        let moved = &self.back * matrix * self.back.transpose();
        let moved = (&moved + moved.transpose()) * 0.5;
        Some(rounded(&moved, bits)?.scaled(&Exact::power_of_two(unit + self.back_exponent)))
    }
}

/// The eigenbasis in the basis of the range (r × r), and the exponent that a product of two such
/// factors lacks.
fn way_back(range: &HessianRange, eigenbasis: &DMatrix<f64>) -> Option<(DMatrix<f64>, i32)> {
    let metric = range.metric();
    let length = metric.exponent()?;
    let unit = range.basis().map_or(Some(0), Fractions::exponent)?;
    // The inner products of the eigenbasis with the basis; the metric turns them into coordinates.
    let seen = match range.basis() {
        Some(basis) => basis.scaled_to_f64(-unit) * eigenbasis,
        None => eigenbasis.clone(),
    };
    let back = metric.scaled_to_f64(-length).cholesky()?.solve(&seen);
    Some((back, 2 * (unit - length)))
}

/// Coordinates from an eigenbasis in high precision.
pub(super) struct Scaled {
    exponent: i32,
    /// `S` in the basis of the range, r × r.
    change: Fractions,
    /// `w`, for `H·2^exponent`.
    weights: DMatrix<f64>,
    condition_bits: i32,
    /// `log₂`, approximately, of the largest size in `z` of a unit of X in the basis of the range,
    /// apart from the condition of `H`: `w∘z = SᵀAXAS` with `A_ab = ⟨u_a, Hu_b⟩`, and `AS(AS)ᵀ = A`.
    /// The basis itself may be ill-conditioned.
    form_bits: i32,
}

/// `log₂` of the norm, rounded up.
fn size_of(z: &DMatrix<f64>) -> i32 {
    z.norm().log2().ceil() as i32
}

impl Scaled {
    /// The coordinates with their proposal; `None` when the rank is too large or no precision suffices.
    pub(super) fn of(subject: &Subject) -> Option<Prepared> {
        let (samples, range) = (&subject.samples, &subject.range);
        if range.rank() > LARGEST_SCALED {
            return None;
        }
        work::stage("the eigenbasis of H in numbers of many bits");
        let hessian = range.seen_operator(samples.hessian());
        let found = eigenbasis(&hessian, &range.metric())?;
        let exponent = -found.eigenvalues.first()?.exponent();
        let unit = Exact::power_of_two(exponent);
        let scaled = |value: &Exact| (value * &unit).to_f64();
        let eigenvalues: Vec<f64> = found.eigenvalues.iter().map(scaled).collect();
        let weight = |i: usize, j: usize| {
            let (a, b) = (eigenvalues[i], eigenvalues[j]);
            (a * (b / (a + b))).sqrt()
        };
        let weights = DMatrix::from_fn(range.rank(), range.rank(), weight);
        let curvatures = samples.moved_curvatures(range.values(), &found.scaled);
        let coherent = vec![1.0; range.rank()];
        let weight = subject.weight.to_f64();
        let proposal = Proposal::of(curvatures, weights.clone(), &eigenvalues, coherent, weight)?;
        let scaled = Scaled {
            exponent,
            change: found.scaled,
            weights,
            condition_bits: found.condition_bits,
            form_bits: hessian.exponent()? + (range.rank() as f64).log2().ceil() as i32 + 3,
        };
        Some(Prepared {
            coordinates: Coordinates::Scaled(Box::new(scaled)),
            proposal,
        })
    }

    fn enter(&self, subject: &Subject, held: &Fractions, size: i32) -> DMatrix<f64> {
        let form = subject.form_on_range(held);
        let inside = self
            .change
            .transpose()
            .symmetric_product(&(form * self.change.clone()));
        inside.scaled_to_f64(-size).component_mul(&self.weights)
    }

    fn leave(&self, z: &DMatrix<f64>, unit: i32, bits: i32) -> Option<Fractions> {
        let inside = z.component_mul(&self.weights);
        let inside = (&inside + inside.transpose()) * 0.5;
        let largest = inside.amax();
        let inside = if largest > 0.0 {
            // Small entries need the same accuracy as large ones, because they belong to long columns
            // of S.
            Fractions::rounded(&inside, bits + self.condition_bits - largest.log2() as i32)?
        } else {
            rounded(&inside, bits)?
        };
        let change = &self.change;
        let moved = (inside * change.transpose()).scaled(&Exact::power_of_two(unit));
        let moved = change.symmetric_product(&moved);
        let size = if largest > 0.0 { size_of(z) } else { 0 };
        Some(moved.in_units_of(bits - size - unit + self.form_bits))
    }
}
