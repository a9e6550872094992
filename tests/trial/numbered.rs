//! Cases are tried as the options ask, and parts of a trial make up the whole.

use std::sync::Mutex;

use sgd_stability::trial::{Options, Verdict, check_asum};

use crate::support::{Reduced, elements};

/// A sum of absolute values that is wrong where there are more than 256 of them.
fn check(options: &Options) -> Verdict {
    let kernel = Reduced::new(|x| {
        let x = elements(x);
        let skipped = usize::from(x.len() > 256);
        x[skipped..].iter().fold(0.0, |sum, x| sum + x.abs())
    });
    check_asum(&kernel, "wrong where long", options)
}

#[test]
fn the_one_case_that_is_asked_for_is_told_and_tried() {
    let told = Mutex::new(Vec::new());
    let verdict = check(&Options {
        only: Some(521),
        before_case: &|number, describe| told.lock().unwrap().push((number, describe())),
        ..Options::default()
    });
    let told = told.into_inner().unwrap();
    assert_eq!((told.len(), told[0].0, verdict.inputs), (1, 521, 1));
    assert!(
        told[0].1.starts_with("n = 260, values NonzeroWhole"),
        "{}",
        told[0].1
    );
    assert_eq!(verdict.faults[0].replay, "--case 521");
    assert!(!verdict.passed);
    // A number that no case has proves nothing.
    let beyond = check(&Options {
        only: Some(1 << 40),
        ..Options::default()
    });
    assert!(beyond.inputs == 0 && !beyond.passed);
}

#[test]
fn parts_of_a_trial_make_up_the_whole() {
    let last = Mutex::new((0, 0));
    let whole = check(&Options {
        progress: &|done, all| *last.lock().unwrap() = (done, all),
        ..Options::default()
    });
    let last = last.into_inner().unwrap();
    assert_eq!((last.0, last.1), (whole.inputs, whole.inputs));
    let parts = ["1/3", "2/3", "3/3"].map(|part| {
        check(&Options {
            shard: part.parse().unwrap(),
            ..Options::default()
        })
    });
    let [mut joined, second, third] = parts;
    joined.join(second);
    joined.join(third);
    assert_eq!(
        (joined.inputs, joined.mistrusted),
        (whole.inputs, whole.mistrusted)
    );
    assert_eq!(joined.max_ratio, whole.max_ratio);
    let counts = |verdict: &Verdict| -> Vec<_> {
        verdict
            .faults
            .iter()
            .map(|fault| (fault.kind, fault.count))
            .collect()
    };
    assert_eq!(counts(&joined), counts(&whole));
}
