//! Checks that the files of a room do not depend on each other in circles.
//!
//! Within a folder, a file and the subfolder of the same name form one node. A node depends on another if
//! a path in its code leads there. A name that `mod.rs` re-exports (`pub use`) leads to the file that
//! defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The path of a module: `["kernel", "gemm", "pack"]`. That of the crate itself is empty.
type Place = Vec<String>;

/// The contents of a source file.
#[derive(Default)]
struct Module {
    /// Every path in its code, without unit tests.
    paths: BTreeSet<Place>,
    /// Its re-exports: name → path.
    passes_on: BTreeMap<String, Place>,
}

impl Module {
    fn read(path: &Path) -> Module {
        let text = fs::read_to_string(path).expect("a readable file");
        let file = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut module = Module::default();
        module.visit_file(&file);
        module
    }

    /// Every path of a `use`, with the name that it introduces.
    fn imports(tree: &syn::UseTree, prefix: &[String], found: &mut Vec<(String, Place)>) {
        let joined = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => Self::imports(&path.tree, &joined(&path.ident), found),
            syn::UseTree::Name(name) if name.ident == "self" => {
                found.push((prefix.last().cloned().unwrap_or_default(), prefix.to_vec()));
            }
            syn::UseTree::Name(name) => found.push((name.ident.to_string(), joined(&name.ident))),
            syn::UseTree::Rename(name) => {
                found.push((name.rename.to_string(), joined(&name.ident)))
            }
            syn::UseTree::Glob(_) => found.push(("*".to_owned(), prefix.to_vec())),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    Self::imports(tree, prefix, found);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = |attribute: &syn::Attribute| attribute.path().is_ident("cfg");
        if !item.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        Self::imports(&item.tree, &[], &mut found);
        let is_private = matches!(item.vis, syn::Visibility::Inherited);
        for (name, path) in found {
            if is_private {
                self.paths.insert(path);
            } else {
                self.passes_on.insert(name, path);
            }
        }
    }

    /// `pub(super)` says who can see an item, not what the item needs.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|s| s.ident.to_string());
        self.paths.insert(segments.collect());
        visit::visit_path(self, path);
    }
}

/// All modules of the library, by path.
struct Library {
    modules: BTreeMap<Place, Module>,
}

impl Library {
    fn read(source: &Path, files: &[PathBuf]) -> Library {
        let modules = files.iter().map(|path| {
            let inside = path.strip_prefix(source).expect("below src");
            let mut place: Place = inside
                .with_extension("")
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            if matches!(place.last().map(String::as_str), Some("mod" | "lib")) {
                place.pop();
            }
            (place, Module::read(path))
        });
        Library {
            modules: modules.collect(),
        }
    }

    /// The module that defines the target of `path`, as written in the module `at`; `None` if it is
    /// outside the library.
    fn resolve(&self, at: &[String], path: &[String]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let child = [at, std::slice::from_ref(first)].concat();
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest),
            "self" => self.walk(at.to_vec(), rest),
            "super" => {
                let mut at = at[..at.len().checked_sub(1)?].to_vec();
                let mut rest = rest;
                while rest.first().is_some_and(|word| word == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
                self.walk(at, rest)
            }
            _ if self.modules.contains_key(&child) => self.walk(child, rest),
            _ => None,
        }
    }

    /// Follows `rest` from the module `at`.
    fn walk(&self, mut at: Place, rest: &[String]) -> Option<Place> {
        for (index, word) in rest.iter().enumerate() {
            let child = [&at[..], std::slice::from_ref(word)].concat();
            if self.modules.contains_key(&child) {
                at = child;
            } else if let Some(path) = self.modules.get(&at)?.passes_on.get(word) {
                let path = [&path[..], &rest[index + 1..]].concat();
                return self.resolve(&at, &path);
            } else {
                break;
            }
        }
        Some(at)
    }

    /// All dependencies within each folder: folder → node → nodes.
    fn arrows(&self) -> BTreeMap<Place, BTreeMap<String, BTreeSet<String>>> {
        let mut arrows: BTreeMap<Place, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (at, module) in &self.modules {
            for to in module
                .paths
                .iter()
                .filter_map(|path| self.resolve(at, path))
            {
                let common = at.iter().zip(&to).take_while(|(a, b)| a == b).count();
                let node = |place: &Place| place.get(common).map_or("mod", |s| s).to_owned();
                if common > 0 && *at != to {
                    let folder = arrows.entry(at[..common].to_vec()).or_default();
                    folder.entry(node(at)).or_default().insert(node(&to));
                }
            }
        }
        arrows
    }
}

/// The nodes that depend on themselves through others.
fn on_circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<&str> {
    let reaches_itself = |start: &&String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![*start]);
        while let Some(node) = open.pop() {
            for next in arrows.get(node).into_iter().flatten() {
                if next == *start {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    arrows
        .keys()
        .filter(reaches_itself)
        .map(String::as_str)
        .collect()
}

#[test]
fn no_folder_has_a_circle() {
    let mut files = Vec::new();
    super::files(super::source(), &mut files);
    files.retain(|path| !path.ends_with("tests.rs"));
    let library = Library::read(super::source(), &files);
    let mut circles = String::new();
    for (folder, arrows) in library.arrows() {
        let nodes = on_circles(&arrows);
        for node in &nodes {
            let to: Vec<_> = arrows[*node]
                .iter()
                .filter(|to| nodes.contains(&to.as_str()))
                .collect();
            circles += &format!("\n{}: {node} → {to:?}", folder.join("/"));
        }
    }
    assert!(circles.is_empty(), "circles:{circles}");
}

#[test]
fn a_circle_is_seen() {
    let arrows = |pairs: &[(&str, &str)]| {
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in pairs {
            arrows
                .entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        arrows
    };
    assert!(on_circles(&arrows(&[("a", "b"), ("b", "c")])).is_empty());
    assert_eq!(
        on_circles(&arrows(&[("a", "b"), ("b", "c"), ("c", "b")])),
        ["b", "c"]
    );
}
