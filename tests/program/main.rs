//! The program as its users run it: what it prints, what it writes, and how it exits.

mod assumptions;
mod bad_input;
mod checkpoint;
mod commands;
mod diagnose;
mod diagnose_again;
mod diagnose_faults;
mod diagnose_page;
mod memory;
mod named;
mod objective;
mod support;
mod watch;
