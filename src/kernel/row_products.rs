//! The products of all rows of one matrix with all rows of another, in f64.

use super::isa::Isa;
use super::lanes::{Kernel, LANES, Lanes};
use super::view::MatrixRef;

/// How many terms of all products are added before the next ones: what is packed then stays in the
/// cache.
const DEPTH: usize = 256;

struct RowProducts<'a> {
    x: MatrixRef<'a>,
    y: MatrixRef<'a>,
    products: &'a mut [f64],
}

impl Kernel for RowProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        // A wide vector takes as many registers as two vectors of f32.
        if L::REGISTERS >= 16 {
            self.in_tiles::<L, 8>(lanes);
        } else {
            self.in_tiles::<L, 2>(lanes);
        }
    }
}

impl RowProducts<'_> {
    /// Adds the terms of a tile of `ROWS` rows and 16 columns of the products at a time.
    #[inline(always)]
    fn in_tiles<L: Lanes, const ROWS: usize>(self, lanes: L) {
        let RowProducts { x, y, products } = self;
        let width = y.rows();
        products.fill(0.0);
        let mut rows: Vec<[f64; ROWS]> = Vec::new();
        let mut columns = vec![[0.0; LANES]; DEPTH];
        for first in (0..x.columns()).step_by(DEPTH) {
            let depth = DEPTH.min(x.columns() - first);
            pack_rows(x, first, depth, &mut rows);
            for column in (0..width).step_by(LANES) {
                pack_columns(lanes, y, column, first, &mut columns[..depth]);
                for (block, rows) in rows.chunks_exact(depth).enumerate() {
                    let mut tile = Tile::<ROWS> {
                        products,
                        width,
                        row: block * ROWS,
                        column,
                    };
                    tile.add(lanes, rows, &columns[..depth]);
                }
            }
        }
    }
}

/// Numbers `first` to `first + depth` of every row of `x` in f64: block by block of `ROWS` rows, number
/// by number, with zeros below the last row.
#[inline(always)]
fn pack_rows<const ROWS: usize>(
    x: MatrixRef,
    first: usize,
    depth: usize,
    packed: &mut Vec<[f64; ROWS]>,
) {
    packed.clear();
    packed.resize(x.rows().div_ceil(ROWS) * depth, [0.0; ROWS]);
    for i in 0..x.rows() {
        let row = &x.row(i)[first..first + depth];
        let block = &mut packed[i / ROWS * depth..][..depth];
        for (packed, &number) in block.iter_mut().zip(row) {
            packed[i % ROWS] = f64::from(number);
        }
    }
}

/// Numbers `first`, `first + 1`, … of 16 rows of `y`, number by number, with zeros below the last row.
#[inline(always)]
fn pack_columns<L: Lanes>(
    lanes: L,
    y: MatrixRef,
    row: usize,
    first: usize,
    packed: &mut [[f32; LANES]],
) {
    for (square, packed) in packed.chunks_mut(LANES).enumerate() {
        let from = first + square * LANES;
        let mut vectors = [lanes.splat(0.0); LANES];
        for (vector, i) in vectors.iter_mut().zip(row..y.rows()) {
            *vector = lanes.load_padded(&y.row(i)[from..from + packed.len()]);
        }
        let vectors = lanes.transpose(vectors);
        for (packed, vector) in packed.iter_mut().zip(vectors) {
            lanes.store(vector, packed);
        }
    }
}

/// A tile of the products, `width` of which are in a row.
struct Tile<'a, const ROWS: usize> {
    products: &'a mut [f64],
    width: usize,
    row: usize,
    column: usize,
}

impl<const ROWS: usize> Tile<'_, ROWS> {
    /// Adds the products of packed rows and columns.
    #[inline(always)]
    fn add<L: Lanes>(&mut self, lanes: L, rows: &[[f64; ROWS]], columns: &[[f32; LANES]]) {
        let mut copied = [[0.0; LANES]; ROWS];
        self.each_row(
            |products, copied| copied[..products.len()].copy_from_slice(products),
            &mut copied,
        );
        let mut sums = copied.map(
            #[inline(always)]
            |row| lanes.wide_load(&row),
        );
        for (rows, columns) in rows.iter().zip(columns) {
            let y = lanes.widen(lanes.load(columns));
            for (sum, &x) in sums.iter_mut().zip(rows) {
                *sum = lanes.wide_fma(lanes.wide_splat(x), y, *sum);
            }
        }
        for (sum, copied) in sums.into_iter().zip(&mut copied) {
            lanes.wide_store(sum, copied);
        }
        self.each_row(
            |products, copied| products.copy_from_slice(&copied[..products.len()]),
            &mut copied,
        );
    }

    /// Visits the rows of the tile, cut at the edges of the products.
    #[inline(always)]
    fn each_row(
        &mut self,
        visit: impl Fn(&mut [f64], &mut [f64; LANES]),
        copied: &mut [[f64; LANES]; ROWS],
    ) {
        let columns = self.column..self.width.min(self.column + LANES);
        let rows = self.products.chunks_exact_mut(self.width).skip(self.row);
        for (products, copied) in rows.zip(copied) {
            visit(&mut products[columns.clone()], copied);
        }
    }
}

/// `products_ij ← Σ_k x_ik·y_jk` in f64, one chain of fused multiply-adds in the order of `k`.
///
/// The product of two f32 numbers is exact in f64, so only the additions round: with `m` terms,
/// `|error| ≤ γ_{m−1}·Σ_k |x_ik·y_jk|`, `γ_m = m·2⁻⁵³/(1 − m·2⁻⁵³)`. Runs on the calling thread.
///
/// `x`, `y`: matrices with the same number of columns, which are adjacent; `products`: rows of `x` × rows
/// of `y`.
///
/// # Panics
/// When the shapes do not fit or columns are not adjacent.
pub fn row_products(isa: Isa, x: MatrixRef, y: MatrixRef, products: &mut [f64]) {
    assert!(
        x.columns() == y.columns() && products.len() == x.rows() * y.rows(),
        "products of the rows of matrices of shapes {:?} and {:?} into {} numbers",
        x.shape(),
        y.shape(),
        products.len()
    );
    if products.is_empty() {
        return;
    }
    isa.run(RowProducts { x, y, products });
}
