//! The picture in the README is that of the reference report, on a paper background.

use crate::markdown::{read, root};

#[test]
fn the_picture_is_that_of_the_report() {
    let picture = read(&root().join("docs/rectangle.svg"));
    let figure = read(&root().join("reports/figures/sgd-rectangle.svg"));
    let drawn: Vec<&str> = picture.lines().skip(2).collect();
    let reported: Vec<&str> = figure.lines().skip(1).collect();
    assert!(drawn == reported, "run `make picture`");
}
