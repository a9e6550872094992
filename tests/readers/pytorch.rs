//! Files that PyTorch wrote with `torch.save`.

use sgd_stability::dataset::checkpoint::{Checkpoint, Choice, Dtype, Order};
use sgd_stability::error::Result;

use super::{check_numbered, path};

fn at(name: &str, key: Option<&str>) -> Result<Checkpoint> {
    let choice = Choice::default().with_key(key.map(str::to_owned))?;
    Checkpoint::read_chosen(&path(name), &choice)
}

#[track_caller]
fn expect(read: Result<Checkpoint>, words: &[&str]) {
    let message = read.unwrap_err().message;
    for word in words {
        assert!(message.contains(word), "no {word:?} in {message:?}");
    }
}

#[test]
fn a_state_dictionary_is_the_same_from_torch_save_and_from_safetensors() {
    let (saved, exported) = (
        at("fnn.pt", None).unwrap(),
        at("fnn.safetensors", None).unwrap(),
    );
    check_numbered(&saved);
    let names = |checkpoint: &Checkpoint| {
        let tensors = checkpoint.tensors.iter();
        let of = tensors.map(|tensor| (tensor.name.clone(), tensor.shape.clone()));
        of.collect::<Vec<_>>()
    };
    assert_eq!(names(&saved), names(&exported));
    assert_eq!((saved.order, exported.order), (Order::Kept, Order::Lost));
    assert_eq!((saved.wrapper.as_str(), saved.ignored.len()), ("", 0));
    let wrapped = at("wrapped.pt", None).unwrap();
    check_numbered(&wrapped);
    assert_eq!(wrapped.wrapper, "module.");
    assert_eq!(
        names(&wrapped),
        names(&at("resnet.safetensors", None).unwrap())
    );
    let counters = wrapped.tensors.iter();
    let counters = counters.filter(|tensor| tensor.dtype == Dtype::I64);
    assert_eq!(counters.count(), 6);
}

#[test]
fn places_are_those_of_the_dictionary() {
    let checkpoint = at("fnn.pt", None).unwrap();
    let places: Vec<usize> = checkpoint
        .tensors
        .iter()
        .map(|tensor| tensor.start)
        .collect();
    assert_eq!(places, (0..22).collect::<Vec<_>>());
}

#[test]
fn views_are_read_through_their_strides() {
    let checkpoint = at("views.pt", None).unwrap();
    let eighths = |numbers: &[u8]| numbers.iter().map(|&n| f32::from(n) / 8.0).collect();
    let transposed: Vec<u8> = (0..6)
        .flat_map(|i| (0..4).map(move |j| 6 * j + i))
        .collect();
    let expected: [(&str, &[usize], Vec<f32>); 10] = [
        ("transposed", &[6, 4], eighths(&transposed)),
        ("part", &[2, 2], eighths(&[6, 8, 11, 13])),
        ("left", &[2, 2], eighths(&[0, 2, 4, 6])),
        ("right", &[2, 2], eighths(&[1, 3, 5, 7])),
        ("tied", &[2, 3], eighths(&[0, 1, 2, 3, 4, 5])),
        ("scalar", &[], vec![0.5]),
        ("empty", &[0, 3], vec![]),
        ("double", &[1, 2], vec![0.1, 0.5]),
        ("half", &[2], vec![1.5, -(2f32.powi(-24))]),
        ("brain", &[2], vec![1.5, -f32::from_bits(1 << 19)]),
    ];
    assert_eq!(checkpoint.tensors.len(), expected.len());
    for (name, shape, values) in expected {
        let name = format!("{name}.weight");
        let mut tensors = checkpoint.tensors.iter();
        let tensor = tensors
            .find(|tensor| tensor.name == name)
            .expect("a tensor");
        assert_eq!(
            (&tensor.shape[..], tensor.real().unwrap()),
            (shape, &values[..]),
            "{name}"
        );
    }
    let [alias] = &checkpoint.aliases[..] else {
        panic!("{:?}", checkpoint.aliases);
    };
    let of = (&alias.name[..], &alias.of[..], alias.start);
    assert_eq!(of, ("tied_too.weight", "tied.weight", Some(5)));
    assert_eq!(checkpoint.rounded(), 1);
    assert_eq!(checkpoint.without_numbers, ["epoch"]);
}

#[test]
fn a_key_leads_to_the_state_dictionary_among_objects_that_nobody_builds() {
    let checkpoint = at("run.pt", Some("model.state_dict")).unwrap();
    check_numbered(&checkpoint);
    assert_eq!(checkpoint.tensors.len(), 2);
    let flag = "give --key model.state_dict";
    expect(at("run.pt", None), &["run.pt: file: ", "(2 tensors)", flag]);
    let both = ["ema (2 tensors), model.state_dict (2 tensors)", "--key ema"];
    expect(at("averaged.pt", None), &both);
    check_numbered(&at("averaged.pt", Some("ema")).unwrap());
    for (key, words) in [
        (
            "none",
            &["--key: none: is not in", "model.state_dict (2 tensors)"][..],
        ),
        ("epoch", &["--key: epoch: is no dictionary with tensors"]),
        ("args", &["--key: args: is an object", "argparse.Namespace"]),
        (
            "best",
            &["--key: best: is an object", "numpy._core.multiarray.scalar"],
        ),
        (
            "optimizer",
            &["--key: optimizer: is no dictionary with tensors"],
        ),
    ] {
        expect(at("run.pt", Some(key)), words);
    }
    let words = ["--key: model: leads into the dictionaries", "--prefix"];
    expect(at("fnn.safetensors", Some("model")), &words);
}

/// The header of its first entry is as long as the two records between directory and end.
#[test]
fn a_name_of_twenty_one_letters_is_a_name() {
    let checkpoint = at("twenty-one-characters.pt", None).unwrap();
    check_numbered(&checkpoint);
    assert_eq!(checkpoint.tensors.len(), 2);
}

#[test]
fn what_is_no_state_dictionary_is_refused_with_the_mend() {
    const SAVE: &str = "torch.save(model.state_dict(), FILE)";
    for (name, words) in [
        (
            "whole.pt",
            &["file: is an object", "torch.nn.modules.linear.Linear", SAVE][..],
        ),
        (
            "before_1_6.pt",
            &["before version 1.6", "torch.save(torch.load("],
        ),
        (
            "overlap.pt",
            &["b.weight: has numbers that a.weight has too", ".clone()"],
        ),
        (
            "expanded.pt",
            &["a.weight: has elements that share", ".contiguous()"],
        ),
        (
            "sparse.pt",
            &[
                "its entry \"a.weight\" is a tensor of a kind",
                "torch._utils._rebuild_sparse_tensor",
            ],
        ),
        ("integers.pt", &["a.weight: is I64", ".float()"]),
    ] {
        expect(at(name, None), words);
    }
    let left = Choice::new(None, vec!["a".to_owned()]).unwrap();
    let read = Checkpoint::read_chosen(&path("overlap.pt"), &left).unwrap();
    assert_eq!(
        (read.tensors.len(), &read.ignored[..]),
        (1, &["a.weight".to_owned()][..])
    );
}
