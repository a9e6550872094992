use proptest::prelude::*;

use super::*;

/// The pickle of these opcodes, with its beginning and its end.
fn pickle(parts: &[&[u8]]) -> Vec<u8> {
    [&b"\x80\x02"[..], &parts.concat(), b"."].concat()
}

fn text(text: &str) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [b"X", &length[..], text.as_bytes()].concat()
}

/// The value of a pickle of these opcodes.
fn value(parts: &[&[u8]]) -> Value<'static> {
    let bytes = pickle(parts).leak();
    let pickle = interpret("w.pt", bytes).unwrap();
    pickle.value(pickle.root).clone()
}

#[track_caller]
fn expect(bytes: &[u8], words: &[&str]) {
    crate::error::expect(interpret("w.pt", bytes), words);
}

#[test]
fn numbers_of_every_length_are_themselves() {
    for (code, number) in [
        (&b"K\xff"[..], 255),
        (b"M\xff\xff", 65_535),
        (b"J\xfe\xff\xff\xff", -2),
        (b"\x8a\x00", 0),
        (b"\x8a\x01\xff", -1),
        (b"\x8a\x02\xff\x00", 255),
        (b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", i64::MAX),
        (b"\x8b\x01\x00\x00\x00\x80", -128),
    ] {
        assert_eq!(value(&[code]), Value::Number(number));
    }
    for code in [
        &b"N"[..],
        b"\x88",
        b"\x89",
        b"\x8a\x09123456789",
        b"X\x01\0\0\0\xff",
    ] {
        assert_eq!(value(&[code]), Value::Plain);
    }
    assert_eq!(value(&[&text("é")]), Value::Text("é"));
    let tenth = [b"G", &0.1_f64.to_be_bytes()[..]].concat();
    assert_eq!(value(&[&tenth]), Value::Float(0.1));
}

#[test]
fn collections_are_filled_and_remembered() {
    let Value::Tuple(items) = value(&[b"(K\x01K\x02K\x03t"]) else {
        panic!("no tuple");
    };
    assert_eq!(items.len(), 3);
    for (code, count) in [(0x85, 1), (0x86, 2), (0x87, 3)] {
        let Value::Tuple(items) = value(&[b"NNN", &[code]]) else {
            panic!("no tuple");
        };
        assert_eq!(items.len(), count);
    }
    let Value::List(items) = value(&[b"]K\x01a(K\x02K\x03e"]) else {
        panic!("no list");
    };
    assert_eq!(items.len(), 3);
    let Value::Tuple(items) = value(&[b"K\x07q\x05r\x00\x01\x00\x000h\x05j\x00\x01\x00\x00\x86"])
    else {
        panic!("no tuple");
    };
    assert_eq!(items[0], items[1]);
    // A dictionary that is filled after it was remembered is filled wherever it is.
    let bytes = pickle(&[b"]q\x00}q\x01a", b"h\x01", &text("a"), b"K\x07s0"]);
    let pickle = interpret("w.pt", &bytes).unwrap();
    let Value::List(items) = pickle.value(pickle.root) else {
        panic!("no list");
    };
    let Value::Dictionary(dictionary) = pickle.value(items[0]) else {
        panic!("no dictionary");
    };
    assert_eq!(pickle.text(dictionary.entries[0].key), Some("a"));
    assert_eq!(*pickle.value(dictionary.entries[0].value), Value::Number(7));
}

#[test]
fn a_list_of_itself_and_a_deep_nest_cost_nothing() {
    assert!(matches!(value(&[b"]q\x00h\x00a"]), Value::List(_)));
    let deep = [&[b']'; 1_000_000][..], &[b'a'; 999_999]].concat();
    assert!(matches!(value(&[&deep]), Value::List(items) if items.len() == 1));
}

#[test]
fn what_another_program_would_build_is_an_object_of_its_name() {
    let system = Global {
        module: "os",
        name: "system",
    };
    let call = &b"cos\nsystem\n"[..];
    for rest in [
        &b")R"[..],
        b"(X\x02\0\0\0lstR",
        b")\x81",
        b")R}b",
        b")R(NNu",
        b")RNa",
        b")R)R",
    ] {
        assert_eq!(value(&[call, rest]), Value::Object(system));
    }
    assert_eq!(value(&[call]), Value::Global(system));
    for code in [
        &b"ccollections\nOrderedDict\n)R"[..],
        b"ccollections\ndefaultdict\nc__builtin__\ndict\n\x85R",
    ] {
        assert!(matches!(value(&[code]), Value::Dictionary(_)));
    }
    let of_a_module = [b"}}", &text("_metadata")[..], b"Nsb"].concat();
    assert!(matches!(value(&[&of_a_module]), Value::Dictionary(it) if it.is_of_a_module));
}

/// The opcodes of a storage of floats with this class and number of elements.
fn storage(class: &str, count: u8) -> Vec<u8> {
    let class = format!("ctorch\n{class}\n");
    let (word, key) = (text("storage"), text("0"));
    [
        b"(",
        &word[..],
        class.as_bytes(),
        &key,
        &text("cpu"),
        &[b'K', count],
        b"tQ",
    ]
    .concat()
}

#[test]
fn tensors_are_views_of_storages() {
    const REBUILD: &[u8] = b"ctorch._utils\n_rebuild_tensor_v2\n";
    let float = storage("FloatStorage", 6);
    let sides = &b"K\x00K\x06\x85K\x01\x85"[..];
    let built = value(&[REBUILD, b"(", &float, sides, b"\x89}tR"]);
    assert!(matches!(built, Value::Tensor(TensorView { offset: 0, .. })));
    let built = value(&[
        b"ctorch._utils\n_rebuild_parameter\n(",
        REBUILD,
        b"(",
        &float,
        sides,
        b"\x89}tR\x88}tR",
    ]);
    assert!(matches!(built, Value::Tensor(_)));
    // A flag, such as that the numbers are to be negated, is not passed over.
    let negated = [
        REBUILD,
        b"(",
        &float,
        sides,
        b"\x89}}",
        &text("neg"),
        b"\x88stR",
    ]
    .concat();
    assert!(matches!(value(&[&negated]), Value::Object(it) if it.name == "_rebuild_tensor_v2"));
    let unknown = storage("QInt8Storage", 6);
    let built = value(&[REBUILD, b"(", &unknown, sides, b"\x89}tR"]);
    assert!(matches!(built, Value::Object(it) if it.name == "QInt8Storage"));
    for wrong in [
        &b"(tR"[..],
        b"(NNNNNNtR",
        b"(K\x01K\x01K\x01K\x01NNtR",
        b"NR",
        b"(NNNNNNNNNtR",
    ] {
        let words = ["data.pkl: byte ", "the file is damaged"];
        expect(&pickle(&[REBUILD, wrong]), &words);
    }
    for wrong in [&b"NQ"[..], b")Q", b"(NNNNNtQ", b"(X\x07\0\0\0storageNNNNtQ"] {
        expect(&pickle(&[wrong]), &["is no storage"]);
    }
}

#[test]
fn every_fault_is_named_with_its_byte() {
    for (bytes, words) in [
        (&b""[..], ["byte 0", "cut short"]),
        (b"\x80\x04.", ["byte 0", "protocol 4"]),
        (b"\x80\x02", ["byte 2", "cut short"]),
        (b"\x80\x02.", ["byte 2", "takes more"]),
        (b"\x80\x02(.", ["byte 3", "takes more"]),
        (b"\x80\x02N(0.", ["byte 4", "takes more"]),
        (b"\x80\x02u.", ["byte 2", "takes more"]),
        (b"\x80\x02q\x00.", ["byte 2", "takes more"]),
        (b"\x80\x02h\x07.", ["byte 2", "value 7 of the memo"]),
        (b"\x80\x02\xff.", ["byte 2", "the opcode 0xff"]),
        (b"\x80\x02i.", ["byte 2", "the opcode 0x69"]),
        (b"\x80\x02X\xff\xff\xff\xff.", ["byte 2", "cut short"]),
        (b"\x80\x02\x8b\xff\xff\xff\xff.", ["byte 2", "cut short"]),
        (b"\x80\x02cos\nsystem.", ["byte 2", "cut short"]),
        (b"\x80\x02c\xff\n\xff\n.", ["byte 2", "no text"]),
        (b"\x80\x02N)R.", ["byte 4", "calls what is no function"]),
        (
            b"\x80\x02cos\nsystem\nNR.",
            ["byte 14", "calls what is no function"],
        ),
        (b"\x80\x02NNNs.", ["byte 5", "no dictionary"]),
        (b"\x80\x02}(NNNu.", ["byte 7", "no dictionary"]),
        (b"\x80\x02NNa.", ["byte 4", "no list"]),
    ] {
        expect(bytes, &["w.pt: data.pkl: ", words[0], words[1]]);
    }
}

#[test]
fn the_number_of_values_is_bounded() {
    let many = vec![b'}'; 1 << 23];
    expect(&pickle(&[&many]), &["makes more than 4194304 values"]);
    expect(&vec![b'N'; LONGEST + 1], &["data.pkl: has 67108865 bytes"]);
}

proptest! {
    #[test]
    fn every_list_of_opcodes_ends(
        codes in prop::collection::vec(prop::sample::select(
            &b"N}])(tuseabRQqhK0c1X\x85\x86\x87\x81\x88\x8a.\n\x00\x01\x02"[..]), 0..200),
    ) {
        let _ = interpret("w.pt", &pickle(&[&codes]));
    }
}
