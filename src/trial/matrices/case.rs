//! One case of the trial of a matrix product.

use std::fmt;

use super::content::Content;
use super::layout::Layout;
use super::problem::Problem;
use crate::trial::kernels::Order;
use crate::trial::scope::Scope;

/// One case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) number: usize,
    /// (m, n, k).
    pub(super) shape: [usize; 3],
    pub(super) layout: Layout,
    /// α and β.
    pub(super) factors: [f32; 2],
    pub(super) content: Content,
}

impl Case {
    /// Why a kernel of this scope is not asked for this case.
    pub(super) fn left_out(&self, scope: Scope, is_vector: bool) -> Option<&'static str> {
        if !scope.layouts && !self.layout.is_plain() {
            return Some("column-major or transposed matrices");
        }
        if !scope.factors && self.factors != [1.0, 1.0] {
            return Some("factors other than 1");
        }
        if is_vector && !scope.strides && self.layout.strides != [1, 1] {
            return Some("strides other than 1");
        }
        if !scope.zeros && self.content.has_zero_times_nan() {
            return Some("zero times NaN or an infinity");
        }
        None
    }

    /// The numbers of the case.
    pub(super) fn problem(&self) -> Problem {
        let seed = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(self.number as u64 + 1);
        self.content.problem(self.shape, self.factors, seed)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [m, n, k] = self.shape;
        let Layout {
            order,
            transposes: [a, b],
            slack,
            ..
        } = self.layout;
        let mark = |transposed| if transposed { "T" } else { "N" };
        let order = match order {
            Order::RowMajor => "row-major",
            Order::ColumnMajor => "column-major",
        };
        let [alpha, beta] = self.factors;
        let content = self.content;
        write!(
            f,
            "m = {m}, n = {n}, k = {k}, {order} {}{}, leading dimensions + {slack:?}, \
             alpha = {alpha:e}, beta = {beta:e}, {content:?}",
            mark(a),
            mark(b),
        )
    }
}
