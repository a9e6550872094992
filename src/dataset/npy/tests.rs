use proptest::prelude::*;

use super::*;

/// An npy file assembled by hand.
fn file(version: u8, text: &str, body: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match version {
        1 => file.extend((text.len() as u16).to_le_bytes()),
        _ => file.extend((text.len() as u32).to_le_bytes()),
    }
    file.extend(text.as_bytes());
    file.extend(body);
    file
}

fn text(descr: &str, fortran_order: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}     \n")
}

fn plain(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    file(1, &text(&format!("'{descr}'"), "False", shape), body)
}

#[track_caller]
fn expect(file: &[u8], words: &[&str]) {
    let error = read("a.npy", file).unwrap_err();
    assert_eq!(error.kind, crate::error::Kind::Input);
    for word in words.iter().chain(&["a.npy: "]) {
        assert!(
            error.message.contains(word),
            "no {word:?} in {:?}",
            error.message
        );
    }
}

#[test]
fn every_type_reads_its_own_bytes() {
    let whole = |descr, body: &[u8]| match read("a", &plain(descr, "(2,)", body)[..]).unwrap() {
        Array {
            elements: Elements::Whole(elements),
            ..
        } => elements,
        other => panic!("{other:?}"),
    };
    assert_eq!(whole("|b1", &[0, 1]), [0, 1]);
    assert_eq!(whole("|i1", &[0xff, 2]), [-1, 2]);
    assert_eq!(whole("<i2", &[0xfe, 0xff, 1, 0]), [-2, 1]);
    assert_eq!(whole(">i2", &[0xff, 0xfe, 0, 1]), [-2, 1]);
    assert_eq!(whole("<u2", &[0xfe, 0xff, 1, 0]), [65534, 1]);
    assert_eq!(
        whole(">i4", &[0xff, 0xff, 0xff, 0xfe, 0, 0, 1, 0]),
        [-2, 256]
    );
    assert_eq!(
        whole("<u4", &[0xff, 0xff, 0xff, 0xff, 0, 0, 1, 0]),
        [u32::MAX.into(), 65536]
    );
    let eight = [[0, 0, 0, 0, 0, 0, 0, 0x80], [1, 0, 0, 0, 0, 0, 0, 0]].concat();
    assert_eq!(whole("<i8", &eight), [i64::MIN, 1]);
    expect(&plain("<u8", "(2,)", &eight), &["element [0]", "int64"]);
    assert_eq!(
        whole("<u8", &[eight[8..].to_vec(), vec![0; 8]].concat()),
        [1, 0]
    );
    expect(&plain("|b1", "(2,)", &[1, 2]), &["element [1]", "neither"]);
}

#[test]
fn floating_point_numbers_are_what_they_are() {
    let real = |descr, body: &[u8]| match read("a", &plain(descr, "()", body)[..]).unwrap() {
        Array {
            elements: Elements::Real(elements),
            shape,
        } if shape.is_empty() => f64::from(elements[0]),
        Array {
            elements: Elements::Double(elements),
            shape,
        } if shape.is_empty() => elements[0],
        other => panic!("{other:?}"),
    };
    assert_eq!(real("<f2", &[0x00, 0x3e]), 1.5);
    assert_eq!(real(">f2", &[0x80, 0x01]), -(2.0f64.powi(-24)));
    assert_eq!(real(">f4", &[0x3f, 0xc0, 0, 0]), 1.5);
    let third = 1.0f64 / 3.0;
    assert_eq!(real("<f8", &third.to_le_bytes()), third);
    let halfway = 1.0 + f64::from(f32::EPSILON) / 2.0;
    assert_eq!(real(">f8", &halfway.to_be_bytes()), halfway);
    assert_eq!(real(">f8", &(-0.75f64).to_be_bytes()), -0.75);
}

#[test]
fn numbers_that_are_not_finite_are_named_by_their_index() {
    for (descr, bytes) in [
        ("<f2", vec![0, 0x7c]),
        ("<f4", f32::NAN.to_le_bytes().to_vec()),
        (">f4", f32::NEG_INFINITY.to_be_bytes().to_vec()),
        ("<f8", 1e39f64.to_le_bytes().to_vec()),
    ] {
        let mut body = vec![0; 6 * bytes.len()];
        body[4 * bytes.len()..5 * bytes.len()].copy_from_slice(&bytes);
        expect(&plain(descr, "(2, 3)", &body), &["element [1, 1]", "NaN"]);
        let text = text(&format!("'{descr}'"), "True", "(2, 3)");
        expect(&file(1, &text, &body), &["element [0, 2]", "NaN"]);
    }
}

#[test]
fn f64_may_be_read_in_its_whole_range() {
    let read = |number: f64| {
        let file = plain("<f8", "(1,)", &number.to_le_bytes());
        let mut source = &file[..];
        let header = Header::read("a.npy", &mut source).unwrap();
        header.read_body("a.npy", &mut source, Reach::Double)
    };
    for number in [1e39, f64::MAX, 5e-324, -1e-300] {
        assert_eq!(
            read(number).unwrap().elements,
            Elements::Double(vec![number])
        );
    }
    let message = read(f64::INFINITY).unwrap_err().message;
    assert!(
        message.contains("element [0]: is NaN or infinite"),
        "{message}"
    );
}

