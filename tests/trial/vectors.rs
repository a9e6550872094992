//! Honest kernels of vectors are accepted, faulty ones are refused.

use std::collections::BTreeMap;

use sgd_stability::kernel::Isa;
use sgd_stability::trial::{
    Options, Policy, Verdict, check_asum, check_axpy, check_dot, check_nrm2, check_scal, ours,
};

use crate::faulty_vectors::{Faulty, all};
use crate::honest_vectors::{SUMS, blue_norm, in_f64, scaled_norm};
use crate::roll::{enter_faulty, enter_honest};
use crate::support::{AxpyBy, DotBy, Reduced, ScalBy, change, elements, update};

const POLICIES: [Policy; 2] = [Policy::Reference, Policy::Strict];

/// A way to compute a norm.
type Norm = fn(&[f32]) -> f32;

/// A ninth of the cases: 6 595, among them a tenth of the long ones; `EVERY_CASE=1` asks for all.
fn share<'a>(policy: Policy) -> Options<'a> {
    let shard = match std::env::var_os("EVERY_CASE") {
        Some(_) => "1/1",
        None => "4/9",
    };
    Options {
        policy,
        shard: shard.parse().expect("a shard"),
        ..Options::default()
    }
}

#[track_caller]
fn accept(verdict: &Verdict) {
    enter_honest(verdict);
    assert!(verdict.passed, "{}: {:#?}", verdict.name, verdict.faults);
    assert!(
        verdict.inputs > 2 * verdict.mistrusted,
        "{}: {}",
        verdict.name,
        verdict.mistrusted
    );
    assert!(verdict.max_ratio.is_some_and(|ratio| ratio <= 1.0));
}

#[test]
pub fn honest_dots_are_accepted() {
    for (name, sum) in SUMS {
        let kernel = DotBy::new(|x, y| sum(&elements(x), &elements(y)));
        let verdict = check_dot(&kernel, name, &share(Policy::Strict));
        accept(&verdict);
        println!(
            "dot {name}: {:.3} of the bound",
            verdict.max_ratio.unwrap_or(0.0)
        );
    }
    // The order may depend on the place in memory by the policy of the reference.
    let peeled = DotBy::new(|x: sgd_stability::trial::Vector, y| {
        let peel = (x.memory.as_ptr().addr() / 4 % 16).min(x.count);
        let (x, y) = (elements(x), elements(y));
        let ends = (
            SUMS[0].1(&x[..peel], &y[..peel]),
            SUMS[6].1(&x[peel..], &y[peel..]),
        );
        ends.0 + ends.1
    });
    accept(&check_dot(&peeled, "peeled", &share(Policy::Reference)));
}

#[test]
pub fn honest_sums_of_absolute_values_are_accepted() {
    for (name, sum) in SUMS {
        let kernel = Reduced::new(|x| {
            let absolute: Vec<f32> = elements(x).iter().map(|x| x.abs()).collect();
            sum(&absolute, &vec![1.0; absolute.len()])
        });
        accept(&check_asum(&kernel, name, &share(Policy::Strict)));
    }
}

#[test]
pub fn honest_norms_are_accepted() {
    let norms: [(&str, Norm); 4] = [
        ("scaled", scaled_norm),
        ("Blue's", blue_norm),
        ("in f64", |x| in_f64(x, x).sqrt() as f32),
        ("hypot", |x| {
            x.iter().fold(0.0, |norm: f32, x| norm.hypot(*x))
        }),
    ];
    for (name, norm) in norms {
        let kernel = Reduced::new(|x| norm(&elements(x)));
        let verdict = check_nrm2(&kernel, name, &share(Policy::Strict));
        accept(&verdict);
        println!(
            "nrm2 {name}: {:.3} of the bound",
            verdict.max_ratio.unwrap_or(0.0)
        );
    }
    for (name, sum) in SUMS {
        let kernel = Reduced::new(|x| {
            let x = elements(x);
            sum(&x, &x).sqrt()
        });
        accept(&check_nrm2(&kernel, name, &share(Policy::Reference)));
    }
}

#[test]
pub fn honest_elements_are_accepted() {
    for policy in POLICIES {
        let fused = AxpyBy::new(|a: f32, x, y| update(x, y, |_, x, y| a.mul_add(x, y)));
        let apart = AxpyBy::new(|a: f32, x, y| update(x, y, |_, x, y| a * x + y));
        let double = |a: f32, x: f32, y: f32| (f64::from(a) * f64::from(x) + f64::from(y)) as f32;
        let double = AxpyBy::new(move |a: f32, x, y| update(x, y, |_, x, y| double(a, x, y)));
        accept(&check_axpy(&fused, "fused", &share(policy)));
        accept(&check_axpy(&apart, "apart", &share(policy)));
        accept(&check_axpy(&double, "in f64", &share(policy)));
        let scal = ScalBy::new(|a: f32, x| change(x, |_, x| a * x));
        accept(&check_scal(&scal, "scal", &share(policy)));
    }
    let reference = share(Policy::Reference);
    let skips = AxpyBy::new(|a: f32, x, y| {
        if a != 0.0 {
            update(x, y, |_, x, y| a * x + y);
        }
    });
    accept(&check_axpy(&skips, "returns where α = 0", &reference));
    let clears = ScalBy::new(|a: f32, x| change(x, |_, x| if a == 0.0 { 0.0 } else { a * x }));
    accept(&check_scal(&clears, "clears where α = 0", &reference));
}

