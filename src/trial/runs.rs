//! The density of a verdict in JSON: `[[first bin, last bin, largest error, [counts]], …]`.
//!
//! Neighbouring bins with the same contents are one run, zeros after the last count are left out, and the
//! largest error is rounded up to four digits. A kernel over all floats then takes 10 to 20 KB instead of
//! 60. An infinite error, which JSON cannot express, is `null`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bins::BINS;
use super::verdict::{Density, Histogram};

#[derive(Serialize, Deserialize)]
struct Run(u32, u32, Option<f64>, Vec<u64>);

/// Writes a density as runs.
pub fn serialize<S: Serializer>(density: &[Density], to: S) -> Result<S::Ok, S::Error> {
    let same = |a: &Density, b: &Density| {
        let neighbours = a.bin + 1 == b.bin;
        neighbours && a.max_ulp == b.max_ulp && a.histogram == b.histogram
    };
    to.collect_seq(density.chunk_by(same).map(|run| {
        let (first, last) = (&run[0], &run[run.len() - 1]);
        let counts = &first.histogram.0;
        let used = counts
            .iter()
            .rposition(|count| *count > 0)
            .map_or(0, |i| i + 1);
        Run(
            first.bin,
            last.bin,
            rounded_up(first.max_ulp),
            counts[..used].to_vec(),
        )
    }))
}

/// The least number with four significant digits that is not less; `None` for ∞.
fn rounded_up(value: f64) -> Option<f64> {
    let near: f64 = format!("{value:.3e}").parse().ok()?;
    if near >= value || !value.is_finite() {
        return near.is_finite().then_some(near);
    }
    let text = format!("{near:e}");
    let exponent: i32 = text.split_once('e')?.1.parse().ok()?;
    let next = near + 10f64.powi(exponent - 3);
    format!("{next:.3e}").parse().ok()
}

/// Reads the runs of a density.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Density>, D::Error> {
    let mut density: Vec<Density> = Vec::new();
    for Run(first, last, max_ulp, counts) in Vec::<Run>::deserialize(from)? {
        let begins = density.last().map_or(0, |bin| bin.bin + 1);
        let mut histogram = Histogram::default();
        let fits = begins <= first && first <= last && last < BINS;
        let is_error = max_ulp.is_none_or(|ulps| ulps >= 0.0);
        if !fits || !is_error || counts.len() > histogram.0.len() {
            let what = format!(
                "density: the run [{first}, {last}, …] is none; bins rise from 0 to {}, errors are not \
                 negative, and there are at most {} counts",
                BINS - 1,
                histogram.0.len()
            );
            return Err(D::Error::custom(what));
        }
        histogram.0[..counts.len()].copy_from_slice(&counts);
        density.extend((first..=last).map(|bin| Density {
            bin,
            max_ulp: max_ulp.unwrap_or(f64::INFINITY),
            histogram,
        }));
    }
    Ok(density)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Vec<Density>);

    fn bin(bin: u32, max_ulp: f64, counts: [u64; 8]) -> Density {
        Density {
            bin,
            max_ulp,
            histogram: Histogram(counts),
        }
    }

    #[test]
    fn equal_neighbours_are_one_run_and_read_back() {
        let density = Holder(vec![
            bin(3, 0.5, [1, 2, 0, 0, 0, 0, 0, 0]),
            bin(4, 0.5, [1, 2, 0, 0, 0, 0, 0, 0]),
            bin(6, 0.5, [1, 2, 0, 0, 0, 0, 0, 0]),
            bin(511, f64::INFINITY, [0, 0, 0, 0, 0, 0, 0, 9]),
        ]);
        let text = serde_json::to_string(&density).unwrap();
        let expected = "[[3,4,0.5,[1,2]],[6,6,0.5,[1,2]],[511,511,null,[0,0,0,0,0,0,0,9]]]";
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Holder>(&text).unwrap(), density);
    }

    #[test]
    fn errors_are_rounded_up_never_down() {
        for (value, up) in [
            (0.0, 0.0),
            (0.5, 0.5),
            (0.500_000_01, 0.5001),
            (9.9991, 10.0),
            (1.0, 1.0),
            (123_456.0, 123_500.0),
        ] {
            assert_eq!(rounded_up(value), Some(up));
        }
        assert_eq!(rounded_up(f64::INFINITY), None);
    }

    #[test]
    fn what_is_no_density_is_refused() {
        for wrong in [
            "[[4,3,0.5,[1]]]",
            "[[3,3,0.5,[1]],[3,3,0.5,[1]]]",
            "[[512,512,0.5,[1]]]",
            "[[3,3,-0.5,[1]]]",
            "[[3,3,0.5,[1,2,3,4,5,6,7,8,9]]]",
        ] {
            let error = serde_json::from_str::<Holder>(wrong)
                .unwrap_err()
                .to_string();
            assert!(error.contains("density: the run"), "{wrong}: {error}");
        }
    }
}
