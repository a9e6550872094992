//! The cases of the trial of a matrix product, in a fixed order, so that a number names a case.

use super::case::Case;
use super::content::Content;
use super::layout::Layout;
use super::shapes::{breakers, edges, grid, layout_shapes};

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
