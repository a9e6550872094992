//! The program `sgd-stability`.

#![forbid(unsafe_code)]

mod cli;
#[path = "../theorems/mod.rs"]
mod theorems;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
