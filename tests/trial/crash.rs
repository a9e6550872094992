//! A kernel that leaves its operands onto an inaccessible page ends its process, and the case is known.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use sgd_stability::trial::{Fault, FaultKind, Histogram, Options, Verdict, check_dot};

use crate::faulty_vectors::stray;
use crate::roll::enter_faulty;
use crate::support::{DotBy, products};

/// Set in the child process: the distance at which its kernel reads, from the end (0) or the beginning (−1).
const VARIABLE: &str = "FAULTY_DISTANCE";
const SIGSEGV: i32 = 11;

#[test]
pub fn a_read_beside_an_operand_ends_the_process_in_a_known_case() {
    if let Some(distance) = std::env::var(VARIABLE)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return read_beside(distance);
    }
    for (distance, place, name) in [
        (0, "BeforeGuard", "the page after x is read"),
        (-1, "AfterGuard", "the page before x is read"),
    ] {
        let program = std::env::current_exe().expect("the program of this test");
        let test = "crash::a_read_beside_an_operand_ends_the_process_in_a_known_case";
        let child = Command::new(program)
            .args(["--exact", test, "--nocapture"])
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
        enter_faulty(&crashed(name, last), 0);
    }
}

/// What is said of a kernel that ended its process in this case. The command `kernels check` says it.
fn crashed(name: &str, case: &str) -> Verdict {
    let number: usize = case
        .trim_start_matches("case ")
        .split(':')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("the number of the case");
    let fault = Fault {
        kind: FaultKind::Crash,
        count: 1,
        input: case.to_owned(),
        came: "SIGSEGV".to_owned(),
        right: "a number".to_owned(),
        replay: format!("--case {number}"),
    };
    Verdict {
        name: name.to_owned(),
        function: "dot".to_owned(),
        exhaustive: false,
        inputs: number as u64,
        mistrusted: 0,
        left_out: BTreeMap::new(),
        max_ulp: None,
        allowed_ulp: None,
        max_ratio: None,
        worst_input: None,
        histogram: Histogram::default(),
        density: Vec::new(),
        conditioned: Vec::new(),
        nanoseconds: None,
        faults: vec![fault],
        passed: false,
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
