//! Standardising within a sample: `x̂ = (x − μ)·r` with `r = 1/√(σ² + ε)`, where μ and σ² are those of a
//! set of numbers of one sample; or, without a mean, `x̂ = x·r` with `r = 1/√(⟨x²⟩ + ε)`.
//!
//! The samples stay independent. Let `⟨·⟩` be the mean over a set, and `P(u) = u − ⟨u⟩ − x̂·⟨x̂ u⟩`, where
//! `⟨u⟩` is left out if there is no mean; then, with `m = r·⟨x̂ Rx⟩`,
//!
//! ```text
//! jvp        Rx̂ = r·P(Rx)                      and  Rr = −m·r
//! backward   ∂x = r·P(∂x̂)
//! hvp       R∂x = r·P(R∂x̂ − m·∂x̂) − r·Rx̂·⟨x̂ ∂x̂⟩ − r·x̂·⟨Rx̂ ∂x̂⟩
//! second   R²x̂ = −2m·Rx̂ − r·x̂·⟨Rx̂ Rx⟩        for an x that moves at constant speed
//! ```

use crate::kernel::{Isa, Start};
use crate::network::shape::Shape;

use super::operator::{
    Describe, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, SecondOrder, Site,
    Straight, begin,
};
use super::sets::{Affine, Sets};

/// The numbers of a sample that are standardised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// So many groups of neighbouring channels, each at all positions.
    Groups(usize),
    /// All channels at each position.
    Position,
}

/// Standardises sets of numbers of each sample; the first half of a group, layer or RMS normalisation.
#[derive(Clone, Debug)]
pub struct StandardiseSample {
    /// Which numbers are standardised together.
    pub together: Together,
    /// Whether the mean is subtracted.
    pub is_centred: bool,
    /// ε > 0.
    pub epsilon: f64,
}

/// `factors[set] ← f(set)`, rounded once.
fn rounded(numbers: impl Iterator<Item = f64>) -> Vec<f32> {
    numbers.map(|number| number as f32).collect()
}

impl StandardiseSample {
    pub(super) fn sets(&self, shape: Shape) -> Sets {
        match self.together {
            Together::Groups(groups) => Sets::of_groups(shape, groups),
            Together::Position => Sets::of_positions(shape),
        }
    }

    /// The mean of each set, which is zero where it is not subtracted.
    fn centres(&self, sets: &Sets, isa: Isa, x: &[f32]) -> Vec<f64> {
        if self.is_centred {
            sets.means(isa, x)
        } else {
            vec![0.0; sets.count(x.len())]
        }
    }

    /// The mean square of each set after centring. The numbers are centred first, which keeps the digits
    /// of σ² when μ is large.
    fn squares(&self, sets: &Sets, isa: Isa, x: &[f32], centres: &[f64]) -> Vec<f64> {
        if !self.is_centred {
            return sets.overlaps(isa, x, x);
        }
        let ones = vec![1.0; centres.len()];
        let shift = rounded(centres.iter().map(|centre| -centre));
        let mut centred = vec![0.0; x.len()];
        let of = Affine {
            factor: &ones,
            shift: Some(&shift),
        };
        sets.map(isa, of, x, &mut centred);
        sets.overlaps(isa, &centred, &centred)
    }

    /// `y ← y + r·P(u)`, the product with the Jacobian, which is symmetric.
    fn project(&self, base: &Recorded, u: &[f32], y: &mut [f32]) {
        let (isa, sets) = (base.at.isa, self.sets(base.at.input));
        let inverses = &base.saved.inverses;
        let centres = self.centres(&sets, isa, u);
        let overlaps = sets.overlaps(isa, base.y, u);
        let times = |numbers: &[f64]| {
            let pairs = numbers.iter().zip(inverses);
            rounded(pairs.map(|(number, r)| -number * f64::from(*r)))
        };
        let shift = times(&centres);
        let of = Affine {
            factor: inverses,
            shift: Some(&shift),
        };
        sets.add(isa, of, u, y);
        add(&sets, isa, &times(&overlaps), base.y, y);
    }
}

