use std::io::{Cursor, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::*;

/// One entry of a zip file, assembled by hand.
struct Entry {
    name: &'static str,
    bytes: Vec<u8>,
    is_deflated: bool,
    /// The size that the headers declare; the true size if `None`.
    size: Option<u32>,
}

impl Entry {
    fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Entry {
            name,
            bytes,
            is_deflated: false,
            size: None,
        }
    }

    fn deflated(self) -> Self {
        Entry {
            is_deflated: true,
            ..self
        }
    }

    fn promising(self, size: u32) -> Self {
        Entry {
            size: Some(size),
            ..self
        }
    }

    fn data(&self) -> Vec<u8> {
        if !self.is_deflated {
            return self.bytes.clone();
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// The part that the local and the central header have in common, from the required version on.
    fn header(&self) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(&self.bytes);
        let size = self.size.unwrap_or(self.bytes.len() as u32);
        let method = if self.is_deflated { 8 } else { 0 };
        let mut header = vec![20, 0, 0, 0, method, 0, 0, 0, 0x21, 0];
        header.extend(crc.sum().to_le_bytes());
        header.extend((self.data().len() as u32).to_le_bytes());
        header.extend(size.to_le_bytes());
        header.extend((self.name.len() as u16).to_le_bytes());
        header.extend([0, 0]);
        header
    }
}

fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let start = file.len() as u32;
        file.extend(b"PK\x03\x04");
        file.extend(entry.header());
        file.extend(entry.name.as_bytes());
        file.extend(entry.data());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(entry.header());
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let (start, length) = (file.len() as u32, directory.len() as u32);
    let number = (entries.len() as u16).to_le_bytes();
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([number, number].concat());
    file.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
    file.extend([0, 0]);
    file
}

fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes(), body].concat()
}

/// Two samples of three bytes.
fn x() -> Entry {
    Entry::new("x.npy", npy("|u1", "(2, 3)", &[0, 51, 255, 1, 2, 3]))
}

fn y(descr: &str, shape: &str, body: &[u8]) -> Entry {
    Entry::new("y.npy", npy(descr, shape, body))
}

fn labels() -> Entry {
    y("|u1", "(2,)", &[4, 1])
}

fn dataset(entries: &[Entry]) -> Result<Dataset> {
    read("a.npz", Cursor::new(zip(entries)), &Arrays::default())
}

