//! The cases of the trial of a matrix product, in a fixed order, so that a number names a case.

use std::fmt;

use super::content::Content;
use super::problem::Problem;
use super::shapes::{breakers, edges, grid, layout_shapes};
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

/// How the matrices stand in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) order: Order,
    /// Whether op(A), op(B) are transposes.
    pub(super) transposes: [bool; 2],
    /// By how much the leading dimensions of A, B and C are larger than needed.
    pub(super) slack: [usize; 3],
    /// How many numbers after a boundary of 64 bytes A, B and C begin.
    pub(super) offsets: [usize; 3],
    /// The strides of x and y, for a product with a vector.
    pub(super) strides: [isize; 2],
}

impl Layout {
    /// Layout number `number`. Eight that follow each other have all orders and transposes; slack,
    /// offsets and strides go round with other periods.
    pub(super) fn number(number: usize) -> Self {
        const SLACK: [usize; 5] = [0, 3, 0, 1, 16];
        const STRIDES: [isize; 7] = [1, 1, -1, 2, 1, -3, 5];
        let pick = |step: usize| SLACK[(number / 2 + step) % SLACK.len()];
        let order = if number % 2 == 0 {
            Order::RowMajor
        } else {
            Order::ColumnMajor
        };
        Layout {
            order,
            transposes: [number / 2 % 2 == 1, number / 4 % 2 == 1],
            slack: [pick(0), pick(1), pick(3)],
            offsets: [number % 16, number * 5 % 16, number * 3 % 16],
            strides: [number, number / 3].map(|number| STRIDES[number % STRIDES.len()]),
        }
    }

    fn is_plain(&self) -> bool {
        self.order == Order::RowMajor && self.transposes == [false; 2]
    }
}

/// α and β of the cases of a shape: first those that every kernel takes.
const FACTORS: [[f32; 2]; 6] = [
    [1.0, 0.0],
    [0.7, -1.0],
    [-1.0, 0.7],
    [1.0, -1.0],
    [0.7, 0.0],
    [-1.0, 1.0],
];

/// Every value of a factor that the trial knows.
const EVERY_FACTOR: [f32; 6] = [0.0, 1.0, -1.0, 0.7, 1e30, 1e-40];

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

/// Gathers cases and numbers them.
#[derive(Default)]
struct List {
    cases: Vec<Case>,
}

impl List {
    fn push(&mut self, shape: [usize; 3], layout: Layout, factors: [f32; 2], content: Content) {
        self.cases.push(Case {
            number: self.cases.len(),
            shape,
            layout,
            factors,
            content,
        });
    }

    /// The same shape with factors 1, then with others; layouts go round.
    fn shape(&mut self, shape: [usize; 3], content: Content) {
        let turn = self.cases.len();
        self.push(shape, Layout::number(turn * 3 / 2), [1.0, 1.0], content);
        let factors = FACTORS[turn / 2 % FACTORS.len()];
        self.push(shape, Layout::number(turn * 5 / 2 + 1), factors, content);
    }

    /// All eight layouts with each content.
    fn layouts(&mut self, shape: [usize; 3], factors: [f32; 2], contents: &[Content]) {
        for &content in contents {
            for number in 0..8 {
                let turn = self.cases.len() / 8 * 8 + number;
                self.push(shape, Layout::number(turn), factors, content);
            }
        }
    }
}

/// All cases of a product of matrices; with `is_vector`, those of a product with a vector (n = 1).
pub(super) fn cases(is_vector: bool) -> Vec<Case> {
    let mut list = List::default();
    for (i, shape) in grid(is_vector).into_iter().enumerate() {
        let content = [Content::Integers, Content::Uniform, Content::WideRange][i % 3];
        list.shape(shape, content);
    }
    for (i, shape) in edges(is_vector).into_iter().enumerate() {
        let content = [Content::Integers, Content::Uniform][i % 2];
        list.shape(shape, content);
    }
    for shape in breakers(is_vector) {
        list.shape(shape, Content::Integers);
        list.shape(shape, Content::Cancelling);
    }
    for shape in layout_shapes(is_vector) {
        hard(&mut list, shape);
    }
    list.cases
}

/// The hard contents and all factors for one shape.
fn hard(list: &mut List, shape: [usize; 3]) {
    const HARD: [Content; 13] = [
        Content::Integers,
        Content::Cancelling,
        Content::Graded,
        Content::Huge,
        Content::Overflowing,
        Content::Subnormal,
        Content::Underflowing,
        Content::ZeroBlocks,
        Content::Corner,
        Content::NanInA,
        Content::NanInB,
        Content::Infinities,
        Content::ZerosAgainstNan,
    ];
    list.layouts(shape, [1.0, 1.0], &HARD);
    list.layouts(shape, [1.0, 1.0], &[Content::NanInC]);
    list.layouts(shape, [-0.7, 0.0], &[Content::NanInA, Content::Infinities]);
    list.layouts(shape, [0.0, -1.0], &[Content::NanInProduct]);
    let turn = list.cases.len();
    list.push(
        shape,
        Layout::number(turn),
        [1.0, 1.0],
        Content::SignedZeros,
    );
    for (i, alpha) in EVERY_FACTOR.into_iter().enumerate() {
        for (j, beta) in EVERY_FACTOR.into_iter().enumerate() {
            let content = [Content::Uniform, Content::NanInA, Content::Integers][(i + j) % 3];
            let turn = list.cases.len();
            list.push(shape, Layout::number(turn), [alpha, beta], content);
        }
    }
}
