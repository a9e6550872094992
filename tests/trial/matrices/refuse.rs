//! Asserts that kernels are refused, and for what.

use sgd_stability::trial::{
    FaultKind, MatrixVector, Options, Product, Verdict, check_gemm, check_gemv,
};

use crate::roll::enter_faulty;

use super::support::{ByFunction, VectorByFunction};

/// A faulty product of matrices.
pub type FaultyProduct = fn(Product);

/// A faulty product of a matrix and a vector.
pub type FaultyVector = fn(MatrixVector);

/// The parts of a trial. Most faults show in the first, which saves the time for the others.
const PARTS: usize = 7;

pub fn gemm(kernel: FaultyProduct, name: &str, options: &Options) -> Verdict {
    check_gemm(&ByFunction(kernel), name, options)
}

pub fn gemv(kernel: FaultyVector, name: &str, options: &Options) -> Verdict {
    check_gemv(&VectorByFunction(kernel), name, options)
}

/// The verdict on the first part of a trial in which a kernel does not pass.
fn first_refusal(check: impl Fn(&Options) -> Verdict) -> Option<Verdict> {
    let part = |part| {
        let shard = format!("{part}/{PARTS}").parse().expect("a shard");
        check(&Options {
            shard,
            ..Options::default()
        })
    };
    (1..=PARTS).map(part).find(|verdict| !verdict.passed)
}

/// Asserts that each kernel is refused, for one of its faults and for no other, with a case that replays
/// it; and prints that.
pub fn refuse<K: Copy>(
    kernels: &[(&str, &[FaultKind], K)],
    check: fn(K, &str, &Options) -> Verdict,
) {
    let mut accepted = Vec::new();
    for &(name, kinds, kernel) in kernels {
        let Some(verdict) = first_refusal(|options| check(kernel, name, options)) else {
            accepted.push(name.to_owned());
            continue;
        };
        enter_faulty(&verdict, 0);
        for fault in &verdict.faults {
            println!("| {name} | {:?} | {} |", fault.kind, fault.input);
            if !kinds.contains(&fault.kind) {
                accepted.push(format!("{name}, but for {fault:?}"));
            }
            let case = fault
                .replay
                .strip_prefix("--case ")
                .and_then(|case| case.parse().ok());
            let only = Some(case.expect("a case to replay"));
            let alone = check(
                kernel,
                name,
                &Options {
                    only,
                    ..Options::default()
                },
            );
            // Chance decides what a race does.
            let is_found = alone.faults.iter().any(|other| other.kind == fault.kind);
            assert!(
                is_found || kinds.contains(&FaultKind::Differs),
                "{name}: {fault:?}"
            );
        }
    }
    assert!(
        accepted.is_empty(),
        "not refused as they should be: {accepted:#?}"
    );
}