/// As the reference BLAS: functions of one vector do nothing where its stride is negative.
#[test]
fn doing_nothing_for_a_negative_stride_is_accepted() {
    for policy in POLICIES {
        let scal = ScalBy::new(|a: f32, x| {
            if x.stride > 0 {
                change(x, |_, x| a * x);
            }
        });
        let sum = Reduced::new(|x| match x.stride {
            ..=0 => 0.0,
            _ => elements(x).iter().fold(0.0, |sum, x| sum + x.abs()),
        });
        let verdicts = [
            check_scal(&scal, "scal", &share(policy)),
            check_asum(&sum, "asum", &share(policy)),
        ];
        for verdict in verdicts {
            assert!(
                verdict.passed && verdict.left_out.is_empty(),
                "{verdict:#?}"
            );
            assert!(
                4 * verdict.mistrusted > verdict.inputs,
                "{}",
                verdict.mistrusted
            );
        }
    }
}

#[test]
fn our_kernels_are_accepted_on_every_case() {
    for isa in Isa::available() {
        let options = Options {
            policy: Policy::Strict,
            ..Options::default()
        };
        let verdicts = [
            check_dot(&ours::Dot { isa }, "dot", &options),
            check_dot(&ours::DotWide { isa }, "dot_wide", &options),
            check_axpy(&ours::Axpy { isa }, "axpy", &options),
            check_scal(&ours::Scal { isa }, "scale", &options),
            check_nrm2(&ours::Norm { isa }, "norm", &options),
        ];
        for verdict in verdicts {
            println!(
                "{} {}: {} results, {} mistrusted, left out {:?}, {:?} of the bound at {:?}",
                isa.name(),
                verdict.name,
                verdict.inputs,
                verdict.mistrusted,
                verdict.left_out,
                verdict.max_ratio,
                verdict.worst_input.as_ref().map(|worst| &worst.bits)
            );
            accept(&verdict);
            assert!(verdict.left_out["a stride other than 1"] > 0);
        }
    }
}

/// Tries a faulty kernel on a share of the cases, and on all if that does not show the fault.
fn find(faulty: &Faulty) -> Option<(Verdict, String)> {
    ["2/13", "1/1"].into_iter().find_map(|shard| {
        let options = Options {
            policy: faulty.policy,
            shard: shard.parse().expect("a shard"),
            ..Options::default()
        };
        let verdict = (faulty.check)(&options);
        let fault = verdict
            .faults
            .iter()
            .find(|fault| fault.kind == faulty.kind)?;
        let case = fault.replay.clone();
        Some((verdict, case))
    })
}

#[test]
pub fn every_faulty_kernel_is_refused_with_its_fault() {
    let faulty = all();
    assert!(faulty.len() >= 40, "{} faulty kernels", faulty.len());
    let mut missed = Vec::new();
    let mut kinds = BTreeMap::new();
    for faulty in &faulty {
        let Some((verdict, replay)) = find(faulty) else {
            missed.push(format!(
                "{} {}: {:#?}",
                faulty.function,
                faulty.name,
                (faulty.check)(&Options {
                    policy: faulty.policy,
                    ..Options::default()
                })
                .faults
            ));
            continue;
        };
        assert!(!verdict.passed);
        let mut faults = verdict.faults.iter();
        let first = faults.position(|fault| fault.kind == faulty.kind);
        let first = first.expect("the fault that was found");
        let fault = &verdict.faults[first];
        enter_faulty(&verdict, first);
        let case = fault.input.split(", x with").next().unwrap_or("");
        println!(
            "| {} | {} | {:?} | {case} |",
            faulty.function, faulty.name, faulty.kind
        );
        *kinds.entry(faulty.kind).or_insert(0) += 1;
        // The line that replays the case shows the fault again.
        if faulty.is_steady {
            let number = replay
                .trim_start_matches("--case ")
                .parse()
                .expect("a number");
            let again = (faulty.check)(&Options {
                policy: faulty.policy,
                only: Some(number),
                ..Options::default()
            });
            assert!(
                again.faults.iter().any(|fault| fault.kind == faulty.kind),
                "{}",
                faulty.name
            );
        }
    }
    assert!(
        missed.is_empty(),
        "not refused as they should be: {missed:#?}"
    );
    println!("{} faulty kernels: {kinds:?}", faulty.len());
}
