//! Files written by NumPy, safetensors and PyTorch are read as the numbers that were written.

mod pytorch;

use std::fs::File;
use std::path::{Path, PathBuf};

use sgd_stability::dataset::checkpoint::{Checkpoint, Dtype, Values};
use sgd_stability::dataset::npy::{self, Array, Elements};
use sgd_stability::dataset::{Dataset, Source, Split, Targets, load};

fn path(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers/python");
    Path::new(folder).join(name)
}

fn dataset(name: &str) -> Dataset {
    load(&Source::named(path(name)), Split::Train, None, None).unwrap()
}

fn refusal(name: &str) -> String {
    let error = load(&Source::named(path(name)), Split::Train, None, None).unwrap_err();
    error.message
}

fn labels(labels: &[usize], classes: usize) -> Targets {
    let labels = labels.to_vec();
    Targets::Labels { labels, classes }
}

/// Numbers whose element i is i / 8.
fn eighths() -> Vec<f32> {
    (0..24u8).map(|i| f32::from(i) / 8.0).collect()
}

#[test]
fn floating_point_samples_of_numpy_are_read_in_every_order_and_precision() {
    for (name, targets) in [
        ("c_float32.npz", labels(&[3, 0], 4)),
        (
            "fortran_big_float64.npz",
            Targets::Values {
                values: vec![-2.5, -1.5, -0.5, 0.5, 1.5, 2.5],
                outputs: 3,
            },
        ),
        ("float16.npz", labels(&[1, 2], 3)),
    ] {
        let data = dataset(name);
        assert_eq!(data.shape, [3, 4], "{name}");
        assert_eq!(data.inputs, eighths(), "{name}");
        assert_eq!(data.targets, targets, "{name}");
    }
}

#[test]
fn whole_numbers_of_numpy_are_pixels_when_bytes_and_themselves_when_not() {
    let pixels = dataset("pixels.npz");
    assert_eq!(pixels.shape, [1, 3, 4]);
    let expected: Vec<f32> = (0..24u8).map(|i| f32::from(i) / 255.0).collect();
    assert_eq!(pixels.inputs, expected);
    assert_eq!(pixels.targets, labels(&[0, 1], 2));
    let truth = dataset("truth.npz");
    let expected: Vec<f32> = (0..24u8).map(|i| f32::from(i) - 3.0).collect();
    assert_eq!(truth.inputs, expected);
    assert_eq!(truth.targets, labels(&[1, 0], 2));
}

#[test]
fn the_later_versions_of_npy_are_read() {
    let expected = Array {
        shape: vec![2, 3],
        elements: Elements::Real(vec![0., 0.25, 0.5, 0.75, 1., 1.25]),
    };
    for name in ["version_2.npy", "version_3.npy"] {
        let file = File::open(path(name)).expect("the file");
        assert_eq!(npy::read(name, file).unwrap(), expected);
    }
}

#[test]
fn python_objects_and_records_are_refused_by_name() {
    let message = refusal("objects.npz");
    assert!(message.contains("objects.npz: y: dtype: "), "{message}");
    assert!(message.contains("Python objects"), "{message}");
    let message = refusal("structure.npz");
    assert!(message.contains("structure.npz: x: dtype: "), "{message}");
    assert!(message.contains("structure"), "{message}");
}

/// Asserts that element i of the k-th weight is k + i / 8 and a counter is k, in the order of the state
/// dictionary, which the writer did not keep.
fn check_numbered(checkpoint: &Checkpoint) {
    for (k, tensor) in checkpoint.tensors.iter().enumerate() {
        let size = tensor.shape.iter().product();
        let expected = match tensor.values {
            Values::Real { .. } => Values::Real {
                values: (0..size).map(|i| k as f32 + i as f32 / 8.0).collect(),
                rounded: 0,
                exact: None,
            },
            Values::Whole(_) => Values::Whole(vec![k as i64]),
        };
        assert_eq!(tensor.values, expected, "{k}: {}", tensor.name);
    }
}

#[test]
fn state_dictionaries_of_pytorch_are_put_in_order() {
    let fnn = Checkpoint::read(&path("fnn.safetensors")).unwrap();
    assert_eq!((fnn.tensors.len(), fnn.weights()), (22, 11 * 6));
    assert_eq!(fnn.tensors[2].name, "fc.2.weight");
    assert_eq!(fnn.tensors[2].shape, [2, 2]);
    check_numbered(&fnn);
    let resnet = Checkpoint::read(&path("resnet.safetensors")).unwrap();
    let counters = resnet
        .tensors
        .iter()
        .filter(|tensor| tensor.dtype == Dtype::I64);
    assert_eq!(counters.count(), 6);
    check_numbered(&resnet);
}

#[test]
fn every_precision_is_read_in_the_order_of_the_exporter() {
    let checkpoint = Checkpoint::read(&path("precisions.safetensors")).unwrap();
    let tensors = checkpoint.tensors.iter();
    let read: Vec<_> = tensors
        .map(|tensor| (&*tensor.name, tensor.dtype, tensor.real().unwrap()))
        .collect();
    let expected: [(_, _, &[f32]); 3] = [
        ("last.weight", Dtype::F64, &[0.1, 0.5]),
        ("first.weight", Dtype::F16, &[1.5, -(2f32.powi(-24))]),
        (
            "middle.weight",
            Dtype::Bf16,
            &[1.5, -f32::from_bits(1 << 19)],
        ),
    ];
    assert_eq!(read, expected);
    assert_eq!(checkpoint.rounded(), 1);
}
