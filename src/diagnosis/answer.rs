//! The complete answer for one checkpoint.

use crate::criterion::nesterov;
use crate::curvature::{Interaction, Tracker};
use crate::dataset::Split;
use crate::decide::Certificate;
use crate::error::{Error, Result};
use crate::network::{CurvatureMatrix, Point};
use crate::work;

use super::adaptive::PreconditionedSharpness;
use super::assessment::{Assessment, Comparison};
use super::criteria::MeasuredCriterion;
use super::double;
use super::eigenvalues::Eigenvalues;
use super::gradient_noise;
use super::machine;
use super::memory::Forecast;
use super::mode::Mode;
use super::on_test::OnTest;
use super::one_step::{self, OneStepAnswer};
use super::partial::LeftOut;
use super::point;
use super::reading::Vectors;
use super::rounding;
use super::setting::Setting;
use super::sharpness_of_batches::SharpnessOfBatches;
use super::single;
use super::spectrum::{Spectrum, SpectrumRequest};
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
    /// Whether to measure in the other modes of batch normalisation too.
    pub audit: bool,
    /// Whether to measure the batch sharpness.
    pub batch_sharpness: bool,
    /// Whether to measure Theorem 1 on the full matrix.
    pub one_step: bool,
    /// The thresholds that are requested, if any.
    pub thresholds: Option<ThresholdRequest>,
    /// What is requested of the spectrum beyond its ends.
    pub spectrum: SpectrumRequest,
    /// Whether to measure the gradient-noise interaction.
    pub gradient_noise: bool,
    /// Whether to measure with the preconditioner and on the test samples of the task.
    pub around: bool,
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
    /// What was requested of the spectrum beyond its ends.
    pub spectrum: Spectrum,
    /// The gradient-noise interaction, if it was requested: `Some(None)` where the gradient is zero.
    pub gradient_noise: Option<Option<Interaction>>,
    /// The preconditioned sharpness, if the state of the optimiser is known.
    pub preconditioned: Option<PreconditionedSharpness>,
    /// The numbers on test samples, if there are any.
    pub on_test: Option<OnTest>,
    /// What was asked for and left out, because the work had to end.
    pub left_out: Vec<&'static str>,
    /// The verdict: that of [`ModeDiagnosis::best`], except that a point where Theorem 1 was measured and
    /// holds is stable, that the thresholds decide where they apply, and that an untrained network is never
    /// called stable.
    pub judgement: Judgement,
}

impl ModeDiagnosis {
    /// A reading with its verdict, without extras.
    fn new(mode: Option<Mode>, in_f32: Assessment) -> Self {
        ModeDiagnosis {
            mode,
            judgement: in_f32.judgement.clone(),
            in_f32,
            in_f64: None,
            batch_sharpness: None,
            one_step: None,
            thresholds: None,
            spectrum: Spectrum::default(),
            gradient_noise: None,
            preconditioned: None,
            on_test: None,
            left_out: Vec::new(),
        }
    }

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
        let mut left_out = LeftOut::default();
        let count = extras.spectrum.eigenvalues.unwrap_or(0);
        let (mut reading, mut vectors) = single::read(self, &point, count, tracker, &mut left_out)?;
        let tolerance = self.effort.lanczos.tolerance;
        if left_out.has_time_for("the rounding error of f32") {
            work::stage("what f32 has rounded: the same products in f64");
            let rounding = rounding::measure(self, mode, &reading, &vectors);
            reading = reading.rounded(rounding, tolerance);
        }
        if extras.other_matrix && left_out.has_time_for("the other matrix") {
            reading.other = Some(single::other_matrix(self, &point, &vectors.sharpness));
        }
        let mut found = ModeDiagnosis::new(mode, Assessment::of(reading, self.setting));
        let top = vectors.top.take();
        let listed = |top| Eigenvalues::new(top, &found.in_f32.reading);
        found.spectrum.eigenvalues = top.map(listed);
        self.add(&mut found, &point, &vectors, extras, &mut left_out)?;
        found.judgement = untrained::judge(self.model, found.judgement);
        found.left_out = left_out.names().to_vec();
        Ok(found)
    }

    /// Adds the extras to what was found, as long as there is time for them.
    fn add(
        &self,
        found: &mut ModeDiagnosis,
        point: &Point<'_>,
        vectors: &Vectors,
        extras: Extras,
        left_out: &mut LeftOut,
    ) -> Result<()> {
        let mode = found.mode;
        let reading = &found.in_f32.reading;
        if extras.in_f64 && left_out.has_time_for("f64") {
            work::stage("measuring again in f64");
            let fine = double::read(self, mode, reading, vectors)?;
            let fine = Assessment::of(fine, self.setting);
            found.judgement = fine.judgement.clone();
            found.in_f64 = Some(fine);
        }
        if extras.one_step && left_out.has_time_for("Theorem 1") {
            let answer = one_step::measure(self, mode, point, reading, vectors)?;
            found.judgement = answer.judge(found.judgement.clone());
            found.one_step = Some(answer);
        }
        if let Some(request) = &extras.thresholds
            && left_out.has_time_for("the thresholds")
        {
            let answer = thresholds::measure(self, point, reading, request)?;
            found.judgement = answer.judge(found.judgement.clone(), self.setting);
            found.thresholds = Some(answer);
        }
        if extras.batch_sharpness && left_out.has_time_for("batch sharpness") {
            found.batch_sharpness = Some(SharpnessOfBatches::measure(self, mode, point));
        }
        (found.spectrum).add(self, point, reading, extras.spectrum, left_out)?;
        if extras.gradient_noise && left_out.has_time_for("the gradient-noise interaction") {
            found.gradient_noise = Some(gradient_noise::measure(self, point));
        }
        if let Some(preconditioner) = self.preconditioner
            && extras.around
            && left_out.has_time_for("the preconditioned sharpness")
        {
            let measured = PreconditionedSharpness::measure(self, mode, point, preconditioner)?;
            found.judgement = measured.judge(self.setting.optimizer_name());
            found.preconditioned = Some(measured);
        }
        if let Some(test) = self.test
            && extras.around
            && left_out.has_time_for("the test samples")
        {
            found.on_test = Some(OnTest::measure(self, mode, point, test)?);
        }
        Ok(())
    }

    /// Checks the loss, and measures in the requested mode with these extras, and, with `audit`, in every other mode
    /// that is available, where neither the other matrix, Theorem 1, thresholds nor more of the spectrum are measured.
    /// The `forecast` is only recorded: the caller has compared it with the budget.
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
            spectrum: SpectrumRequest::default(),
            gradient_noise: false,
            around: false,
            ..extras
        };
        let (mut others, mut left_out) = (Vec::new(), Vec::new());
        for other in Mode::ALL {
            if !extras.audit || mode.is_none_or(|mode| mode == other) {
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
