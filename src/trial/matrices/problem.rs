//! A product of matrices on paper.

use crate::trial::scope::Policy;

/// The numbers of `C ← αAB + βC`. All matrices are row-major, without gaps; the memory of a kernel is
/// laid out from them.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// (m, n, k): A is m × k, B is k × n, C is m × n.
    pub(super) shape: [usize; 3],
    pub(super) alpha: f32,
    pub(super) beta: f32,
    pub(super) a: Vec<f32>,
    pub(super) b: Vec<f32>,
    pub(super) c: Vec<f32>,
    /// Whether A, B, C, α and β are integers so small that nothing rounds in any order.
    pub(super) is_exact: bool,
}

impl Problem {
    /// Whether the policy says that A and B are not read.
    pub(super) fn ignores_product(&self, policy: Policy) -> bool {
        self.alpha == 0.0 && policy == Policy::Reference
    }
}
