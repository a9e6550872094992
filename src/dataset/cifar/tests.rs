use std::fs;

use super::*;

/// One record per label; every pixel of record i is i.
fn batch(labels: &[u8]) -> Vec<u8> {
    let record = |(i, &label)| [vec![label], vec![i as u8; FEATURES]].concat();
    labels.iter().enumerate().flat_map(record).collect()
}

fn select(classes: &[u8], file: &[u8]) -> Result<Dataset> {
    let mut selection = Selection::new(classes)?;
    selection.read("batch.bin", file)?;
    selection.finish("batch.bin")
}

#[track_caller]
fn expect(result: Result<Dataset>, words: &[&str]) {
    let message = result.unwrap_err().message;
    for word in words {
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

#[test]
fn the_chosen_classes_are_kept_in_order_and_relabelled() {
    let dataset = select(&[7, 1], &batch(&[1, 0, 7, 7, 9, 1])).unwrap();
    assert_eq!(dataset.labels, [1, 0, 0, 1]);
    assert_eq!((dataset.features, dataset.classes), (3072, 2));
    let first_pixels: Vec<f32> = dataset
        .images
        .chunks(FEATURES)
        .map(|image| image[0])
        .collect();
    assert_eq!(
        first_pixels,
        [0., 2., 3., 5.].map(|pixel: f32| pixel / 255.)
    );
}

#[test]
fn every_length_but_whole_records_is_refused() {
    let file = batch(&[0, 1]);
    expect(select(&[0, 1], &[]), &["batch.bin: records", "empty"]);
    for end in [1, 3072, 3074, 6145] {
        let record = format!("record {}", end / 3073);
        expect(select(&[0, 1], &file[..end]), &[&record, "cut short"]);
    }
}

#[test]
fn a_label_out_of_range_is_named_even_in_a_class_not_chosen() {
    expect(
        select(&[0], &batch(&[0, 10])),
        &["batch.bin: record 1", "label is 10"],
    );
}

#[test]
fn an_impossible_choice_of_classes_is_refused() {
    let file = batch(&[0, 1]);
    expect(select(&[], &file), &["--classes", "at least one"]);
    expect(select(&[0, 0], &file), &["--classes", "twice"]);
    expect(select(&[10], &file), &["--classes", "0 to 9"]);
    expect(select(&[0, 4], &file), &["no image of class 4"]);
}

#[test]
fn the_batches_that_stand_in_a_row_are_read_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("cifar-10-batches-bin");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("data_batch_1.bin"), batch(&[0, 1])).unwrap();
    fs::write(inner.join("data_batch_2.bin"), batch(&[1])).unwrap();
    fs::write(inner.join("data_batch_4.bin"), batch(&[0])).unwrap();
    fs::write(inner.join("test_batch.bin"), batch(&[1, 0])).unwrap();
    let load = |split| load(dir.path(), split, &[0, 1]).unwrap().labels;
    assert_eq!(load(Split::Train), [0, 1, 1]);
    assert_eq!(load(Split::Test), [1, 0]);
}

#[test]
fn a_folder_without_the_files_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().display().to_string();
    expect(
        load(dir.path(), Split::Train, &[0]),
        &[&name, "data_batch_1.bin"],
    );
    expect(
        load(dir.path(), Split::Test, &[0]),
        &[&name, "test_batch.bin"],
    );
}
