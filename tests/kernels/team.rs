//! Teams of waiting threads.

use std::thread::current;

use sgd_stability::kernel::{alone, share, threads, with_team};

use crate::support::pool;

#[test]
fn work_alone_lends_the_team_for_a_while() {
    pool(3).install(|| {
        with_team(|| {
            assert_eq!(threads(), 3);
            assert_eq!(alone(threads), 1);
            let here = current().id();
            alone(|| share(5, |_| assert_eq!(current().id(), here)));
            share(5, |_| assert_eq!(alone(threads), 1));
            let panicked = std::panic::catch_unwind(|| alone(|| panic!("in work alone")));
            assert!(panicked.is_err());
            assert_eq!(threads(), 3);
        });
    });
}
