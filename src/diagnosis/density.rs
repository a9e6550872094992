//! The spectral density as a figure, as a table and as JSON.

use csv::Writer;
use serde_json::{Value, json};

use crate::curvature::{Density, Estimate, Quadrature};
use crate::error::{Error, Result};
use crate::network::CurvatureMatrix;
use crate::record::{Axis, DataPoint, Figure, Series, Style};

/// The range of the spectrum in widths of the smoothing.
const RESOLUTION: usize = 100;

/// Densities below this are drawn as this.
const SEEN: f64 = 1e-6;

/// The density of a quadrature.
pub fn smoothed(quadrature: &Quadrature) -> Density {
    quadrature.density(RESOLUTION)
}

/// The smoothed density with how it was made.
pub(super) fn json(quadrature: &Quadrature) -> Value {
    let density = smoothed(quadrature);
    let point = |(x, at): &(f64, Estimate)| json!({"eigenvalue": x, "density": at.value, "standard_error": at.standard_error});
    json!({
        "starts": quadrature.starts.len(),
        "products": quadrature.products,
        "width": density.width,
        "points": density.points.iter().map(point).collect::<Vec<_>>(),
    })
}

/// The density as a table of numbers.
///
/// # Errors
/// An internal error if the table cannot be written into memory.
pub fn table(density: &Density) -> Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    let head = ["eigenvalue", "density", "standard_error"];
    table.write_record(head).map_err(Error::internal)?;
    for (x, at) in &density.points {
        let row = [*x, at.value, at.standard_error].map(|number| format!("{number:?}"));
        table.write_record(row).map_err(Error::internal)?;
    }
    table
        .into_inner()
        .map_err(|fault| Error::internal(fault.to_string()))
}

/// The density as a figure, with the bound on the sharpness.
pub fn figure(
    density: &Density,
    quadrature: &Quadrature,
    matrix: CurvatureMatrix,
    bound: Option<f64>,
) -> Figure {
    let name = matrix.name();
    let points = density.points.iter();
    let points = points.map(|(x, at)| DataPoint::new(*x, at.value.max(SEEN)));
    let points: Vec<DataPoint> = points.collect();
    let highest = points
        .iter()
        .fold(SEEN, |highest, point| highest.max(point.y));
    let mut series = vec![Series {
        label: "density".to_owned(),
        style: Style::Curve,
        points,
    }];
    series.extend(bound.map(|bound| {
        let ends = [SEEN, highest].map(|height| DataPoint::new(bound, height));
        Series::bound("largest a of gradient descent", ends.to_vec())
    }));
    Figure {
        name: "density".to_owned(),
        title: format!("Spectral density of the {name}"),
        caption: format!(
            "Share of the {} eigenvalues of the {name} per unit, smoothed with normal densities of width {:.3e}; {} \
             random starts, {} products.",
            quadrature.dimension,
            density.width,
            quadrature.starts.len(),
            quadrature.products
        ),
        x: Axis::linear("eigenvalue"),
        y: Axis::logarithmic("density"),
        series,
        names: Vec::new(),
    }
}
