//! Paths that are not UTF-8, pipes, and other files that are not regular.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::checkpoint::{labelled, named};
use crate::support::{file, folder, run_in, run_line};
use crate::watch::{at, four_samples};

/// A file name in Latin-1.
fn odd(ending: &str) -> OsString {
    let mut name = OsStr::from_bytes(b"caf\xe9").to_owned();
    name.push(ending);
    name
}

/// Runs the program with the arguments of a line, in which `@.ending` stands for the Latin-1 name with
/// that extension.
#[track_caller]
fn run_odd(folder: &Path, line: &str) -> crate::support::Run {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(ending) => odd(ending),
        None => OsString::from(word),
    };
    let run = run_in(folder, &line.split(' ').map(word).collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{line}: {} {}", run.out, run.error);
    run
}

const MODEL: &str = r#"{"kind":"linear","inputs":[["1","0"],["1/2","1"]]}"#;

#[test]
fn every_path_may_be_no_utf8() {
    let folder = folder();
    let write = |name: OsString, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("a file");
    };
    let data = labelled(&[0.1, 0.9, 0.4, 0.2], &[2], &[0, 1]);
    write(odd(".safetensors"), &at(0.1));
    write(odd(".npz"), &data);
    write(odd(".json"), MODEL.as_bytes());
    let dense = |outputs| format!("{{ type = \"dense\", outputs = {outputs} }}");
    let net = format!(
        "input = [2]\nlayer = [{}, {{ type = \"relu\" }}, {}]\n",
        dense(3),
        dense(2)
    );
    write(odd(".toml"), net.as_bytes());
    let images = [
        &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2][..],
        &[0, 51, 255, 102],
    ]
    .concat();
    write(odd("-images-idx3-ubyte"), &images);
    write(odd("-labels-idx1-ubyte"), &[0, 0, 8, 1, 0, 0, 0, 2, 1, 0]);
    fs::create_dir(folder.path().join(odd(".run"))).expect("a folder");
    let inside = PathBuf::from(odd(".run")).join("step1.safetensors");
    write(inside.into_os_string(), &at(0.1));
    let at = "--lr 0.1 --batch 1";
    let run = |line: &str| run_odd(folder.path(), line);
    for form in ["", " --json"] {
        let page = run(&format!(
            "diagnose --weights @.safetensors --arch @.toml --data @.npz {at}{form}"
        ));
        assert!(
            page.out.contains("caf\u{fffd}.npz") || !form.is_empty(),
            "{}",
            page.out
        );
        run(&format!(
            "diagnose --weights @.safetensors --arch fnn --data @-images-idx3-ubyte {at}{form}"
        ));
        run(&format!(
            "watch @.run --arch fnn --data @.npz {at} --once{form}"
        ));
        run(&format!(
            "decide @.json --lr 1/2 --batch 1 --certificate @.cert{form}"
        ));
        run(&format!("certify @.cert{form}"));
        run(&format!(
            "search gap:one_step --budget 20 --out @.found{form}"
        ));
    }
    for name in [".cert", ".found"] {
        assert!(folder.path().join(odd(name)).exists(), "{name}");
    }
    assert!(folder.path().join(odd(".run")).join("watch.svg").exists());
}

#[test]
fn folders_of_cells_may_be_no_utf8() {
    let folder = folder();
    let run = |line: &str| run_odd(folder.path(), line);
    run("reproduce regression --scale smoke --out @.out --json");
    run("merge @.out --out @.merged --json");
    assert!(
        folder
            .path()
            .join(odd(".merged"))
            .join("manifest.json")
            .exists()
    );
}

#[test]
fn a_path_that_is_wrong_is_shown_as_far_as_it_can_be() {
    let folder = four_samples();
    file(&folder, "w.safetensors", at(0.1));
    let words = [
        "diagnose",
        "--weights",
        "w.safetensors",
        "--arch",
        "fnn",
        "--lr",
        "0.1",
        "--batch",
        "1",
    ];
    for (name, shown) in [
        (odd(".npz"), "caf\u{fffd}.npz: cannot be read"),
        (odd(""), "--data: caf\u{fffd}: is no data set"),
        (OsString::from("a\nb.npz"), "a\\nb.npz: cannot be read"),
    ] {
        let mut words: Vec<OsString> = words.map(OsString::from).to_vec();
        words.extend(["--data".into(), name]);
        let run = run_in(folder.path(), &words);
        assert_eq!(
            (run.code, run.error.lines().count()),
            (2, 1),
            "{}",
            run.error
        );
        assert!(run.error.contains(shown), "no {shown:?} in {}", run.error);
    }
}

