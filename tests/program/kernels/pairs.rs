//! Functions of two numbers.

use super::library::{Library, fault};

#[test]
fn an_honest_function_of_two_numbers_passes_and_a_naive_one_does_not() {
    let library = Library::compiled(include_str!("functions.c"));
    let flags = "--function hypot --sample 2000";
    let (code, kernel) = library.verdict("good_hypot", "binary", flags);
    assert_eq!(code, 0, "{kernel:#}");
    assert!(kernel["max_ulp"].as_f64() <= Some(0.501), "{kernel:#}");
    assert_eq!(kernel["exhaustive"], false);

    // The squares overflow.
    let (code, kernel) = library.verdict("naive_hypot", "binary", flags);
    assert_eq!(code, 5);
    let infinity = fault(&kernel, "infinity");
    let command = infinity["command"].as_str().expect("a command line");
    let bits = command.split("--input ").nth(1).expect("an input");
    assert_eq!(bits.matches("0x").count(), 2, "{command}");
    assert!(library.again(infinity).contains(&"infinity".to_owned()));
}
