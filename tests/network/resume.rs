//! Long thresholds that go on from a folder.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sgd_stability::error::Kind;
use sgd_stability::kernel::Isa;
use sgd_stability::network::{Gram, Network};
use sgd_stability::threshold::{Keep, Linearised, Question, Thresholds};

use super::gram::Case;

fn gram(seed: u64) -> Gram {
    Case::new(Network::fnn(&[6, 9, 3]), 12, seed).gram(Isa::best())
}

/// Thresholds with at most this many products in an iteration, kept at every product.
fn run(folder: &Path, products: usize, noise: f64) -> (Thresholds, Vec<String>) {
    let keep = Keep::open(folder, &gram(1), Duration::ZERO).expect("a folder");
    let model = Linearised::kept(gram(1), Some(keep)).expect("a model");
    let question = Question {
        products,
        tolerance: 1e-9,
        ..Question::new(noise, 0.5)
    };
    let found = model.thresholds(&question).expect("thresholds");
    (found, model.notes())
}

fn has(notes: &[String], words: &str) -> bool {
    notes.iter().any(|note| note.contains(words))
}

#[test]
fn an_interrupted_run_goes_on_and_ends_where_a_whole_one_does() {
    let (part, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (expected, notes) = run(whole.path(), 500, 0.7);
    assert!(notes.is_empty(), "{notes:?}");
    let (begun, _) = run(part.path(), 6, 0.7);
    assert!(begun.mean_square.residual > 1e-9);
    let (found, notes) = run(part.path(), 500, 0.7);
    for words in [
        "the range of H was taken up",
        "η*, p = 0.7000 was taken up from the folder at product 6",
    ] {
        assert!(has(&notes, words), "{words}: {notes:?}");
    }
    for (found, expected) in [
        (found.mean_square, expected.mean_square),
        (found.heavy_ball.unwrap(), expected.heavy_ball.unwrap()),
    ] {
        let error = found.bracket.upper / expected.bracket.upper - 1.0;
        assert!(error.abs() < 1e-12, "{error:e}");
        assert!(found.residual <= 1e-9);
        // Two products make the images again.
        assert!(found.products <= expected.products + 4);
    }
    assert_eq!(found.one_step, expected.one_step);
    // What is finished costs the two images only.
    let (again, _) = run(part.path(), 500, 0.7);
    assert_eq!(again.mean_square.products, found.mean_square.products + 2);
}

#[test]
fn another_question_takes_up_the_range_only() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), 500, 0.7);
    let (_, notes) = run(folder.path(), 500, 0.2);
    assert!(has(&notes, "the range of H"), "{notes:?}");
    assert!(!has(&notes, "η*"), "{notes:?}");
}

#[test]
fn a_folder_of_another_network_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), 500, 0.7);
    let refused = Keep::open(folder.path(), &gram(2), Duration::ZERO).unwrap_err();
    assert_eq!(refused.kind, Kind::Input);
    assert!(
        refused.message.contains("belongs to another network"),
        "{refused}"
    );
    fs::write(folder.path().join("gram.json"), "{").unwrap();
    let refused = Keep::open(folder.path(), &gram(1), Duration::ZERO).unwrap_err();
    assert!(
        refused.message.contains("belongs to another network"),
        "{refused}"
    );
}

#[test]
fn damaged_states_are_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let (expected, _) = run(folder.path(), 500, 0.7);
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|end| end != "json"))
        .collect();
    assert!(files.len() >= 4, "{files:?}");
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x40;
        },
        |bytes| bytes.clear(),
    ];
    for damage in damages {
        for path in &files {
            let mut bytes = fs::read(path).unwrap();
            damage(&mut bytes);
            fs::write(path, bytes).unwrap();
        }
        let (found, notes) = run(folder.path(), 500, 0.7);
        assert_eq!(notes.len(), files.len(), "{notes:?}");
        assert!(
            notes.iter().all(|note| note.contains("is damaged")),
            "{notes:?}"
        );
        let error = found.mean_square.bracket.upper / expected.mean_square.bracket.upper - 1.0;
        assert!(error.abs() < 1e-12, "{error:e}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_stops_no_computation() {
    let folder = tempfile::tempdir().unwrap();
    // A folder stands where the range is to be kept.
    fs::create_dir_all(folder.path().join("range/in-the-way")).unwrap();
    let (found, notes) = run(folder.path(), 500, 0.7);
    assert!(found.mean_square.residual <= 1e-9);
    assert!(has(&notes, "cannot be written"), "{notes:?}");
}
