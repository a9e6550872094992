//! The trials of a few kernels, as `kernels check` writes them.

use sgd_stability::report::Trials;

/// The files of a folder `kernels`: their names and their texts.
pub const FILES: [(&str, &str); 5] = [
    ("faulty", include_str!("kernels/faulty.json")),
    ("glibc", include_str!("kernels/glibc.json")),
    ("names", include_str!("kernels/names.json")),
    ("openblas", include_str!("kernels/openblas.json")),
    ("ours", include_str!("kernels/ours.json")),
];

/// All of them, read.
pub fn trials() -> Trials {
    let mut trials = Trials::default();
    for (name, text) in FILES {
        let place = format!("kernels/{name}.json");
        trials.add(&place, name, text).expect("a good file");
    }
    trials
}
