//! Which parts of a file are not changed.

use syn::{Attribute, Item, Macro};

/// Macros of which only the words matter, or which stop a caller who made a mistake.
const MESSAGES: [&str; 13] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "eprintln",
    "format",
    "panic",
    "println",
    "todo",
    "unreachable",
    "write",
    "writeln",
];

/// Whether only the words of a macro matter, or it stops a caller who made a mistake.
pub fn is_message(call: &Macro) -> bool {
    let name = call.path.segments.last().map(|last| last.ident.to_string());
    name.is_none_or(|name| MESSAGES.contains(&name.as_str()))
}

/// Whether an item is for tests only.
pub fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(module) => &module.attrs,
        Item::Fn(function) => &function.attrs,
        Item::Impl(block) => &block.attrs,
        Item::Const(constant) => &constant.attrs,
        _ => return false,
    };
    attributes.iter().any(is_for_tests)
}

/// Whether an attribute says that something is for tests only.
pub fn is_for_tests(attribute: &Attribute) -> bool {
    let path = attribute.path();
    let list = attribute.meta.require_list();
    let words = list.map(|list| list.tokens.to_string());
    path.is_ident("test") || path.is_ident("cfg") && words.is_ok_and(|words| words == "test")
}
