//! The times of a bench as JSON, for the page of the report (`reports/kernels`).

use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;

/// The time for one element of a function.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Speed {
    /// The library; `ours` for the kernels of this crate.
    pub library: String,
    /// The function, or the name of the kernel among the verdicts.
    pub function: String,
    /// The instruction set of a kernel of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isa: Option<String>,
    /// The time.
    pub nanoseconds: f64,
    /// The largest error over the numbers of the bench in ulps, of a library that has no verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ulp: Option<f64>,
}

/// The times of a bench.
pub struct Speeds {
    out: Option<PathBuf>,
    measured: String,
    speeds: Vec<Speed>,
}

impl Speeds {
    /// No times yet. They will be written to `out`, if it is given, with a sentence about how they were
    /// measured.
    pub fn new(out: Option<PathBuf>, measured: &str) -> Self {
        Speeds {
            out,
            measured: measured.to_owned(),
            speeds: Vec::new(),
        }
    }

    /// Adds a time. Of several shapes of a kernel, the first counts.
    pub fn add(&mut self, speed: Speed) {
        let kernel = |s: &Speed| (s.library.clone(), s.function.clone(), s.isa.clone());
        if !self.speeds.iter().any(|s| kernel(s) == kernel(&speed)) {
            self.speeds.push(speed);
        }
    }

    /// Writes the times, if a file was named. A bench that cannot write them ends with exit code 1.
    pub fn write(self) {
        let Some(path) = self.out else { return };
        let file = json!({ "measured": self.measured, "speeds": self.speeds });
        let text = serde_json::to_string_pretty(&file).expect("numbers serialise") + "\n";
        if let Err(error) = sgd_stability::write::write_file(&path, text.as_bytes()) {
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    }
}
