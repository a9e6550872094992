//! Whatever a kernel does, the program goes on and says which case did it.

use serde_json::Value;

use super::library::{Library, fault, kinds};

/// Tries a function at some cases.
fn some(library: &Library, symbol: &str, signature: &str) -> Value {
    let flags = "--sample 1500 --time-limit 2s --memory-limit 400MB";
    let (code, kernel) = library.verdict(symbol, signature, flags);
    assert_eq!((code, &kernel["passed"]), (5, &Value::Bool(false)), "{symbol}");
    kernel
}

#[test]
fn every_way_to_die_is_told_with_its_case_which_replays() {
    let library = Library::compiled(include_str!("vectors.c"));
    for (symbol, signature, kind, came) in [
        ("crash", "sdot", "crash", "SIGABRT"),
        ("divides", "sdot", "crash", "SIGFPE"),
        ("ends", "sdot", "exit", "exit"),
        ("prints", "sdot", "output", "n is 17"),
        ("takes_all", "sdot", "memory", "memory"),
        ("reads_behind", "sdot", "read-outside", "behind the end of operand 1"),
        ("reads_before", "sdot", "read-outside", "before the beginning of operand 2"),
        ("writes_behind", "sscal", "written-outside", "behind the end of operand 1"),
    ] {
        let kernel = some(&library, symbol, signature);
        let fault = fault(&kernel, kind);
        let text = fault["came"].as_str().unwrap();
        assert!(text.contains(came), "{symbol}: {text}");
        let input = fault["input"].as_str().unwrap();
        assert!(input.starts_with("case ") && input.contains("n = "), "{input}");
        assert_eq!(library.again(fault), [kind], "{symbol}");
    }
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_a_call() {
    let library = Library::compiled(include_str!("vectors.c"));
    let flags = "--sample 1500 --time-limit 300ms";
    let (code, kernel) = library.verdict("endless", "sdot", flags);
    assert_eq!((code, &kinds(&kernel)[..]), (5, &["timeout".to_owned()][..]));
    let came = fault(&kernel, "timeout")["came"].as_str().unwrap();
    assert_eq!(came, "no return within 0.3 s");
}

#[test]
fn what_a_kernel_leaves_changed_is_found() {
    let library = Library::compiled(include_str!("vectors.c"));
    let mut faults = vec![("rounds_upward", "rounding-mode")];
    if cfg!(target_arch = "x86_64") {
        faults.push(("flushes", "flush-to-zero"));
    }
    for (symbol, kind) in faults {
        let kernel = some(&library, symbol, "sdot");
        let input = fault(&kernel, kind)["input"].as_str().unwrap();
        assert!(input.contains("n = 17"), "{input}");
        assert!(library.again(fault(&kernel, kind)).contains(&kind.to_owned()));
    }
}

#[test]
fn wrong_results_are_found_and_replayed() {
    let library = Library::compiled(include_str!("vectors.c"));
    for (symbol, signature, kind) in [
        ("forgets_the_tail", "sdot", "too-large"),
        ("loses_nan", "sscal", "lost-nan"),
    ] {
        let kernel = some(&library, symbol, signature);
        let found = library.again(fault(&kernel, kind));
        assert!(found.contains(&kind.to_owned()), "{symbol}: {found:?}");
    }
}

#[test]
fn one_bad_case_does_not_keep_the_others_from_being_tried() {
    let source = include_str!("vectors.c").replace("if (n == 17) abort()", "if (n == 5018) abort()");
    let library = Library::compiled(&source);
    let few = library.verdict("crash", "sdot", "--sample 30").1;
    let good = library.verdict("good", "sdot", "--sample 30").1;
    if few["faults"].as_array().unwrap().is_empty() {
        assert_eq!(few["inputs"], good["inputs"]);
    } else {
        assert!(few["inputs"].as_u64() < good["inputs"].as_u64());
        assert!(few["inputs"].as_u64() > Some(0));
    }
}
