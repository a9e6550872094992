//! The page of `diagnose`, and how it shows numbers that have no limit or no meaning.

use serde_json::Value;

use crate::checkpoint::{safetensors, valued};
use crate::diagnose::{dead, diagnose, diagnose_line, normalised, number};
use crate::support::{file, folder};

pub fn assert_is_one_screen(page: &str) {
    assert!(page.lines().count() <= 46, "{page}");
    for line in page.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_page_is_one_screen() {
    let folder = dead();
    let plain = "--arch fnn --lr 0.7 --batch 4 --any-batch";
    let longest = normalised([2.0, 0.5]);
    let all = "--arch net.toml --lr 0.0123456789 --batch 3 --any-batch --mode frozen --momentum \
               0.987654321 --precision f64";
    for (folder, weights, words) in [
        (&folder, "dead.safetensors", plain.to_owned()),
        (
            &folder,
            "dead.safetensors",
            format!("{plain} --momentum 0.9"),
        ),
        (&longest, "net.safetensors", all.to_owned()),
        (&longest, "net.safetensors", format!("{all} --products 3")),
    ] {
        let run = diagnose_line(folder, weights, &words);
        assert_eq!(run.code, 0, "{}", run.error);
        assert_is_one_screen(&run.out);
        assert!(run.out.contains("is no multiple of B = "), "{}", run.out);
    }
}

#[test]
fn one_output_has_no_accuracy_and_no_condition_is_cut_off() {
    let folder = folder();
    let tensors = [
        ("weight", &[1, 2][..], &[1.0, -2.0][..]),
        ("bias", &[1], &[0.5]),
    ];
    file(&folder, "line.safetensors", safetensors(&tensors));
    let (x, y) = ([1.0, 0.5, 0.25, -1.0], [3.0, -1.0]);
    file(&folder, "data.npz", valued(&x, &[2], &y, 1));
    let flags = ["--arch", "fnn", "--lr", "0.0123456789", "--batch", "1"];
    let more = ["--momentum", "0.987654321"];
    let page = diagnose(&folder, "line.safetensors", &[&flags[..], &more].concat());
    assert_eq!(page.code, 0, "{}", page.error);
    assert!(page.out.contains("accuracy none"), "{}", page.out);
    assert!(page.out.contains(" MB\n"), "{}", page.out);
    let json = [&flags[..], &["--json"]].concat();
    let json = diagnose(&folder, "line.safetensors", &json).json();
    assert!(json["train_accuracy"].is_null(), "{json}");
}

#[test]
fn the_note_on_the_loss_and_the_accuracy_are_of_these_targets() {
    let folder = folder();
    let tensors = [
        ("weight", &[2, 1][..], &[0.0; 2][..]),
        ("bias", &[2], &[0.0; 2]),
    ];
    file(&folder, "zero.safetensors", safetensors(&tensors));
    file(
        &folder,
        "data.npz",
        valued(&[1.0, 2.0], &[1], &[30.0, -40.0, 0.0, 10.0], 2),
    );
    let words = "--arch fnn --lr 0.01 --batch 1";
    let page = diagnose_line(&folder, "zero.safetensors", words).out;
    // ½·(900 + 1600) and ½·100, halved.
    for part in ["100 % of that of zero outputs (650.0)", "accuracy none"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn where_every_rate_holds_none_is_called_the_largest() {
    let folder = dead();
    let at = |words: &str| {
        let words = format!("--arch fnn --lr 0.7 --batch 6 {words}");
        diagnose_line(&folder, "dead.safetensors", &words)
    };
    let json = at("--json").json();
    let criterion = |name: &str| {
        let criteria = json["criteria"].as_array().expect("criteria");
        criteria
            .iter()
            .find(|criterion| criterion["name"] == name)
            .expect("one")
            .clone()
    };
    // With p = 0, the noise does not bound the learning rate.
    let free = criterion("non_uniformity");
    assert_eq!(
        (&free["verdict"], &free["largest_lr"]["high"]),
        (&"holds".into(), &Value::Null)
    );
    assert!(
        (number(&free["largest_lr"]["low"]) - 0.7).abs() < 1e-12,
        "{free}"
    );
    assert!(at("--momentum 0").out.contains("> 0.7000"));
}
