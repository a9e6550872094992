//! What the environment says about a run.

use std::env::var;
use std::fmt::Debug;
use std::str::FromStr;
use std::time::Duration;

use sgd_stability::kernel::Isa;

/// Which mutants are tried, and how many at once.
pub struct Settings {
    /// `MUTANTS`: the number of mutants of the whole sample, 160.
    pub count: usize,
    /// `MUTANTS_SHARD`: this run takes every so many-th of them; `2/3` takes the second, fifth, eighth, …
    pub shard: (usize, usize),
    /// `MUTANTS_IN`: parts of the names of the files, such as `src/oracle,trial/matrices`. Without it,
    /// `src/kernel` and `src/oracle` are tried, but not `src/trial`, where most numbers only say which cases
    /// are tried.
    within: Option<String>,
    /// `MUTANTS_SECONDS`: how long a program of tests may run. Without it, the tests are run without any change
    /// first, and the limit is several times what they take.
    pub limit: Option<Duration>,
    /// `MUTANTS_WORKERS`: how many mutants are tried at once; as many as there are cores.
    pub workers: usize,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Panics
    /// When a setting cannot be understood.
    pub fn read() -> Settings {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let shard = var("MUTANTS_SHARD").unwrap_or("1/1".to_owned());
        let (number, of) = shard.split_once('/').expect("a shard such as 1/3");
        let shard = (parsed(number), parsed(of));
        assert!(1 <= shard.0 && shard.0 <= shard.1, "{shard:?} is no shard");
        Settings {
            count: setting("MUTANTS", 160),
            shard,
            within: var("MUTANTS_IN").ok(),
            limit: var("MUTANTS_SECONDS")
                .ok()
                .map(|seconds| Duration::from_secs(parsed(&seconds))),
            workers: setting("MUTANTS_WORKERS", cores.min(8)).max(1),
        }
    }

    /// Whether a file is to be changed. What this machine cannot run, no test sees.
    pub fn takes(&self, file: &str) -> bool {
        if file.ends_with("x86/avx512.rs")
            && !Isa::available().iter().any(|isa| isa.name() == "avx512")
        {
            return false;
        }
        match &self.within {
            Some(parts) => parts.split(',').any(|part| file.contains(part)),
            None => !file.starts_with("src/trial"),
        }
    }
}

fn setting(name: &str, otherwise: usize) -> usize {
    var(name).map_or(otherwise, |text| parsed(&text))
}

fn parsed<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a whole number")
}
