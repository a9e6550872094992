//! Products of matrices in C: honest ones pass, faulty ones do not, and the reference BLAS's return
//! from an empty product is permitted by its own policy alone.

use serde_json::Value;

use super::library::{Library, fault, kinds};

fn library() -> Library {
    Library::compiled(include_str!("matrices.c"))
}

#[test]
fn honest_products_pass() {
    let library = library();
    for (symbol, signature) in [("good_gemv", "sgemv"), ("good_gemm", "sgemm")] {
        let (code, kernel) = library.verdict(symbol, signature, "--sample 400");
        assert_eq!((code, &kernel["passed"]), (0, &true.into()), "{kernel:#}");
        assert!(kernel["max_ratio"].as_f64() <= Some(1.0), "{kernel:#}");
        assert!(kernel["inputs"].as_u64() > Some(1000), "{kernel:#}");
        assert_eq!(kernel["left_out"], serde_json::json!({}));
    }
}

#[test]
fn faulty_products_are_refused_with_a_case_that_replays() {
    let library = library();
    for (symbol, signature, kind) in [
        ("forgets_a_term_gemv", "sgemv", "too-large"),
        ("reads_c_gemm", "sgemm", "made-nan"),
    ] {
        let (code, kernel) = library.verdict(symbol, signature, "--sample 400");
        assert_eq!((code, &kernel["passed"]), (5, &Value::Bool(false)));
        let again = library.again(fault(&kernel, kind));
        assert!(again.contains(&kind.to_owned()), "{symbol}: {again:?}");
    }
}

#[test]
fn an_empty_matrix_may_leave_the_vector_by_the_reference_policy_alone() {
    let library = library();
    // Case 43 has m = 3, k = 0 and beta = -1.
    let (code, kernel) = library.verdict("leaves_gemv", "sgemv", "--shard 1/9");
    assert_eq!(code, 0, "{kernel:#}");
    assert!(kernel["mistrusted"].as_u64() > Some(0));
    let (code, kernel) = library.verdict("leaves_gemv", "sgemv", "--case 43 --strict");
    assert_eq!(
        (code, &kinds(&kernel)[..]),
        (5, &["too-large".to_owned()][..])
    );
    let (code, kernel) = library.verdict("good_gemv", "sgemv", "--case 43 --strict");
    assert_eq!(code, 0, "{kernel:#}");
}
