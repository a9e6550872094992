//! The assumptions about a run, and how they are reported or refused: the expected loss, the optimiser,
//! the split and the activations.

use serde_json::{Value, json};

use crate::checkpoint::safetensors;
use crate::diagnose::{dead, diagnose_line, normalised};
use crate::objective::{assert_near, at, ten_outputs};
use crate::support::{file, run_line};

#[test]
fn a_model_whose_loss_is_another_one_is_refused_with_what_explains_it() {
    let folder = ten_outputs();
    let of = |words: &str| at(&folder, "ten.safetensors", &format!("{words} --json"));
    // The mean loss is 0.5.
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
    // (9 + 1)/10 before, and (4 + 1)/10 at the end.
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
    // Losses that are already known are compared as well.
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
    assert_eq!(watch("--weight-decay 0.001 --optimizer sgd").code, 0);
    for words in [
        "--weight-decay 0.002",
        "--loss sum-squared --weight-decay 0.001",
        "--weight-decay 0.001 --optimizer adam",
    ] {
        let refused = watch(words);
        assert_eq!(refused.code, 2, "{words}: {}", refused.out);
        assert!(refused.error.contains("watch.jsonl"), "{}", refused.error);
    }
    // A loss that is named again keeps the settings of the architecture.
    let list = "input = [1]\nloss = \"cross-entropy\"\nlabel-smoothing = 0.1\n\
                layer = [{ type = \"dense\", outputs = 10, bias = false }]";
    file(&folder, "net.toml", list);
    std::fs::remove_file(folder.path().join("run/watch.jsonl")).expect("the lines");
    for more in ["", " --loss cross-entropy", " --label-smoothing 0.1"] {
        let line = "watch run --arch net.toml --data data.npz --lr 0.1 --batch 1 --once --json";
        let run = run_line(folder.path(), &format!("{line}{more}"));
        assert_eq!(run.code, 0, "{more}: {}", run.out);
        let last = run.json()["last"]["conditions"]["loss"].clone();
        assert_eq!(last, "cross-entropy, label smoothing 0.1", "{more}");
    }
}

#[test]
fn an_optimiser_that_no_criterion_is_about_is_never_stable() {
    let folder = dead();
    let of = |words: &str| {
        let words = format!("--arch fnn --lr 0.1 --batch 6 {words}");
        diagnose_line(&folder, "dead.safetensors", words.trim_end())
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
    // A clear but inexact flag is accepted with a note.
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
    // The bound (2 + 2β)/((1 + 2β)·1) is 1.357 at β = 0.9, where heavy ball allows 3.8.
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
    let told = "activations: relu behind layer 1, none behind the last (assumed for fnn)";
    assert!(head.contains(told), "{head}");
    let json = format!("--arch fnn {words} --json");
    let json = diagnose_line(&folder, "dead.safetensors", &json).json();
    assert_eq!(json["activations"], json!(["relu", "none"]));
    let net = normalised([2.0, 0.5]);
    let words = format!("--arch net.toml {words} --any-batch --mode eval");
    let toml = diagnose_line(&net, "net.safetensors", &words).out;
    assert!(toml.contains("none behind the last (by the TOML"), "{toml}");
    // An unknown activation is refused by name.
    let list = "input = [3]\nlayer = [{ type = \"dense\", outputs = 4 }, { type = \"mish\" }]";
    file(&folder, "mish.toml", list);
    let refused = diagnose_line(
        &folder,
        "dead.safetensors",
        "--arch mish.toml --lr 1 --batch 6",
    );
    assert_eq!(refused.code, 2);
    assert!(
        refused.error.contains("`mish`") && refused.error.contains("`tanh`"),
        "{}",
        refused.error
    );
}
