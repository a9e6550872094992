//! Elementary functions, activation functions with their derivatives, and softmax.
//!
//! Everything is computed in f64 and rounded once to f32. The operations on f64 are rounded correctly on every
//! machine, so that the bits are the same.
//!
//! | file | contents |
//! |---|---|
//! | `polynomial`, `exp`, `log`, `normal` | the functions in f64, on lanes |
//! | `apply` | applies a function of lanes to slices |
//! | `elementary` | the elementary functions |
//! | `smooth`, `units`, `gelu` | activation functions and their derivatives |
//! | `nonlinearity` | which activation functions there are |
//! | `rows` | functions of rows |

mod apply;
mod elementary;
mod exp;
mod gelu;
mod log;
mod nonlinearity;
mod normal;
mod polynomial;
mod rows;
mod smooth;
mod units;

pub use elementary::{Elementary, elementary};
pub use nonlinearity::{
    Nonlinearity, nonlinear, nonlinear_derivative, nonlinear_second_derivative,
};
pub use rows::{log_sum_exp_rows, softmax_rows};
