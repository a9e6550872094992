//! The whole answer for one checkpoint.

use crate::criterion::nesterov;
use crate::curvature::Tracker;
use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::network::CurvatureMatrix;
use crate::work;

use super::assessment::{Assessment, Comparison};
use super::criteria::MeasuredCriterion;
use super::double;
use super::machine;
use super::memory::Forecast;
use super::mode::Mode;
use super::point;
use super::rounding;
use super::setting::Setting;
use super::single;
use super::subject::{Model, Samples};
use super::task::{Effort, Task};
use super::untrained;
use super::verdict::Judgement;

/// What is looked at beside the reading itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// The other matrix, along the vector of the sharpness.
    pub other_matrix: bool,
    /// The same point in f64.
    pub in_f64: bool,
}

/// What was measured in one mode of batch normalisation, and what follows.
#[derive(Clone, Debug)]
pub struct ModeDiagnosis {
    /// The mode; `None` without batch normalisation.
    pub mode: Option<Mode>,
    /// The reading in f32, judged.
    pub in_f32: Assessment,
    /// The reading in f64, judged, where it was asked for.
    pub in_f64: Option<Assessment>,
    /// The verdict: that of [`ModeDiagnosis::best`], except that an untrained network is never called stable.
    pub judgement: Judgement,
}

impl ModeDiagnosis {
    /// The assessment that counts: that of f64 where there is one.
    pub fn best(&self) -> &Assessment {
        self.in_f64.as_ref().unwrap_or(&self.in_f32)
    }

    /// The criteria of [`ModeDiagnosis::best`].
    pub fn criteria(&self) -> &[MeasuredCriterion] {
        &self.best().criteria
    }

    /// Whether f32 and f64 agree, where both were asked for.
    pub fn comparison(&self) -> Option<Comparison> {
        let fine = self.in_f64.as_ref()?;
        Some(Comparison::of(&self.in_f32, fine))
    }
}

impl Task<'_> {
    /// Measures and judges in one mode, with a tracker that may have measured near by.
    ///
    /// # Errors
    /// When there is no such mode here, when loss or curvature are beyond the range of f32, or when they
    /// are not finite in f64.
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
        let best = in_f64.as_ref().unwrap_or(&in_f32);
        Ok(ModeDiagnosis {
            mode,
            judgement: untrained::judge(self.model, best.judgement.clone()),
            in_f32,
            in_f64,
        })
    }

    /// Measures in the mode that was asked for and in every other that there is, and in f64 again
    /// where that is asked for; the forecast has passed the budget.
    ///
    /// # Errors
    /// As [`Task::measure`].
    pub fn diagnose(
        &self,
        mode: Option<Mode>,
        in_f64: bool,
        forecast: Forecast,
    ) -> Result<Diagnosis> {
        self.check_loss(mode)?;
        let measure = |mode, other_matrix| {
            let tracker = &mut Tracker::new(self.effort.lanczos, self.effort.seed);
            let extras = Extras {
                other_matrix,
                in_f64,
            };
            self.measure(mode, extras, tracker)
        };
        let main = measure(mode, true)?;
        let (mut others, mut left_out) = (Vec::new(), Vec::new());
        for other in Mode::ALL {
            if mode.is_none_or(|mode| mode == other) {
                continue;
            }
            match other.fault(self.effort.isa, self.model, &self.samples.batch()) {
                None => others.push(measure(Some(other), false)?),
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

/// Everything that is told of one checkpoint.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The optimiser.
    pub setting: Setting,
    /// Training samples or not, where the name of their file says it.
    pub split: Option<Split>,
    /// The loss that was expected, and found to 1 %.
    pub expected: Option<f64>,
    /// What was measured in the mode that was asked for.
    pub main: ModeDiagnosis,
    /// The other modes.
    pub others: Vec<ModeDiagnosis>,
    /// The modes in which nothing can be measured, and why.
    pub left_out: Vec<(Mode, String)>,
    /// Which second derivative was measured.
    pub matrix: CurvatureMatrix,
    /// Is every weight of a network of several layers zero?
    pub is_untrained: bool,
    /// The forecast of memory.
    pub forecast: Forecast,
    /// The most bytes that the program had resident when all was measured, where the system tells.
    pub peak: Option<u64>,
}

impl Diagnosis {
    /// The bounds on a and on s at η and B; that on s is missing when it is infinite.
    pub fn bounds(&self) -> [Option<f64>; 2] {
        bounds(&self.setting)
    }
}

/// The bounds on a and on s of a setting; that on s is missing when it is infinite, and what is not
/// known of an optimiser likewise.
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

/// The peak over all modes that [`Task::diagnose`] measures, over measuring what f32 has rounded, and over
/// measuring again in f64.
pub fn forecast(model: &Model, samples: &Samples, effort: &Effort, in_f64: bool) -> Forecast {
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
