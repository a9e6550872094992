//! The roll of claims is complete, and every claim file has the prescribed form.
//!
//! The contents of the claims (no empty part, every check as its status says) are tested next to the
//! roll, in `theorems/mod.rs`, where the values are available.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Files that support the claims and are not claims themselves.
const HELPERS: [&str; 9] = [
    "mod",
    "directions",
    "enumeration",
    "fourth_moment",
    "measured",
    "momentum",
    "points",
    "searches",
    "strategies",
];

/// The independent checker of certificates, a separate program.
const CHECKER: &str = "check_certificate.py";

/// The headings of every claim file, in order: the fields of its claim, then its tests.
const HEADINGS: [&str; 12] = [
    "\npub const CLAIM: Claim = Claim {\n",
    "\n    title: \"",
    "\n    statement: \"",
    "\n    formula: ",
    "\n    source: \"",
    "\n    hypotheses: ",
    "\n    reading: \"",
    "\n    exact: ",
    "\n    outside: ",
    "\n    certified: ",
    "\n    empirical: ",
    "\nmod tests {\n",
];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/theorems"))
}

/// The text of every Rust file in the folder, by name without the extension.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder()).expect("the folder theorems/");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths
        .filter(|path| !path.ends_with(CHECKER))
        .map(|path| {
            assert_eq!(
                path.extension().and_then(|e| e.to_str()),
                Some("rs"),
                "{path:?}"
            );
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .expect("a name");
            (
                name.to_owned(),
                fs::read_to_string(&path).expect("a readable file"),
            )
        })
        .collect()
}

fn claims() -> BTreeMap<String, String> {
    let mut files = files();
    for helper in HELPERS {
        assert!(files.remove(helper).is_some(), "no helper {helper}");
    }
    assert!(!files.is_empty());
    files
}

#[test]
fn every_claim_file_is_on_the_roll_once() {
    let files = files();
    let roll = &files["mod"];
    for name in claims().keys() {
        for line in [format!("mod {name};"), format!("    {name}::CLAIM,")] {
            let times = roll.lines().filter(|l| *l == line).count();
            assert_eq!(times, 1, "theorems/mod.rs: {line}");
        }
    }
    let listed = roll
        .lines()
        .filter(|line| line.ends_with("::CLAIM,"))
        .count();
    assert_eq!(listed, claims().len());
}

#[test]
fn every_claim_file_has_its_headings_in_order() {
    for (name, text) in claims() {
        assert!(text.starts_with("//! "), "{name}");
        let places: Vec<_> = HEADINGS.iter().map(|heading| text.find(heading)).collect();
        assert!(places.iter().all(Option::is_some), "{name}: {places:?}");
        assert!(places.is_sorted(), "{name}: {places:?}");
        // The claim comes first: only the module's doc line and its imports precede it.
        let above = &text[..places[0].expect("a claim")];
        assert!(
            !above.contains("fn ") && !above.contains("const "),
            "{name}"
        );
    }
}

/// The title, statement, source and reading of a claim occur once: its own file does not repeat them even
/// in a comment, and no other file repeats them as a string.
#[test]
fn every_claim_is_stated_once() {
    let everything = sources(&["src", "theorems", "examples"]).concat();
    for (name, text) in claims() {
        for field in ["title", "statement", "source", "reading"] {
            let words = words(&text, field);
            let here = one_line(&text).matches(&words).count();
            let everywhere = everything.matches(&format!("\"{words}\"")).count();
            assert_eq!((here, everywhere), (1, 1), "{name}: {field}: {words}");
        }
    }
}

/// The text of every Rust file below these folders, each joined into one line.
fn sources(folders: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left: Vec<_> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a readable folder");
            left.extend(entries.map(|entry| entry.expect("a readable folder").path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(one_line(
                &fs::read_to_string(&path).expect("a readable file"),
            ));
        }
    }
    found
}

/// The text without the line breaks of strings and comments, and without the backquotes of comments.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim().trim_end_matches('\\').trim_end();
        let comment = line.trim_start_matches("//").trim_start_matches(['!', '/']);
        comment.trim().replace('`', "")
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The text of a field of a claim.
fn words(text: &str, field: &str) -> String {
    let start = format!("\n    {field}: \"");
    let (_, rest) = text.split_once(&start).expect("a field");
    let (words, _) = rest.split_once("\",\n").expect("a closing quotation mark");
    one_line(words)
}

#[test]
fn every_claim_is_named_like_its_file() {
    for (name, text) in claims() {
        assert!(text.contains(&format!("    id: \"{name}\",")), "{name}");
        for (place, _) in text.match_indices("proptest-regressions/") {
            let rest = &text[place..];
            let own = format!("proptest-regressions/{name}.txt\"");
            assert!(
                rest.starts_with(&own),
                "{name} stores failures under another name"
            );
        }
    }
}

#[test]
fn every_claim_has_a_test_of_its_own() {
    for (name, text) in claims() {
        assert!(text.contains("#[cfg(test)]\nmod tests {"), "{name}");
        assert!(text.contains("#[test]"), "{name}");
    }
}

#[test]
fn claims_use_the_public_library_only() {
    for (name, text) in files() {
        assert!(!text.contains("crate::"), "theorems/{name}.rs");
    }
}

/// The properties of the theory are numbered; each number is in the doc of a test next to a claim.
#[test]
fn every_property_has_a_test_beside_a_claim() {
    const PROPERTIES: usize = 23;
    let mut tests: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (name, text) in files() {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (place, line) in lines.iter().enumerate() {
            let Some(rest) = line.strip_prefix("/// Property ") else {
                continue;
            };
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let code = lines[place..].iter().find(|line| !line.starts_with("///"));
            if code == Some(&"#[test]") {
                let number = digits.parse().expect("a number");
                tests.entry(number).or_default().push(name.clone());
            }
        }
    }
    let missing: Vec<usize> = (1..=PROPERTIES)
        .filter(|number| !tests.contains_key(number))
        .collect();
    assert!(missing.is_empty(), "no test of property {missing:?}");
}
