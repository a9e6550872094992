//! Parses the documents: their list, and their fenced blocks.

use std::path::{Path, PathBuf};

/// A fenced block.
pub struct Block {
    /// The word after the opening fence; empty if there is none.
    pub language: String,
    /// Its text, with a newline at the end of every line.
    pub text: String,
    /// The line of the opening fence, counted from 1.
    pub line: usize,
}

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document for readers: those at the root, and all in `docs/`.
pub fn documents() -> Vec<PathBuf> {
    let files = |folder: PathBuf| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path())
    };
    let all = files(root().to_owned()).chain(files(root().join("docs")));
    let mut documents: Vec<PathBuf> = all
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    documents.sort();
    documents
}

/// The text of a document.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// The fenced blocks of a document in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (line, content) in (1..).zip(text.lines()) {
        if let Some(language) = content.strip_prefix("```") {
            if !is_open {
                blocks.push(Block {
                    language: language.to_owned(),
                    text: String::new(),
                    line,
                });
            }
            is_open = !is_open;
        } else if is_open {
            let block = blocks.last_mut().expect("an open block");
            block.text.push_str(content);
            block.text.push('\n');
        }
    }
    blocks
}

/// The text without its fenced blocks.
pub fn prose(text: &str) -> String {
    let mut is_open = false;
    let outside = |line: &&str| {
        let is_fence = line.starts_with("```");
        is_open ^= is_fence;
        !is_open && !is_fence
    };
    let lines: Vec<&str> = text.lines().filter(outside).collect();
    lines.join("\n")
}
