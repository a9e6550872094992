//! `sgd-stability diagnose`: the curvature of a trained network, and what it means for SGD.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::json;
use sgd_stability::curvature::Quadrature;
use sgd_stability::dataset::{Dataset, Source};
use sgd_stability::diagnosis::{
    self, Diagnosis, Extras, Loaded, Names, Only, Pace, Preconditioner, Samples, Setup,
    SpectrumRequest, Stability, Task, ThresholdRequest, bytes, density,
};
use sgd_stability::error::{Error, Result, shown};
use sgd_stability::report;
use sgd_stability::write::write_file;

use super::ending::asked_to_end;
use super::help::{exit_codes, explained, headings};
use super::output::{Answer, Ending, has_a_reader, remark};
use super::progress::{End, told_until};
use super::spectrum::SpectrumFlags;
use super::subject::Subject;
use super::words::{in_words, time_limit, whole};

/// Measure the curvature of a trained network, and say whether SGD is stable there.
#[derive(Debug, Args)]
#[command(
    allow_negative_numbers = true,
    before_help = EXAMPLE,
    after_help = exit_codes(&EXIT_CODES),
    after_long_help = explained(ABOUT, &EXIT_CODES)
)]
pub struct Arguments {
    /// The checkpoint: a PyTorch state_dict by torch.save or as safetensors, or the index.json of one in parts.
    ///
    /// A file of torch.save is read without running anything of it; with --key it may be a dictionary that has the
    /// state_dict somewhere.
    #[arg(long, value_name = "FILE", help_heading = headings::NETWORK)]
    weights: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// With f64, measure again in f64 and say whether f32 was enough for the verdicts.
    #[arg(long, value_name = "PRECISION", default_value = "f32", help_heading = headings::MEASUREMENT)]
    precision: PrecisionName,
    /// Measure Theorem 1 of Wu, Ma and E on the full matrix, with both ends of its spectrum.
    ///
    /// The matrix is 2H − η(H² + pΣ); where its smallest eigenvalue is certainly not negative, SGD is stable.
    /// A product with it takes two with H and one with Σ, so that the measurement takes several times as long.
    #[arg(long, help_heading = headings::MEASUREMENT)]
    one_step: bool,
    /// Stop after this time (30s, 5m, 1h), and answer with what has been measured by then.
    ///
    /// The numbers are measured in the order of their importance: a, s, λ_min, then the others. Ctrl-C has the same effect at
    /// once; a second Ctrl-C ends the program.
    #[arg(long, value_name = "LIMIT", value_parser = time_limit, help_heading = headings::MEASUREMENT)]
    budget: Option<Duration>,
    /// Measure in every mode of batch normalisation, and put them side by side.
    #[arg(long, help_heading = headings::MEASUREMENT)]
    audit: bool,
    /// Measure the gradient-noise interaction, the curvature along the gradients of random batches.
    ///
    /// It is E[g_BᵀHg_B]/|g|², and below 2/η exactly where the loss falls on average in the next step, to second order.
    #[arg(long, help_heading = headings::MEASUREMENT)]
    gradient_noise: bool,
    /// The state of Adam, AdamW or RMSprop, by torch.save(optimizer.state_dict(), FILE).
    ///
    /// With it the preconditioned sharpness λ_max(P⁻¹H) is measured, and compared with its bound, 38/η for Adam with
    /// β₁ = 0.9. Needs --optimizer.
    #[arg(long, value_name = "FILE", help_heading = headings::RUN)]
    optimizer_state: Option<PathBuf>,
    /// Test data, in the same formats as --data: loss, accuracy, a and s are measured there too.
    #[arg(long, value_name = "DATA", help_heading = headings::DATA)]
    test_data: Option<PathBuf>,
    /// Use the first N test samples [default: 1000 of a named data set, all of a file].
    #[arg(long, value_name = "N", value_parser = whole::<usize>, requires = "test_data", help_heading = headings::DATA)]
    test_samples: Option<usize>,
    #[command(flatten)]
    spectrum: SpectrumFlags,
    /// Draw the spectral density of the Hessian, by stochastic Lanczos quadrature; the numbers go to a .csv beside it.
    ///
    /// Eight random starts with --products products each.
    #[arg(long, value_name = "FILE.svg", help_heading = headings::SPECTRUM)]
    density: Option<PathBuf>,
    /// Write the vectors of --eigenvalues as safetensors: eigenvector.1.NAME for each parameter NAME.
    #[arg(long, value_name = "FILE", requires = "eigenvalues", help_heading = headings::SPECTRUM)]
    vectors: Option<PathBuf>,
    /// Compute the learning rates up to which the linearised network is stable, from its Gram matrix.
    ///
    /// They are those of the Gauss–Newton matrices at this point: of gradient descent, of Theorem 1, of the paper's
    /// two numbers, and the exact one in mean square, η*, which then decides the verdict. The Gram matrix has N = samples × outputs
    /// rows; N = 2000 takes half a minute, and the time grows as N³, so that --resume is of use from N = 5000 on.
    #[arg(long, help_heading = headings::MEASUREMENT)]
    threshold: bool,
    /// Compute the thresholds of M samples only, evenly spaced; they then decide nothing.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..), requires = "threshold", help_heading = headings::MEASUREMENT)]
    threshold_samples: Option<u32>,
    /// Compute η* for batch sizes 1, 2, 4, …, n too, and the smallest batch at which --lr is stable.
    #[arg(long, requires = "threshold", help_heading = headings::MEASUREMENT)]
    threshold_curve: bool,
    /// Write a certificate that SGD is stable, or is not, on the linearised network at this --lr and --batch.
    ///
    /// It holds the rows of the Jacobian, in a basis of their range, and a matrix that proves the claim over the
    /// rationals; `certify` checks it, and so does `theorems/check_certificate.py` in plain Python. For at most 1000
    /// rows (samples × outputs), which take minutes.
    #[arg(long, value_name = "FILE", requires = "threshold", help_heading = headings::OUTPUT)]
    certificate: Option<PathBuf>,
    /// Keep the states of the thresholds in this folder, and go on from those that are there.
    ///
    /// A state is written every half minute: the range of the Gram matrix, and where each iteration stands, up to
    /// 24·N² bytes. The folder belongs to one network at one checkpoint, over the same samples.
    #[arg(long, value_name = "DIR", requires = "threshold", help_heading = headings::MEASUREMENT)]
    resume: Option<PathBuf>,
    /// Print first which tensor of the checkpoint became which layer's.
    #[arg(long, help_heading = headings::OUTPUT)]
    mapping: bool,
    /// Exit with 3 when unstable and 4 when undecided, for scripts.
    #[arg(long, help_heading = headings::OUTPUT)]
    check: bool,
    /// Print one JSON object.
    #[arg(long, help_heading = headings::OUTPUT)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionName {
    F32,
    F64,
}

