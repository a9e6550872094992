//! The page: well-formed, self-contained, complete.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};
use sgd_stability::report::{ReportInput, render};

use crate::sample;

const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
const SVG: &str = "http://www.w3.org/2000/svg";

fn page_of(input: &ReportInput) -> String {
    let (path, bytes) = render(input).swap_remove(0);
    assert_eq!(path.to_str(), Some("index.html"));
    String::from_utf8(bytes).unwrap()
}

fn page() -> String {
    page_of(&sample::report())
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

/// The text of a node and all its descendants.
fn text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter_map(|n| if n.is_text() { n.text() } else { None })
        .collect()
}

#[test]
fn the_page_names_no_outside_address_and_no_script() {
    let page = page();
    let document = parse(&page);
    for node in document.descendants().filter(Node::is_element) {
        let tag = node.tag_name();
        assert!(
            ![
                "script", "link", "img", "iframe", "object", "embed", "base", "image", "use"
            ]
            .contains(&tag.name())
        );
        match tag.name() {
            "math" => assert_eq!(tag.namespace(), Some(MATHML)),
            "svg" => assert_eq!(tag.namespace(), Some(SVG)),
            _ => {}
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(
                !name.starts_with("on") && name != "src" && name != "srcset",
                "{name}"
            );
            assert!(
                !value.contains(':') || name == "aria-label" || name == "style",
                "{name}={value}"
            );
        }
    }
    let count = |name| {
        document
            .descendants()
            .filter(|n| n.tag_name().name() == name)
            .count()
    };
    assert_eq!((count("math"), count("svg")), (2, 4));
    // What is left after the two namespaces has no address anywhere, in no text and no style.
    let rest = page
        .replace(&format!("xmlns=\"{MATHML}\""), "")
        .replace(&format!("xmlns=\"{SVG}\""), "");
    for word in [
        "http",
        "src=",
        "<script",
        "url(",
        "@import",
        "javascript",
        "//",
    ] {
        assert!(!rest.contains(word), "{word}");
    }
}

#[test]
fn every_link_leads_to_an_anchor_or_a_file_of_the_report() {
    let input = sample::report();
    let files = render(&input);
    let files: BTreeSet<&str> = files
        .iter()
        .map(|(path, _)| path.to_str().unwrap())
        .collect();
    let page = page();
    let document = parse(&page);
    let ids: Vec<&str> = document
        .descendants()
        .filter_map(|n| n.attribute("id"))
        .collect();
    let anchors: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), anchors.len(), "an id is there twice");
    let links: Vec<&str> = document
        .descendants()
        .filter_map(|n| n.attribute("href"))
        .collect();
    assert!(links.len() > 20);
    for link in links {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(anchors.contains(anchor), "{link}"),
            None => assert!(files.contains(link), "{link}"),
        }
    }
}

#[test]
fn every_word_of_the_input_stands_on_the_page() {
    let input = sample::report();
    let page = page();
    let text = text(parse(&page).root());
    let mut words: Vec<&str> = vec![&input.title];
    words.extend(
        input
            .manifest
            .iter()
            .flat_map(|(name, value)| [name.as_str(), value]),
    );
    for entry in &input.roll {
        words.extend(
            [
                &entry.title,
                &entry.statement,
                &entry.source,
                &entry.reading,
            ]
            .map(String::as_str),
        );
        words.extend(entry.hypotheses.iter().map(String::as_str));
        words.extend(entry.without.iter().map(|(_, reason)| reason.as_str()));
    }
    for record in &input.records {
        words.extend([&record.title, &record.question].map(String::as_str));
        words.extend(
            record
                .settings
                .iter()
                .flat_map(|(name, value)| [name.as_str(), value]),
        );
        words.extend(
            record
                .findings
                .iter()
                .map(|finding| finding.sentence.as_str()),
        );
        words.extend(
            record
                .figures
                .iter()
                .flat_map(|f| [f.title.as_str(), &f.caption]),
        );
        words.extend(
            record
                .figures
                .iter()
                .flat_map(|f| &f.series)
                .map(|s| s.label.as_str()),
        );
        let cells = record.tables.iter().flat_map(|t| t.rows.iter().flatten());
        words.extend(cells.map(String::as_str));
    }
    for word in words {
        assert!(text.contains(word), "{word:?} is not on the page");
    }
}

#[test]
fn the_summary_and_the_roll_count_what_was_found() {
    let text = text(parse(&page()).root());
    for words in [
        "2 claims were checked: 2 came out as stated and 0 did not.",
        "2 experiments were asked: of 3 findings, 1 agree with the theory, 1 differ from it and 1 cannot tell.",
        "120 / 0 / 0 / 3",
        "0 / 4 / 0 / 0",
        "inputs (1,0), (0,1), (1,1)",
    ] {
        assert!(text.contains(words), "{words}");
    }
    let mut input = sample::report();
    input.roll[0].findings.as_stated = false;
    let page = page_of(&input);
    assert!(page.contains("1 came out as stated and 1 did not"));
    assert!(page.contains("✗ not as stated"));
}

#[test]
fn points_that_cannot_be_drawn_are_counted_beside_the_figure() {
    let page = page();
    let document = parse(&page);
    let figure = document
        .descendants()
        .find(|n| n.attribute("id") == Some("figure-escape-loss"));
    let text = text(figure.unwrap());
    assert!(
        text.contains("1 point with a value that is not finite is not drawn."),
        "{text}"
    );
    assert!(
        text.contains("2 points at or below zero are not drawn on the logarithmic vertical axis."),
        "{text}"
    );
}

#[test]
fn every_figure_is_an_image_with_a_description() {
    let page = page();
    let document = parse(&page);
    let images: Vec<_> = document
        .descendants()
        .filter(|n| n.attribute("role") == Some("img"))
        .collect();
    assert_eq!(images.len(), 4);
    for image in images {
        assert!(image.attribute("aria-label").unwrap().len() > 20);
        assert!(image.children().any(|n| n.has_tag_name((SVG, "svg"))));
    }
}

#[test]
fn a_formula_that_cannot_be_typeset_is_shown_and_said() {
    let mut input = sample::report();
    input.roll[0].formula = r"\frac{a <".into();
    let text = text(parse(&page_of(&input)).root());
    assert!(text.contains(r"\frac{a <"));
    assert!(text.contains("The formula could not be typeset"));
}

#[test]
fn an_empty_report_is_a_page_too() {
    let input = ReportInput {
        title: "Empty".into(),
        manifest: vec![],
        roll: vec![],
        records: vec![],
    };
    let text = text(parse(&page_of(&input)).root());
    assert!(text.contains("0 claims were checked"));
}
