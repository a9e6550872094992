//! Times PyTorch and JAX on the same work (`peers.py`), if `SGD_STABILITY_PEERS` names a Python
//! interpreter that has them.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use sgd_stability::kernel::Isa;

/// The number of times that we and the peers take turns. A turn takes a fraction of a second, since the
/// load of a shared machine changes over minutes.
pub const TURNS: usize = 9;

/// A Python process that waits for work.
pub struct Peers {
    python: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peers {
    /// Starts the process, if an interpreter is named. If AVX2 is the best of our instruction sets, the peers
    /// have no better one.
    pub fn start() -> Option<Self> {
        let python = std::env::var_os("SGD_STABILITY_PEERS")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/peers.py");
        let mut command = Command::new(python);
        if Isa::best().name() == "avx2" {
            command.env("ATEN_CPU_CAPABILITY", "avx2");
            command.env("XLA_FLAGS", "--xla_cpu_max_isa=AVX2");
        }
        let command = command.arg(script).stdin(Stdio::piped());
        match command.stdout(Stdio::piped()).spawn() {
            Ok(mut python) => Some(Peers {
                to: python.stdin.take().expect("a pipe"),
                from: BufReader::new(python.stdout.take().expect("a pipe")),
                python,
            }),
            Err(error) => {
                println!("(the peers did not run: {error})");
                None
            }
        }
    }

    /// The number that answers a line: for a work, the rate of one window in calls per second. `None` if the
    /// peer cannot do the work.
    pub fn ask(&mut self, work: &str) -> Option<f64> {
        let mut answer = String::new();
        writeln!(self.to, "{work}").ok()?;
        self.from.read_line(&mut answer).ok()?;
        answer.trim().parse().ok()
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // The process holds nothing that must be finished.
        let _ = self.python.kill().and_then(|()| self.python.wait());
    }
}

/// The rates of ours and of the peers on the same work, for each window, in calls per second.
pub struct Race {
    pub ours: Vec<f64>,
    /// The peers that can do the work.
    pub peers: Vec<(String, Vec<f64>)>,
}

impl Race {
    /// Takes turns. `ours()` returns the rate of one window; `works` describes the work of each peer, and
    /// ends with the name of the peer.
    pub fn run(
        turns: usize,
        mut peers: Option<&mut Peers>,
        works: &[String],
        mut ours: impl FnMut() -> f64,
    ) -> Self {
        let mut rate = |work: &String| peers.as_deref_mut()?.ask(work);
        // The first call compiles, and is not timed.
        for work in works {
            let _ = rate(work);
        }
        let (mut of_ours, mut theirs) = (Vec::new(), vec![Vec::new(); works.len()]);
        for _ in 0..turns {
            of_ours.push(ours());
            for (work, rates) in works.iter().zip(&mut theirs) {
                rates.extend(rate(work));
            }
        }
        let named = works.iter().zip(theirs).filter_map(|(work, rates)| {
            let peer = work.split_whitespace().next_back()?;
            (rates.len() == turns).then(|| (peer.to_owned(), rates))
        });
        Race {
            ours: of_ours,
            peers: named.collect(),
        }
    }

    /// The peer with the fastest window.
    pub fn best_peer(&self) -> Option<&(String, Vec<f64>)> {
        let rate = |(_, rates): &&(String, Vec<f64>)| best(rates);
        self.peers.iter().max_by(|a, b| rate(a).total_cmp(&rate(b)))
    }

    /// The ratio of our best window to the best window of the best peer, and the median of the ratios of
    /// each turn.
    pub fn ratios(&self) -> Option<(f64, f64)> {
        let (_, theirs) = self.best_peer()?;
        let turns = self
            .ours
            .iter()
            .zip(theirs)
            .map(|(ours, theirs)| ours / theirs);
        Some((
            best(&self.ours) / best(theirs),
            median(&turns.collect::<Vec<_>>()),
        ))
    }
}

pub fn best(rates: &[f64]) -> f64 {
    rates.iter().copied().fold(0.0, f64::max)
}

pub fn median(rates: &[f64]) -> f64 {
    let mut rates = rates.to_vec();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
