//! Shapes (m, n, k) that break matrix products.

/// Numbers on both sides of the multiples of 4, 6, 8, 16 and 64.
const EDGES: [usize; 25] = [
    3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 18, 23, 24, 25, 31, 32, 33, 47, 48, 63, 64, 65,
];

/// Numbers of terms on both sides of blocks of terms, and others that are no multiples of 4 or 8.
const TERMS: [usize; 20] = [
    66, 67, 68, 100, 127, 128, 129, 191, 192, 193, 255, 256, 257, 258, 320, 383, 384, 385, 512, 513,
];

/// Small numbers in every combination.
const SMALL: [usize; 7] = [0, 1, 2, 3, 5, 7, 8];

/// Leaves the shapes as they are, or makes n = 1 and leaves out what then occurs twice.
fn narrowed(shapes: Vec<[usize; 3]>, is_vector: bool) -> Vec<[usize; 3]> {
    if !is_vector {
        return shapes;
    }
    let mut narrow: Vec<[usize; 3]> = Vec::new();
    for [m, _, k] in shapes {
        if !narrow.contains(&[m, 1, k]) {
            narrow.push([m, 1, k]);
        }
    }
    narrow
}

/// All combinations of small numbers.
pub(super) fn grid(is_vector: bool) -> Vec<[usize; 3]> {
    let shapes = SMALL
        .into_iter()
        .flat_map(|m| SMALL.map(|n| SMALL.map(|k| [m, n, k])));
    narrowed(shapes.flatten().collect(), is_vector)
}

/// Every edge in every place, beside small numbers and beside another edge.
pub(super) fn edges(is_vector: bool) -> Vec<[usize; 3]> {
    let mut shapes = Vec::new();
    for (i, &edge) in EDGES.iter().enumerate() {
        let other = EDGES[(i * 7 + 3) % EDGES.len()];
        let third = EDGES[(i * 4 + 11) % EDGES.len()];
        shapes.extend([[edge, 1, 5], [1, edge, 5], [2, 3, edge]]);
        shapes.extend([[edge, edge, 3], [edge, other, 7], [third, edge, 9]]);
        shapes.extend([[other, third, edge], [edge, 2, other], [1, edge, third]]);
        shapes.push([edge, 5, edge]);
    }
    for (i, &terms) in TERMS.iter().enumerate() {
        let edge = EDGES[(i * 3) % EDGES.len()];
        shapes.extend([
            [1, 1, terms],
            [5, 3, terms],
            [edge, 2, terms],
            [7, 9, terms],
        ]);
    }
    narrowed(shapes, is_vector)
}

/// Sizes that have broken other products: 2 × 1 × 1, k = 64 + 3, 33, 316, 5018.
pub(super) fn breakers(is_vector: bool) -> Vec<[usize; 3]> {
    let mut shapes = vec![[2, 1, 1], [1, 2, 1], [1, 1, 2], [33, 33, 33], [67, 67, 67]];
    for long in [316, 1025, 2049, 5018] {
        shapes.extend([[2, 3, long], [long, 2, 3], [3, long, 2], [1, 1, long]]);
        shapes.extend([[long, 1, 2], [1, long, 2]]);
    }
    shapes.extend([[109, 65, 5], [253, 66, 3], [6, 65, 801], [13, 17, 1601]]);
    narrowed(shapes, is_vector)
}

/// The shapes that are tried with every layout and content.
pub(super) fn layout_shapes(is_vector: bool) -> Vec<[usize; 3]> {
    let shapes = vec![[5, 7, 9], [1, 6, 11], [13, 1, 19], [17, 67, 34], [70, 9, 8]];
    narrowed(shapes, is_vector)
}