const EXAMPLE: &str = "\
Example, with the checkpoint that torch.save(model.state_dict(), FILE) wrote:
  $ sgd-stability diagnose --weights model.pt --arch fnn \\
      --data fashion-mnist --lr 0.1 --batch 10";

const ABOUT: &str = "\
Two numbers are measured: the sharpness a = λ_max(H), the largest eigenvalue of the Hessian of the mean loss, and the \
non-uniformity s = √λ_max(Σ), Σ = (1/n) Σ_i H_i² − H², which says how much the Hessians of single samples \
differ. The learning rate and the batch size bound both; every criterion is evaluated at the measured \
numbers with their error bars, so that its verdict is stable, unstable or undecided.

Beside them stands batch sharpness, the curvature of random batches along their own gradients, with standard \
errors: a number of experience, about which there is no theorem.

Tensors are matched to layers by their shapes; where shapes leave a choice, the order must be proved by the \
file or given with --order. Nothing is guessed.";

const EXIT_CODES: [(u8, &str); 3] = [
    (0, "measured, whatever the verdict"),
    (3, "unstable, with --check"),
    (4, "undecided, with --check"),
];

/// Diagnoses the checkpoint, and reports progress. At the end of the budget, or with Ctrl-C, the answer is what has been
/// measured by then.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let end = End {
        deadline: arguments.budget.map(|budget| Instant::now() + budget),
        asked: asked_to_end()?,
    };
    told_until(end, |_| diagnose(arguments))
}

impl Arguments {
    /// Checks that the flags fit each other.
    fn check(&self) -> Result<()> {
        Only::check(self.subject.only(), self.one_step)?;
        let is_svg = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "svg");
        if let Some(path) = self.density.as_ref().filter(|path| !is_svg(path)) {
            let fault = "must end in .svg; the numbers go to a .csv beside it";
            return Err(Error::input("--density", path.display(), fault));
        }
        Ok(())
    }

    /// With --arch auto: the proposed network, if something of it must still be said.
    fn open_proposal(&self, setup: &Setup, data: &Dataset) -> Result<Option<Answer>> {
        let request = &setup.plan.request;
        if !request.is_auto() {
            return Ok(None);
        }
        setup.plan.check_file(&self.weights)?;
        let proposal = request.proposal(&self.weights, data)?;
        Ok((!proposal.asks.is_empty()).then(|| Answer {
            text: proposal.text(),
            json: json!({
                "error": format!("--arch: auto: {}", proposal.fault()),
                "architecture": proposal.toml,
                "asks": proposal.asks,
            }),
            ending: Ending::Faulty,
        }))
    }
}

