//! Writes checkpoints and data files byte by byte.

use std::io::{Cursor, Write};

/// A tensor of a checkpoint: name, shape and elements.
pub type Tensor<'a> = (&'a str, &'a [usize], &'a [f32]);

/// A safetensors file of f32 tensors, stored in the given order.
pub fn safetensors(tensors: &[Tensor<'_>]) -> Vec<u8> {
    safetensors_with(&[], tensors)
}

/// A safetensors file with metadata whose tensors are sorted by name, as the safetensors library writes
/// them.
pub fn sorted(metadata: &[(&str, &str)], tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut tensors = tensors.to_vec();
    tensors.sort_by_key(|(name, ..)| *name);
    safetensors_with(metadata, &tensors)
}

fn safetensors_with(metadata: &[(&str, &str)], tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    if !metadata.is_empty() {
        let entries = metadata
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).into()));
        header.insert(
            "__metadata__".to_owned(),
            serde_json::Value::Object(entries.collect()),
        );
    }
    let mut body: Vec<u8> = Vec::new();
    for (name, shape, numbers) in tensors {
        let start = body.len();
        body.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        let entry = serde_json::json!({
            "dtype": "F32", "shape": shape, "data_offsets": [start, body.len()],
        });
        header.insert((*name).to_owned(), entry);
    }
    let header = serde_json::to_vec(&header).expect("a header");
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], &header, &body].concat()
}

/// A safetensors file of f64 tensors.
pub fn safetensors_in_f64(tensors: &[(&str, &[usize], &[f64])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut body: Vec<u8> = Vec::new();
    for (name, shape, numbers) in tensors {
        let start = body.len();
        body.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        let entry = serde_json::json!({
            "dtype": "F64", "shape": shape, "data_offsets": [start, body.len()],
        });
        header.insert((*name).to_owned(), entry);
    }
    let header = serde_json::to_vec(&header).expect("a header");
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], &header, &body].concat()
}

/// An npz file of samples with target values, all in f64.
pub fn valued_in_f64(x: &[f64], shape: &[usize], y: &[f64], outputs: usize) -> Vec<u8> {
    let samples = y.len() / outputs;
    let bytes = |numbers: &[f64]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    npz(
        npy("<f8", &[&[samples], shape].concat(), bytes(x)),
        npy("<f8", &[samples, outputs], bytes(y)),
    )
}

fn npy(dtype: &str, shape: &[usize], body: Vec<u8>) -> Vec<u8> {
    let sides: String = shape.iter().map(|side| format!("{side},")).collect();
    let mut header =
        format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({sides}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &body].concat()
}

fn npz(x: Vec<u8>, y: Vec<u8>) -> Vec<u8> {
    archive([("x.npy", x), ("y.npy", y)])
}

/// A zip file with these members.
fn archive<const N: usize>(members: [(&str, Vec<u8>); N]) -> Vec<u8> {
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        file.start_file(name, stored).expect("a member");
        file.write_all(&bytes).expect("a member");
    }
    file.finish().expect("a zip file").into_inner()
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// An npz file of samples with labels.
pub fn labelled(x: &[f32], shape: &[usize], labels: &[i64]) -> Vec<u8> {
    let sides = [&[labels.len()], shape].concat();
    let y = labels.iter().flat_map(|y| y.to_le_bytes()).collect();
    npz(
        npy("<f4", &sides, floats(x)),
        npy("<i8", &[labels.len()], y),
    )
}

/// The same file with non-standard array names, and an array of other samples besides.
pub fn named(x: &[f32], shape: &[usize], labels: &[i64]) -> Vec<u8> {
    let sides = [&[labels.len()], shape].concat();
    let y = labels.iter().flat_map(|y| y.to_le_bytes()).collect();
    archive([
        ("train/images.npy", npy("<f4", &sides, floats(x))),
        ("train/labels.npy", npy("<i8", &[labels.len()], y)),
        ("test.npy", npy("<f4", &[1, 2], floats(&[0.5, 0.25]))),
        ("notes.txt", b"of the run".to_vec()),
    ])
}

/// An npz file of samples with target values.
pub fn valued(x: &[f32], shape: &[usize], y: &[f32], outputs: usize) -> Vec<u8> {
    let samples = y.len() / outputs;
    let sides = [&[samples], shape].concat();
    npz(
        npy("<f4", &sides, floats(x)),
        npy("<f4", &[samples, outputs], floats(y)),
    )
}
