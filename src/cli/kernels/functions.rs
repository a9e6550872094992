//! The names of functions.

use sgd_stability::kernel::foreign::Signature;
use sgd_stability::oracle::{binary, unary};

/// The names of the functions of one number.
pub fn one_number() -> Vec<String> {
    unary::Function::all()
        .map(|function| function.name().to_owned())
        .collect()
}

/// The names of the functions of two numbers.
pub fn two_numbers() -> Vec<String> {
    let functions = binary::Function::all();
    functions
        .map(|function| function.name().to_owned())
        .collect()
}

/// The functions that a kernel with this signature can compute.
pub fn of(signature: Signature) -> Vec<String> {
    match signature {
        Signature::Unary | Signature::VectorUnary => one_number(),
        Signature::Binary => two_numbers(),
        blas => vec![blas.name().to_owned()],
    }
}
