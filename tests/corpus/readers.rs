//! One function for each reader of untrusted bytes. Each asserts that reading ends in success or an input
//! error, and nothing else. The fuzz targets and the replay of their corpus both call these functions.

use std::io::{Cursor, Write};
use std::path::Path;

use sgd_stability::dataset::checkpoint::{Checkpoint, Choice};
use sgd_stability::dataset::{Selection, cifar, idx, npy, npz, tables};
use sgd_stability::decide::Certificate;
use sgd_stability::diagnosis::follow::Log;
use sgd_stability::error::{Kind, Result};
use sgd_stability::experiment::studies;
use sgd_stability::model::{Meaning, Model};
use sgd_stability::network::description;
use sgd_stability::sweep::Finished;

/// The name of the input in errors.
const PLACE: &str = "input";

/// A reader; it returns whether it accepted the bytes.
pub type Reader = fn(&[u8]) -> bool;

/// Every reader, with the name of its fuzz target, which is also that of its folder in `fuzz/corpus`.
pub const READERS: [(&str, Reader); 12] = [
    ("idx", read_idx),
    ("cifar", read_cifar),
    ("npy", read_npy),
    ("npz", read_npz),
    ("safetensors", read_safetensors),
    ("pickle", read_pickle),
    ("model", read_model),
    ("tables", read_tables),
    ("certificate", read_certificate),
    ("cell", read_cell),
    ("network", read_network),
    ("watch", read_watch),
];

/// Asserts success or an error of one line that names the place.
fn expect<T>(result: Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert_eq!(error.kind, Kind::Input, "{error}");
            assert_eq!(error.message.lines().count(), 1, "{error}");
            assert!(error.message.len() < 4096, "{error}");
            None
        }
    }
}

/// Reads an idx file of images or of labels.
pub fn read_idx(bytes: &[u8]) -> bool {
    let images = expect(idx::read::<3>(PLACE, bytes));
    let labels = expect(idx::read::<1>(PLACE, bytes));
    assert!(images.is_none() || labels.is_none());
    if let Some(images) = &images {
        assert_eq!(
            images.shape.iter().product::<usize>(),
            images.elements.len()
        );
    }
    images.is_some() || labels.is_some()
}

/// Reads a batch of CIFAR-10: all of it, and two images of two classes.
pub fn read_cifar(bytes: &[u8]) -> bool {
    let two = Selection::new(Some(&[1, 0]), Some(2)).expect("a selection");
    let some = expect(cifar::read(PLACE, bytes, &two));
    assert!(some.is_none_or(|images| images.samples() == 2));
    let whole = expect(cifar::read(PLACE, bytes, &Selection::default()));
    whole.is_some_and(|images| images.samples() * (1 + cifar::FEATURES) == bytes.len())
}

/// Reads a NumPy array.
pub fn read_npy(bytes: &[u8]) -> bool {
    let Some(array) = expect(npy::read(PLACE, bytes)) else {
        return false;
    };
    let size: usize = array.shape.iter().product();
    match array.elements {
        npy::Elements::Bytes(elements) => assert_eq!(elements.len(), size),
        npy::Elements::Whole(elements) => assert_eq!(elements.len(), size),
        npy::Elements::Real(elements) => {
            assert_eq!(elements.len(), size);
            assert!(elements.iter().all(|element| element.is_finite()));
        }
        npy::Elements::Double(elements) => {
            assert_eq!(elements.len(), size);
            assert!(elements.iter().all(|&element| (element as f32).is_finite()));
        }
    }
    true
}

/// Reads a NumPy data set: all of it, and a part.
pub fn read_npz(bytes: &[u8]) -> bool {
    let Some(data) = expect(npz::read(
        PLACE,
        Cursor::new(bytes),
        &npz::Arrays::default(),
    )) else {
        return false;
    };
    assert_eq!(data.inputs.len(), data.samples() * data.features());
    let two = Selection::new(Some(&[1, 0]), Some(2)).expect("a selection");
    expect(data.select(PLACE, &two));
    expect(data.first(1)).expect("a sample").digest();
    true
}

/// Reads the pickle in a file of `torch.save` that has three storages of 64 bytes.
pub fn read_pickle(bytes: &[u8]) -> bool {
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let numbers: Vec<u8> = (0..16u8).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    let storages = ["w/data/0", "w/data/1", "w/data/2"].map(|name| (name, &numbers[..]));
    for (name, bytes) in [("w/data.pkl", bytes)].into_iter().chain(storages) {
        file.start_file(name, stored).expect("an entry");
        file.write_all(bytes).expect("an entry");
    }
    let file = file.finish().expect("a zip file").into_inner();
    // A key leads past the question which dictionary is meant.
    let at_the_top = Choice::default().with_key(Some(".".to_owned()));
    let at_the_top = at_the_top.expect("a key");
    let read = expect(Checkpoint::parse_chosen(PLACE, &file, &at_the_top));
    read_safetensors(&file) || read.is_some()
}

