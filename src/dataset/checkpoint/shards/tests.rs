use std::fs;

use tempfile::TempDir;

use super::*;

/// A file with one tensor of two numbers.
fn part(name: &str, number: f32) -> Vec<u8> {
    let header =
        format!("{{\"{name}\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}}}");
    let length = (header.len() as u64).to_le_bytes();
    let number = number.to_le_bytes();
    [&length[..], header.as_bytes(), &number, &number].concat()
}

/// A folder with the files `1` and `2`, which hold `a.weight` and `b.weight`, and with this index.
fn folder(index: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors.index.json");
    fs::write(&path, index).unwrap();
    for (file, name, number) in [("1", "a.weight", 1.0), ("2", "b.weight", 2.0)] {
        fs::write(folder.path().join(file), part(name, number)).unwrap();
    }
    (folder, path)
}

#[test]
fn all_parts_are_read_and_told_by_their_digests() {
    let index = r#"{"metadata":{"total_size":16,"order":"b.weight\na.weight\nc.weight","c.weight":"b.weight"},
        "weight_map":{"a.weight":"1","b.weight":"2"}}"#;
    let (folder, path) = folder(index);
    let checkpoint = Checkpoint::read(&path).unwrap();
    let names: Vec<&str> = (checkpoint.tensors.iter())
        .map(|tensor| &tensor.name[..])
        .collect();
    assert_eq!(names, ["b.weight", "a.weight"]);
    assert_eq!(checkpoint.aliases[0].of, "b.weight");
    let digest = |bytes: &[u8]| hexadecimal(&Sha256::digest(bytes));
    let [one, two] = ["1", "2"].map(|file| fs::read(folder.path().join(file)).unwrap());
    let lines = format!("{}\n{}\n", digest(&one), digest(&two));
    assert_eq!(checkpoint.digest, digest(lines.as_bytes()));
    assert_eq!(size(&path), (one.len() + two.len() + index.len()) as u64);
}

#[test]
fn places_in_different_files_are_no_order() {
    let index = r#"{"weight_map":{"a.weight":"1","b.weight":"2"}}"#;
    let (_folder, path) = folder(index);
    assert_eq!(Checkpoint::read(&path).unwrap().order, Order::Lost);
    let choice = Choice::new(None, vec!["b".to_owned()]).unwrap();
    let checkpoint = Checkpoint::read_chosen(&path, &choice).unwrap();
    assert_eq!(
        (checkpoint.tensors.len(), &checkpoint.ignored[..]),
        (1, &["b.weight".to_owned()][..])
    );
}

#[test]
fn an_index_and_its_parts_must_agree() {
    let of = |map: &str| format!("{{\"weight_map\":{map}}}");
    for (index, words) in [
        (
            of(r#"{"a.weight":"1","b.weight":"3"}"#),
            ["3", "put all parts beside their index"],
        ),
        (
            of(r#"{"a.weight":"2","b.weight":"2"}"#),
            ["a.weight", "is not in 2"],
        ),
        (of(r#"{"a.weight":"1"}"#), ["", ""]),
        (of(r#"{"a.weight":"1","c":"2"}"#), ["c", "is not in 2"]),
        (
            of(r#"{"a.weight":"../1"}"#),
            ["a.weight", "no name of a file in the folder"],
        ),
        (
            of(r#"{"a.weight":"/1"}"#),
            ["a.weight", "no name of a file in the folder"],
        ),
        (of("{}"), ["weight_map", "names no tensor"]),
        ("[]".to_owned(), ["index", "weight_map"]),
        ("{}".to_owned(), ["index", "weight_map"]),
    ] {
        let (_folder, path) = folder(&index);
        let read = Checkpoint::read(&path);
        if words[0].is_empty() {
            assert_eq!(read.unwrap().tensors.len(), 1);
            continue;
        }
        let message = read.unwrap_err().message;
        assert!(
            words.iter().all(|word| message.contains(word)),
            "{words:?}: {message}"
        );
    }
    let (folder, path) = folder(&of(r#"{"a.weight":"1","b.weight":"2"}"#));
    fs::write(folder.path().join("2"), part("a.weight", 2.0)).unwrap();
    let message = Checkpoint::read(&path).unwrap_err().message;
    assert!(
        message.contains("a.weight: stands in 1 and in 2"),
        "{message}"
    );
    fs::write(folder.path().join("2"), part("more.weight", 2.0)).unwrap();
    let (_other, path) = (folder, path);
    let message = Checkpoint::read(&path).unwrap_err().message;
    assert!(message.contains("b.weight: is not in 2"), "{message}");
}
