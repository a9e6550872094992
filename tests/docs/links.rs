//! Every link in the documents leads to an existing file, and to an existing heading if it names one.

use std::path::Path;

use crate::markdown::{documents, prose, read};

#[test]
fn every_relative_link_leads_somewhere() {
    for document in documents() {
        for target in targets(&prose(&read(&document))) {
            if target.contains("://") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
            let folder = document.parent().expect("a folder");
            let file = match path {
                "" => document.clone(),
                _ => folder.join(path),
            };
            let place = format!("{}: {target}", document.display());
            assert!(file.exists(), "{place}: no such file");
            assert!(
                heading.is_empty() || has_heading(&file, heading),
                "{place}: no such heading"
            );
        }
    }
}

/// The targets in `](…)` and in `src="…"`.
fn targets(text: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for (open, close) in [("](", ')'), ("src=\"", '"')] {
        for rest in text.split(open).skip(1) {
            let (target, _) = rest.split_once(close).expect("a link ends");
            targets.push(target.to_owned());
        }
    }
    targets
}

/// Whether the file has a heading to which GitHub would give this anchor.
fn has_heading(file: &Path, anchor: &str) -> bool {
    let text = prose(&read(file));
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|line| anchor_of(line.trim_start_matches('#').trim()) == anchor)
}

fn anchor_of(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}
