//! The hostile set, `hostile/answers.tsv`: every reader of models and certificates must give each file
//! the answer in the table. Files that are too long to be committed are generated here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::{MALFORMED, VERIFIED, code, program, python_answers, root};

/// A file, and the answer that it must get.
struct Row {
    path: PathBuf,
    code: i32,
    /// A word that the message must contain.
    word: String,
}

impl Row {
    fn holds(&self, code: i32, said: &str) {
        let path = self.path.display();
        assert_eq!(code, self.code, "{path}: {said}");
        assert!(said.contains(&self.word), "{path}: {said}");
    }
}

fn folder() -> PathBuf {
    root().join("tests/certificates/hostile")
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(folder().join("answers.tsv")).expect("the table");
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file, code, word] = columns[..] else {
            panic!("three columns: {line}");
        };
        Row {
            path: folder().join(file),
            code: code.parse().expect("an exit code"),
            word: word.to_owned(),
        }
    };
    text.lines().map(row).collect()
}

fn rows_of(kind: &str) -> Vec<Row> {
    let kind = folder().join(kind);
    let mut rows = table();
    rows.retain(|row| row.path.starts_with(&kind));
    assert!(rows.len() >= 100, "{} in {kind:?}", rows.len());
    rows
}

fn all_said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// The answer of `certify`.
fn certified(row: &Row) -> String {
    let output = program(&["certify", row.path.to_str().unwrap()]);
    let said = all_said(&output);
    row.holds(code(&output), &said);
    said
}

/// The answers of the Python checker; `None` if there is no Python.
fn checked_by_python(rows: &[Row]) -> Option<Vec<String>> {
    let files: Vec<PathBuf> = rows.iter().map(|row| row.path.clone()).collect();
    let answers = python_answers(&files)?;
    let told = rows.iter().zip(answers);
    let said = told.map(|(row, (code, said))| {
        row.holds(code, &said);
        said
    });
    Some(said.collect())
}

/// The models, each inside an otherwise valid certificate.
fn models_in_certificates(folder: &Path) -> Vec<Row> {
    let wrapped = |row: Row| {
        let model = fs::read(&row.path).unwrap();
        let path = folder.join(row.path.file_name().unwrap());
        let rest = br#","lr":"1/1000","batch":1,"sampling":"without-replacement","witness":[["1","0"],["0","1"]]}"#;
        let start = br#"{"claim":"mean_square_stable","model":"#;
        fs::write(&path, [&start[..], &model, rest].concat()).unwrap();
        Row { path, ..row }
    };
    rows_of("models").into_iter().map(wrapped).collect()
}

#[test]
fn the_table_is_of_the_files_that_are_there() {
    let mut there = BTreeSet::new();
    for kind in ["models", "certificates"] {
        let entries = fs::read_dir(folder().join(kind)).expect("a folder");
        there.extend(entries.map(|entry| entry.unwrap().path()));
    }
    let told: BTreeSet<PathBuf> = table().into_iter().map(|row| row.path).collect();
    assert_eq!(there, told);
    assert_eq!(told.len(), table().len(), "a file stands twice");
}

#[test]
fn decide_answers_as_the_table_says() {
    for row in rows_of("models") {
        let path = row.path.to_str().unwrap();
        let output = program(&["decide", path, "--lr", "1/2", "--batch", "1"]);
        row.holds(code(&output), &all_said(&output));
    }
}

/// The words in the table of faults in the grammar.
fn words() -> Vec<String> {
    let grammar = fs::read_to_string(root().join("docs/formats.md")).expect("the grammar");
    let (_, faults) = grammar
        .split_once("| fault | words |")
        .expect("a table of faults");
    let columns = faults
        .lines()
        .filter_map(|line| line.trim().strip_prefix("| "));
    let quoted = columns.filter_map(|columns| columns.split_once(" | "));
    let odd = |cell: &str| -> Vec<String> {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    quoted.flat_map(|(_, cell)| odd(cell)).collect()
}

/// Every certificate, every model inside a certificate, and every generated file gets the answer in the
/// table, and both checkers use every word of the grammar.
#[test]
fn both_checkers_answer_as_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = rows_of("certificates");
    rows.extend(models_in_certificates(folder.path()));
    rows.extend(made(folder.path()));
    let own: Vec<String> = rows.iter().map(certified).collect();
    let python = checked_by_python(&rows);
    let words = words();
    assert!(words.len() >= 25, "{words:?}");
    for said in [Some(own), python].into_iter().flatten() {
        for word in &words {
            assert!(
                said.iter().any(|said| said.contains(word)),
                "nobody says: {word}"
            );
        }
    }
}

