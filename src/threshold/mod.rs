//! Room **threshold**: the learning rates up to which SGD is stable at a minimum of a real network.
//!
//! Near a minimum that interpolates, SGD follows its linearisation, in which sample `i` has the
//! Gauss–Newton matrix `G_i = J_iᵀ L_i J_i` of rank at most c, the number of outputs. All of them live in
//! the range of `H = (1/n) Σ_i G_i`, which has at most N = n·c dimensions, and in an orthonormal basis of
//! it they are known from the Gram matrix `K = J Jᵀ` alone ([`Linearised`]):
//!
//! ```text
//! F K Fᵀ = U Λ Uᵀ  (L_i = F_iᵀ F_i),     B = U Λ^½,     G_i = B_iᵀ B_i,     H = Λ/n
//! ```
//!
//! In these coordinates H is diagonal, which makes every map that concerns only H a multiplication of
//! single entries. With `V(X) = (1/n) Σ_i G_i X G_i`, `W(X) = V(X) − HXH` and the noise weight p, the
//! second moment X of heavy ball with momentum β (plain SGD for β = 0) stays bounded if and only if
//!
//! ```text
//! C − ηD ⪰ 0 on symmetric matrices,     C(X)_jk = (1 − β)(λ_j + λ_k)·X_jk,     D = pW + S,
//! S(X)_jk = [(1 − β)/(1 + β)·λ_j λ_k − β/(1 − β²)·(λ_j − λ_k)²]·X_jk
//! ```
//!
//! For β = 0 this is the condition of the theory, `HX + XH − η((1 − p)HXH + pV(X)) ⪰ 0`. For β > 0: noise
//! `N` that enters once leaves, summed over time, the moment `Φ(N)_jk = φ_jk·N_jk` with
//! `1/φ_jk = η[(1 − β)(λ_j + λ_k) − η S_jk]`, and makes new noise `η²pW(Φ(N))`. Both maps keep matrices
//! positive semi-definite, so the moment is bounded if and only if the spectral radius of `η²p ΦW` is at most
//! 1, and that is the condition above times η. The stable learning rates are therefore an interval
//! `[0, η*]` also with momentum, and
//!
//! ```text
//! 1/η* = λ_max(C^−½ D C^−½)
//! ```
//!
//! | file | contents |
//! |---|---|
//! | [`Linearised`] | the linearised model of a network, from its Gram matrix |
//! | `weighted` | the Gram matrix with the loss in it |
//! | `sandwich` | the map V |
//! | `pencil` | the maps C and D, and the two questions that are asked of them |
//! | `ascent` | the largest eigenvalue, by a conjugate gradient method |
//! | `floor` | a proof that a learning rate is stable: X ≻ 0 with `C(X) − ηD(X) ≻ 0` |
//! | [`Run`] | certificates that a learning rate is stable or not, proved over the rationals |
//! | `bounds` | the two thresholds that are single eigenvalues |
//! | [`Thresholds`] | all thresholds of a network |
//! | [`Keep`] | a folder for what is done, so that a long computation can go on |
//! | `saved`, `state_file` | the state of an iteration, and the files of the folder |
//! | `dense` | products and factorisations of matrices, by `faer` |

mod answer;
mod ascent;
mod bounds;
mod certified;
mod dense;
mod floor;
mod keep;
mod linearised;
mod pencil;
mod sandwich;
mod saved;
mod state_file;
mod weighted;

pub use answer::{Curve, LowerEnd, MeanSquare, Question, Thresholds};
pub use bounds::Bracket;
pub use certified::Run;
pub use keep::Keep;
pub use linearised::{GramSummary, Linearised, NoModel};
