//! Tests of the documents: the program prints what they show, and what they link to or list exists.

mod commands;
mod console;
mod constants;
mod contributing;
mod links;
mod markdown;
mod picture;
#[path = "../architecture/rust_files.rs"]
mod rust_files;
#[path = "../../examples/small_network.rs"]
#[expect(dead_code, reason = "its main is for cargo run")]
mod small_network;
mod summary;
