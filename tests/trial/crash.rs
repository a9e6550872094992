//! A kernel that leaves its operands onto an inaccessible page ends its process, and the case is known.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use sgd_stability::trial::{Options, check_dot};

use crate::faulty_vectors::stray;
use crate::support::{DotBy, products};

/// Set in the child process: the distance at which its kernel reads, from the end (0) or the beginning (−1).
const VARIABLE: &str = "FAULTY_DISTANCE";
const SIGSEGV: i32 = 11;

#[test]
fn a_read_beside_an_operand_ends_the_process_in_a_known_case() {
    if let Some(distance) = std::env::var(VARIABLE)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return read_beside(distance);
    }
    for (distance, place) in [(0, "BeforeGuard"), (-1, "AfterGuard")] {
        let program = std::env::current_exe().expect("the program of this test");
        let name = "crash::a_read_beside_an_operand_ends_the_process_in_a_known_case";
        let child = Command::new(program)
            .args(["--exact", name, "--nocapture"])
            .env(VARIABLE, distance.to_string())
            .output()
            .expect("a child process");
        assert_eq!(child.status.signal(), Some(SIGSEGV), "{child:?}");
        let told = String::from_utf8_lossy(&child.stderr);
        let last = told.lines().rfind(|line| line.starts_with("case "));
        let last = last.expect("the case was told before the call");
        assert!(
            last.contains(&format!("at {place}")) || last.contains(&format!("then {place}")),
            "{last}"
        );
    }
}

/// In the child: a kernel that reads beside x whatever stands there.
fn read_beside(distance: isize) {
    let kernel = DotBy::new(|x: sgd_stability::trial::Vector, y| {
        let end = if distance < 0 {
            0
        } else {
            x.memory.len() as isize
        };
        let beside = stray::read(x.memory, end + distance);
        products(x, y).iter().sum::<f32>() + 0.0 * beside
    });
    let options = Options {
        before_case: &|number, describe| eprintln!("case {number}: {}", describe()),
        ..Options::default()
    };
    check_dot(&kernel, "reads beside x", &options);
    unreachable!("the process ends before");
}
