//! `sgd-stability diagnose`: the curvature of a trained network, and what it means for SGD.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sgd_stability::diagnosis::{self, Diagnosis, Mode, Model, Samples, Stability, Task, bytes};
use sgd_stability::error::{Result, shown};

use super::output::{Answer, Ending, remark};
use super::subject::Subject;

/// Measure sharpness, smallest eigenvalue and non-uniformity of a PyTorch checkpoint, and say
/// whether SGD with this η, B and β is stable there.
///
/// Tensors are matched to layers by shape, and where that leaves a choice by an order that is proved or
/// told. Exit code 0 whatever the verdict; with --check,
/// 3 when unstable and 4 when undecided.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The checkpoint: a state_dict saved as safetensors, or the index.json of one in parts.
    #[arg(long, value_name = "FILE")]
    weights: PathBuf,
    #[command(flatten)]
    subject: Subject,
    /// f64: measure again in f64, with the numbers of the files as they are, and say whether f32 was enough
    /// for the verdicts.
    #[arg(long, value_name = "PRECISION", default_value = "f32")]
    precision: PrecisionName,
    /// Print first which tensor fills which layer.
    #[arg(long)]
    mapping: bool,
    /// Exit with 3 when unstable, 4 when undecided.
    #[arg(long)]
    check: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionName {
    F32,
    F64,
}

/// Diagnoses.
pub fn run(arguments: &Arguments) -> Result<Answer> {
    let subject = &arguments.subject;
    let in_f64 = arguments.precision == PrecisionName::F64;
    let (request, effort) = (subject.request()?, subject.effort()?);
    let expected = subject.objective.expected()?;
    subject.check_data()?;
    let data = diagnosis::load(&request)?;
    let setting = subject.setting(&data)?;
    subject.check_file(&arguments.weights)?;
    let model = Model::read(&arguments.weights, &request, &data)?;
    let mode = Mode::check(subject.mode, &model.network)?;
    let samples = Samples::new(&request.place(), &data, &model.network)?;
    drop(data);
    let forecast = diagnosis::forecast(&model, &samples, &effort, in_f64);
    remark(&format!("memory forecast {}", bytes(forecast.total())));
    subject.check_memory(&forecast)?;
    let place = shown(&arguments.weights);
    let task = Task {
        place: &place,
        model: &model,
        samples: &samples,
        setting: &setting,
        effort: &effort,
    };
    if let Some(expected) = expected {
        task.expect_loss(mode, expected)?;
    }
    let found = Diagnosis {
        expected,
        ..task.diagnose(mode, in_f64, forecast)?
    };
    let mut text = diagnosis::page(&found, (&place, &model), (&request.place(), &samples));
    if arguments.mapping {
        text = format!("{}\n\n{text}", model.filling.table().join("\n"));
    }
    Ok(Answer {
        text,
        json: found.json(&model, &samples),
        ending: match (arguments.check, found.main.judgement.verdict) {
            (true, Stability::Unstable) => Ending::Unstable,
            (true, Stability::Undecided) => Ending::Undecided,
            _ => Ending::Done,
        },
    })
}