/// `y ← y + factor·x`, with a factor for each set.
fn add(sets: &Sets, isa: Isa, factor: &[f32], x: &[f32], y: &mut [f32]) {
    let shift = None;
    sets.add(isa, Affine { factor, shift }, x, y);
}

impl Describe for StandardiseSample {
    fn name(&self) -> &'static str {
        "standardise-sample"
    }

    fn reads_own_output(&self) -> bool {
        true
    }

    fn is_curved(&self) -> bool {
        true
    }

    fn saved_numbers(&self, output: Shape) -> usize {
        self.sets(output).count(output.numbers())
    }
}

impl Operator for StandardiseSample {
    fn forward(&self, at: &Site, x: Inputs, saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        let sets = self.sets(at.input);
        let centres = self.centres(&sets, at.isa, x.main);
        let squares = self.squares(&sets, at.isa, x.main, &centres);
        let epsilon = f64::from(self.epsilon as f32);
        let inverses = squares.iter().map(|square| 1.0 / (square + epsilon).sqrt());
        saved.inverses = rounded(inverses);
        let pairs = centres.iter().zip(&saved.inverses);
        let shift = rounded(pairs.map(|(centre, r)| -centre * f64::from(*r)));
        let of = Affine {
            factor: &saved.inverses,
            shift: Some(&shift),
        };
        sets.map(at.isa, of, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        rz.fill(0.0);
        self.project(base, rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        self.project(base, dz, dx);
    }

    fn hvp_backward(
        &self,
        base: &Recorded,
        second: SecondOrder,
        _by: Operand,
        start: Start,
        dx: &mut [f32],
    ) {
        begin(start, dx);
        let (isa, sets) = (base.at.isa, self.sets(base.at.input));
        let overlaps = |x, y| sets.overlaps(isa, x, y);
        let along = overlaps(base.y, second.x_tangent);
        let with_delta = overlaps(base.y, second.delta);
        let with_tangent = overlaps(base.y, second.delta_tangent);
        let across = overlaps(second.y_tangent, second.delta);
        let centres = [second.delta, second.delta_tangent].map(|u| self.centres(&sets, isa, u));
        let r = |set: usize| f64::from(base.saved.inverses[set]);
        let m = |set: usize| r(set) * along[set];
        let each = |factor: &dyn Fn(usize) -> f64| rounded((0..along.len()).map(factor));
        let shift = each(&|set| -r(set) * (centres[1][set] - m(set) * centres[0][set]));
        let of = Affine {
            factor: &base.saved.inverses,
            shift: Some(&shift),
        };
        sets.add(isa, of, second.delta_tangent, dx);
        let factor = each(&|set| -r(set) * m(set));
        add(&sets, isa, &factor, second.delta, dx);
        let factor = each(&|set| -r(set) * with_delta[set]);
        add(&sets, isa, &factor, second.y_tangent, dx);
        let own = |set: usize| with_tangent[set] - m(set) * with_delta[set] + across[set];
        add(&sets, isa, &each(&|set| -r(set) * own(set)), base.y, dx);
    }

    fn add_second_derivative(&self, base: &Recorded, straight: Straight, sum: &mut [f32]) {
        let (isa, sets) = (base.at.isa, self.sets(base.at.input));
        let Straight {
            x_tangent,
            y_tangent,
            ..
        } = straight;
        let along = sets.overlaps(isa, base.y, x_tangent);
        let across = sets.overlaps(isa, y_tangent, x_tangent);
        let times = |numbers: &[f64], share: f64| {
            let pairs = numbers.iter().zip(&base.saved.inverses);
            rounded(pairs.map(|(number, r)| -share * number * f64::from(*r)))
        };
        add(&sets, isa, &times(&along, 1.0), y_tangent, sum);
        add(&sets, isa, &times(&across, 0.5), base.y, sum);
    }
}
