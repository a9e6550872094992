//! What can be asked of the spectrum beyond its ends: the largest eigenvalues, the traces, the density, and the sharpness
//! of each layer.

use serde_json::{Map, Value, json};

use crate::curvature::{Lanczos, Quadrature, Traces};
use crate::error::Result;
use crate::network::{CurvatureOperator, Point};
use crate::work;

use super::eigenvalues::Eigenvalues;
use super::layers::LayerSharpness;
use super::partial::LeftOut;
use super::reading::Reading;
use super::task::Task;

/// The number of random starts of the density.
const STARTS: usize = 8;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpectrumRequest {
    /// How many of the largest eigenvalues, if any.
    pub eigenvalues: Option<usize>,
    /// Whether the traces of H and Σ.
    pub traces: bool,
    /// Whether the spectral density.
    pub density: bool,
    /// Whether the sharpness of each layer.
    pub layers: bool,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Spectrum {
    /// The largest eigenvalues.
    pub eigenvalues: Option<Eigenvalues>,
    /// The traces.
    pub traces: Option<Traces>,
    /// The quadrature of the spectral density.
    pub density: Option<Quadrature>,
    /// The sharpness of each layer; empty if it was not asked for.
    pub layers: Vec<LayerSharpness>,
}

impl Spectrum {
    /// Adds what else is asked for at a point, whose reading is known with its largest eigenvalues.
    ///
    /// # Errors
    /// Returns an error if a product overflows f32.
    pub(super) fn add(
        &mut self,
        task: &Task<'_>,
        point: &Point<'_>,
        reading: &Reading,
        request: SpectrumRequest,
        left_out: &mut LeftOut,
    ) -> Result<()> {
        let effort = task.effort;
        let batch = task.samples.batch();
        let curvature = || CurvatureOperator::new(effort.isa, *point, batch, effort.matrix);
        if request.traces && left_out.has_time_for("the traces") {
            work::stage("traces, with random probes");
            let with_noise = !reading.is_coupled && task.samples.count > 1;
            let traces = Traces::measure(effort.isa, &mut curvature(), with_noise, effort.seed);
            self.traces = Some(task.finite(traces)?);
        }
        if request.density && left_out.has_time_for("the density") {
            work::stage("the spectral density");
            let mut curvature = curvature();
            let dimension = curvature.dimension();
            let lanczos: &Lanczos = &effort.lanczos;
            let quadrature =
                lanczos.quadrature(effort.isa, dimension, STARTS, effort.seed, |v, out| {
                    curvature.hessian_product(v, out);
                });
            self.density = Some(task.finite(quadrature)?);
        }
        if request.layers && left_out.has_time_for("the layers") {
            self.layers = LayerSharpness::of_each(task, &mut curvature(), reading)?;
        }
        Ok(())
    }

    /// The fields of JSON; those that were not asked for are left out.
    pub fn json(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        if let Some(found) = &self.eigenvalues {
            fields.extend(found.json());
        }
        if let Some(traces) = &self.traces {
            fields.insert("trace".to_owned(), json!(traces.hessian));
            fields.insert("trace_noise".to_owned(), json!(traces.noise));
        }
        if let Some(quadrature) = &self.density {
            fields.insert("density".to_owned(), super::density::json(quadrature));
        }
        if !self.layers.is_empty() {
            fields.insert("layers".to_owned(), json!(self.layers));
        }
        fields
    }
}
