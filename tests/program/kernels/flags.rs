//! Flags and files that cannot be meant: one sentence, and exit code 2.

use super::library::Library;
use crate::support::{file, folder, run, run_in};

/// The one sentence of an error, which is the same in JSON.
fn sentence(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let plain = run(&words);
    assert_eq!(
        (plain.code, plain.out.as_str()),
        (2, ""),
        "{words:?}: {}",
        plain.error
    );
    let message = plain
        .error
        .trim_end()
        .strip_prefix("error: ")
        .expect("an error says so");
    assert_eq!(message.lines().count(), 1, "{message}");
    let json = run(&[&words[..], &["--json"]].concat());
    assert_eq!((json.code, json.error.as_str()), (2, ""));
    assert_eq!(json.json()["error"]["message"], message);
    message.to_owned()
}

#[test]
fn every_wrong_flag_is_said_in_one_sentence() {
    let check = "kernels check --library";
    for (words, parts) in [
        (
            format!("{check} /nowhere/libnone.so --symbol f --signature sdot"),
            ["/nowhere/libnone.so", "cannot be read"],
        ),
        (
            format!("{check} libnone.so --symbol f --signature sdot"),
            ["libnone.so", "cannot be loaded"],
        ),
        (
            format!("{check} libm.so.6 --symbol tahn --signature sdot"),
            ["libm.so.6", "nm -D"],
        ),
        (
            format!("{check} libm.so.6 --symbol cblas_tanh --signature sdot"),
            ["no symbol", "did you mean tanhf?"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature dot"),
            ["signature", "sdot"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf"),
            ["--signature", "required"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --function tanh"),
            ["function", "sdot"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --max-ulp -1"),
            ["max-ulp", "-1"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --shard 3/2"),
            ["--shard", "3/2"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --input 1.0"),
            ["--input", "0x3f800000"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --time-limit 0"),
            ["time-limit", "30s"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --record"),
            ["--record", "--baseline"],
        ),
        (
            format!("{check} libm.so.6 --symbol tanhf --signature sdot --baseline none.json"),
            ["none.json", "--record"],
        ),
        (
            "kernels check --symbol tanhf".to_owned(),
            ["--library", "required"],
        ),
        (
            "kernels check --kernels none.toml".to_owned(),
            ["none.toml", "cannot be read"],
        ),
        (
            "kernels merge none.json".to_owned(),
            ["none.json", "cannot be read"],
        ),
    ] {
        let message = sentence(&words);
        for part in parts {
            assert!(message.contains(part), "{words}: no {part:?} in {message}");
        }
    }
}

#[test]
fn faults_of_a_file_of_kernels_are_said_with_their_place() {
    let folder = folder();
    let entry =
        |lines: &str| format!("library = \"libm.so.6\"\n[[kernel]]\nsymbol = \"f\"\n{lines}");
    for (text, parts) in [
        ("library = 3".to_owned(), ["kernels.toml", "line 1"]),
        (entry("signature = \"dot\""), ["line 4", "sdot"]),
        (
            entry("signature = \"sdot\"\nbound = 3"),
            ["line 5", "bound"],
        ),
        (
            entry("signature = \"sdot\"\nmax-ulp = -1.0"),
            ["kernel[0]", "max-ulp"],
        ),
        (entry("signature = \"unary\""), ["kernel[0]", "function"]),
        (
            entry("signature = \"unary\"\nfunction = \"tahn\""),
            ["kernel[0]", "did you mean tan or tanh?"],
        ),
    ] {
        file(&folder, "kernels.toml", &text);
        let run = run_in(
            folder.path(),
            &["kernels", "check", "--kernels", "kernels.toml"],
        );
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        for part in parts {
            assert!(
                run.error.contains(part),
                "{text}: no {part:?} in {}",
                run.error
            );
        }
    }
}

#[test]
fn a_file_lists_many_kernels_and_names_choose_among_them() {
    let library = Library::compiled(include_str!("vectors.c"));
    let text = "library = \"libtried.so\"\n\
        [[kernel]]\nsymbol = \"good\"\nsignature = \"sdot\"\n\
        [[kernel]]\nname = \"a norm\"\nsymbol = \"good_nrm2\"\nsignature = \"snrm2\"\npolicy = \"strict\"\n";
    std::fs::create_dir(library.path().join("elsewhere")).unwrap();
    std::fs::write(library.path().join("kernels.toml"), text).unwrap();
    let at = |words: &[&str]| {
        let words = [
            &[
                "kernels",
                "check",
                "--kernels",
                "../kernels.toml",
                "--sample",
                "100",
            ],
            words,
        ]
        .concat();
        run_in(&library.path().join("elsewhere"), &words)
    };
    let both = at(&[]);
    assert_eq!(both.code, 0, "{}{}", both.out, both.error);
    assert!(both.out.contains("2 of 2 kernels"), "{}", both.out);
    let one = at(&["a norm", "--json"]).json();
    assert_eq!(one["kernels"].as_array().unwrap().len(), 1);
    assert_eq!(one["kernels"][0]["name"], "a norm");
    let none = at(&["god"]);
    assert_eq!(none.code, 2);
    assert!(none.error.contains("did you mean good?"), "{}", none.error);
}
