//! Functions of one number: what is found at one input of 2³².

use serde_json::Value;

use super::library::{Library, fault, kinds};

const TANH: &str = "--function tanh --time-limit 1s";

#[test]
fn honest_functions_pass() {
    let library = Library::compiled(include_str!("functions.c"));
    for (symbol, signature) in [("good", "unary"), ("over_array", "vector-unary")] {
        let (code, kernel) = library.verdict(symbol, signature, &format!("{TANH} --sample 3000"));
        assert_eq!(code, 0, "{kernel:#}");
        assert_eq!(
            (&kernel["function"], &kernel["passed"]),
            (&"tanh".into(), &true.into())
        );
        assert_eq!(
            (&kernel["exhaustive"], &kernel["inputs"]),
            (&false.into(), &3000.into())
        );
        assert!(kernel["max_ulp"].as_f64() <= Some(0.501), "{kernel:#}");
        assert!(
            kernel["worst_input"]["bits"]
                .as_str()
                .unwrap()
                .starts_with("0x")
        );
    }
}

#[test]
fn the_one_input_with_a_fault_is_told_and_replays() {
    let library = Library::compiled(include_str!("functions.c"));
    for (symbol, signature, kind) in [
        ("crash", "unary", "crash"),
        ("endless", "unary", "timeout"),
        ("ends", "unary", "exit"),
        ("ends_at_once", "unary", "exit"),
        ("prints", "unary", "output"),
        ("rounds_upward", "unary", "rounding-mode"),
        ("wrong_once", "unary", "too-large"),
        ("crashes_in_array", "vector-unary", "crash"),
    ] {
        let at =
            |input: &str| library.verdict(symbol, signature, &format!("{TANH} --input {input}"));
        let (code, kernel) = at("0x3f801234");
        assert_eq!(
            (code, &kinds(&kernel)[..]),
            (5, &[kind.to_owned()][..]),
            "{symbol}: {kernel:#}"
        );
        let fault = fault(&kernel, kind);
        assert!(
            fault["input"].as_str().unwrap().starts_with("0x3f801234"),
            "{symbol}"
        );
        assert!(
            fault["command"]
                .as_str()
                .unwrap()
                .ends_with("--input 0x3f801234")
        );
        assert_eq!(library.again(fault), [kind], "{symbol}");
        let (code, kernel) = at("0x3f801235");
        assert_eq!(
            (code, &kernel["passed"]),
            (0, &Value::Bool(true)),
            "{symbol}"
        );
    }
}

#[test]
fn a_result_that_depends_on_its_lane_is_found() {
    let library = Library::compiled(include_str!("functions.c"));
    let flags = format!("{TANH} --sample 10");
    let (code, kernel) = library.verdict("wrong_in_one_lane", "vector-unary", &flags);
    assert_eq!(code, 5);
    let text = fault(&kernel, "differs")["input"].as_str().unwrap();
    assert!(text.contains("number 5 of"), "{text}");
}

#[test]
fn a_death_on_the_way_leaves_the_other_inputs_and_the_input_is_told() {
    // Every input of the sample from a third on is a crash.
    let source = include_str!("functions.c").replace("bits(x) == 0x3f801234u", "x > 1.0f");
    let library = Library::compiled(&source);
    for (symbol, signature) in [
        ("crash", "unary"),
        ("crashes_in_array", "vector-unary"),
        ("prints", "unary"),
    ] {
        let flags = format!("{TANH} --sample 20");
        let (code, kernel) = library.verdict(symbol, signature, &flags);
        assert_eq!(code, 5, "{symbol}");
        let fault = &kernel["faults"][0];
        let input = fault["input"].as_str().unwrap();
        let bits = u32::from_str_radix(&input[2..10], 16).unwrap();
        assert!(f32::from_bits(bits) > 1.0, "{symbol}: {input}");
        let died: u64 = kernel["left_out"]["it ended the process"].as_u64().unwrap();
        assert!(died > 0, "{kernel:#}");
    }
}
