//! The documents: what they show is what the program prints, what they link to and list is there.

mod commands;
mod console;
mod contributing;
mod links;
mod markdown;
mod picture;
#[path = "../../examples/small_network.rs"]
#[expect(dead_code, reason = "its main is for cargo run")]
mod small_network;
