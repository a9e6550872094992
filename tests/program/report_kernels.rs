//! `report` on a folder with trials of kernels.

use std::fs;

use crate::support::{folder, run_in};

const GLIBC: &str = include_str!("../report/sample/kernels/glibc.json");

#[test]
fn a_folder_with_trials_only_is_reported_and_kept_current() {
    let folder = folder();
    let kernels = folder.path().join("out/kernels");
    fs::create_dir_all(&kernels).unwrap();
    let empty = run_in(folder.path(), &["report", "out"]);
    assert_eq!(empty.code, 2);
    assert!(empty.error.contains("manifest"), "{}", empty.error);

    fs::write(kernels.join("glibc.json"), GLIBC).unwrap();
    fs::write(kernels.join("notes.txt"), "not read").unwrap();
    let written = run_in(folder.path(), &["report", "out"]);
    assert_eq!(written.code, 0, "{}", written.error);
    let page = fs::read_to_string(folder.path().join("out/index.html")).unwrap();
    assert!(page.contains("2 kernels were tried: 1 passed and 1 did not."));
    assert!(page.contains("Did not pass: 1 of the 2 of glibc: tanhf."));
    let check = ["report", "out", "--check"];
    assert_eq!(run_in(folder.path(), &check).code, 0);

    let better = GLIBC.replace("1.2634", "1.2633");
    fs::write(kernels.join("glibc.json"), better).unwrap();
    let stale = run_in(folder.path(), &check);
    assert_eq!(stale.code, 5);
    assert!(stale.out.contains("kernels-others.csv"), "{}", stale.out);

    fs::write(
        kernels.join("broken.json"),
        GLIBC.replace("4294967296", "-1"),
    )
    .unwrap();
    let broken = run_in(folder.path(), &check);
    assert_eq!(broken.code, 2);
    for words in ["kernels/broken.json: kernels[0] (tanhf):", "or delete it"] {
        assert!(broken.error.contains(words), "{}", broken.error);
    }
}
