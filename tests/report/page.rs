//! The page: well-formed, self-contained, complete.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};
use sgd_stability::record::Record;
use sgd_stability::report::{ReportInput, RollEntry, Trials, render};

use crate::sample;

const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
const SVG: &str = "http://www.w3.org/2000/svg";

pub fn page_of(input: &ReportInput) -> String {
    let (path, bytes) = render(input).swap_remove(0);
    assert_eq!(path.to_str(), Some("index.html"));
    String::from_utf8(bytes).unwrap()
}

fn page() -> String {
    page_of(&sample::report())
}

pub fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

/// The text of a node and all its descendants.
pub fn text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter_map(|n| if n.is_text() { n.text() } else { None })
        .collect()
}

/// Elements that run or fetch something.
const ACTIVE: [&str; 10] = [
    "script", "link", "img", "iframe", "object", "embed", "base", "image", "use", "form",
];

#[test]
fn the_page_has_no_element_and_no_attribute_that_runs_or_fetches() {
    let page = page();
    let document = parse(&page);
    for node in document.descendants().filter(Node::is_element) {
        assert!(!ACTIVE.contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            let runs = name.starts_with("on") || name.starts_with("src");
            assert!(!runs, "{name}={value}");
            let address = value.contains(':') && !["aria-label", "style"].contains(&name);
            assert!(!address, "{name}={value}");
        }
    }
}

#[test]
fn the_only_addresses_on_the_page_are_the_two_namespaces() {
    let page = page();
    let document = parse(&page);
    let count = |tag: (&str, &str)| {
        document
            .descendants()
            .filter(|n| n.has_tag_name(tag))
            .count()
    };
    assert_eq!((count((MATHML, "math")), count((SVG, "svg"))), (2, 4));
    let namespaces = [MATHML, SVG].map(|address| format!("xmlns=\"{address}\""));
    let rest = namespaces
        .iter()
        .fold(page.clone(), |page, n| page.replace(n, ""));
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
    let roll = input.roll.iter().flat_map(words_of_claim);
    let records = input.records.iter().flat_map(words_of_record);
    let manifest = words_of_pairs(&input.manifest);
    for word in roll
        .chain(records)
        .chain(manifest)
        .chain([input.title.as_str()])
    {
        assert!(text.contains(word), "{word:?} is not on the page");
    }
}

fn words_of_pairs(pairs: &[(String, String)]) -> impl Iterator<Item = &str> {
    pairs
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value])
}

fn words_of_claim(entry: &RollEntry) -> Vec<&str> {
    let lines = [
        &entry.title,
        &entry.statement,
        &entry.source,
        &entry.reading,
    ];
    let lines = lines
        .into_iter()
        .chain(&entry.hypotheses)
        .map(String::as_str);
    lines.chain(words_of_pairs(&entry.without)).collect()
}

fn words_of_record(record: &Record) -> Vec<&str> {
    let lines = [&record.title, &record.question].into_iter();
    let findings = record.findings.iter().map(|finding| &finding.sentence);
    let captions = record.figures.iter().flat_map(|f| [&f.title, &f.caption]);
    let labels = record
        .figures
        .iter()
        .flat_map(|f| &f.series)
        .map(|s| &s.label);
    let cells = record
        .tables
        .iter()
        .flat_map(|t| t.rows.iter().chain([&t.columns]))
        .flatten();
    let lines = lines
        .chain(findings)
        .chain(captions)
        .chain(labels)
        .chain(cells);
    lines
        .map(String::as_str)
        .chain(words_of_pairs(&record.settings))
        .collect()
}

#[test]
fn the_summary_and_the_roll_count_what_was_found() {
    let text = text(parse(&page()).root());
    for words in [
        "Of 2 claims, 2 came out as stated and 0 did not: 1 are upheld, 1 refuted, and 0 open.",
        "Of 3 findings in 2 experiments, 1 agrees with the theory and 1 contradicts it; 0 lie above a bound that the theory does not require to hold there, and 1 is inconclusive.",
        "Of 2 rows that have a published value, 1 agree with it; 1 of the others come from another network and another number of samples.",
        "upheld, as stated",
        "refuted, as expected",
        "inputs (1,0), (0,1), (1,1)",
    ] {
        assert!(text.contains(words), "{words}");
    }
    let mut input = sample::report();
    input.roll[0].findings.as_stated = false;
    let page = page_of(&input);
    assert!(page.contains("1 came out as stated and 1 did not"));
    assert!(page.contains(">not as stated<"));
}

/// The place of a node among all nodes of the page.
fn place(document: &Document<'_>, id: &str) -> usize {
    let mut nodes = document.descendants();
    let found = nodes.position(|node| node.attribute("id") == Some(id));
    found.unwrap_or_else(|| panic!("{id} is not on the page"))
}

#[test]
fn the_page_answers_first_and_figures_are_numbered_in_order() {
    let page = page();
    let document = parse(&page);
    let order = ["answer", "experiments", "claims", "methods", "manifest"];
    let places = order.map(|id| place(&document, id));
    assert!(places.is_sorted(), "{places:?}");
    // The first figure stands in the answer, and its section says so.
    let headings = document
        .descendants()
        .filter(|node| node.has_tag_name("h4"));
    let headings: Vec<String> = headings.map(text).collect();
    let numbered = headings
        .iter()
        .filter(|heading| heading.starts_with("Figure "));
    for (i, heading) in numbered.enumerate() {
        assert!(
            heading.starts_with(&format!("Figure {}. ", i + 1)),
            "{heading}"
        );
    }
    let first = place(&document, "figure-sharpness-by-rate");
    assert!(first < places[1], "the first figure is on the first screen");
    assert!(text(document.root()).contains("Figure 1 stands at the top of the report."));
}

#[test]
fn every_comparison_has_two_verdicts() {
    let page = page();
    let document = parse(&page);
    let table = document
        .descendants()
        .find(|node| node.attribute("class") == Some("answer"));
    let rows: Vec<Vec<String>> = (table.unwrap().descendants())
        .filter(|node| node.has_tag_name("tr"))
        .map(|row| row.children().filter(Node::is_element).map(text).collect())
        .collect();
    assert_eq!(rows.len(), 4, "{rows:?}");
    let verdicts = rows[1..]
        .iter()
        .map(|row| (row[3].as_str(), row[5].as_str()));
    let verdicts: Vec<_> = verdicts.collect();
    assert_eq!(
        verdicts,
        [
            ("agrees", "differs another network and another n"),
            ("above, not required", "agrees"),
            ("inconclusive", "–")
        ]
    );
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
        trials: Trials::default(),
    };
    let text = text(parse(&page_of(&input)).root());
    assert!(text.contains("Empty") && !text.contains("Of 0"), "{text}");
}
