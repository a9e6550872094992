//! What `diagnose` takes of memory beside what it forecasts.

use crate::diagnose::number;
use crate::support::{file, folder, run_in};

/// A checkpoint of dense layers, and so many samples of it as `data.npz`; forecast and peak.
fn memory(widths: &[usize], samples: usize, words: &str) -> [f64; 2] {
    use crate::checkpoint::{labelled, safetensors};
    let folder = folder();
    let wave =
        |count: usize, f: f32| -> Vec<f32> { (0..count).map(|i| (f * i as f32).sin()).collect() };
    let layers: Vec<_> = (widths.windows(2).enumerate())
        .map(|(index, pair)| {
            let names = ["weight", "bias"].map(|part| format!("fc.{index}.{part}"));
            let scale = 1.0 / (pair[0] as f32).sqrt();
            let weights = wave(pair[0] * pair[1], 1.3);
            let weights = weights.into_iter().map(|x| x * scale).collect::<Vec<_>>();
            (names, [pair[1], pair[0]], weights, vec![0.0; pair[1]])
        })
        .collect();
    let tensors: Vec<_> = (layers.iter())
        .flat_map(|([weight, bias], shape, weights, biases)| {
            [
                (&weight[..], &shape[..], &weights[..]),
                (&bias[..], &shape[..1], &biases[..]),
            ]
        })
        .collect();
    file(&folder, "net.safetensors", safetensors(&tensors));
    let labels: Vec<i64> = (0..samples as i64).map(|k| k % 2).collect();
    let x = wave(samples * widths[0], 0.37);
    file(&folder, "data.npz", labelled(&x, &widths[..1], &labels));
    let words = format!(
        "diagnose --weights net.safetensors --data data.npz --arch fnn --lr 0.01 --batch 1 --json {words}"
    );
    let run = run_in(folder.path(), &words.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}", run.error);
    let memory = &run.json()["memory"];
    [number(&memory["forecast"]), number(&memory["peak"])]
}

/// The forecast is for every product being spent, so the runs here spend them all.
#[cfg(target_os = "linux")]
#[test]
fn the_forecast_is_above_the_peak_and_near_it() {
    let all = "--tolerance 1e-12 --products";
    for (what, widths, samples, words) in [
        (
            "eigenvectors",
            &[400, 500, 500, 2][..],
            50,
            format!("{all} 60"),
        ),
        ("samples", &[3000, 10, 2], 4000, format!("{all} 4")),
        ("activations", &[20, 900, 900, 2], 3000, format!("{all} 4")),
        (
            "f64",
            &[400, 300, 2],
            200,
            format!("{all} 30 --precision f64"),
        ),
    ] {
        let [forecast, peak] = memory(widths, samples, &words);
        println!("{what}: forecast {forecast:.3e}, peak {peak:.3e}");
        assert!(
            peak <= forecast,
            "{what}: forecast {forecast:.3e}, peak {peak:.3e}"
        );
        assert!(
            forecast <= 2.0 * peak,
            "{what}: forecast {forecast:.3e}, peak {peak:.3e}"
        );
    }
}
