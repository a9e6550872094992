use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::{Checkpoint, Order};
use super::*;

/// A zip file of these entries.
fn zipped(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(method);
        file.start_file(*name, options).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.finish().unwrap().into_inner()
}

fn text(text: &str) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [b"X", &length[..], text.as_bytes()].concat()
}

fn numbers(numbers: &[i64]) -> Vec<u8> {
    let items = numbers.iter().flat_map(|number| {
        let bytes = number.to_le_bytes();
        [&b"\x8a\x08"[..], &bytes].concat()
    });
    [b"(".to_vec(), items.collect(), b"t".to_vec()].concat()
}

/// A view of the storage `0`.
struct Of {
    class: &'static str,
    count: i64,
    offset: i64,
    shape: Vec<i64>,
    strides: Vec<i64>,
}

/// A view of four floats.
fn view(offset: i64, shape: &[i64], strides: &[i64]) -> Of {
    Of {
        class: "FloatStorage",
        count: 4,
        offset,
        shape: shape.to_vec(),
        strides: strides.to_vec(),
    }
}

impl Of {
    fn pickled(&self) -> Vec<u8> {
        let long = |number: i64| [&b"\x8a\x08"[..], &number.to_le_bytes()].concat();
        let class = format!("(ctorch\n{}\n", self.class);
        [
            &b"ctorch._utils\n_rebuild_tensor_v2\n("[..],
            b"(",
            &text("storage"),
            &class.as_bytes()[1..],
            &text("0"),
            &text("cpu"),
            &long(self.count),
            b"tQ",
            &long(self.offset),
            &numbers(&self.shape),
            &numbers(&self.strides),
            b"\x89}tR",
        ]
        .concat()
    }
}

/// A dictionary of these names and values.
fn dictionary(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries = entries.iter();
    let entries = entries.flat_map(|(name, value)| [text(name), value.clone()].concat());
    [b"}(".to_vec(), entries.collect(), b"u".to_vec()].concat()
}

fn whole(value: &[u8]) -> Vec<u8> {
    [&b"\x80\x02"[..], value, b"."].concat()
}

/// A file with this value and four floats in the storage `0`.
fn file(value: &[u8]) -> Vec<u8> {
    let floats: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0]
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let entries = [("a/data.pkl", &whole(value)[..]), ("a/data/0", &floats)];
    zipped(&entries, CompressionMethod::Stored)
}

fn of(views: &[(&str, Of)]) -> Vec<u8> {
    let entries: Vec<_> = (views.iter())
        .map(|(name, view)| (*name, view.pickled()))
        .collect();
    file(&dictionary(&entries))
}

#[track_caller]
fn expect(file: &[u8], words: &[&str]) {
    crate::error::expect(
        Checkpoint::parse("w.pt", file),
        &[words, &["w.pt: "]].concat(),
    );
}

#[track_caller]
fn expect_key(value: &[u8], key: &str, words: &[&str]) {
    let choice = Choice::default().with_key(Some(key.to_owned())).unwrap();
    crate::error::expect(
        Checkpoint::parse_chosen("w.pt", &file(value), &choice),
        words,
    );
}

#[test]
fn views_that_no_tensor_has_are_refused() {
    const NONE: &str = "none of a tensor";
    const BEYOND: &str = "reaches beyond the 4 elements";
    const SHARED: &str = "share their memory";
    let far = i64::MAX;
    for (offset, shape, strides, fault) in [
        (0, &[5][..], &[1][..], BEYOND),
        (1, &[4], &[1], BEYOND),
        (4, &[1], &[1], BEYOND),
        (4, &[], &[], BEYOND),
        (0, &[2, 2], &[4, 1], BEYOND),
        (0, &[2], &[far], BEYOND),
        (far, &[2], &[far], BEYOND),
        (0, &[3, 3], &[far, far], BEYOND),
        (0, &[far], &[0], SHARED),
        (0, &[2, 2], &[1, 1], SHARED),
        (0, &[2, 2], &[0, 1], SHARED),
        (0, &[far, far], &[0, 0], NONE),
        (-1, &[1], &[1], NONE),
        (0, &[-1], &[1], NONE),
        (0, &[1], &[-1], NONE),
        (0, &[1], &[1, 1], NONE),
        (0, &[1; 65], &[1; 65], NONE),
    ] {
        expect(&of(&[("w", view(offset, shape, strides))]), &["w: ", fault]);
    }
}

#[test]
fn views_that_a_tensor_has_are_read() {
    let far = i64::MAX;
    for (offset, shape, strides, expected) in [
        (0, &[2, 2][..], &[2, 1][..], &[1.0_f32, 2.0, 3.0, 4.0][..]),
        (0, &[2, 2], &[1, 2], &[1.0, 3.0, 2.0, 4.0]),
        (3, &[1, 1], &[far, far], &[4.0]),
        (3, &[], &[], &[4.0]),
        (1, &[2], &[2], &[2.0, 4.0]),
        (0, &[2, 1, 2], &[2, 7, 1], &[1.0, 2.0, 3.0, 4.0]),
        (far, &[0, 3], &[far, far], &[]),
        (0, &[far, far, 0], &[far, far, far], &[]),
    ] {
        let file = of(&[("w", view(offset, shape, strides))]);
        let checkpoint = Checkpoint::parse("w.pt", &file).unwrap();
        assert_eq!(
            checkpoint.tensors[0].real().unwrap(),
            expected,
            "{shape:?} {strides:?}"
        );
    }
}

