use proptest::prelude::*;

use sha2::{Digest, Sha256};

use super::*;
use crate::dataset::text::hexadecimal;

/// A file assembled by hand.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), data].concat()
}

/// An entry of a header.
fn entry(name: &str, dtype: &str, shape: &str, start: usize, end: usize) -> String {
    format!(
        "\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{start},{end}]}}"
    )
}

fn of_entries(entries: &[String], data: &[u8]) -> Vec<u8> {
    file(&format!("{{{}}}  ", entries.join(",")), data)
}

fn one(dtype: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    of_entries(&[entry("fc.0.weight", dtype, shape, 0, data.len())], data)
}

fn two() -> Vec<u8> {
    let entries = [
        entry("fc.0.weight", "F32", "[2]", 0, 8),
        entry("fc.0.bias", "F32", "[1]", 8, 12),
    ];
    of_entries(&entries, &[0; 12])
}

#[track_caller]
fn expect(file: &[u8], words: &[&str]) {
    let error = Checkpoint::parse("w.st", file).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Input);
    for word in words.iter().chain(&["w.st: "]) {
        let message = &error.message;
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

#[test]
fn every_type_is_rounded_to_the_nearest() {
    let read = |dtype: &str, data: &[u8]| {
        let checkpoint = Checkpoint::parse("w", &one(dtype, "[1]", data)).unwrap();
        let values = checkpoint.tensors[0].real().unwrap().to_vec();
        assert_eq!(checkpoint.tensors[0].dtype.name(), dtype);
        assert_eq!(checkpoint.weights(), 1);
        (values[0], checkpoint.rounded())
    };
    assert_eq!(read("F32", &(-1.5f32).to_le_bytes()), (-1.5, 0));
    assert_eq!(read("F64", &(-1.5f64).to_le_bytes()), (-1.5, 0));
    assert_eq!(read("F64", &0.1f64.to_le_bytes()), (0.1, 1));
    assert_eq!(read("F16", &[0x00, 0x3e]), (1.5, 0));
    assert_eq!(read("F16", &[0x01, 0x00]), (2.0f32.powi(-24), 0));
    assert_eq!(read("BF16", &[0xc0, 0x3f]), (1.5, 0));
}

#[test]
fn counters_stay_whole_and_are_no_weights() {
    let name = "bn1.num_batches_tracked";
    let data = 7i64.to_le_bytes();
    let read = |dtype| of_entries(&[entry(name, dtype, "[]", 0, 8)], &data);
    let checkpoint = Checkpoint::parse("w", &read("I64")).unwrap();
    assert_eq!(checkpoint.tensors[0].values, Values::Whole(vec![7]));
    assert_eq!(checkpoint.tensors[0].dtype, Dtype::I64);
    assert_eq!((checkpoint.weights(), checkpoint.rounded()), (0, 0));
    expect(&read("F64"), &[name, "a counter of batches is I64"]);
}

#[test]
fn other_types_are_refused_by_name() {
    for (dtype, width) in [("I64", 8), ("I8", 1), ("F8_E4M3", 1), ("C64", 8), ("?", 4)] {
        let file = one(dtype, "[2]", &vec![0; 2 * width]);
        expect(&file, &["fc.0.weight", &format!("is {dtype}"), ".float()"]);
    }
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    for (dtype, bytes) in [
        ("F32", f32::NAN.to_le_bytes().to_vec()),
        ("F32", f32::INFINITY.to_le_bytes().to_vec()),
        ("F64", (-1e39f64).to_le_bytes().to_vec()),
        ("F16", vec![0x00, 0xfc]),
        ("BF16", vec![0xc0, 0x7f]),
    ] {
        let data = [vec![0; bytes.len()], bytes].concat();
        expect(
            &one(dtype, "[2]", &data),
            &["fc.0.weight", "element 1", "NaN"],
        );
    }
}

#[test]
fn every_truncation_and_every_byte_too_many_is_refused() {
    let mut file = two();
    for end in 0..file.len() {
        expect(&file[..end], &["cut short"]);
    }
    file.push(0);
    expect(&file, &["bytes after it"]);
}

#[test]
fn a_lying_header_is_refused_without_allocation() {
    let mut file = two();
    file[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    expect(&file, &["header", "18446744073709551615 bytes"]);
    for shape in [
        "[3]",
        "[1]",
        "[]",
        "[0]",
        "[4294967296,4294967296]",
        "[18446744073709551615]",
    ] {
        let words = ["fc.0.weight", "bytes 0 to 8", "of F32"];
        expect(&one("F32", shape, &[0; 8]), &words);
    }
    let backwards = of_entries(&[entry("a", "F32", "[1]", 8, 4)], &[0; 8]);
    expect(&backwards, &["a: bytes 8 to 4"]);
    let far = entry("a", "F32", "[1]", 1 << 62, (1 << 62) + 4);
    expect(&of_entries(&[far], &[0; 8]), &["a: does not begin"]);
}

#[test]
fn overlaps_and_gaps_are_refused_by_name() {
    for start in [0, 4, 12] {
        let entries = [
            entry("first", "F32", "[2]", 0, 8),
            entry("second", "F32", "[2]", start, start + 8),
        ];
        let file = of_entries(&entries, &vec![0; start + 8]);
        expect(&file, &["does not begin where the tensor before it ends"]);
    }
}

#[test]
fn a_name_twice_is_refused() {
    let entries = [
        entry("same", "F32", "[1]", 0, 4),
        entry("same", "F32", "[1]", 0, 4),
    ];
    expect(&of_entries(&entries, &[0; 4]), &["same: occurs twice"]);
    let escaped = [
        entry("same", "F32", "[1]", 0, 4),
        entry("s\\u0061me", "F32", "[1]", 0, 4),
    ];
    expect(&of_entries(&escaped, &[0; 4]), &["same: occurs twice"]);
}

#[test]
fn what_is_no_header_is_refused() {
    expect(&file("{}", &[]), &["there is no tensor"]);
    expect(&file("{\"__metadata__\":{}}", &[]), &["there is no tensor"]);
    expect(&file("[]", &[]), &["does not begin with {"]);
    expect(&file("", &[]), &["begins with zeros", "never filled"]);
    expect(&file("{\"a\":1}", &[]), &["header", "a: "]);
    expect(&file("{\"a\"", &[]), &["header", "EOF"]);
    expect(
        &file(&"{\"a\":".repeat(10_000), &[]),
        &["header", "recursion"],
    );
    let more = entry("a", "F32", "[1]", 0, 4).replace('}', ",\"more\":1}");
    expect(&of_entries(&[more], &[0; 4]), &["a: unknown field"]);
    let long = format!("{{{}}}", " ".repeat(10_000_000));
    expect(&file(&long, &[]), &["header", "up to 10000000"]);
    let metadata = "\"__metadata__\":{\"format\":1}".to_owned();
    let entries = [metadata, entry("a", "F32", "[1]", 0, 4)];
    expect(&of_entries(&entries, &[0; 4]), &["header"]);
}

#[test]
fn a_bare_pickle_is_refused_with_the_way_to_save_it_again() {
    for (magic, what) in [
        (
            &b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P"[..],
            "before version 1.6",
        ),
        (b"\x80\x02}q\x00.aaaaaaaa", "a pickle without the zip file"),
    ] {
        expect(magic, &[what, "torch.save(torch.load("]);
    }
    expect(b"PK\x03\x04aaaaaaaa", &["zip file: is cut short"]);
    // A header of 0x0280 bytes begins like a pickle.
    let padding = " ".repeat(0x0280 - entry("a", "F32", "[1]", 0, 4).len() - 2);
    let header = format!("{{{}}}{padding}", entry("a", "F32", "[1]", 0, 4));
    let bytes = file(&header, &[0; 4]);
    assert_eq!(bytes[..2], [0x80, 2]);
    assert!(Checkpoint::parse("w", &bytes).is_ok());
}

/// The order in which tensors of these names are returned when the file has them in another order.
fn ordered(names: &[&str], metadata: Option<&str>) -> Result<Vec<String>> {
    let mut entries: Vec<String> = metadata
        .map(|order| format!("\"__metadata__\":{{\"order\":{order:?}}}"))
        .into_iter()
        .collect();
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    for (i, name) in sorted.into_iter().enumerate() {
        let dtype = if name.ends_with("num_batches_tracked") {
            "I64"
        } else {
            "F64"
        };
        entries.push(entry(name, dtype, "[]", 8 * i, 8 * i + 8));
    }
    let file = of_entries(&entries, &vec![0; 8 * names.len()]);
    let tensors = Checkpoint::parse("w.st", &file)?.tensors;
    Ok(tensors.into_iter().map(|tensor| tensor.name).collect())
}

#[test]
fn names_are_put_in_the_order_of_the_network() {
    let fnn = [
        "fc.0.weight",
        "fc.0.bias",
        "fc.2.weight",
        "fc.2.bias",
        "fc.10.weight",
    ];
    let vgg = [
        "features.0.weight",
        "features.0.bias",
        "features.11.weight",
        "classifier.weight",
    ];
    let lenet = [
        "conv1.weight",
        "conv1.bias",
        "conv2.weight",
        "fc1.weight",
        "fc2.weight",
    ];
    let resnet = [
        "conv1.weight",
        "bn1.weight",
        "bn1.bias",
        "bn1.running_mean",
        "bn1.running_var",
        "bn1.num_batches_tracked",
        "layer1.0.conv1.weight",
        "layer1.0.bn1.weight",
        "layer1.0.conv2.weight",
        "layer1.0.bn2.weight",
        "layer1.0.shortcut.0.weight",
        "layer1.0.shortcut.1.weight",
        "layer1.1.conv1.weight",
        "layer2.0.conv1.weight",
        "linear.weight",
        "linear.bias",
    ];
    for names in [&fnn[..], &vgg, &lenet, &resnet] {
        assert_eq!(ordered(names, None).unwrap(), names);
    }
}

#[test]
fn the_order_of_the_exporter_comes_first() {
    let names = ["b.weight", "a.bias", "a.weight"];
    assert_eq!(
        ordered(&names, Some("b.weight\na.bias\na.weight")).unwrap(),
        names
    );
    for (order, word) in [
        ("b.weight\na.bias", "does not name \"a.weight\""),
        ("b.weight\na.bias\na.bias", "\"a.bias\" twice"),
        ("b.weight\na.bias\na.weight\nc", "has 4 names"),
    ] {
        let message = ordered(&names, Some(order)).unwrap_err().message;
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn the_digest_is_that_of_the_file_and_a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    std::fs::write(&path, two()).unwrap();
    let checkpoint = Checkpoint::read(&path).unwrap();
    assert_eq!(checkpoint.digest, hexadecimal(&Sha256::digest(two())));
    let message = Checkpoint::read(Path::new("no/such")).unwrap_err().message;
    assert!(message.contains("no/such: cannot be read"), "{message}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        tensors in prop::collection::btree_map(
            "[a-z]{1,3}[.][0-9]{1,3}",
            prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL, 0..5),
            1..6,
        ),
    ) {
        let (mut entries, mut data) = (Vec::new(), Vec::new());
        for (name, values) in &tensors {
            let start = data.len();
            data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            let shape = format!("[{}]", values.len());
            entries.push(entry(name, "F32", &shape, start, data.len()));
        }
        let checkpoint = Checkpoint::parse("w", &of_entries(&entries, &data)).unwrap();
        prop_assert_eq!(checkpoint.tensors.len(), tensors.len());
        for tensor in &checkpoint.tensors {
            prop_assert_eq!(tensor.real().unwrap(), &tensors[&tensor.name][..]);
        }
    }
}