fn diagnose(arguments: &Arguments) -> Result<Answer> {
    arguments.check()?;
    let in_f64 = arguments.precision == PrecisionName::F64;
    let expected = arguments.subject.objective.expected()?;
    let (setup, data) = Setup::new(arguments.subject.plan()?)?;
    if let Some(asked) = arguments.open_proposal(&setup, &data)? {
        return Ok(asked);
    }
    let checkpoint = setup.read(&arguments.weights, &data)?;
    drop(data);
    let mode = checkpoint.mode(&setup)?;
    let thresholds = arguments.threshold.then(|| ThresholdRequest {
        samples: arguments.threshold_samples.map(|count| count as usize),
        curve: arguments.threshold_curve,
        certificate: arguments.certificate.is_some(),
    });
    let is_all = arguments.subject.only().is_none();
    let extras = Extras {
        other_matrix: is_all || thresholds.is_some(),
        in_f64,
        audit: arguments.audit,
        batch_sharpness: is_all,
        one_step: arguments.one_step,
        thresholds,
        spectrum: SpectrumRequest {
            density: arguments.density.is_some(),
            ..arguments.spectrum.request()
        },
        gradient_noise: arguments.gradient_noise,
        around: true,
    };
    let forecast = checkpoint.forecast(&extras, &setup)?;
    remark(&format!("memory forecast {}", bytes(forecast.total())));
    let around = Around::read(arguments, &checkpoint, &setup)?;
    let task = Task {
        resume: arguments.resume.as_deref(),
        test: around.test.as_ref(),
        preconditioner: around.preconditioner.as_ref(),
        ..checkpoint.task(expected, &setup)
    };
    if has_a_reader() {
        forecast_time(&task.pace(mode)?);
    }
    let found = task.diagnose(mode, extras, forecast)?;
    let Loaded {
        place,
        model,
        samples,
    } = &checkpoint;
    let names = Names {
        weights: place,
        data: &setup.plan.request.place(),
    };
    let mut text = diagnosis::page(&found, model, samples, &names);
    if arguments.mapping {
        text = format!("{}\n\n{text}", model.assignment.table().join("\n"));
    }
    if let Some(path) = &arguments.certificate {
        text += &written(path, &found)?;
    }
    let spectrum = &found.main.spectrum;
    if let (Some(path), Some(eigenvalues)) = (&arguments.vectors, &spectrum.eigenvalues) {
        write_file(path, &eigenvalues.to_safetensors(model)?)?;
        text += &format!("\n\nThe eigenvectors are in {}.", path.display());
    }
    if let (Some(path), Some(quadrature)) = (&arguments.density, &spectrum.density) {
        text += &draw_density(path, quadrature, &found)?;
    }
    Ok(Answer {
        text,
        json: found.json(model, samples),
        ending: match found.main.judgement.verdict {
            Stability::Unstable if arguments.check => Ending::Unstable,
            Stability::Undecided if arguments.check => Ending::Undecided,
            _ => Ending::Done,
        },
    })
}

/// Says how long the numbers will take.
fn forecast_time(pace: &Pace) {
    let noise = pace.covariance.map_or(String::new(), |time| {
        format!(", one with Σ {}", in_words(time))
    });
    remark(&format!(
        "time forecast: a product with H takes {}{noise}; the numbers of the table {} to {}",
        in_words(pace.hessian),
        in_words(pace.least),
        in_words(pace.most)
    ));
}

/// Draws the density, and writes its numbers beside the figure. Returns the sentence about it.
fn draw_density(path: &Path, quadrature: &Quadrature, found: &Diagnosis) -> Result<String> {
    let density = density::smoothed(quadrature);
    let [bound, _] = found.bounds();
    let figure = density::figure(&density, quadrature, found.matrix, bound);
    write_file(path, report::draw(&figure).svg.as_bytes())?;
    let numbers = path.with_extension("csv");
    write_file(&numbers, &density::table(&density)?)?;
    let (path, numbers) = (path.display(), numbers.display());
    Ok(format!(
        "\n\nThe spectral density is drawn in {path}; its numbers are in {numbers}."
    ))
}

/// What is read beside the checkpoint and the training samples.
struct Around {
    test: Option<Samples>,
    preconditioner: Option<Preconditioner>,
}

impl Around {
    fn read(arguments: &Arguments, checkpoint: &Loaded, setup: &Setup) -> Result<Self> {
        let state = arguments.optimizer_state.as_ref();
        let optimizer = setup.setting.optimizer;
        let read = |path: &PathBuf| Preconditioner::read(path, &checkpoint.model, optimizer);
        let test = arguments.test_data.as_ref().map(|name| {
            let source = Source {
                name: name.clone(),
                ..setup.plan.request.data.clone()
            };
            let data = diagnosis::load_test(&setup.plan.request, &source, arguments.test_samples)?;
            Samples::new(&shown(name), &data, &checkpoint.model.network)
        });
        Ok(Around {
            test: test.transpose()?,
            preconditioner: state.map(read).transpose()?,
        })
    }
}

/// Writes the certificate, if one was made, and says where it is.
fn written(path: &Path, found: &Diagnosis) -> Result<String> {
    let Some(certificate) = found.certificate() else {
        return Ok(format!("\n\n{} is not written.", path.display()));
    };
    write_file(path, certificate.to_text()?.as_bytes())?;
    Ok(format!("\n\nThe certificate is in {}.", path.display()))
}
