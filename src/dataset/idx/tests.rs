use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::Targets;
use super::*;

/// Two 2 × 3 images.
fn images() -> Vec<u8> {
    let mut file = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    file.extend(10..22);
    file
}

fn labels(labels: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, 1];
    file.extend((labels.len() as u32).to_be_bytes());
    file.extend(labels);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn fault(file: &[u8]) -> String {
    let error = read::<3>("images.idx", file).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Input);
    error.message
}

#[track_caller]
fn expect(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

fn named<'a>(place: &'a str, source: &'a [u8]) -> Named<'a, &'a [u8]> {
    Named { place, source }
}

#[test]
fn plain_and_compressed_files_read_alike() {
    let plain: Array<3> = read("plain", &images()[..]).unwrap();
    assert_eq!(plain.shape, [2, 2, 3]);
    assert_eq!(plain.elements, (10..22).collect::<Vec<u8>>());
    assert_eq!(read::<3>("gz", &gzip(&images())[..]).unwrap(), plain);
}

#[test]
fn every_truncation_is_refused() {
    for file in [images(), gzip(&images())] {
        for end in 0..file.len() {
            expect(&fault(&file[..end]), &["images.idx: ", "cut short"]);
        }
    }
}

#[test]
fn a_wrong_magic_type_or_rank_is_named() {
    let with = |i: usize, byte: u8| {
        let mut file = images();
        file[i] = byte;
        fault(&file)
    };
    expect(&with(0, b'P'), &["magic", "0x50"]);
    expect(&with(2, 0x0d), &["element type", "0x0d", "0x08"]);
    expect(&with(3, 1), &["rank", "is 1", "expected 3"]);
}

#[test]
fn a_lying_count_neither_allocates_nor_overflows() {
    for (count, words) in [
        ([0, 0, 0, 3], ["body", "12 of 18"]),
        ([0, 0, 0, 1], ["body", "after its 6 elements"]),
        ([0, 0, 0, 0], ["dimensions", "empty"]),
        ([0xff; 4], ["dimensions", "235200000"]),
    ] {
        let mut file = images();
        file[4..8].copy_from_slice(&count);
        expect(&fault(&file), &words);
        expect(&fault(&gzip(&file)), &words);
    }
    let mut file = images();
    file[4..16].fill(0xff);
    expect(&fault(&file), &["dimensions"]);
}

#[test]
fn trailing_bytes_are_refused_inside_and_after_the_compression() {
    let mut file = images();
    file.push(0);
    expect(&fault(&file), &["body", "trailing"]);
    expect(&fault(&gzip(&file)), &["body", "trailing"]);
    let mut file = gzip(&images());
    file.extend(b"more");
    expect(&fault(&file), &["body", "cannot be read"]);
}

#[test]
fn a_flipped_bit_in_a_compressed_file_is_noticed() {
    let file = gzip(&images());
    let checksum = file.len() - 8;
    let mut broken = file.clone();
    broken[checksum] ^= 1;
    expect(&fault(&broken), &["body", "cannot be read"]);
}

#[test]
fn images_and_labels_make_a_data_set() {
    let labels = labels(&[4, 9]);
    let dataset = pair(named("i", &images()), named("l", &labels), 10).unwrap();
    assert_eq!(dataset.shape, [1, 2, 3]);
    let (labels, classes) = (vec![4, 9], 10);
    assert_eq!(dataset.targets, Targets::Labels { labels, classes });
    assert_eq!(dataset.inputs[11], 21.0 / 255.0);
}

#[test]
fn differing_counts_and_labels_out_of_range_are_refused() {
    let fault = |these: &[u8]| {
        let labels = labels(these);
        let set = pair(named("i.idx", &images()), named("l.idx", &labels), 10);
        set.unwrap_err().message
    };
    expect(
        &fault(&[1, 2, 3]),
        &["l.idx: count", "3 labels", "2 images of i.idx"],
    );
    expect(&fault(&[9, 10]), &["l.idx: label 1", "is 10", "0 to 9"]);
}

#[test]
fn a_missing_file_is_named() {
    let missing = Path::new("no/such/file");
    let error = read_pair(missing, missing, 10).unwrap_err();
    expect(&error.message, &["no/such/file", "cannot be read"]);
}
