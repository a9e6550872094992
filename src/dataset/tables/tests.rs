use std::io::Write;

use super::*;
use crate::error::expect;
use crate::model::golden;

fn told(meaning: Meaning) -> Told {
    Told {
        meaning: Some(meaning),
        ..Told::default()
    }
}

/// An npy file of f64.
fn npy_of(shape: &str, numbers: &[f64]) -> Vec<u8> {
    let text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.as_bytes());
    file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    file
}

fn npz_of(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PLANE: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];

#[test]
fn one_model_is_read_from_every_format() {
    let inputs = || npy_of("(3, 2)", &PLANE);
    let jacobians = npz_of(&[("jacobians", npy_of("(3, 1, 2)", &PLANE))]);
    let other = Told {
        array: Some("x".to_owned()),
        ..told(Meaning::Inputs)
    };
    let json = br#" {"kind":"linear","inputs":[["1","0"],["0","1"],["1","1"]]}"#.to_vec();
    for (place, bytes, told) in [
        ("m.npy", inputs(), told(Meaning::Inputs)),
        ("/dev/fd/63", inputs(), told(Meaning::Inputs)),
        (
            "m.npz",
            npz_of(&[("inputs", inputs()), ("y", inputs())]),
            Told::default(),
        ),
        ("m.npz", npz_of(&[("x", inputs())]), other),
        ("m.npz", jacobians, Told::default()),
        (
            "m.csv",
            b"1,0\n0,1\n\n1.0,4/4\n".to_vec(),
            told(Meaning::Inputs),
        ),
        (
            "m.txt",
            b"1,0\r\n0,1\r\n1, 1e0".to_vec(),
            told(Meaning::Inputs),
        ),
        ("m.json", json, Told::default()),
    ] {
        let model = parse(place, bytes, &told).unwrap();
        assert_eq!(model.quadratic(), golden::three_inputs(), "{place}");
    }
}

#[test]
fn floating_point_numbers_are_the_rationals_that_they_are() {
    let read = |bytes, told| match parse("m", bytes, &told).unwrap() {
        Model::Linear(model) => model.inputs()[0][0].to_string(),
        other => panic!("{other}"),
    };
    let tenth = "3602879701896397/36028797018963968";
    assert_eq!(read(npy_of("(1, 1)", &[0.1]), told(Meaning::Inputs)), tenth);
    assert_eq!(read(b"0.1".to_vec(), told(Meaning::Inputs)), "1/10");
    let large = Exact::from_f64(1e300).unwrap().to_string();
    assert_eq!(
        read(npy_of("(1, 1)", &[1e300]), told(Meaning::Inputs)),
        large
    );
}

#[test]
fn what_an_array_is_must_be_said() {
    let inputs = || npy_of("(3, 2)", &PLANE);
    let refused = |place: &str, bytes, told: &Told, words: &[&str]| {
        expect(parse(place, bytes, told), words);
    };
    let nothing = Told::default();
    refused(
        "m.npy",
        inputs(),
        &nothing,
        &["m.npy: array: ", "--as inputs"],
    );
    refused(
        "m.csv",
        b"1".to_vec(),
        &nothing,
        &["m.csv: array: ", "--as"],
    );
    let unnamed = || npz_of(&[("x", inputs())]);
    refused(
        "m.npz",
        unnamed(),
        &nothing,
        &["has x (3 × 2, float64)", "--array NAME"],
    );
    let named = Told {
        array: Some("x".to_owned()),
        ..Told::default()
    };
    refused(
        "m.npz",
        unnamed(),
        &named,
        &["does not say what it is", "--as"],
    );
    refused(
        "m.npz",
        unnamed(),
        &told(Meaning::Inputs),
        &["m.npz: inputs: is not there", "--array"],
    );
    let both = npz_of(&[("inputs", inputs()), ("hessians", inputs())]);
    refused("m.npz", both, &nothing, &["inputs and hessians", "--as"]);
    let factor = npz_of(&[("jacobians", inputs()), ("factor", npy_of("()", &[0.5]))]);
    refused(
        "m.npz",
        factor,
        &nothing,
        &["m.npz: factor: ", "--factor 2/3"],
    );
    let of_npz = Told {
        array: Some("x".to_owned()),
        ..told(Meaning::Inputs)
    };
    refused(
        "m.npy",
        inputs(),
        &of_npz,
        &["--array: x: ", "m.npy is none"],
    );
    let json = br#"{"kind":"linear","inputs":[["1"]]}"#.to_vec();
    refused(
        "m.json",
        json,
        &told(Meaning::Inputs),
        &["--as: inputs: ", "m.json is JSON"],
    );
}

#[test]
fn a_fault_of_a_csv_file_names_its_line_and_its_mend() {
    let refused = |text: &str, words: &[&str]| {
        let model = parse("m.csv", text.as_bytes().to_vec(), &told(Meaning::Inputs));
        expect(model, words);
    };
    refused("", &["m.csv: text: is empty"]);
    refused("x1,x2\n1,2", &["line 1, column 1: \"x1\"", "line of names"]);
    refused("1,2\n\n3", &["line 3: has 1 numbers", "have 2"]);
    refused("1,2\n1 2,3", &["line 2, column 1", "by commas"]);
    refused("1;2", &["by commas"]);
    refused("1,2\n3,", &["line 2, column 2: is empty"]);
    refused("1,2\n3,nan", &["line 2, column 2: \"nan\" is not a number"]);
    refused("1,1/0", &["divides by zero"]);
    expect(
        parse("m.csv", b"1,\xff".to_vec(), &told(Meaning::Inputs)),
        &["m.csv: byte 2: is not UTF-8"],
    );
}

#[test]
fn a_product_that_numpy_rounded_is_told_its_mend() {
    // (3/10, 7/10)ᵀ(3/10, 7/10) as f64 rounds it.
    let j = [0.3, 0.7];
    let products: Vec<f64> = j.iter().flat_map(|a| j.map(|b| a * b)).collect();
    let hessians = npy_of("(1, 2, 2)", &products);
    let model = parse("h.npy", hessians, &told(Meaning::Hessians));
    expect(
        model,
        &[
            "h.npy: hessians[0]: has a negative eigenvalue",
            "rounding",
            "\"jacobians\"",
        ],
    );
    let jacobians = npy_of("(1, 1, 2)", &j);
    parse("j.npy", jacobians, &told(Meaning::Jacobians)).unwrap();
}
