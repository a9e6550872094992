//! Products of matrices, and of a matrix and a vector, on trial.
//!
//! # The theorem
//!
//! An element of C is `α Σ_{l<k} a_l b_l + βc`. A kernel may multiply by α before or after it sums, may
//! fuse multiplications with additions or not, and may add in any order, also in pieces, also starting
//! from βc, also in a wider format. Then, for every *finite* result,
//!
//! ```text
//! |computed − exact|  ≤  γ_d (|α| Σ|a_l b_l| + |βc|) + t (1 + γ_d) s
//! d = k + [|α| ≠ 0, 1] + [β ≠ 0]        (k = 0: d = [|β| ≠ 0, 1])
//! s = k + [|α| ≠ 0, 1] (1 + k|α| + Σ(|a_l| + |b_l|)) + [|β| ≠ 0, 1]
//! ```
//!
//! with u = 2⁻²⁴, t = 2⁻¹⁵⁰ and γ_d = du/(1 − du).
//!
//! *Proof.* An operation that does not overflow gives `z(1 + δ) + ε` with |δ| ≤ u, |ε| ≤ t (Higham,
//! *Accuracy and Stability*, §2.1), and ε = 0 for additions, whose result is a multiple of the least
//! subnormal number 2t, and for multiplications by 0 and ±1, which are exact. A tree with k + 1 leaves,
//! the terms and βc, has at most k additions between a leaf and the root, and one less without βc. A
//! term is multiplied once, or once more if |α| is not 0 or 1; βc once. An FMA is a multiplication
//! and an addition with one rounding less. So no path has more than d roundings, and the product of the
//! (1 + δ) along a path is 1 + θ with |θ| ≤ γ_d (Higham, Lemma 3.1). That is the first part, by the
//! triangle inequality. An ε that arises in a product `a_l b_l` is later multiplied by at most |α|(1 +
//! θ); one of α·a_l by |b_l|(1 + θ), one of α·b_l by |a_l|(1 + θ), one of the multiplication by α after
//! the sum, or of βc, by (1 + θ). The sum of all these, although no kernel can commit all of them, is
//! the second part. A result that has overflowed never becomes finite again, so the bound holds for all
//! that are finite. An accumulation in a wider format replaces roundings of a path by smaller ones and one
//! rounding at the end; compensated summation is bounded by 2u + O(ku²) (Higham, §4.3) and lies below. ∎
//!
//! Strassen's algorithm and products of split or shortened numbers are no sums of these k products, and
//! are not accepted.
//!
//! Where all numbers are integers and `|α| Σ|a_l b_l| + |βc| ≤ 2²⁴`, every partial sum of every order is
//! an integer of at most 2²⁴, so nothing rounds and the bound is 0.
//!
//! # NaN and infinities
//!
//! They must come through at exactly the elements whose formula has them, also when multiplied by zero.
//! Nothing is asked of an infinite result that could also overflow on the way, or whose finite factor
//! could become zero by α; such results are counted as mistrusted, as are zeros that have only zero
//! terms, and NaN.
//!
//! | | [`Policy::Reference`](super::Policy) | [`Policy::Strict`](super::Policy) |
//! |---|---|---|
//! | β = 0 | C is not read | C is not read |
//! | α = 0 | A and B are not read: C ← βC | NaN and infinities of A and B give NaN |
//! | k = 0, product of matrices | C ← βC | C ← βC |
//! | k = 0, product with a vector | y ← βy, or y as it was | y ← βy |
//!
//! The reference BLAS returns from SGEMM without reading C where m = 0 or n = 0, which leaves no element
//! to judge, and where β = 1 and α or k is 0, which is what the formula says. From SGEMV it returns where
//! either dimension of A is 0, so that y is not multiplied by β; hence the last line.
//!
//! | file | contents |
//! |---|---|
//! | `problem`, `element` | the numbers of a case, and the permitted results |
//! | `content`, `structure` | what stands in the matrices |
//! | `case`, `layout` | one case |
//! | `shapes`, `list` | the cases, in a fixed order |
//! | `memory` | where the elements stand in memory |
//! | `gemm`, `gemv` | the trials |

mod case;
mod content;
mod element;
mod gemm;
mod gemv;
mod layout;
mod list;
mod memory;
mod problem;
mod shapes;
mod structure;

pub use gemm::check_gemm;
pub use gemv::check_gemv;
