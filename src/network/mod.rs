//! Room **network**: forward, backward, directional derivative and per-sample curvature products.
//!
//! Parameters are one flat vector in PyTorch's order (`fc.0.weight` of shape outputs × inputs,
//! `fc.0.bias`, …). The loss of one sample is `f_i = (1/c)·‖o_i − y_i‖²` (mean over the `c`
//! outputs, no ½, no softmax), and of a batch the mean of its samples, as the authors had it; at
//! an interpolating minimum `H_i = (2/c)·J_iᵀJ_i`.
//!
//! | file | what |
//! |---|---|
//! | `fnn` | the shape of a fully connected ReLU network and its initial parameters |
//! | `pass` | forward, loss, backward, gradient, one descent step |
//! | `tangent` | the directional derivative of a pass, also with per-sample directions |
//! | `curvature` | `Hv` and `Σv = (1/n) Σ_i H_i(H_i v − Hv)` at a point |

mod curvature;
mod fnn;
mod pass;
mod tangent;

pub use curvature::{Curvature, Matrix};
pub use fnn::{Fnn, Layer};
pub use pass::{Batch, Pass};
