//! The density of a verdict in JSON: a text for each run of bins with the same contents.
//!
//! ```json
//! ["0 0 8388608", "128-255 0.5437 12 8380125 8471", "511 inf 0 0 0 0 0 0 0 1"]
//! ```
//! Each text holds the bin, or the first and the last one, the largest error, and the numbers of results by
//! error without the zeros at the end. The largest error is rounded up to four digits. A kernel over all
//! floats takes 10 to 25 KB so, even if the file is written with a line for each item.

use std::fmt::Write;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use super::bins::BINS;
use super::verdict::{Density, Histogram};

/// Writes a density as runs.
pub fn serialize<S: Serializer>(density: &[Density], to: S) -> Result<S::Ok, S::Error> {
    let same = |a: &Density, b: &Density| {
        let neighbours = a.bin + 1 == b.bin;
        neighbours && a.max_ulp == b.max_ulp && a.histogram == b.histogram
    };
    to.collect_seq(density.chunk_by(same).map(written))
}

fn written(run: &[Density]) -> String {
    let (first, last) = (&run[0], &run[run.len() - 1]);
    let mut text = first.bin.to_string();
    if last.bin > first.bin {
        let _ = write!(text, "-{}", last.bin);
    }
    let _ = write!(text, " {}", rounded_up(first.max_ulp));
    let counts = &first.histogram.0;
    let used = counts
        .iter()
        .rposition(|count| *count > 0)
        .map_or(0, |i| i + 1);
    for count in &counts[..used] {
        let _ = write!(text, " {count}");
    }
    text
}

/// The least number with four significant digits that is not less.
fn rounded_up(value: f64) -> f64 {
    let parse = |text: String| text.parse().unwrap_or(f64::INFINITY);
    let near: f64 = parse(format!("{value:.3e}"));
    if near >= value {
        return near;
    }
    let text = format!("{near:e}");
    let exponent = text
        .split_once('e')
        .and_then(|(_, power)| power.parse().ok());
    let last_digit = 10f64.powi(exponent.unwrap_or(0) - 3);
    parse(format!("{:.3e}", near + last_digit))
}

/// Rounds the largest errors as in the written form.
pub fn round(density: &mut [Density]) {
    for bin in density {
        bin.max_ulp = rounded_up(bin.max_ulp);
    }
}

/// Reads the runs of a density.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Density>, D::Error> {
    let mut density: Vec<Density> = Vec::new();
    for text in Vec::<String>::deserialize(from)? {
        let begins = density.last().map_or(0, |bin| bin.bin + 1);
        let run = read(&text, begins).ok_or_else(|| {
            D::Error::custom(format!(
                "density: {text:?} is no run; write the bins, which rise from 0 to {}, the largest error \
                 and at most 8 counts",
                BINS - 1
            ))
        });
        density.extend(run?);
    }
    Ok(density)
}

/// The bins of a run; `None` if it is none, or begins before `least`.
fn read(text: &str, least: u32) -> Option<impl Iterator<Item = Density>> {
    let mut words = text.split(' ');
    let bins = words.next()?;
    let (first, last) = bins.split_once('-').unwrap_or((bins, bins));
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    let max_ulp: f64 = words.next()?.parse().ok()?;
    let counts: Option<Vec<u64>> = words.map(|count| count.parse().ok()).collect();
    let (counts, mut histogram) = (counts?, Histogram::default());
    let fits = least <= first && first <= last && last < BINS;
    if !fits || max_ulp.is_nan() || max_ulp < 0.0 || counts.len() > histogram.0.len() {
        return None;
    }
    histogram.0[..counts.len()].copy_from_slice(&counts);
    Some((first..=last).map(move |bin| Density {
        bin,
        max_ulp,
        histogram,
    }))
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

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
        let expected = r#"["3-4 0.5 1 2","6 0.5 1 2","511 inf 0 0 0 0 0 0 0 9"]"#;
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
            assert_eq!(rounded_up(value), up);
        }
        assert_eq!(rounded_up(f64::INFINITY), f64::INFINITY);
    }

    #[test]
    fn what_is_no_density_is_refused() {
        for wrong in [
            r#"["4-3 0.5 1"]"#,
            r#"["3 0.5 1", "3 0.5 1"]"#,
            r#"["512 0.5 1"]"#,
            r#"["3 -0.5 1"]"#,
            r#"["3 NaN 1"]"#,
            r#"["3"]"#,
            r#"["3 0.5 x"]"#,
            r#"["3 0.5 1 2 3 4 5 6 7 8 9"]"#,
        ] {
            let error = serde_json::from_str::<Holder>(wrong)
                .unwrap_err()
                .to_string();
            assert!(error.contains("is no run"), "{wrong}: {error}");
        }
    }
}
