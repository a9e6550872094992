use std::fs;

use super::super::Targets;
use super::*;
use crate::error::expect;

/// One record per label; every pixel of record i is i.
fn batch(labels: &[u8]) -> Vec<u8> {
    let record = |(i, &label)| [vec![label], vec![i as u8; FEATURES]].concat();
    labels.iter().enumerate().flat_map(record).collect()
}

fn select(classes: &[usize], samples: Option<usize>, file: &[u8]) -> Result<Dataset> {
    read("batch.bin", file, &Selection::new(Some(classes), samples)?)
}

fn labels(dataset: &Dataset) -> &[usize] {
    match &dataset.targets {
        Targets::Labels { labels, .. } => labels,
        Targets::Values { .. } => panic!("CIFAR-10 has labels"),
    }
}

#[test]
fn the_chosen_classes_are_kept_in_order_and_renumbered() {
    let dataset = select(&[7, 1], None, &batch(&[1, 0, 7, 7, 9, 1])).unwrap();
    assert_eq!(labels(&dataset), [1, 0, 0, 1]);
    assert_eq!((dataset.features(), dataset.targets.outputs()), (3072, 2));
    let first_pixels: Vec<f32> = dataset
        .inputs
        .chunks(FEATURES)
        .map(|image| image[0])
        .collect();
    assert_eq!(
        first_pixels,
        [0., 2., 3., 5.].map(|pixel: f32| pixel / 255.)
    );
}

#[test]
fn taking_ends_with_the_last_image_that_is_asked_for() {
    let mut file = batch(&[1, 0, 7, 1, 9]);
    let dataset = select(&[1, 7], Some(2), &file).unwrap();
    assert_eq!(labels(&dataset), [0, 1]);
    file.truncate(3 * 3073 + 5);
    expect(select(&[1, 7], Some(3), &file), &["record 3", "cut short"]);
    let file = batch(&[1, 0, 7]);
    expect(
        select(&[1, 7], Some(3), &file),
        &["3 are asked for", "1 to 2"],
    );
    let all = read("batch.bin", &file[..], &Selection::default()).unwrap();
    assert_eq!((labels(&all), all.targets.outputs()), (&[1, 0, 7][..], 10));
}

#[test]
fn every_length_but_whole_records_is_refused() {
    let file = batch(&[0, 1]);
    expect(select(&[0, 1], None, &[]), &["batch.bin: records", "empty"]);
    for end in [1, 3072, 3074, 6145] {
        let record = format!("record {}", end / 3073);
        expect(select(&[0, 1], None, &file[..end]), &[&record, "cut short"]);
    }
    // The file is truncated after the images that are requested.
    let torn = select(&[0], Some(1), &file[..6145]);
    expect(torn, &["batch.bin: record 1", "cut short"]);
}

#[test]
fn a_label_out_of_range_is_named_even_in_a_class_not_chosen() {
    expect(
        select(&[0], None, &batch(&[0, 10])),
        &["batch.bin: record 1", "label is 10"],
    );
}

#[test]
fn a_class_that_is_none_or_has_no_image_is_refused() {
    let file = batch(&[0, 1]);
    expect(select(&[10], None, &file), &["--classes", "0 to 9"]);
    expect(select(&[0, 4], None, &file), &["no sample of class 4"]);
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
    let load = |split| load(dir.path(), split, &Selection::default()).unwrap();
    assert_eq!(labels(&load(Split::Train)), [0, 1, 1]);
    assert_eq!(labels(&load(Split::Test)), [1, 0]);
}

#[test]
fn a_folder_without_the_files_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let name = dir.path().display().to_string();
    expect(
        load(dir.path(), Split::Train, &Selection::default()),
        &[&name, "data_batch_1.bin"],
    );
    expect(
        load(dir.path(), Split::Test, &Selection::default()),
        &[&name, "test_batch.bin"],
    );
}