#[test]
fn tensors_of_one_storage_are_tied_apart_or_refused() {
    let columns = [("l", view(0, &[2], &[2])), ("r", view(1, &[2], &[2]))];
    assert_eq!(
        Checkpoint::parse("w", &of(&columns)).unwrap().tensors.len(),
        2
    );
    let same = [
        ("b", view(0, &[2, 2], &[2, 1])),
        ("c", view(0, &[2, 2], &[2, 1])),
    ];
    let tied = Checkpoint::parse("w", &of(&same)).unwrap();
    let alias = &tied.aliases[0];
    assert_eq!(
        (tied.tensors.len(), &alias.name[..], &alias.of[..]),
        (1, "c", "b")
    );
    for other in [
        view(0, &[2, 2], &[1, 2]),
        view(0, &[4], &[1]),
        view(1, &[2], &[2]),
        view(3, &[], &[]),
    ] {
        let views = [("a", view(0, &[2, 2], &[2, 1])), ("b", other)];
        expect(&of(&views), &["b: has numbers that a has too"]);
    }
}

#[test]
fn a_dictionary_that_a_module_made_keeps_its_order_and_a_sorted_one_does_not() {
    let order = |names: [&str; 2], end: &[u8]| {
        let [one, other] = names;
        let views = [(one, view(0, &[2], &[1])), (other, view(2, &[2], &[1]))];
        let entries = views.map(|(name, view)| (name, view.pickled()));
        let value = [&dictionary(&entries)[..], end].concat();
        Checkpoint::parse("w", &file(&value)).unwrap().order
    };
    let metadata = [b"}", &text("_metadata")[..], b"}sb"].concat();
    assert_eq!(order(["a", "b"], b""), Order::Lost);
    assert_eq!(order(["b", "a"], b""), Order::Kept);
    assert_eq!(order(["a", "b"], &metadata), Order::Kept);
}

#[test]
fn storages_that_are_not_what_the_pickle_says_are_refused() {
    let mut more = view(0, &[1], &[1]);
    more.count = 5;
    expect(
        &of(&[("w", more)]),
        &["data/0: is to have 5 elements of 4 bytes"],
    );
    let mut negative = view(0, &[1], &[1]);
    negative.count = -1;
    expect(&of(&[("w", negative)]), &["data/0: is to have -1 elements"]);
    let mut double = view(0, &[3], &[1]);
    (double.class, double.count) = ("DoubleStorage", 2);
    expect(&of(&[("w", double)]), &["reaches beyond the 2 elements"]);
    let mut whole_numbers = view(0, &[1], &[1]);
    whole_numbers.class = "IntStorage";
    expect(&of(&[("w", whole_numbers)]), &["w: is I32", "--ignore w"]);
    let pickled = whole(&dictionary(&[("w", view(0, &[1], &[1]).pickled())]));
    let entries = [("a/data.pkl", &pickled[..])];
    let file = zipped(&entries, CompressionMethod::Stored);
    expect(&file, &["data/0: is not in the file"]);
}

#[test]
fn zip_files_that_torch_does_not_write_are_refused() {
    let pickled = whole(&dictionary(&[("w", view(0, &[4], &[1]).pickled())]));
    let good = [
        ("a/data.pkl", &pickled[..]),
        ("a/data/0", &[0; 16]),
        ("a/byteorder", b"little"),
    ];
    let stored = |entries: &[(&str, &[u8])]| zipped(entries, CompressionMethod::Stored);
    assert!(Checkpoint::parse("w", &stored(&good)).is_ok());
    expect(
        &zipped(&good, CompressionMethod::Deflated),
        &["is compressed"],
    );
    let big = [good[0], good[1], ("a/byteorder", b"big")];
    expect(&stored(&big), &["byteorder: is \"big\"", "little endian"]);
    let program = [good[0], good[1], ("a/constants.pkl", b"")];
    expect(&stored(&program), &["is a TorchScript program"]);
    expect(&stored(&[("x.npy", b"")]), &["a zip file with no data.pkl"]);
    let two = [good[0], good[1], ("b/data.pkl", &pickled)];
    expect(&stored(&two), &["with more than one data.pkl"]);
    expect(&stored(&[("a/b/data.pkl", &pickled)]), &["no data.pkl"]);
    let file = stored(&good);
    for end in (4..file.len()).step_by(7) {
        expect(&file[..end], &["zip file: is cut short or damaged"]);
    }
    // A changed number does not have the checksum of the entry.
    let mut changed = file.clone();
    let at = file.windows(16).position(|bytes| bytes == [0; 16]).unwrap();
    changed[at] = 1;
    expect(&changed, &["data/0: cannot be read", "hecksum"]);
}

