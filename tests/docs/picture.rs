//! The pictures in the README are those of the reference report, on a paper background.

use crate::markdown::{read, root};

#[test]
fn the_pictures_are_those_of_the_report() {
    for (picture, figure) in [
        ("rectangle", "sgd-rectangle"),
        ("settled", "threshold-settled"),
    ] {
        let picture = read(&root().join(format!("docs/{picture}.svg")));
        let figure = read(&root().join(format!("reports/figures/{figure}.svg")));
        let drawn: Vec<&str> = picture.lines().skip(2).collect();
        let reported: Vec<&str> = figure.lines().skip(1).collect();
        assert!(drawn == reported, "run `make picture`");
    }
}
