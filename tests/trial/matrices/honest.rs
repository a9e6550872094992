//! Honest products: sums of k products in any order, with FMA or not, with α first or last. All are
//! accepted.

use sgd_stability::trial::{
    Gemm, Gemv, MatrixVector, Options, Policy, Product, Verdict, check_gemm, check_gemv,
};

use crate::roll::enter_honest;

use super::support::{
    ByFunction, Call, VectorByFunction, by_columns, each, each_sum, place, split, whole,
};

type Kernel = fn(Product);

/// The number of a case of a product with a vector with m = 3, k = 0 and β = −1.
const EMPTY: u64 = 43;

/// All honest products, by name.
const HONEST: [(&str, Kernel); 11] = [
    ("dots", |p| each_sum(p, whole)),
    ("dots backwards", |p| {
        each_sum(p, |call, i, j| call.sum(i, j, (0..call.k).rev()));
    }),
    ("rows of B, alpha first", |p| rows_of_b(p, true)),
    ("rows of B, alpha into B", |p| rows_of_b(p, false)),
    ("columns of A, fused", columns_of_a),
    ("blocks of terms", |p| {
        each(p, |call, i, j, old| {
            let start = if call.beta == 0.0 {
                0.0
            } else {
                call.beta * old
            };
            if call.alpha == 0.0 {
                return start;
            }
            let blocks = (0..call.k).step_by(16);
            blocks.fold(start, |c, first| {
                c + call.alpha * call.sum(i, j, first..call.k.min(first + 16))
            })
        });
    }),
    ("packed, in lanes", |p| {
        each_sum(p, |call, i, j| {
            let mut lanes = [0.0_f32; 8];
            (0..call.k).for_each(|l| {
                lanes[l % 8] = call.a(i, l).mul_add(call.b(l, j), lanes[l % 8]);
            });
            lanes.chunks(2).map(|pair| pair[0] + pair[1]).sum()
        });
    }),
    ("pairwise", |p| {
        each_sum(p, |call, i, j| pairwise(call, i, j, 0, call.k));
    }),
    ("in f64", |p| {
        each(p, |call, i, j, old| {
            let kept = if call.beta == 0.0 {
                0.0
            } else {
                f64::from(call.beta) * f64::from(old)
            };
            if call.alpha == 0.0 || call.k == 0 {
                return kept as f32;
            }
            let term = |l| f64::from(call.a(i, l)) * f64::from(call.b(l, j));
            let sum: f64 = (0..call.k).map(term).sum();
            (f64::from(call.alpha) * sum + kept) as f32
        });
    }),
    ("compensated", |p| each_sum(p, compensated)),
    ("fused at the end", |p| {
        each(p, |call, i, j, old| {
            let sum = (0..call.k).fold(0.0, |sum, l| call.a(i, l).mul_add(call.b(l, j), sum));
            match (call.alpha == 0.0 || call.k == 0, call.beta == 0.0) {
                (true, _) => call.finish(0.0, old),
                (false, true) => call.alpha * sum,
                (false, false) => call.beta.mul_add(old, call.alpha * sum),
            }
        });
    }),
];

/// `C += (αa_il)·b_lj` or `C += a_il·(αb_lj)`, term by term for whole rows, as the reference BLAS does it.
fn rows_of_b(p: Product, alpha_into_a: bool) {
    let (call, c, leading) = split(p);
    for i in 0..call.m {
        for j in 0..call.n {
            let c = &mut c[place(call.order, false, leading, i, j)];
            *c = if call.beta == 0.0 {
                0.0
            } else {
                call.beta * *c
            };
        }
        for l in (0..call.k).filter(|_| call.alpha != 0.0) {
            for j in 0..call.n {
                let c = &mut c[place(call.order, false, leading, i, j)];
                *c += if alpha_into_a {
                    (call.alpha * call.a(i, l)) * call.b(l, j)
                } else {
                    call.a(i, l) * (call.alpha * call.b(l, j))
                };
            }
        }
    }
}

/// `C = fma(a_il, αb_lj, C)`, column by column.
fn columns_of_a(p: Product) {
    each(p, |call, i, j, old| {
        let start = if call.beta == 0.0 {
            0.0
        } else {
            call.beta * old
        };
        let terms = 0..if call.alpha == 0.0 { 0 } else { call.k };
        terms.fold(start, |c, l| {
            call.a(i, l).mul_add(call.alpha * call.b(l, j), c)
        })
    });
}

