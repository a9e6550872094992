//! DESIGN.md, docs/accuracy.md and the code agree.

use std::fs;
use std::path::PathBuf;

use crate::markdown::{read, root};
use crate::rust_files::files;

/// The inline code outside of fenced blocks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// The parts of a word of the form `module::CONSTANT`.
fn constant(word: &str) -> Option<(&str, &str)> {
    let (module, name) = word.rsplit_once("::")?;
    let is_constant = name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    is_constant.then_some((module, name))
}

#[test]
fn the_design_is_short() {
    let words = read(&root().join("DESIGN.md")).split_whitespace().count();
    assert!(words <= 2600, "DESIGN.md has {words} words");
}

/// A constant that has been removed from the code must be removed from the documents as well.
#[test]
fn every_constant_in_the_documents_is_in_the_code() {
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    let mut count = 0;
    for document in ["DESIGN.md", "docs/accuracy.md"] {
        let text = read(&root().join(document));
        for (module, name) in quoted(&text).filter_map(constant) {
            count += 1;
            let module = module.rsplit("::").next().unwrap_or(module);
            let is_module = |path: &&PathBuf| {
                path.file_stem().is_some_and(|stem| stem == module)
                    || path.ends_with(format!("{module}/mod.rs"))
            };
            let defines = |path: &PathBuf| {
                let code = fs::read_to_string(path).expect("a readable file");
                code.contains(&format!("const {name}:"))
            };
            assert!(
                found.iter().filter(is_module).any(defines),
                "{document}: no constant {module}::{name} in src"
            );
        }
    }
    assert!(count >= 10, "only {count} constants were found");
}

#[test]
fn every_test_file_in_the_documents_exists() {
    for document in ["DESIGN.md", "docs/accuracy.md"] {
        let text = read(&root().join(document));
        for path in quoted(&text).filter(|word| word.starts_with("tests/")) {
            assert!(root().join(path).exists(), "{document}: there is no {path}");
        }
    }
}
