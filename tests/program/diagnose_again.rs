//! `diagnose --precision f64`.

use serde_json::Value;

use crate::diagnose::{diagnose, normalised, number};

#[test]
fn f64_measures_the_same_numbers_again_in_every_mode() {
    let folder = normalised([2.0, 0.5]);
    for mode in ["frozen", "eval", "train"] {
        let words = [
            "--arch", "net.toml", "--lr", "0.01", "--batch", "7", "--mode", mode,
        ];
        let words = [&words[..], &["--precision", "f64"]].concat();
        let run = diagnose(
            &folder,
            "net.safetensors",
            &[&words[..], &["--json"]].concat(),
        );
        let json = run.json();
        let again = &json["double"];
        for name in ["sharpness", "non_uniformity"] {
            if mode == "train" && name == "non_uniformity" {
                assert_eq!(again[name], Value::Null);
                continue;
            }
            let [f32, f64] = [&json[name]["value"], &again[name]["value"]].map(number);
            let residual = number(&json[name]["residual"]) + number(&again[name]["residual"]);
            assert!(
                (f32 - f64).abs() <= residual + 1e-5 * f64,
                "{mode} {name}: {f32}, {f64}"
            );
        }
        let [one, other] = [&json["along"], &again["along"]];
        assert_eq!(other.is_null(), mode == "train", "{mode}: {json}");
        for name in ["sharpness", "noise"]
            .into_iter()
            .filter(|_| mode != "train")
        {
            for part in ["mean", "deviation"] {
                let [f32, f64] = [&one[name][part], &other[name][part]].map(number);
                assert!(
                    (f32 - f64).abs() < 1e-3 * number(&other[name]["largest"]),
                    "{mode} {name} {part}: {f32}, {f64}"
                );
            }
        }
        assert_eq!(again["verdict"], json["verdict"], "{mode}");
        assert_eq!(again["disjoint"], serde_json::json!([]), "{mode}: {json}");
        assert_eq!(again["f32_suffices"], true, "{mode}: {json}");
        let page = diagnose(&folder, "net.safetensors", &words).out;
        let words: Vec<&str> = page.split_whitespace().collect();
        assert!(words.join(" ").contains("f32 was enough"), "{page}");
    }
    let words = [
        "--arch", "net.toml", "--lr", "0.01", "--batch", "7", "--mode", "eval",
    ];
    let other = ["--precision", "f64", "--matrix", "gauss-newton"];
    let refused = diagnose(&folder, "net.safetensors", &[&words[..], &other].concat());
    assert_eq!(refused.code, 2);
    assert!(refused.error.contains("--precision"), "{}", refused.error);
}