#[track_caller]
fn expect(result: Result<Dataset>, words: &[&str]) {
    let error = result.unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Input);
    for word in words.iter().chain(&["a.npz: "]) {
        let message = &error.message;
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

#[test]
fn stored_and_compressed_files_read_alike() {
    let stored = dataset(&[x(), labels()]).unwrap();
    assert_eq!(stored.shape, [3]);
    let expected = [0, 51, 255, 1, 2, 3].map(|pixel: u8| f32::from(pixel) / 255.0);
    assert_eq!(stored.inputs, expected);
    let (labels_, classes) = (vec![4, 1], 5);
    let labels_ = Targets::Labels {
        labels: labels_,
        classes,
    };
    assert_eq!(stored.targets, labels_);
    let other = Entry::new("other.npy", vec![1, 2, 3]);
    let deflated = [other, labels().deflated(), x().deflated()];
    assert_eq!(dataset(&deflated).unwrap(), stored);
}

#[test]
fn numbers_other_than_bytes_are_taken_as_they_are() {
    let body: Vec<u8> = [300i16, -2].map(i16::to_be_bytes).concat();
    let x = || Entry::new("x.npy", npy(">i2", "(2,)", &body));
    let y_ = y(
        "<f4",
        "(2,)",
        &[1.5f32, -2.0].map(f32::to_le_bytes).concat(),
    );
    let data = dataset(&[x(), y_]).unwrap();
    assert_eq!((&data.inputs[..], data.features()), (&[300., -2.][..], 1));
    let values = vec![1.5, -2.0];
    assert_eq!(data.targets, Targets::Values { values, outputs: 1 });
    let y_ = y(
        "<f4",
        "(2, 2)",
        &[1f32, 2., 3., 4.].map(f32::to_le_bytes).concat(),
    );
    let data = dataset(&[x(), y_]).unwrap();
    assert_eq!(data.targets.outputs(), 2);
    assert_eq!(data.targets.rows(), [1., 2., 3., 4.]);
}

#[test]
fn the_digest_does_not_depend_on_the_kind_of_file() {
    let pixels = [0, 51, 255, 1, 2, 3];
    let same = Dataset::from_pixels(&pixels, &[1, 3, 1], vec![4, 1], 10);
    assert_eq!(dataset(&[x(), labels()]).unwrap().digest(), same.digest());
}

#[test]
fn labels_out_of_range_or_of_another_shape_are_refused() {
    let with = |y| dataset(&[x(), y]);
    let two = |numbers: [i64; 2]| with(y("<i8", "(2,)", &numbers.map(i64::to_le_bytes).concat()));
    expect(two([0, -1]), &["y: ", "sample 1 is -1", "0 to 65535"]);
    expect(two([65536, 0]), &["sample 0 is 65536"]);
    assert_eq!(two([65535, 0]).unwrap().targets.outputs(), 65536);
    let column = with(y("|u1", "(2, 1)", &[1, 0])).unwrap();
    assert_eq!(column.targets.rows(), [0., 1., 1., 0.]);
    expect(
        with(y("|u1", "(3,)", &[0, 0, 0])),
        &["y: shape", "[3]", "2 samples of x"],
    );
    expect(with(y("|u1", "()", &[0])), &["y: shape", "[]"]);
    expect(with(y("|u1", "(2, 1, 1)", &[0, 0])), &["[2, 1, 1]"]);
    expect(
        with(y("|u1", "(2, 2)", &[0; 4])),
        &["[2, 2]", "make target values", "float32"],
    );
    let x = Entry::new("x.npy", npy("|u1", "()", &[1]));
    expect(dataset(&[x, labels()]), &["x: shape", "one number"]);
}

#[test]
fn missing_and_unreadable_arrays_are_named() {
    let fault = || y("<f4", "(2,)", &f32::NAN.to_le_bytes().repeat(2));
    expect(dataset(&[x(), fault()]), &["y: element [0]", "NaN"]);
    expect(
        dataset(&[x()]),
        &["a.npz: y", "not there; the file has x (2 × 3, uint8): "],
    );
    expect(dataset(&[]), &["a.npz: x", "has no array"]);
    let objects = Entry::new("x.npy", npy("|O", "(2,)", b"\x80\x04N."));
    expect(
        dataset(&[objects, labels()]),
        &["x: dtype", "Python objects"],
    );
    expect(dataset(&[x(), labels(), x()]), &["zip file", "twice"]);
    expect(
        read(
            "a.npz",
            Cursor::new(b"\x93NUMPY\x01\x00"),
            &Arrays::default(),
        ),
        &["zip file", "numpy.savez"],
    );
}

#[test]
fn a_trap_is_refused_before_and_while_it_unpacks() {
    // There really are zeros, but fewer than promised in the zip header or in both headers.
    let trap = |promised: &str| Entry::new("x.npy", npy("|u1", promised, &[0; 200_000])).deflated();
    expect(
        dataset(&[trap("(2, 100000)").promising(u32::MAX - 1), labels()]),
        &["x: size", "4294967294 bytes", "trap"],
    );
    expect(
        dataset(&[trap("(2, 1000000)"), labels()]),
        &["x: header", "promises 2000000 bytes"],
    );
    expect(
        dataset(&[trap("(2, 110000)").promising(220_100), labels()]),
        &["x: elements", "200000 of 220000 bytes"],
    );
    // There is more data than the header says.
    expect(
        dataset(&[trap("(2, 3)"), labels()]),
        &["x: elements", "go on"],
    );
}

#[test]
fn every_truncation_is_refused() {
    let file = zip(&[x().deflated(), labels()]);
    for end in 0..file.len() {
        expect(
            read("a.npz", Cursor::new(&file[..end]), &Arrays::default()),
            &["a.npz"],
        );
    }
}

#[test]
fn a_flipped_bit_in_an_element_is_noticed() {
    let mut file = zip(&[x(), labels()]);
    let at = file.windows(3).position(|three| three == [0, 51, 255]);
    file[at.unwrap()] ^= 1;
    expect(
        read("a.npz", Cursor::new(file), &Arrays::default()),
        &["x: elements", "damaged"],
    );
}

#[test]
fn arrays_are_found_by_the_names_that_are_given() {
    let named = |inputs: Option<&str>, targets: Option<&str>| Arrays {
        inputs: inputs.map(str::to_owned),
        targets: targets.map(str::to_owned),
    };
    let file = |second| zip(&[x(), Entry::new(second, labels().bytes)]);
    let expected = dataset(&[x(), labels()]).unwrap();
    let read = |second, arrays: &Arrays| read("a.npz", Cursor::new(file(second)), arrays);
    let found = read("a/labels.npy", &named(None, Some("a/labels"))).unwrap();
    assert_eq!(found, expected);
    // One array may serve as both; its bytes are labels only if there is one per sample.
    expect(
        read("y.npy", &named(None, Some("x"))),
        &["x: shape: [2, 3]", "float32"],
    );
    // Nothing is guessed, even when only one candidate is left.
    expect(
        read("labels.npy", &named(None, None)),
        &[
            "y: is not there; the file has x (2 × 3, uint8), labels (2, uint8): name",
            "--targets NAME",
        ],
    );
}

#[test]
fn a_long_list_of_arrays_is_cut_and_a_damaged_one_is_named() {
    const NAMES: [&str; 14] = [
        "0.npy", "1.npy", "2.npy", "3.npy", "4.npy", "5.npy", "6.npy", "7.npy", "8.npy", "9.npy",
        "10.npy", "11.npy", "12.npy", "13.npy",
    ];
    let entries = NAMES.map(|name| Entry::new(name, npy("<f4", "()", &[0; 4])));
    expect(
        dataset(&entries),
        &[
            "has 0 (one number, float32), 1 (",
            "11 (one number, float32), 2 more: name",
        ],
    );
    let words = Entry::new("words.npy", npy("<U4", "(2,)", &[0; 32]));
    expect(
        dataset(&[words, Entry::new("read me", vec![])]),
        &["has words (not readable), read me (no array): name"],
    );
    expect(dataset(&[]), &["the file has no array"]);
}
