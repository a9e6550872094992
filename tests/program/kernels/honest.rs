//! Honest kernels pass, whatever their signature.

use super::library::Library;

#[test]
fn honest_functions_of_vectors_pass() {
    let library = Library::compiled(include_str!("vectors.c"));
    for (symbol, signature) in [
        ("good", "sdot"),
        ("good_axpy", "saxpy"),
        ("good_scal", "sscal"),
        ("good_nrm2", "snrm2"),
        ("good_asum", "sasum"),
    ] {
        let (code, kernel) = library.verdict(symbol, signature, "--sample 2000");
        assert_eq!(code, 0, "{kernel:#}");
        assert_eq!(kernel["passed"], true);
        assert_eq!(kernel["function"], signature);
        assert_eq!(kernel["exhaustive"], false);
        let ratio = kernel["max_ratio"].as_f64().expect("a ratio");
        assert!(ratio <= 1.0, "{ratio}");
    }
}
