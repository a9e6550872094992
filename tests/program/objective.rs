//! Which loss is descended and by which optimiser: `--loss` and its kin, targets, `--expect-loss`.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::checkpoint::{labelled, safetensors, valued};
use crate::diagnose::{dead, diagnose_line, normalised, number};
use crate::support::{Run, file, folder, run_line};

/// One weight for each of ten outputs, all zero but the first; x = 1 and y = the second unit vector.
fn ten_outputs() -> TempDir {
    let folder = folder();
    let mut weights = [0.0; 10];
    weights[0] = 2.0;
    file(
        &folder,
        "ten.safetensors",
        safetensors(&[("weight", &[10, 1], &weights)]),
    );
    let mut y = [0.0; 20];
    (y[1], y[11]) = (1.0, 1.0);
    file(&folder, "data.npz", valued(&[1.0, 1.0], &[1], &y, 10));
    folder
}

fn at(folder: &TempDir, weights: &str, words: &str) -> Run {
    diagnose_line(
        folder,
        weights,
        &format!("--arch fnn --lr 0.1 --batch 1 {words}"),
    )
}

#[track_caller]
fn assert_near(json: &Value, expected: f64) {
    let value = number(json);
    assert!(
        (value - expected).abs() <= 2e-6 * expected.abs().max(1e-3),
        "{value}, {expected}"
    );
}

#[test]
fn with_ten_outputs_the_same_network_reads_a_fifth_one_and_two() {
    let folder = ten_outputs();
    // Residuals 2 and −1: f = factor·5, H_i = 2·factor on every weight.
    for (loss, factor) in [
        ("mean-squared", 0.1),
        ("half-sum-squared", 0.5),
        ("sum-squared", 1.0),
    ] {
        let words = format!("--loss {loss} --precision f64");
        let json = at(&folder, "ten.safetensors", &format!("{words} --json")).json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 5.0 * factor);
            assert_near(&reading["sharpness"]["value"], 2.0 * factor);
        }
        assert_eq!(json["loss"], loss);
        // The bound is η's, so that the largest rate is the inverse of a.
        let descent = &json["criteria"][0]["largest_lr"];
        let [low, high] = ["low", "high"].map(|end| number(&descent[end]));
        assert!(
            low <= 1.0 / factor && 1.0 / factor <= high && high / low < 1.001,
            "{descent}"
        );
        let others = json["conventions"].as_object().expect("conventions");
        assert_eq!(others.len(), 2);
        for (other, numbers) in others {
            let unit = match &other[..] {
                "mean-squared" => 0.1,
                "half-sum-squared" => 0.5,
                _ => 1.0,
            };
            assert_near(&numbers["sharpness"], 2.0 * unit);
            assert_near(&numbers["factor"], unit / factor);
        }
        let page = at(&folder, "ten.safetensors", &words).out;
        let head: Vec<&str> = page.lines().take(4).collect();
        let formula = match loss {
            "mean-squared" => "(1/10)·Σ_k (o_k − y_k)²",
            "half-sum-squared" => "½·Σ_k (o_k − y_k)²",
            _ => "f_i = Σ_k (o_k − y_k)²",
        };
        assert!(
            head[1].contains(loss) && head[1].contains(formula),
            "{page}"
        );
        assert!(
            head[2].starts_with("  as ") && head[2].contains("a = "),
            "{page}"
        );
        assert!(!head[2].contains(&format!("as {loss} ")), "{page}");
    }
}