/// Reads the weights of a network.
pub fn read_safetensors(bytes: &[u8]) -> bool {
    let Some(checkpoint) = expect(Checkpoint::parse(PLACE, bytes)) else {
        return false;
    };
    for tensor in &checkpoint.tensors {
        let size: usize = tensor.shape.iter().product();
        let real = tensor.real();
        assert!(real.is_none_or(|real| real.len() == size));
        assert!(real.is_none_or(|real| real.iter().all(|value| value.is_finite())));
    }
    for alias in &checkpoint.aliases {
        let mut tensors = checkpoint.tensors.iter();
        assert!(tensors.any(|tensor| tensor.name == alias.of));
    }
    // Every tensor but the last may be left out.
    let names = checkpoint.tensors.iter().map(|tensor| tensor.name.clone());
    let choice = Choice::new(None, names.take(1).collect());
    if let Some(chosen) = choice
        .ok()
        .and_then(|choice| expect(Checkpoint::parse_chosen(PLACE, bytes, &choice)))
    {
        // A tied tensor stays under its other name.
        let is_less = chosen.tensors.len() < checkpoint.tensors.len();
        assert!(is_less || !checkpoint.aliases.is_empty());
        assert!(!chosen.ignored.is_empty());
    }
    true
}

/// Reads a model file, and writes it again unchanged.
pub fn read_model(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let Some(model) = text.and_then(|text| expect(Model::parse(PLACE, text))) else {
        return false;
    };
    let again = serde_json::to_string(&model).expect("a model is JSON");
    assert_eq!(Model::parse(PLACE, &again).as_ref(), Ok(&model));
    true
}

/// Reads a model in arrays, in each of their meanings and by the names of the arrays, and writes it as JSON.
pub fn read_tables(bytes: &[u8]) -> bool {
    // Whether large matrices are semi-definite takes long to decide.
    const SMALL: usize = 512;
    let meanings = Meaning::ALL.map(Some).into_iter().chain([None]);
    let mut is_read = false;
    for meaning in meanings {
        let told = tables::Told {
            meaning,
            outputs: (meaning == Some(Meaning::Jacobians)).then_some(1),
            ..tables::Told::default()
        };
        let may_be_hessians = meaning.is_none_or(|meaning| meaning == Meaning::Hessians);
        if may_be_hessians && bytes.len() > SMALL {
            continue;
        }
        if let Some(model) = expect(tables::parse(PLACE, bytes.to_vec(), &told)) {
            is_read = true;
            let json = model.to_string();
            assert_eq!(Model::parse(PLACE, &json).as_ref(), Ok(&model));
        }
    }
    is_read
}

/// Reads a certificate, writes it again unchanged, and checks it if it is small.
pub fn read_certificate(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let Some(certificate) = text.and_then(|text| expect(Certificate::parse(PLACE, text))) else {
        return false;
    };
    let again = serde_json::to_string(&certificate).expect("a certificate is JSON");
    assert_eq!(Certificate::parse(PLACE, &again).as_ref(), Ok(&certificate));
    if let Err(error) = certificate.check() {
        assert_eq!(error.kind, Kind::Check, "{error}");
    }
    true
}

/// Reads a finished cell, and tries to make a report from it.
pub fn read_cell(bytes: &[u8]) -> bool {
    let Ok(finished) = serde_json::from_slice::<Finished>(bytes) else {
        return false;
    };
    let mut studies = studies().into_iter();
    let study = studies.find(|study| study.name == finished.experiment);
    study.is_some_and(|study| study.fits(&finished.cell, &finished.outcome))
}

/// Reads a list of layers in TOML; if it is accepted, the shapes of the layers fit together.
pub fn read_network(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let network = text.and_then(|text| expect(description::parse(text, Path::new(PLACE))));
    let Some(network) = network else {
        return false;
    };
    assert!(network.outputs() > 0 && network.features() > 0);
    network.modules();
    true
}

/// Reads the lines of a watched run.
pub fn read_watch(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let log = text.and_then(|text| expect(Log::parse(Path::new(PLACE), text)));
    log.is_some_and(|log| log.in_order().len() == log.lines.len() && !log.lines.is_empty())
}