/// The valid certificate of the set with this learning rate and witness.
fn certificate(lr: &str, x: &str) -> String {
    format!(
        r#"{{"claim":"mean_square_stable","model":{{"kind":"linear","inputs":[["1","0"],["0","1"],["1","1"]]}},"lr":{lr},"batch":1,"sampling":"without-replacement","witness":[[{x},"0"],["0",{x}]]}}"#
    )
}

/// Generated files, as (name, text, exit code, word).
fn recipes() -> Vec<(&'static str, String, i32, &'static str)> {
    let good = |lr: &str, x: &str| certificate(&format!("\"{lr}\""), x);
    let digits = |count: usize| "123456789".repeat(count / 9 + 1)[..count].to_owned();
    let nested = |open: &str, inside: &str, close: &str| {
        let depth = 100_000;
        open.repeat(depth) + inside + &close.repeat(depth)
    };
    let quoted = |number: String| format!("\"{number}\"");
    vec![
        (
            "lists-in-lists",
            good("1/2", &nested("[", "1", "]")),
            MALFORMED,
            "must be",
        ),
        (
            "objects-in-objects",
            certificate(&nested("{\"a\":", "1", "}"), "1"),
            MALFORMED,
            "must be",
        ),
        ("open-lists", "[".repeat(100_000), MALFORMED, "JSON"),
        ("open-objects", "{\"claim\":".repeat(100_000), MALFORMED, ""),
        (
            "many-fields",
            format!("{{{}}}", "\"lr\":1,".repeat(100_000)),
            MALFORMED,
            "",
        ),
        (
            "long-name",
            format!("{{\"{}\":1}}", digits(1_000_000)),
            MALFORMED,
            "unknown",
        ),
        (
            "long-number",
            good(&digits(1_000_001), "1"),
            MALFORMED,
            "longer than 1000000 characters",
        ),
        (
            "long-whole-number",
            certificate(&digits(1_000_001), "1"),
            MALFORMED,
            "longer than 1000000",
        ),
        (
            "long-fraction",
            good(&format!("1/{}", digits(999_999)), "1"),
            MALFORMED,
            "longer than",
        ),
        (
            "long-word",
            good("1/2", &quoted("x".repeat(1_000_001))),
            MALFORMED,
            "longer than",
        ),
        (
            "not-quite-a-number",
            good(&(digits(999_999) + "x"), "1"),
            MALFORMED,
            "is not a number",
        ),
        (
            "fraction-of-200001-digits",
            good(&format!("1/{}", digits(200_000)), "1"),
            VERIFIED,
            "verified",
        ),
        (
            "decimal-of-50000-digits",
            good(&format!("0.0{}", digits(50_000)), "1"),
            VERIFIED,
            "verified",
        ),
        (
            "witness-of-20000-digits",
            good("1/2", &quoted(digits(20_000))),
            VERIFIED,
            "verified",
        ),
        (
            "whole-witness-of-5000-digits",
            good("1/2", &digits(5_000)),
            VERIFIED,
            "verified",
        ),
        (
            "space-for-a-megabyte",
            " \n".repeat(500_000) + &good("1/2", "1"),
            VERIFIED,
            "verified",
        ),
    ]
}

/// The generated files, with the answers that they must get.
fn made(folder: &Path) -> Vec<Row> {
    let written = |(name, text, code, word): (&str, String, i32, &str)| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        let word = word.to_owned();
        Row { path, code, word }
    };
    let mut rows: Vec<Row> = recipes().into_iter().map(written).collect();
    fs::create_dir(folder.join("a-folder")).unwrap();
    let long = fs::File::create(folder.join("longer-than-a-file-may-be")).unwrap();
    long.set_len((1 << 28) + 1).unwrap();
    for (name, word) in [
        ("not-there", "cannot be read"),
        ("a-folder", "cannot be read"),
        (
            "longer-than-a-file-may-be",
            "is longer than 268435456 bytes",
        ),
    ] {
        let (path, word) = (folder.join(name), word.to_owned());
        rows.push(Row {
            path,
            code: MALFORMED,
            word,
        });
    }
    rows
}
