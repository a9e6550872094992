//! Compares the memory that `diagnose` uses with its forecast.

use sgd_stability::network::Network;

use crate::checkpoint::labelled;
use crate::diagnose::number;
use crate::named::{checkpoint, somewhere};
use crate::support::{file, folder, run_line};

/// The forecast and the peak memory of a run over `samples` samples.
fn memory(network: &Network, samples: usize, words: &str) -> [f64; 2] {
    let folder = folder();
    file(
        &folder,
        "net.safetensors",
        checkpoint(network, &somewhere(network)),
    );
    let labels: Vec<i64> = (0..samples as i64).map(|k| k % 2).collect();
    let input = network.input();
    let x: Vec<f32> = (0..samples * input.numbers())
        .map(|i| (0.37 * i as f32).sin())
        .collect();
    let shape = [input.channels, input.height, input.width];
    file(&folder, "data.npz", labelled(&x, &shape, &labels));
    let words = format!(
        "diagnose --weights net.safetensors --data data.npz --lr 0.01 --batch 1 --json {words}"
    );
    let run = run_line(folder.path(), &words);
    assert_eq!(run.code, 0, "{}", run.error);
    let memory = &run.json()["memory"];
    let of = memory["of"].as_object().expect("its parts");
    let parts: f64 = of.values().map(number).sum();
    assert_eq!(parts, number(&memory["forecast"]), "{memory}");
    [number(&memory["forecast"]), number(&memory["peak"])]
}

/// The forecast assumes that every product is used, so the runs here use them all.
#[cfg(target_os = "linux")]
#[test]
fn the_forecast_is_above_the_peak_and_near_it() {
    let all = "--tolerance 1e-12 --products";
    let chain = |widths: &[usize]| ("--arch fnn", Network::fnn(widths));
    let images = || ("--arch vgg11", Network::vgg11(2));
    for (what, (arch, network), samples, words) in [
        (
            "eigenvectors",
            chain(&[400, 500, 500, 2]),
            50,
            format!("{all} 60"),
        ),
        ("samples", chain(&[3000, 10, 2]), 4000, format!("{all} 4")),
        (
            "activations",
            chain(&[20, 900, 900, 2]),
            3000,
            format!("{all} 4"),
        ),
        (
            "f64",
            chain(&[400, 300, 2]),
            200,
            format!("{all} 30 --precision f64"),
        ),
        ("few images", images(), 8, format!("{all} 4")),
        ("images", images(), 600, format!("{all} 4")),
    ] {
        let [forecast, peak] = memory(&network, samples, &format!("{arch} {words}"));
        let said = format!("{what}: forecast {forecast:.3e}, peak {peak:.3e}");
        println!("{said}");
        assert!(peak <= forecast && forecast <= 2.0 * peak, "{said}");
    }
}
