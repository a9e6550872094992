//! The derivatives of a softmax of rows.

use crate::kernel::{self, Isa};

/// The result `p` of a softmax of rows of this length.
pub(super) struct Rows<'a> {
    pub isa: Isa,
    pub p: &'a [f32],
    pub length: usize,
}

impl Rows<'_> {
    /// `p∘(u − ⟨p∘u⟩)`, the product with the Jacobian, which is symmetric.
    pub fn through(&self, u: &[f32]) -> Vec<f32> {
        let mut product = vec![0.0; u.len()];
        self.add(self.p, u, &self.sums(&[(self.p, u)]), &mut product);
        product
    }

    /// `rp∘(u − ⟨p∘u⟩) + p∘(ru − ⟨rp∘u + p∘ru⟩)`, the derivative of [`Rows::through`] as `p` moves along
    /// `rp`, and `u` along `ru`.
    pub fn through_moved(&self, rp: &[f32], u: &[f32], ru: &[f32]) -> Vec<f32> {
        let mut product = vec![0.0; u.len()];
        self.add(rp, u, &self.sums(&[(self.p, u)]), &mut product);
        let sums = self.sums(&[(rp, u), (self.p, ru)]);
        self.add(self.p, ru, &sums, &mut product);
        product
    }

    /// The sum over each row of the products of these pairs.
    fn sums(&self, pairs: &[(&[f32], &[f32])]) -> Vec<f32> {
        let rows = self.p.len() / self.length;
        let sum = |row: usize| {
            let place = row * self.length..(row + 1) * self.length;
            let dots = pairs.iter();
            let dots =
                dots.map(|(a, b)| kernel::dot_wide(self.isa, &a[place.clone()], &b[place.clone()]));
            dots.sum::<f64>() as f32
        };
        (0..rows).map(sum).collect()
    }

    /// `out ← out + a∘(u − sum)`, with a sum for each row.
    fn add(&self, a: &[f32], u: &[f32], sums: &[f32], out: &mut [f32]) {
        let rows = a.chunks_exact(self.length).zip(u.chunks_exact(self.length));
        let rows = rows.zip(out.chunks_exact_mut(self.length));
        for (((a, u), out), sum) in rows.zip(sums) {
            for ((out, a), u) in out.iter_mut().zip(a).zip(u) {
                *out += a * (u - sum);
            }
        }
    }
}
