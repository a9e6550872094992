//! A small crate of its own, in which mutants are built: the tried rooms, those that they need, and their
//! tests, slightly optimised and without debug information.

use std::fs;
use std::path::{Path, PathBuf};

use crate::rooms;

/// The targets of integration tests that try the rooms.
pub const TARGETS: [&str; 2] = ["kernels", "trial"];

/// How the small crate is built. Overflow checks and assertions stay on.
const PROFILE: &str = "
[profile.dev]
opt-level = 1
debug = false
incremental = true
[profile.dev.package.\"*\"]
opt-level = 3
[workspace]
";

/// A copy of the small crate.
pub struct Scratch {
    /// Its folder.
    pub root: PathBuf,
}

impl Scratch {
    /// Makes or renews copy `number`. Files that are as they were keep their date, so that they need not be
    /// built again.
    pub fn new(number: usize) -> Scratch {
        let scratch = Scratch {
            root: format!("target/mutants/crate-{number}").into(),
        };
        let rooms = rooms::needed();
        let mut copied: Vec<_> = rooms.iter().flat_map(|room| rooms::sources(room)).collect();
        for target in TARGETS {
            copied.extend(rooms::files(&Path::new("tests").join(target)));
        }
        let mut rust = String::new();
        for file in copied {
            let content = fs::read(&file).expect("a file of the repository");
            if rooms::is_rust(&file) {
                rust.push_str(&String::from_utf8_lossy(&content));
            }
            scratch.write(&file, &content);
        }
        let modules = rooms.iter().map(|room| format!("pub mod {room};\n"));
        let library = format!("#![allow(warnings)]\n{}", modules.collect::<String>());
        scratch.write(Path::new("src/lib.rs"), library.as_bytes());
        let manifest = fs::read_to_string("Cargo.toml").expect("Cargo.toml");
        scratch.write(Path::new("Cargo.toml"), small(&manifest, &rust).as_bytes());
        if !scratch.root.join("Cargo.lock").exists() {
            scratch.write(
                Path::new("Cargo.lock"),
                &fs::read("Cargo.lock").expect("Cargo.lock"),
            );
        }
        scratch
    }

    /// Writes a file, unless it has this content already.
    pub fn write(&self, file: &Path, content: &[u8]) {
        let path = self.root.join(file);
        if fs::read(&path).is_ok_and(|old| old == content) {
            return;
        }
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(path, content).expect("a new file");
    }
}

/// The manifest with the name, the edition and those dependencies that `rust` uses.
fn small(manifest: &str, rust: &str) -> String {
    let mut section = "";
    let mut small = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let name = line.split(' ').next().unwrap_or_default();
        let is_used = || rust.contains(&format!("{}::", name.replace('-', "_")));
        let stays = match section {
            "[package]" => ["[package]", "name", "version", "edition"].contains(&name),
            "[dependencies]" | "[dev-dependencies]" => line == section || is_used(),
            _ => false,
        };
        if stays {
            small.push_str(line);
            small.push('\n');
        }
    }
    small + PROFILE
}
