//! Tests of the program as users run it: its output, its files and its exit codes.

mod activated;
mod assumptions;
mod bad_input;
mod checkpoint;
mod commands;
mod decide;
mod diagnose;
mod diagnose_again;
mod diagnose_faults;
mod diagnose_page;
mod diagnose_rounding;
mod foreign_tensors;
mod help;
mod layers;
mod memory;
mod mends;
mod named;
mod objective;
mod order;
mod paths;
mod report_kernels;
mod support;
mod tied;
mod watch;
mod watch_strays;