fn pairwise(call: &Call, i: usize, j: usize, first: usize, end: usize) -> f32 {
    match end - first {
        0 => 0.0,
        1 => call.a(i, first) * call.b(first, j),
        length => {
            let middle = first + length / 2;
            pairwise(call, i, j, first, middle) + pairwise(call, i, j, middle, end)
        }
    }
}

/// Kahan's summation. Where a partial sum is not finite, the correction would make it NaN.
fn compensated(call: &Call, i: usize, j: usize) -> f32 {
    let (mut sum, mut correction) = (0.0_f32, 0.0_f32);
    for l in 0..call.k {
        let term = call.a(i, l) * call.b(l, j) - correction;
        let next = sum + term;
        let lost = (next - sum) - term;
        correction = if lost.is_finite() { lost } else { 0.0 };
        sum = next;
    }
    sum
}

fn assert_passed(verdict: &Verdict) {
    enter_honest(verdict);
    assert!(verdict.passed, "{}: {:#?}", verdict.name, verdict.faults);
    assert!(verdict.max_ratio.is_some_and(|ratio| ratio <= 1.0));
    assert!(verdict.mistrusted < verdict.inputs / 10 && verdict.left_out.is_empty());
}

#[test]
pub fn every_honest_product_is_accepted() {
    for (name, kernel) in HONEST {
        assert_passed(&check_gemm(&ByFunction(kernel), name, &Options::default()));
    }
}

#[test]
pub fn every_honest_product_with_a_vector_is_accepted() {
    for (name, kernel) in HONEST {
        let kernel = VectorByFunction(|p: MatrixVector| by_columns(p, kernel));
        assert_passed(&check_gemv(&kernel, name, &Options::default()));
    }
}

/// By the strict policy, 0 times NaN is NaN. A kernel of the reference BLAS is refused by it, and the
/// reverse.
#[test]
fn policies_differ_where_alpha_is_zero() {
    let strict = ByFunction(|p: Product| {
        each(p, |call, i, j, old| {
            let kept = if call.beta == 0.0 {
                0.0
            } else {
                call.beta * old
            };
            call.alpha * call.whole(i, j) + kept
        });
    });
    let reference = ByFunction(HONEST[0].1);
    let passed = |kernel: &dyn Gemm, policy| {
        let options = Options {
            policy,
            shard: "1/3".parse().expect("a shard"),
            ..Options::default()
        };
        check_gemm(kernel, "a policy", &options).passed
    };
    assert!(passed(&strict, Policy::Strict) && passed(&reference, Policy::Reference));
    assert!(!passed(&strict, Policy::Reference) && !passed(&reference, Policy::Strict));
}

/// The reference BLAS returns from SGEMV at once where the matrix has no rows or no columns, and leaves
/// y. Its policy permits that beside y ← βy, but nothing else; the strict policy asks for y ← βy.
#[test]
fn an_empty_matrix_may_leave_the_vector_by_the_reference_policy_alone() {
    let product: Kernel = HONEST[0].1;
    let scaling = VectorByFunction(|p: MatrixVector| by_columns(p, product));
    let leaving = VectorByFunction(|p: MatrixVector| {
        if p.rows > 0 && p.columns > 0 {
            by_columns(p, product);
        }
    });
    let clearing = VectorByFunction(|p: MatrixVector| {
        if p.rows > 0 && p.columns > 0 {
            by_columns(p, product);
        } else {
            p.y.memory.fill(0.0);
        }
    });
    let check = |kernel: &dyn Gemv, policy| {
        let options = Options {
            policy,
            only: Some(EMPTY),
            ..Options::default()
        };
        check_gemv(kernel, "an empty matrix", &options)
    };
    let counts = |verdict: Verdict| (verdict.inputs, verdict.mistrusted, verdict.faults.len());
    assert_eq!(counts(check(&scaling, Policy::Reference)), (3, 0, 0));
    assert_eq!(counts(check(&scaling, Policy::Strict)), (3, 0, 0));
    assert_eq!(counts(check(&leaving, Policy::Reference)), (3, 3, 0));
    assert_eq!(counts(check(&leaving, Policy::Strict)), (3, 0, 1));
    assert_eq!(counts(check(&clearing, Policy::Reference)), (3, 0, 1));
}
