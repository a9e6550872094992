//! Certificates with random faults: both checkers must give the same answer, whatever it is.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sgd_stability::decide::Certificate;

use super::{MALFORMED, REFUTED, VERIFIED, committed, python_answers};

const CASES: u32 = 600;

/// Values that may replace a value.
const VALUES: [&str; 34] = [
    "\"0\"",
    "\"1\"",
    "\"-1\"",
    "\"1/3\"",
    "\"+1/2\"",
    "\"-0\"",
    "\"1e3\"",
    "\"1e-4096\"",
    "\" 1 \"",
    "\"1_0/8\"",
    "\"1/0\"",
    "\"1/-2\"",
    "\"١\"",
    "\"1e5000\"",
    "\"\"",
    "0",
    "1",
    "2",
    "-0",
    "18446744073709551616",
    "1.0",
    "1e0",
    "NaN",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "[[]]",
    "\"inputs\"",
    "\"jacobians\"",
    "\"exact-edge\"",
    "\"mean_square_unstable\"",
    "\"with-replacement\"",
];

/// Bytes that may be inserted or replace a byte.
const BYTES: &[u8] = b"{}[],:\"\\0123456789eE.+-/_ ntfalsu\n\t\x00\x01\x80\xc3\xff";

/// Fields that may be inserted after an opening brace.
const FIELDS: [&str; 10] = [
    "\"lr\":\"1/2\",",
    "\"batch\":1,",
    "\"kind\":\"linear\",",
    "\"basis\":\"inputs\",",
    "\"basis\":null,",
    "\"method\":\"exact-edge\",",
    "\"note\":1,",
    "\"about\":\"a\",",
    "\"factor\":\"1/2\",",
    "\"witness\":null,",
];

/// A fault: its kind, its position as a share of all positions, and a choice.
#[derive(Clone, Debug)]
struct Fault {
    kind: u8,
    share: f64,
    choice: usize,
}

fn at(share: f64, count: usize) -> usize {
    ((share * count as f64) as usize).min(count.saturating_sub(1))
}

/// The ranges of the strings and bare words in a JSON text.
fn values(text: &[u8]) -> Vec<Range<usize>> {
    let (mut found, mut i) = (Vec::new(), 0);
    while i < text.len() {
        let start = i;
        match text[i] {
            b'"' => {
                i += 1;
                while i < text.len() && text[i] != b'"' {
                    i += 1;
                }
                i += 1;
                found.push(start..i.min(text.len()));
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'-' => {
                while i < text.len() && !b",]}: \n".contains(&text[i]) {
                    i += 1;
                }
                found.push(start..i);
            }
            _ => i += 1,
        }
    }
    found
}

fn with(mut text: Vec<u8>, fault: &Fault) -> Vec<u8> {
    let &Fault {
        kind,
        share,
        choice,
    } = fault;
    let place = at(share, text.len());
    let byte = BYTES[choice % BYTES.len()];
    match kind {
        0 => text[place] = byte,
        1 => text.insert(place, byte),
        2 => drop(text.drain(place..(place + 1 + choice % 8).min(text.len()))),
        3 => {
            let again = text[place..(place + 1 + choice % 40).min(text.len())].to_vec();
            text.splice(place..place, again);
        }
        4 => {
            let braces = |i: &usize| text[*i] == b'{';
            let braces: Vec<usize> = (0..text.len()).filter(braces).collect();
            if let Some(&brace) = braces.get(at(share, braces.len())) {
                let field = FIELDS[choice % FIELDS.len()].bytes();
                text.splice(brace + 1..brace + 1, field);
            }
        }
        5 | 6 => {
            let values = values(&text);
            if let Some(value) = values.get(at(share, values.len())) {
                text.splice(value.clone(), VALUES[choice % VALUES.len()].bytes());
            }
        }
        // The result is usually still a certificate, but for another model.
        _ => {
            let digit = |i: &usize| text[*i].is_ascii_digit();
            let digits: Vec<usize> = (0..text.len()).filter(digit).collect();
            if let Some(&place) = digits.get(at(share, digits.len())) {
                text[place] = b"0123456789"[choice % 10];
            }
        }
    }
    text
}

/// A strategy for committed certificates with one or two faults.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let read = |path: &PathBuf| fs::read(path).unwrap();
    let mut originals: Vec<Vec<u8>> = committed().iter().map(read).collect();
    originals.retain(|text| text.len() < 3000);
    assert!(originals.len() >= 14);
    let fault = (0u8..10, 0f64..1.0, any::<usize>()).prop_map(|(kind, share, choice)| Fault {
        kind,
        share,
        choice,
    });
    let faults = proptest::collection::vec(fault, 1..3);
    (proptest::sample::select(originals), faults)
        .prop_map(|(text, faults)| faults.iter().fold(text, applied))
}

fn applied(text: Vec<u8>, fault: &Fault) -> Vec<u8> {
    if text.is_empty() {
        text
    } else {
        with(text, fault)
    }
}

/// The exit code of `certify`.
fn own_answer(path: &Path) -> i32 {
    let checked = Certificate::read(path).and_then(|certificate| certificate.check());
    checked.map_or_else(|fault| i32::from(fault.kind.exit_code()), |()| VERIFIED)
}

#[test]
fn both_checkers_answer_random_faults_alike() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::new(Config::default());
    let mut case = |i: u32| {
        let text = mutated().new_tree(&mut runner).unwrap().current();
        let path = folder.path().join(format!("{i}.json"));
        fs::write(&path, text).unwrap();
        path
    };
    let files: Vec<_> = (0..CASES).map(&mut case).collect();
    let own: Vec<i32> = files.iter().map(|path| own_answer(path)).collect();
    for code in [VERIFIED, MALFORMED, REFUTED] {
        let count = own.iter().filter(|own| **own == code).count();
        assert!(count >= 30, "{count} of {CASES} cases end with {code}");
    }
    for ((path, own), (code, said)) in files
        .iter()
        .zip(own)
        .zip(python_answers(&files).into_iter().flatten())
    {
        let text = fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert_eq!(own, code, "{said}\n{text}");
    }
}