#[test]
fn entries_that_are_no_tensors_are_passed_over_or_refused_by_name() {
    let tensor = || view(0, &[4], &[1]).pickled();
    let passed = [
        ("w", tensor()),
        ("epoch", b"K\x03".to_vec()),
        ("more", b"]".to_vec()),
    ];
    let checkpoint = Checkpoint::parse("w", &file(&dictionary(&passed))).unwrap();
    assert_eq!(checkpoint.without_numbers, ["epoch", "more"]);
    let object = [("w", tensor()), ("run", b"cos\nsystem\n)R".to_vec())];
    expect(
        &file(&dictionary(&object)),
        &["run: ", "os.system", "--ignore run"],
    );
    let choice = Choice::new(None, vec!["run".to_owned()]).unwrap();
    let chosen = Checkpoint::parse_chosen("w", &file(&dictionary(&object)), &choice).unwrap();
    assert_eq!(chosen.ignored, ["run"]);
    let twice = [("w", tensor()), ("w", tensor())];
    expect(&file(&dictionary(&twice)), &["w: occurs twice"]);
    let mut number = dictionary(&[("w", tensor())]);
    number.extend_from_slice(b"K\x01Ns");
    expect(&file(&number), &["whose key is no text", "--key"]);
}

#[test]
fn a_key_is_asked_for_wherever_it_is_not_certain() {
    let inner = || dictionary(&[("w", view(0, &[4], &[1]).pickled())]);
    let nested = dictionary(&[
        ("a b", dictionary(&[("c", inner())])),
        ("epoch", b"N".to_vec()),
    ]);
    expect(
        &file(&nested),
        &["in which a b.c (1 tensor) has", "--key 'a b.c'"],
    );
    let both = dictionary(&[("best", view(0, &[], &[]).pickled()), ("model", inner())]);
    expect(
        &file(&both),
        &["the top (--key .) (1 tensor), model (1 tensor)"],
    );
    expect_key(
        &nested,
        "a b",
        &["--key: a b: is no dictionary with tensors"],
    );
    expect_key(&nested, "a b.c.w", &["is no dictionary with tensors"]);
    expect_key(&nested, "c", &["--key: c: is not in w.pt"]);
    for (value, key) in [(&nested, "a b.c"), (&both, "model"), (&both, ".")] {
        let choice = Choice::default().with_key(Some(key.to_owned())).unwrap();
        let read = Checkpoint::parse_chosen("w", &file(value), &choice).unwrap();
        assert_eq!(read.tensors.len(), 1, "{key}");
    }
    let dotted = dictionary(&[("a.b", inner())]);
    let choice = Choice::default().with_key(Some("a.b".to_owned())).unwrap();
    assert!(Checkpoint::parse_chosen("w", &file(&dotted), &choice).is_ok());
    for (value, words) in [
        (&b"]"[..], "holds no dictionary"),
        (b"}", "has no tensor in a dictionary by name"),
        (
            b"c__main__\nNet\n)R",
            "is an object that only its own program can build, __main__.Net",
        ),
        (
            &view(0, &[4], &[1]).pickled(),
            "is one tensor without a name",
        ),
    ] {
        expect(
            &file(value),
            &["file: ", words, "torch.save(model.state_dict(), FILE)"],
        );
    }
    let model = dictionary(&[("net", b"c__main__\nNet\n)R".to_vec())]);
    expect(
        &file(&model),
        &["its entry \"net\" is an object", "__main__.Net"],
    );
    assert!(Choice::default().with_key(Some(String::new())).is_err());
}

#[test]
fn prefixes_of_wrappers_are_taken_off_where_all_names_have_them() {
    let names = |all: &[&str]| {
        let count = all.len() as i64;
        let views: Vec<_> = (all.iter().zip(0..))
            .map(|(&name, at)| (name, view(at % count, &[], &[])))
            .collect();
        let read = Checkpoint::parse("w", &of(&views)).unwrap();
        let names = read.tensors.into_iter().map(|tensor| tensor.name);
        (read.wrapper, names.collect::<Vec<_>>().join(" "))
    };
    for (all, wrapper, rest) in [
        (
            &["module.a.weight", "module.b.weight"][..],
            "module.",
            "a.weight b.weight",
        ),
        (
            &["module._orig_mod.a", "module._orig_mod.b"],
            "module._orig_mod.",
            "a b",
        ),
        (&["model.a", "model.module.b"], "model.", "a module.b"),
        (&["model.a", "b"], "", "b model.a"),
        (&["models.a", "models.b"], "", "models.a models.b"),
        (&["model."], "", "model."),
    ] {
        assert_eq!(names(all), (wrapper.to_owned(), rest.to_owned()), "{all:?}");
    }
}
