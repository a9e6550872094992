//! `diagnose --threshold`, compared with the recursion of second moments in f64.

use nalgebra::DMatrix;
use serde_json::Value;
use sgd_stability::kernel::Isa;
use sgd_stability::model::Sampling;
use sgd_stability::model::momentum::Momentum;
use sgd_stability::network::{
    Activation, Batch, CurvatureMatrix, Gathered, Network, Normalisation, Pass, State,
};
use sgd_stability::reference::translate;
use tempfile::TempDir;

use crate::checkpoint::valued;
use crate::diagnose::{diagnose_line, normalised, number};
use crate::named::{checkpoint, somewhere};
use crate::support::{file, folder, run_line};

const SAMPLES: usize = 5;

/// A 3-4-2 network with tanh at a random point, and five samples whose targets are its outputs, so that the
/// point is a minimum; or some distance from them.
struct Minimum {
    network: Network,
    state: State,
    inputs: Vec<f32>,
    targets: Vec<f32>,
    folder: TempDir,
}

impl Minimum {
    fn new(distance: f32) -> Self {
        let network = Network::dense_chain(&[3, 4, 2], |_| true, Activation::Tanh);
        let wave = |i: usize| 2.0 * (1.7 * i as f32).sin();
        let inputs: Vec<f32> = (0..3 * SAMPLES).map(wave).collect();
        let (state, folder) = (somewhere(&network), folder());
        let batch = Batch {
            inputs: &inputs,
            targets: &[0.0; 2 * SAMPLES],
            samples: SAMPLES,
        };
        let mut targets = Vec::new();
        let point = state.point(&network, Normalisation::Fixed);
        Pass::new(Isa::best()).outputs(&point, &batch, &mut targets);
        targets.iter_mut().for_each(|target| *target += distance);
        file(&folder, "net.safetensors", checkpoint(&network, &state));
        file(&folder, "data.npz", valued(&inputs, &[3], &targets, 2));
        Minimum {
            network,
            state,
            inputs,
            targets,
            folder,
        }
    }

    fn json(&self, words: &str) -> Value {
        let words = format!("--arch fnn --activation tanh --any-batch --threshold --json {words}");
        let run = diagnose_line(&self.folder, "net.safetensors", &words);
        assert_eq!(run.code, 0, "{}", run.out);
        run.json()
    }

    /// The Gauss–Newton matrices of the samples in f64.
    fn matrices(&self, decay: f64) -> Vec<DMatrix<f64>> {
        let network = self.network.clone().with_weight_decay(decay);
        let all = Batch {
            inputs: &self.inputs,
            targets: &self.targets,
            samples: SAMPLES,
        };
        let point = self.state.point(&network, Normalisation::Fixed);
        let matrix = |sample: usize| {
            let mut rows = Gathered::default();
            rows.gather(&all, &[sample]);
            let reference = translate::reference_point(&point, &rows.batch());
            let reference = reference.with_second(translate::second(CurvatureMatrix::GaussNewton));
            let d = reference.dimension();
            let columns = (0..d).flat_map(|j| {
                let unit: Vec<f64> = (0..d).map(|i| f64::from(i == j)).collect();
                reference.hessian_product(&unit)
            });
            DMatrix::from_iterator(d, d, columns)
        };
        (0..SAMPLES).map(matrix).collect()
    }
}

/// The factor by which the second moment of SGD with this momentum grows in a step, in the long run.
fn growth(matrices: &[DMatrix<f64>], rate: f64, momentum: f64, noise: f64) -> f64 {
    let (d, n) = (matrices[0].nrows(), matrices.len() as f64);
    let mean = matrices.iter().sum::<DMatrix<f64>>() / n;
    let step = |matrix| Momentum::HeavyBall.factor(matrix, &rate, &momentum);
    let steady = step(&mean);
    let noisy: Vec<_> = matrices.iter().map(step).collect();
    let mut moment = DMatrix::<f64>::identity(2 * d, 2 * d);
    let mut factor = 1.0;
    for _ in 0..4000 {
        let mut next = &steady * &moment * steady.transpose() * (1.0 - noise);
        for step in &noisy {
            next += step * &moment * step.transpose() * (noise / n);
        }
        factor = next.trace() / moment.trace();
        moment = next.clone() / next.trace();
    }
    factor
}

