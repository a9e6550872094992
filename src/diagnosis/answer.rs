//! The complete answer for one checkpoint.

use crate::criterion::nesterov;
use crate::curvature::Tracker;
use crate::dataset::Split;
use crate::decide::Certificate;
use crate::error::{Error, Result};
use crate::network::CurvatureMatrix;
use crate::work;

use super::assessment::{Assessment, Comparison};
use super::criteria::MeasuredCriterion;
use super::double;
use super::eigenvalues::Eigenvalues;
use super::machine;
use super::memory::Forecast;
use super::mode::Mode;
use super::one_step::{self, OneStepAnswer};
use super::point;
use super::rounding;
use super::setting::Setting;
use super::sharpness_of_batches::SharpnessOfBatches;
use super::single;
use super::subject::{LoadedNetwork, Samples};
use super::task::{Effort, Task};
use super::thresholds::{self, CertificateAnswer, ThresholdAnswer, ThresholdRequest};
use super::untrained;
use super::verdict::Judgement;

/// Optional measurements beyond the reading itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// Whether to measure the other matrix (Hessian or Gauss–Newton) along the eigenvector of the
    /// sharpness.
    pub other_matrix: bool,
    /// Whether to measure the same point again in f64.
    pub in_f64: bool,
    /// Whether to measure the batch sharpness.
    pub batch_sharpness: bool,
    /// Whether to measure Theorem 1 on the full matrix.
    pub one_step: bool,
    /// The thresholds that are requested, if any.
    pub thresholds: Option<ThresholdRequest>,
    /// How many of the largest eigenvalues are requested, if any.
    pub eigenvalues: Option<usize>,
}

/// The measurements in one mode of batch normalisation, and the verdict on them.
#[derive(Clone, Debug)]
pub struct ModeDiagnosis {
    /// The mode; `None` for a network without batch normalisation.
    pub mode: Option<Mode>,
    /// The f32 reading with its criteria and verdict.
    pub in_f32: Assessment,
    /// The f64 reading with its criteria and verdict, if it was requested.
    pub in_f64: Option<Assessment>,
    /// The batch sharpness, if it was requested.
    pub batch_sharpness: Option<SharpnessOfBatches>,
    /// Theorem 1 on the full matrix, if it was requested.
    pub one_step: Option<OneStepAnswer>,
    /// The thresholds of the linearised network, if they were requested.
    pub thresholds: Option<ThresholdAnswer>,
    /// The largest eigenvalues, if they were requested.
    pub eigenvalues: Option<Eigenvalues>,
    /// The verdict: that of [`ModeDiagnosis::best`], except that a point where Theorem 1 was measured and
    /// holds is stable, that the thresholds decide where they apply, and that an untrained network is never
    /// called stable.
    pub judgement: Judgement,
}

impl ModeDiagnosis {
    /// The more precise assessment: that in f64 if there is one, else that in f32.
    pub fn best(&self) -> &Assessment {
        self.in_f64.as_ref().unwrap_or(&self.in_f32)
    }

    /// The criteria of [`ModeDiagnosis::best`].
    pub fn criteria(&self) -> &[MeasuredCriterion] {
        &self.best().criteria
    }

    /// Whether f32 and f64 agree; `None` unless both were measured.
    pub fn comparison(&self) -> Option<Comparison> {
        let fine = self.in_f64.as_ref()?;
        Some(Comparison::of(&self.in_f32, fine))
    }
}