#[test]
fn the_header_may_have_any_version_order_of_keys_and_spacing() {
    let expected = Array {
        shape: vec![3, 1],
        elements: Elements::Bytes(vec![7, 8, 9]),
    };
    for version in 1..=3 {
        for text in [
            "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1), }   \n",
            "{\"shape\":(3,1),\"descr\":\"u1\",\"fortran_order\":True}",
            " { 'shape' : ( 3L , 1L ) , 'fortran_order' : False , 'descr' : '<u1' } \n",
        ] {
            let file = file(version, text, &[7, 8, 9]);
            assert_eq!(read("a", &file[..]).unwrap(), expected, "{text}");
        }
    }
    expect(&file(4, "{}", &[]), &["version", "is 4.0"]);
}

#[test]
fn every_truncation_and_every_byte_too_many_is_refused() {
    let mut file = plain("<f4", "(3,)", &[0; 12]);
    for end in 0..file.len() {
        let words: &[&str] = match end.checked_sub(file.len() - 12) {
            Some(come) => &["elements", &format!("after {come} of 12 bytes")],
            None => &["header", "cut short"],
        };
        expect(&file[..end], words);
    }
    file.push(0);
    expect(&file, &["elements", "go on"]);
}

#[test]
fn types_that_are_not_read_are_named() {
    let dtype = |descr: &str| file(1, &text(descr, "False", "(1,)"), &[0; 16]);
    expect(&dtype("'|O'"), &["dtype", "Python objects"]);
    expect(
        &dtype("[('a', '<f4'), ('b', '<i4', (2,))]"),
        &["the structure [('a', '<f4')"],
    );
    for name in ["<c8", "<M8[D]", "<f16", "|V8", "<i3", ""] {
        expect(
            &dtype(&format!("'{name}'")),
            &["dtype", name, "use float16"],
        );
    }
    for name in ["<U3", "|S4"] {
        let words = ["dtype", name, "number the classes"];
        expect(&dtype(&format!("'{name}'")), &words);
    }
    expect(&dtype("'f4'"), &["byte order"]);
    expect(&dtype("'|i8'"), &["byte order"]);
    expect(&dtype("None"), &["structure None"]);
}

#[test]
fn a_malformed_header_is_refused() {
    for text in [
        "",
        "{",
        "{}",
        "[]",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
        "{'descr': ('<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr: '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{descr: '<f4', 'fortran_order': False, 'shape': (1,)}",
    ] {
        expect(&file(1, text, &[0; 4]), &["header", "is not a dictionary"]);
    }
    expect(&file(1, "{\u{e9}}", &[]), &["is not a dictionary"]);
    let mut latin = file(1, "{...}", &[]);
    latin[11] = 0xe9;
    expect(&latin, &["header", "is not text"]);
    expect(b"\x93NUMPZ\x01\x00", &["magic", "numpy.save"]);
}

#[test]
fn a_lying_shape_neither_allocates_nor_overflows() {
    let shape = |shape: &str| plain("<f8", shape, &[0; 8]);
    for huge in [
        "(235200001,)",
        "(18446744073709551615,)",
        "(4294967296, 4294967296)",
        "(18446744073709551615, 18446744073709551615, 2)",
    ] {
        expect(&shape(huge), &["shape", huge, "235200000"]);
    }
    expect(&shape("(200000000,)"), &["after 8 of 1600000000"]);
    expect(&shape("(18446744073709551616,)"), &["has the dimension"]);
    expect(&shape("(-1,)"), &["has the dimension", "-1"]);
    expect(&shape("(0, 3)"), &["empty"]);
    expect(
        &shape("(18446744073709551615, 18446744073709551615, 0)"),
        &["empty"],
    );
    expect(&shape("[1]"), &["not a tuple"]);
    let many = format!("({})", "1,".repeat(65));
    expect(&shape(&many), &["64 dimensions"]);
    let mut long = file(2, "{}", &[]);
    long[8..12].fill(0xff);
    expect(&long, &["header", "4294967295 bytes"]);
}

/// The position in Fortran order of the element at a position in C order, computed from the definition
/// as a sum over the dimensions.
fn fortran_position(shape: &[usize], mut c_position: usize) -> usize {
    let mut index = vec![0; shape.len()];
    for axis in (0..shape.len()).rev() {
        index[axis] = c_position % shape[axis];
        c_position /= shape[axis];
    }
    let stride = |axis: usize| shape[..axis].iter().product::<usize>();
    (0..shape.len())
        .map(|axis| index[axis] * stride(axis))
        .sum()
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        (shape, values) in prop::collection::vec(1usize..5, 0..4).prop_flat_map(|shape| {
            let size = shape.iter().product::<usize>();
            (Just(shape), prop::collection::vec(any::<i32>(), size))
        }),
        is_fortran in any::<bool>(),
        is_big in any::<bool>(),
        version in 1u8..4,
    ) {
        let mut body = vec![[0; 4]; values.len()];
        for (i, value) in values.iter().enumerate() {
            let at = if is_fortran { fortran_position(&shape, i) } else { i };
            body[at] = if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
        }
        let descr = if is_big { "'>i4'" } else { "'<i4'" };
        let order = if is_fortran { "True" } else { "False" };
        let tuple: String = shape.iter().map(|dimension| format!("{dimension}, ")).collect();
        let file = file(version, &text(descr, order, &format!("({tuple})")), &body.concat());
        let array = read("a", &file[..]).unwrap();
        prop_assert_eq!(array.shape, shape);
        let values: Vec<i64> = values.into_iter().map(i64::from).collect();
        prop_assert_eq!(array.elements, Elements::Whole(values));
    }
}