#[test]
fn the_threshold_is_where_second_moments_begin_to_grow() {
    let minimum = Minimum::new(0.0);
    for (momentum, decay) in [("0", 0.0), ("0.6", 0.0), ("0", 0.2)] {
        for batch in [1, 3] {
            let words =
                format!("--lr 0.01 --batch {batch} --momentum {momentum} --weight-decay {decay}");
            let found = minimum.json(&words);
            let key = if momentum == "0" {
                "mean_square"
            } else {
                "heavy_ball"
            };
            let ends = &found["thresholds"][key];
            let (lower, upper) = (number(&ends["lower"]), number(&ends["upper"]));
            let noise = Sampling::WithoutReplacement
                .weight(SAMPLES, batch)
                .unwrap()
                .to_f64();
            let matrices = minimum.matrices(decay);
            let momentum: f64 = momentum.parse().unwrap();
            let grows = |rate: f64| growth(&matrices, rate, momentum, noise);
            assert!(lower < upper && upper < 1.0001 * lower, "{lower} {upper}");
            assert!(
                grows(0.99 * lower) <= 1.0 + 1e-9,
                "{batch} {momentum} {decay}"
            );
            assert!(grows(1.01 * upper) > 1.001, "{batch} {momentum} {decay}");
            assert_eq!(found["verdict"], "stable");
            assert_eq!(found["basis"], "threshold");
            let beyond = words.replace("0.01", &format!("{}", 1.01 * upper));
            let beyond = minimum.json(&beyond);
            assert_eq!(beyond["verdict"], "unstable");
        }
    }
}

#[test]
fn the_chain_of_thresholds_and_the_curve_are_in_order() {
    let found = Minimum::new(0.0).json("--lr 0.3 --batch 2 --threshold-curve");
    let all = &found["thresholds"];
    let upper = |key: &str| number(&all[key]["upper"]);
    assert!(upper("one_step") <= upper("mean_square"));
    assert!(upper("mean_square") <= upper("gradient_descent"));
    assert_eq!(all["heavy_ball"], Value::Null);
    assert_eq!(found["gram"]["size"], 2 * SAMPLES);
    let curve = all["curve"].as_array().unwrap();
    let points: Vec<(u64, f64)> = curve
        .iter()
        .map(|point| {
            (
                point["batch"].as_u64().unwrap(),
                number(&point["learning_rate"]),
            )
        })
        .collect();
    assert_eq!(
        points.iter().map(|point| point.0).collect::<Vec<_>>(),
        [1, 2, 4, 5]
    );
    assert!(
        points
            .windows(2)
            .all(|pair| pair[0].1 <= pair[1].1 * (1.0 + 1e-9))
    );
    assert!((points[1].1 / upper("mean_square") - 1.0).abs() < 1e-6);
    // The smallest stable batch at this learning rate is the first whose threshold is above it.
    let smallest = all["smallest_batch"].as_u64().map(|batch| batch as usize);
    let stable = |batch: &usize| {
        let words = format!("--lr 0.3 --batch {batch}");
        Minimum::new(0.0).json(&words)["verdict"] == "stable"
    };
    assert_eq!((1..=SAMPLES).find(stable), smallest);
}

#[test]
fn thresholds_that_decide_nothing_say_why() {
    let far = Minimum::new(3.0).json("--lr 0.01 --batch 2");
    let reason = far["thresholds"]["decides_nothing"].as_str().unwrap();
    assert!(reason.contains("not near a minimum"), "{reason}");
    assert_ne!(far["basis"], "threshold");
    let part = Minimum::new(0.0).json("--lr 0.01 --batch 2 --threshold-samples 3");
    let reason = part["thresholds"]["decides_nothing"].as_str().unwrap();
    assert!(reason.contains("3 of the 5 samples"), "{reason}");
    assert_eq!(part["gram"]["size"], 6);
    assert_ne!(part["basis"], "threshold");
}

#[test]
fn what_has_no_thresholds_gets_a_sentence() {
    let minimum = Minimum::new(0.0);
    let other = minimum.json("--lr 0.01 --batch 2 --optimizer adam");
    let reason = other["thresholds"]["left_out"].as_str().unwrap();
    assert!(reason.contains("the optimiser is adam"), "{reason}");
    let coupled = normalised([2.0, 0.5]);
    let words = "--arch net.toml --mode train --lr 0.01 --batch 1 --threshold --json";
    let run = diagnose_line(&coupled, "net.safetensors", words);
    assert_eq!(run.code, 0, "{}", run.out);
    let reason = run.json()["thresholds"]["left_out"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.contains("couples the samples"), "{reason}");
    let words =
        "--arch fnn --activation tanh --any-batch --lr 0.01 --batch 2 --threshold-samples 3";
    let run = diagnose_line(&minimum.folder, "net.safetensors", words);
    assert_eq!(run.code, 2, "{}", run.out);
}

/// The certificate that `diagnose` wrote, or the reason why it wrote none.
fn certified(minimum: &Minimum, words: &str) -> Result<Value, String> {
    let path = minimum.folder.path().join("certificate.json");
    let _ = std::fs::remove_file(&path);
    let found = minimum.json(&format!("--certificate certificate.json {words}"));
    let told = &found["thresholds"]["certificate"];
    if let Some(reason) = told["left_out"].as_str() {
        assert!(!path.exists(), "a certificate without a proof");
        return Err(reason.to_owned());
    }
    let text = std::fs::read_to_string(&path).expect("the certificate");
    let written: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(written["claim"], told["claim"]);
    assert!(number(&told["gram_distance"]) < 1e-11, "{told}");
    Ok(written)
}

