//! Breaks of the order and symmetry: always told, and a reason to fail only by the strict policy.

use super::library::{Library, fault, kinds};

/// The shard has all floats of magnitudes from 1/2 to 2. A sample has no neighbours or opposites.
#[test]
fn a_break_of_the_symmetry_is_told_as_not_asked() {
    let library = Library::compiled(include_str!("functions.c"));
    let recorded = |flags: &str| {
        let flags = format!("--function tanh --shard 64/128 {flags}");
        library.check("not_odd", "vector-unary", &flags)
    };
    let plain = recorded("");
    assert_eq!(plain.code, 0, "{}", plain.out);
    assert!(
        plain.out.contains("f(−x) does not fit f(x) (not asked)"),
        "{}",
        plain.out
    );
    let (code, kernel) = library.verdict(
        "not_odd",
        "vector-unary",
        "--function tanh --shard 64/128 --strict",
    );
    assert_eq!((code, &kernel["passed"]), (5, &false.into()));
    assert!(kinds(&kernel).contains(&"symmetry".to_owned()));
    let again = library.again(fault(&kernel, "symmetry"));
    assert!(again.contains(&"symmetry".to_owned()));
    assert!(!recorded("--strict").out.contains("not asked"));
}