impl Task<'_> {
    /// Measures and judges in one mode. A `tracker` that has measured a nearby point saves products.
    ///
    /// # Errors
    /// Returns an error if the mode is not available for this model, if the loss or the curvature
    /// overflows f32, if a number is not finite in f64, or if the folder of the thresholds is that of another
    /// network.
    pub fn measure(
        &self,
        mode: Option<Mode>,
        extras: Extras,
        tracker: &mut Tracker,
    ) -> Result<ModeDiagnosis> {
        let batch = self.samples.batch();
        if let Some(mode) = mode
            && let Some(fault) = mode.fault(self.effort.isa, self.model, &batch)
        {
            return Err(Error::input(self.place, self.model.network.name(), fault));
        }
        let statistics = mode.map_or(Vec::new(), |mode| {
            mode.statistics(self.effort.isa, self.model, &batch)
        });
        let point = point::point(self.model, mode, &statistics);
        let (reading, vectors) = single::read(self, &point, tracker)?;
        work::stage("what f32 has rounded: the same products in f64");
        let rounding = rounding::measure(self, mode, &reading, &vectors);
        let mut reading = reading.rounded(rounding, self.effort.lanczos.tolerance);
        if extras.other_matrix {
            reading.other = Some(single::other_matrix(self, &point, &vectors.sharpness));
        }
        let in_f32 = Assessment::of(reading, self.setting);
        let in_f64 = if extras.in_f64 {
            work::stage("measuring again in f64");
            let reading = double::read(self, mode, &in_f32.reading, &vectors)?;
            Some(Assessment::of(reading, self.setting))
        } else {
            None
        };
        let one_step = if extras.one_step {
            let reading = &in_f32.reading;
            Some(one_step::measure(self, mode, &point, reading, &vectors)?)
        } else {
            None
        };
        let mut judgement = in_f64.as_ref().unwrap_or(&in_f32).judgement.clone();
        if let Some(answer) = &one_step {
            judgement = answer.judge(judgement);
        }
        let reading = &in_f32.reading;
        let request = extras.thresholds.as_ref();
        let measure = |request| thresholds::measure(self, &point, reading, request);
        let thresholds = request.map(measure).transpose()?;
        if let Some(answer) = &thresholds {
            judgement = answer.judge(judgement, self.setting);
        }
        let measure = |count| Eigenvalues::measure(self, &point, reading, count);
        let eigenvalues = extras.eigenvalues.map(measure).transpose()?;
        let wanted = extras.batch_sharpness;
        Ok(ModeDiagnosis {
            mode,
            batch_sharpness: wanted.then(|| SharpnessOfBatches::measure(self, mode, &point)),
            one_step,
            thresholds,
            eigenvalues,
            judgement: untrained::judge(self.model, judgement),
            in_f32,
            in_f64,
        })
    }

    /// Checks the loss, and measures in the requested mode with these extras, and in every other mode that
    /// is available, where neither the other matrix, Theorem 1, thresholds nor more eigenvalues are measured. The `forecast` is only
    /// recorded: the caller has compared it with the budget.
    ///
    /// # Errors
    /// The errors of [`Task::check_loss`] and [`Task::measure`].
    pub fn diagnose(
        &self,
        mode: Option<Mode>,
        extras: Extras,
        forecast: Forecast,
    ) -> Result<Diagnosis> {
        self.check_loss(mode)?;
        let measure = |mode, extras| {
            let tracker = &mut Tracker::new(self.effort.lanczos, self.effort.seed);
            self.measure(mode, extras, tracker)
        };
        let main = measure(mode, extras)?;
        let fewer = Extras {
            other_matrix: false,
            one_step: false,
            thresholds: None,
            eigenvalues: None,
            ..extras
        };
        let (mut others, mut left_out) = (Vec::new(), Vec::new());
        for other in Mode::ALL {
            if mode.is_none_or(|mode| mode == other) {
                continue;
            }
            match other.fault(self.effort.isa, self.model, &self.samples.batch()) {
                None => others.push(measure(Some(other), fewer)?),
                Some(fault) => left_out.push((other, fault)),
            }
        }
        Ok(Diagnosis {
            setting: self.setting.clone(),
            split: self.samples.split,
            expected: self.expected,
            main,
            matrix: self.effort.matrix,
            is_untrained: self.model.is_untrained(),
            others,
            left_out,
            forecast,
            peak: machine::peak(),
        })
    }
}

/// Everything that is reported about one checkpoint.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The optimiser and its hyperparameters.
    pub setting: Setting,
    /// Whether the samples are training samples, if the name of their file tells.
    pub split: Option<Split>,
    /// The expected loss, which the measured loss matches to 1 %.
    pub expected: Option<f64>,
    /// The measurements in the requested mode.
    pub main: ModeDiagnosis,
    /// The measurements in the other modes.
    pub others: Vec<ModeDiagnosis>,
    /// The modes in which nothing can be measured, each with the reason.
    pub left_out: Vec<(Mode, String)>,
    /// Which second derivative was measured.
    pub matrix: CurvatureMatrix,
    /// Whether every weight of a network of several layers is zero.
    pub is_untrained: bool,
    /// The forecast of memory.
    pub forecast: Forecast,
    /// The peak resident memory of the program in bytes after all measurements, if the system reports it.
    pub peak: Option<u64>,
}

impl Diagnosis {
    /// The bounds on `a` and `s` at η and B. The bound on `s` is `None` if it is infinite.
    pub fn bounds(&self) -> [Option<f64>; 2] {
        bounds(&self.setting)
    }

    /// The certificate of the thresholds, if one was requested and made.
    pub fn certificate(&self) -> Option<&Certificate> {
        let answer = self.main.thresholds.as_ref();
        match answer.and_then(ThresholdAnswer::certificate) {
            Some(CertificateAnswer::Proved(proved)) => Some(&proved.certificate),
            Some(CertificateAnswer::LeftOut(_)) | None => None,
        }
    }
}

/// The bounds on `a` and `s` under a setting. The bound on `s` is `None` if it is infinite; a bound that
/// is not known for the optimiser is `None` too.
pub fn bounds(setting: &Setting) -> [Option<f64>; 2] {
    use crate::criterion::heavy_ball::{largest_non_uniformity, largest_sharpness};
    if setting.uncovered().is_some() {
        return [None, None];
    }
    let [lr, p, beta] = [&setting.lr, &setting.weight(), &setting.momentum].map(|x| x.to_f64());
    if setting.is_nesterov() {
        return [Some(nesterov::largest_sharpness(&lr, &beta)), None];
    }
    let s = largest_non_uniformity(&lr, &p, &beta);
    [
        Some(largest_sharpness(&lr, &beta)),
        s.is_finite().then_some(s),
    ]
}

/// The peak memory over everything that [`Task::diagnose`] does: all modes, the measurement of the
/// rounding error of f32, and the repetition in f64.
pub fn forecast(
    model: &LoadedNetwork,
    samples: &Samples,
    effort: &Effort,
    in_f64: bool,
) -> Forecast {
    let of = |is_coupled| {
        let (network, n, products) = (&model.network, samples.count, effort.lanczos.products);
        let f32 = larger(
            Forecast::new(network, n, products, is_coupled),
            Forecast::in_both(network, n, network.has_batch_norm()),
        );
        if in_f64 {
            larger(f32, Forecast::in_f64(network, n, products, is_coupled))
        } else {
            f32
        }
    };
    let forecast = if model.network.has_batch_norm() {
        larger(of(false), of(true))
    } else {
        of(false)
    };
    forecast.with_unrounded(model.exact.bytes(), samples.exact_bytes())
}

fn larger(one: Forecast, other: Forecast) -> Forecast {
    std::cmp::max_by_key(one, other, Forecast::total)
}