#[test]
fn a_certificate_of_the_linearised_network_is_written_and_checked() {
    let minimum = Minimum::new(0.0);
    let ends = minimum.json("--lr 0.01 --batch 2")["thresholds"]["mean_square"].clone();
    let checker = concat!(env!("CARGO_MANIFEST_DIR"), "/theorems/check_certificate.py");
    for (share, claim) in [(0.9, "mean_square_stable"), (1.1, "mean_square_unstable")] {
        let rate = share * number(&ends["upper"]);
        let written =
            certified(&minimum, &format!("--lr {rate} --batch 2")).expect("a certificate");
        assert_eq!(written["claim"], claim);
        assert_eq!(written["batch"], 2);
        assert_eq!(
            written["model"]["jacobians"].as_array().unwrap().len(),
            SAMPLES
        );
        let about = written["about"].as_str().unwrap();
        assert!(about.contains("Not certified"), "{about}");
        let run = run_line(minimum.folder.path(), "certify certificate.json");
        assert_eq!(run.code, 0, "{}", run.out);
        let path = minimum.folder.path().join("certificate.json");
        if let Ok(python) = std::process::Command::new("python3")
            .arg(checker)
            .arg(path)
            .output()
        {
            let said = String::from_utf8_lossy(&python.stdout).into_owned();
            assert!(said.trim_end().ends_with(": verified"), "{said}");
        }
    }
}

#[test]
fn what_cannot_be_certified_says_why() {
    let minimum = Minimum::new(0.0);
    for (words, reason) in [
        ("--lr 0.01 --batch 2 --momentum 0.5", "without momentum"),
        (
            "--lr 0.01 --batch 2 --weight-decay 0.1",
            "without weight decay",
        ),
        (
            "--lr 0.01 --batch 2 --threshold-samples 3",
            "leave --threshold-samples out",
        ),
    ] {
        let told = certified(&minimum, words).expect_err("no certificate");
        assert!(told.contains(reason), "{words}: {told}");
    }
}

#[test]
fn a_folder_goes_on_for_its_network_and_refuses_another() {
    let minimum = Minimum::new(0.0);
    let states = minimum.folder.path().join("states");
    let words = &format!("--lr 0.01 --batch 2 --resume {}", states.display());
    let found = minimum.json(words);
    assert_eq!(found["thresholds"]["resumed"], Value::Array(Vec::new()));
    assert_eq!(found["thresholds"]["lower_left_out"], Value::Null);
    assert_eq!(found["thresholds"]["mean_square"]["lower_by"], "matrix");
    let again = minimum.json(words);
    assert_eq!(again["thresholds"], found["thresholds"]);
    let line = "--arch fnn --activation tanh --any-batch --threshold --threshold-samples 3";
    let other = format!("{line} {words}");
    let run = diagnose_line(&minimum.folder, "net.safetensors", &other);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(
        run.error.contains("gram.json") && run.error.contains("belongs to another network"),
        "{}",
        run.error
    );
    // Without --threshold there is nothing to keep.
    let alone = format!("--arch fnn --activation tanh --any-batch {words}");
    assert_eq!(
        diagnose_line(&minimum.folder, "net.safetensors", &alone).code,
        2
    );
}

#[test]
fn watch_computes_thresholds_at_every_second_checkpoint() {
    let minimum = Minimum::new(0.0);
    let run = minimum.folder.path().join("run");
    std::fs::create_dir(&run).unwrap();
    for step in 1..=3 {
        let mut state = minimum.state.clone();
        state
            .parameters
            .iter_mut()
            .for_each(|w| *w *= 1.0 + 0.01 * step as f32);
        let name = format!("run/step{step}.safetensors");
        file(&minimum.folder, &name, checkpoint(&minimum.network, &state));
    }
    let words = "watch run --arch fnn --activation tanh --data data.npz --any-batch --lr 0.05 --batch 2 --once \
                 --threshold-every 2";
    let page = run_line(minimum.folder.path(), words);
    assert_eq!(page.code, 0, "{}", page.out);
    assert!(page.out.contains("η/η*"), "{}", page.out);
    let log = std::fs::read_to_string(run.join("watch.jsonl")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let shares: Vec<bool> = lines
        .iter()
        .map(|line| line["share_of_threshold"].is_f64())
        .collect();
    assert_eq!(shares, [true, false, true]);
    let upper = number(&lines[0]["threshold"]["upper"]);
    assert!((number(&lines[0]["share_of_threshold"]) - 0.05 / upper).abs() < 1e-12);
    let drawn = std::fs::read_to_string(run.join("watch-threshold.svg")).unwrap();
    assert!(drawn.contains("η/η*"), "the figure names its points");
    // A part of the samples is said to be one.
    std::fs::remove_file(run.join("watch.jsonl")).unwrap();
    let part = format!("{words} --threshold-samples 3");
    let part = run_line(minimum.folder.path(), &part);
    assert!(part.out.contains("of 3 samples only"), "{}", part.out);
    // Without the flag nothing of it appears.
    std::fs::remove_file(run.join("watch.jsonl")).unwrap();
    let plain = run_line(
        minimum.folder.path(),
        words.rsplit_once(" --threshold").unwrap().0,
    );
    assert!(!plain.out.contains("η/η*"), "{}", plain.out);
}