/// A pipe, and a thread that writes these bytes into it once it is opened.
fn pipe(folder: &TempDir, name: &str, bytes: Vec<u8>) {
    let path = folder.path().join(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo").success());
    std::thread::spawn(move || {
        let mut pipe = fs::File::options()
            .write(true)
            .open(path)
            .expect("the pipe");
        pipe.write_all(&bytes).expect("a reader");
    });
}

#[test]
fn what_is_read_once_may_come_through_a_pipe() {
    let folder = four_samples();
    file(&folder, "w.safetensors", at(0.1));
    let words = |weights: &str, arch: &str| {
        format!(
            "diagnose --weights {weights} --arch {arch} --data data.npz --lr 0.1 --batch 1 --json"
        )
    };
    let digest = |line: &str| {
        let run = run_line(folder.path(), line);
        assert_eq!(run.code, 0, "{line}: {}", run.out);
        run.json()["weights_sha256"].clone()
    };
    let expected = digest(&words("w.safetensors", "fnn"));
    pipe(&folder, "weights", at(0.1));
    assert_eq!(digest(&words("weights", "fnn")), expected);
    pipe(&folder, "model", MODEL.into());
    let decided = run_line(
        folder.path(),
        "decide model --lr 1/2 --batch 1 --certificate c.json",
    );
    assert_eq!(decided.code, 0, "{}", decided.error);
    let certificate = fs::read(folder.path().join("c.json")).expect("the certificate");
    pipe(&folder, "certificate", certificate);
    assert_eq!(run_line(folder.path(), "certify certificate").code, 0);
}

#[test]
fn what_would_wait_for_ever_is_refused() {
    let folder = four_samples();
    file(&folder, "w.safetensors", at(0.1));
    fs::create_dir(folder.path().join("d.npz")).expect("a folder");
    for name in ["weights", "p.npz"] {
        let made = Command::new("mkfifo")
            .arg(folder.path().join(name))
            .status();
        assert!(made.expect("mkfifo").success());
    }
    for (weights, data, named) in [
        ("weights", "data.npz", "weights: pipe: has no writer"),
        (
            "w.safetensors",
            "p.npz",
            "p.npz: pipe: is read more than once",
        ),
        (
            "w.safetensors",
            "d.npz",
            "d.npz: file: cannot be read: it is a folder; give a file",
        ),
        (
            "/dev/zero",
            "data.npz",
            "/dev/zero: file: cannot be read: it is a device; give a file",
        ),
        (
            ".",
            "data.npz",
            ".: file: cannot be read: it is a folder; give a file",
        ),
    ] {
        let words =
            format!("diagnose --weights {weights} --data {data} --arch fnn --lr 1 --batch 1");
        let run = run_line(folder.path(), &words);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words}");
        assert!(run.error.contains(named), "no {named:?} in {}", run.error);
    }
    let model = run_line(folder.path(), "decide /dev/zero --lr 1 --batch 1");
    assert_eq!(model.code, 2);
    assert!(model.error.contains("is a device"), "{}", model.error);
}

#[test]
fn arrays_of_other_names_are_named() {
    let folder = four_samples();
    file(&folder, "w.safetensors", at(0.1));
    let x = [0.1, 0.9, 0.4, 0.2, 0.7, 0.3, 0.5, 0.8];
    file(&folder, "named.npz", named(&x, &[2], &[0, 1, 1, 0]));
    let run = |words: &str| {
        let words = format!(
            "diagnose --weights w.safetensors --arch fnn --lr 0.1 --batch 2 {words} --json"
        );
        run_line(folder.path(), &words)
    };
    let listed = "named.npz: x: is not there; the file has train/images (4 × 2, float32), \
                  train/labels (4, int64), test (1 × 2, float32), notes.txt (no array): name two of its \
                  arrays with --inputs NAME and --targets NAME";
    for (words, message) in [
        ("--data named.npz", listed),
        (
            "--data named.npz --inputs train/images",
            "named.npz: y: is not there",
        ),
        (
            "--data named.npz --inputs test --targets train/labels",
            "train/labels: shape: [4] does not fit the 1",
        ),
        (
            "--data data.npz --inputs train/images",
            "train/images: is not there; the file has x (4 × 2",
        ),
        (
            "--data fashion-mnist --targets labels",
            "--inputs, --targets: name: name arrays of an npz",
        ),
    ] {
        let run = run(words);
        assert_eq!(run.code, 2, "{words}");
        assert!(run.out.contains(message), "no {message:?} in {}", run.out);
    }
    let given = run("--data named.npz --inputs train/images --targets train/labels").json();
    let plain = run("--data data.npz").json();
    assert_eq!(given["data_sha256"], plain["data_sha256"], "{given}");
    assert_eq!(given["sharpness"], plain["sharpness"]);
}