#[test]
fn weight_decay_shifts_the_spectrum_and_stands_beside_the_loss() {
    let folder = ten_outputs();
    let words = "--weight-decay 0.5 --precision f64";
    let json = at(&folder, "ten.safetensors", &format!("{words} --json")).json();
    for reading in [&json, &json["double"]] {
        assert_near(&reading["train_loss"], 0.5);
        assert_near(&reading["sharpness"]["value"], 0.7);
    }
    assert_near(&json["smallest_eigenvalue"], 0.7);
    assert!(number(&json["smallest_eigenvalue_floor"]) > 0.69, "{json}");
    // (λ/2)·2², and H_i v = (0.2 + λ)v along every v: no noise.
    assert_near(&json["penalty"], 1.0);
    assert!(number(&json["non_uniformity"]["value"]) < 1e-6, "{json}");
    assert_near(&json["along"]["sharpness"]["mean"], 0.7);
    // Decay is no part of the unit: 10·0.2 + 0.5.
    assert_near(&json["conventions"]["sum-squared"]["sharpness"], 2.5);
    // ∂f = 0.2·(2, −1, 0, …) + 0.5·(2, 0, …).
    assert_near(&json["gradient_norm"], (1.4_f64.powi(2) + 0.04).sqrt());
    let positive = format!("{words} --matrix gauss-newton --json");
    let positive = at(&folder, "ten.safetensors", &positive).json();
    assert_near(&positive["double"]["sharpness"]["value"], 0.7);
    let page = at(&folder, "ten.safetensors", words).out;
    for part in [
        "+ (0.5/2)·|w|²",
        "0.5000 + penalty 1.000",
        "With weight decay",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn weight_decay_is_in_every_mode_of_batch_normalisation() {
    let folder = normalised([2.0, 0.5]);
    let of = |decay: &str| {
        let words = format!(
            "--arch net.toml --lr 0.01 --batch 7 --mode eval --precision f64 --json \
             --weight-decay {decay}"
        );
        diagnose_line(&folder, "net.safetensors", &words).json()
    };
    let (plain, decayed) = (of("0"), of("0.25"));
    for mode in ["train", "eval", "frozen"] {
        let [plain, decayed] = [&plain, &decayed].map(|json| &json["modes"][mode]);
        for engine in ["f32", "f64"] {
            let part = |json: &Value, name: &str| match engine {
                "f32" => number(&json[name]["value"]),
                _ => number(&json["double"][name]["value"]),
            };
            let shift = part(decayed, "sharpness") - part(plain, "sharpness");
            assert!((shift - 0.25).abs() < 1e-5, "{mode} {engine}: {shift}");
            if mode != "train" {
                let [s, other] = [decayed, plain].map(|json| part(json, "non_uniformity"));
                assert!(
                    (s - other).abs() < 1e-5 * s,
                    "{mode} {engine}: {s}, {other}"
                );
            }
        }
        assert_eq!(plain["train_loss"], decayed["train_loss"], "{mode}");
    }
}

#[test]
fn signs_are_signs_to_hinge_squared() {
    // One weight at zero and y = ±1: f_i = 1 and H_i = 2x²; taken for 0 and 1 it would be 5 times that.
    let folder = folder();
    file(
        &folder,
        "one.safetensors",
        safetensors(&[("weight", &[1, 1], &[0.0])]),
    );
    let of = |data: Vec<u8>| {
        file(&folder, "data.npz", data);
        at(
            &folder,
            "one.safetensors",
            "--loss hinge-squared --precision f64 --json",
        )
    };
    let x = [1.0, -1.0];
    for data in [
        valued(&x, &[1], &[-1.0, 1.0], 1),
        valued(&x, &[1], &[0.0, 1.0], 1),
        labelled(&x, &[1], &[0, 1]),
    ] {
        let json = of(data).json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 1.0);
            assert_near(&reading["sharpness"]["value"], 2.0);
        }
    }
    for (data, words) in [
        (
            valued(&x, &[1], &[-1.0, 0.0], 1),
            ["target 1", "within -1 and 1"],
        ),
        (
            valued(&x, &[1], &[-3.0, 1.0], 1),
            ["target 0", "hinge-squared"],
        ),
        (labelled(&x, &[1], &[-1, 1]), ["-1 and 1", "float32"]),
    ] {
        let refused = of(data);
        assert_eq!(refused.code, 2, "{}", refused.out);
        let message = refused.json()["error"]["message"].to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

#[test]
fn one_output_of_two_classes_has_binary_cross_entropy() {
    // A logit of zero: ln 2, slope ½ − y, curvature x²/4.
    let folder = folder();
    file(
        &folder,
        "one.safetensors",
        safetensors(&[("weight", &[1, 1], &[0.0])]),
    );
    let of = |data: Vec<u8>, loss: &str| {
        file(&folder, "data.npz", data);
        at(
            &folder,
            "one.safetensors",
            &format!("--loss {loss} --precision f64 --json"),
        )
    };
    let x = [2.0, -2.0];
    for data in [
        valued(&x, &[1], &[0.0, 1.0], 1),
        labelled(&x, &[1], &[0, 1]),
    ] {
        let json = of(data, "binary-cross-entropy").json();
        for reading in [&json, &json["double"]] {
            assert_near(&reading["train_loss"], 2.0_f64.ln());
            assert_near(&reading["sharpness"]["value"], 1.0);
        }
        assert_near(&json["gradient_norm"], 1.0);
    }
    for (data, loss, word) in [
        (
            valued(&x, &[1], &[0.0, 1.5], 1),
            "binary-cross-entropy",
            "from 0 to 1",
        ),
        (
            valued(&x, &[1], &[1.0, 1.0], 1),
            "cross-entropy",
            "give binary-cross-entropy",
        ),
        (
            labelled(&x, &[1], &[0, 1]),
            "mean-squared",
            "make y float32",
        ),
        (
            labelled(&x, &[1], &[0, 0]),
            "mean-squared",
            "make y float32",
        ),
    ] {
        let refused = of(data, loss);
        assert_eq!(refused.code, 2, "{}", refused.out);
        assert!(refused.out.contains(word), "{}", refused.out);
    }
}

#[test]
fn label_smoothing_comes_by_flag_and_by_file() {
    let folder = dead();
    let list = |more: &str| {
        format!(
            "input = [3]\n{more}\nlayer = [{{ type = \"dense\", outputs = 4 }}, {{ type = \"relu\" \
             }}, {{ type = \"dense\", outputs = 2 }}]"
        )
    };
    let smooth = "loss = \"cross-entropy\"\nlabel-smoothing = 0.2";
    file(&folder, "smooth.toml", list(smooth));
    file(&folder, "wrong.toml", list("label-smoothing = 0.2"));
    file(&folder, "unknown.toml", list("loss = \"mse\""));
    let run = |words: &str| {
        let words = format!("--lr 0.1 --batch 6 --json {words}");
        diagnose_line(&folder, "dead.safetensors", &words)
    };
    let by_file = run("--arch smooth.toml").json();
    let by_flag = run("--arch fnn --loss cross-entropy --label-smoothing 0.2").json();
    for name in ["train_loss", "sharpness", "label_smoothing", "loss_formula"] {
        assert_eq!(by_file[name], by_flag[name], "{name}");
    }
    assert_eq!(by_file["label_smoothing"], 0.2);
    // Both outputs are ½: ln 2 whatever the targets, and slopes (½ − 0.1, ½ − 0.9) and back.
    assert_near(&by_file["train_loss"], 2.0_f64.ln());
    for (words, parts) in [
        (
            "--arch wrong.toml",
            ["wrong.toml: label-smoothing", "cross-entropy"],
        ),
        (
            "--arch unknown.toml",
            ["unknown.toml: line 2", "half-sum-squared"],
        ),
        (
            "--arch fnn --label-smoothing 0.1",
            ["--label-smoothing", "mean-squared"],
        ),
        (
            "--arch fnn --loss cross-entropy --label-smoothing 2",
            ["--label-smoothing", "0 to 1"],
        ),
        (
            "--arch fnn --weight-decay -1",
            ["--weight-decay", "positive"],
        ),
    ] {
        let refused = run(words);
        assert_eq!(refused.code, 2, "{words}: {}", refused.out);
        for part in parts {
            assert!(refused.out.contains(part), "{part}: {}", refused.out);
        }
    }
}

#[test]
fn a_model_whose_loss_is_another_one_is_refused_with_what_explains_it() {
    let folder = ten_outputs();
    let of = |words: &str| at(&folder, "ten.safetensors", &format!("{words} --json"));
    // The mean is 0.5.
    let good = of("--expect-loss 0.504").json();
    assert_eq!(good["expected_loss"], 0.504);
    let page = at(&folder, "ten.safetensors", "--expect-loss 0.504").out;
    assert!(page.contains("0.5000 as expected"), "{page}");
    for (words, parts) in [
        (
            "--expect-loss 0.51",
            ["which is 0.5000", "another activation than"],
        ),
        (
            "--expect-loss 0.7",
            ["scaled otherwise", "layers in another order"],
        ),
        (
            "--expect-loss 5",
            ["sum-squared", "give --loss sum-squared"],
        ),
        (
            "--expect-loss 2.5",
            ["half-sum-squared", "give --loss half-sum-squared"],
        ),
        (
            "--expect-loss 1",
            ["sum over the samples", "give their mean"],
        ),
        (
            "--expect-loss 1.5 --weight-decay 0.5",
            ["penalty of weight decay", "alone"],
        ),
        (
            "--expect-loss 0.5 --loss sum-squared",
            ["mean-squared", "give --loss mean-squared"],
        ),
        (
            "--expect-loss step1=0.5",
            ["step1=0.5", "give the number alone"],
        ),
        ("--expect-loss none", ["--expect-loss", "no loss"]),
    ] {
        let refused = of(words);
        let said = format!("{}{}", refused.out, refused.error);
        assert_eq!(refused.code, 2, "{words}: {said}");
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn watch_compares_the_loss_of_the_last_checkpoint_or_of_one_that_is_named() {
    let folder = ten_outputs();
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    for (step, weight) in [(9, 3.0), (10, 2.0)] {
        let mut weights = [0.0; 10];
        weights[0] = weight;
        let name = format!("run/step{step}.safetensors");
        file(
            &folder,
            &name,
            safetensors(&[("weight", &[10, 1], &weights)]),
        );
    }
    let watch = |words: &str| {
        let line = "watch run --arch fnn --data data.npz --lr 0.1 --batch 1 --once --json";
        run_line(folder.path(), &format!("{line} {words}"))
    };
    let lines = folder.path().join("run/watch.jsonl");
    // (9 + 1)/10 before, (4 + 1)/10 at the end.
    for words in [
        "--expect-loss 1",
        "--expect-loss step9.safetensors=0.5",
        "--expect-loss 0.5 --loss sum-squared",
    ] {
        let refused = watch(words);
        assert_eq!(refused.code, 2, "{words}: {}", refused.out);
        assert!(refused.out.contains("--expect-loss"), "{}", refused.out);
        assert!(!lines.exists(), "{words}: nothing is written");
    }
    let json = watch("--expect-loss 0.5").json();
    assert_eq!(json["measured"], 2, "{json}");
    let about = json["about"].as_str().expect("what was measured");
    assert!(
        about.contains("(1/10)·Σ_k") && about.contains("activations: none"),
        "{about}"
    );
    // What is known already is compared as well.
    assert_eq!(
        watch("--expect-loss step9.safetensors=1").json()["measured"],
        0
    );
    assert_eq!(watch("--expect-loss 1").code, 2);
    let missing = watch("--expect-loss step11.safetensors=1");
    assert_eq!(missing.code, 2, "{}", missing.out);
    assert!(
        missing.out.contains("step11.safetensors"),
        "{}",
        missing.out
    );
}

#[test]
fn lines_of_another_objective_or_optimiser_are_not_mixed() {
    let folder = ten_outputs();
    std::fs::create_dir(folder.path().join("run")).expect("a folder");
    let weights = [0.5; 10];
    file(
        &folder,
        "run/a.safetensors",
        safetensors(&[("weight", &[10, 1], &weights)]),
    );
    let watch = |words: &str| {
        let line = "watch run --arch fnn --data data.npz --lr 0.1 --batch 1 --once";
        run_line(folder.path(), &format!("{line} {words}"))
    };
    let first = watch("--weight-decay 0.001");
    assert_eq!(first.code, 0, "{}", first.error);
    assert_eq!(watch("--weight-decay 0.001").code, 0);
    for words in [
        "--weight-decay 0.002",
        "--loss sum-squared --weight-decay 0.001",
        "--weight-decay 0.001 --optimizer adam",
    ] {
        let refused = watch(words);
        assert_eq!(refused.code, 2, "{words}: {}", refused.out);
        assert!(refused.error.contains("watch.jsonl"), "{}", refused.error);
    }
}

#[test]
fn an_optimiser_that_no_criterion_is_about_is_never_stable() {
    let folder = dead();
    let of = |words: &str| {
        let words = format!("--arch fnn --lr 0.1 --batch 6 {words}");
        diagnose_line(&folder, "dead.safetensors", &words)
    };
    let json = of("--json").json();
    assert_eq!(
        (&json["verdict"], &json["optimizer"]),
        (&"stable".into(), &"sgd".into())
    );
    assert_eq!(json["optimizer_assumed"], true);
    assert!(of("").out.contains("optimiser sgd (assumed)"));
    assert!(
        of("--momentum 0.9")
            .out
            .contains("optimiser heavy-ball (assumed")
    );
    for name in [
        "adam", "adamw", "rmsprop", "adagrad", "lbfgs", "sam", "lion", "other",
    ] {
        let run = of(&format!("--optimizer {name} --check"));
        assert_eq!(run.code, 4, "{name}: {}", run.out);
        let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let sentence = format!("undecided: no criterion here is about the optimiser {name}:");
        assert!(told.contains(&sentence), "{told}");
        assert!(!told.contains("this is gradient descent"), "{told}");
        let json = of(&format!("--optimizer {name} --json")).json();
        assert_eq!(json["criteria"], json!([]), "{name}");
        assert_eq!(json["bounds"]["sharpness"], Value::Null, "{name}");
    }
    // Lenient where it is clear what is meant, and said.
    let momentum = of("--optimizer sgd --momentum 0.9");
    assert!(
        momentum.code == 0 && momentum.out.contains("taken for heavy ball"),
        "{}",
        momentum.out
    );
    assert!(of("--optimizer heavy-ball").out.contains("plain SGD"));
    for (words, part) in [
        ("--optimizer adam --momentum 0.9", "--momentum"),
        ("--optimizer adamw --weight-decay 0.01", "--weight-decay"),
        ("--optimizer adagrat", "adagrad"),
    ] {
        let refused = of(words);
        assert!(
            refused.code == 2 && refused.error.contains(part),
            "{}",
            refused.error
        );
    }
    // (2 + 2β)/((1 + 2β)·1) = 1.357 at β = 0.9, where heavy ball may go to 3.8.
    let at = |lr: &str, name: &str| {
        let words =
            format!("--arch fnn --lr {lr} --batch 6 --momentum 0.9 --optimizer {name} --json");
        diagnose_line(&folder, "dead.safetensors", &words).json()["verdict"].clone()
    };
    assert_eq!(
        (at("1.35", "nesterov"), at("1.36", "nesterov")),
        ("stable".into(), "unstable".into())
    );
    assert_eq!(at("1.36", "heavy-ball"), "stable");
}

#[test]
fn the_loss_of_test_data_is_not_called_train_loss() {
    let folder = dead();
    let data = std::fs::read(folder.path().join("data.npz")).expect("the data");
    for name in ["x_test.npz", "train.npz"] {
        file(&folder, name, &data);
    }
    let at = |name: &str| {
        let line = format!("diagnose --weights dead.safetensors --data {name} --arch fnn --lr 0.1");
        let page = run_line(folder.path(), &format!("{line} --batch 6"));
        let json = run_line(folder.path(), &format!("{line} --batch 6 --json")).json();
        assert_near(&json["train_loss"], 0.25);
        (page.out, json["split"].clone())
    };
    let (page, split) = at("data.npz");
    assert!(
        !page.contains("train loss") && page.contains("loss of these samples 0.2500"),
        "{page}"
    );
    assert_eq!(split, "unknown");
    let (page, split) = at("x_test.npz");
    assert!(
        !page.contains("train loss") && page.contains("test loss 0.2500"),
        "{page}"
    );
    assert!(page.contains("* By its name this is test data"), "{page}");
    assert_eq!(split, "test");
    let (page, split) = at("train.npz");
    assert!(page.contains("train loss 0.2500"), "{page}");
    assert_eq!(split, "train");
}

#[test]
fn the_header_names_every_activation_and_who_says_so() {
    let folder = dead();
    let words = "--lr 0.1 --batch 6";
    let fnn = diagnose_line(&folder, "dead.safetensors", &format!("--arch fnn {words}"));
    let head = fnn.out.lines().take(5).collect::<Vec<_>>().join(" ");
    let told = "activations: relu behind layer 1, none behind the last (assumed";
    assert!(head.contains(told), "{head}");
    let json = format!("--arch fnn {words} --json");
    let json = diagnose_line(&folder, "dead.safetensors", &json).json();
    assert_eq!(json["activations"], json!(["relu", "none"]));
    let net = normalised([2.0, 0.5]);
    let words = format!("--arch net.toml {words} --any-batch --mode eval");
    let toml = diagnose_line(&net, "net.safetensors", &words).out;
    assert!(toml.contains("none behind the last (as the TOML"), "{toml}");
    // Another activation is refused by name.
    let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4 }, { type = \"tanh\" }]";
    file(&folder, "tanh.toml", list);
    let refused = diagnose_line(
        &folder,
        "dead.safetensors",
        "--arch tanh.toml --lr 1 --batch 6",
    );
    assert_eq!(refused.code, 2);
    assert!(
        refused.error.contains("`tanh`") && refused.error.contains("`relu`"),
        "{}",
        refused.error
    );
}
