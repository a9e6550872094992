//! The lists in CONTRIBUTING.md are correct: each file exists, and mentions the example.

use crate::markdown::{prose, read, root};

/// A list: its examples, and its paths, in which NAME stands for the example.
struct Recipe {
    heading: String,
    examples: Vec<String>,
    paths: Vec<String>,
}

/// The text between the first two backquotes; `None` if there are none.
fn first_quoted(line: &str) -> Option<&str> {
    line.split('`').nth(1)
}

fn recipes() -> Vec<Recipe> {
    let text = prose(&read(&root().join("CONTRIBUTING.md")));
    let sections = text.split("\n### ").skip(1);
    let recipe = |section: &str| {
        let section = section.split("\n## ").next().expect("a first part");
        let sentence = section
            .split("Follow ")
            .nth(1)
            .expect("an example to follow");
        let sentence = sentence.split('.').next().expect("a sentence");
        let bullets = section.lines().filter(|line| line.starts_with("- "));
        Recipe {
            heading: section.lines().next().expect("a heading").to_owned(),
            examples: sentence
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
            paths: bullets
                .filter_map(first_quoted)
                .map(str::to_owned)
                .collect(),
        }
    };
    sections.map(recipe).collect()
}

/// The letters and digits only, in which `ada_grad`, `AdaGrad` and `ada-grad` are equal.
fn letters(text: &str) -> String {
    let text = text.chars().filter(|c| c.is_alphanumeric());
    text.flat_map(char::to_lowercase).collect()
}

#[test]
fn every_file_of_a_list_is_there_and_speaks_of_the_example() {
    let recipes = recipes();
    assert!(recipes.len() >= 10, "{} lists", recipes.len());
    let mut faults = Vec::new();
    for Recipe {
        heading,
        examples,
        paths,
    } in &recipes
    {
        assert!(!examples.is_empty() && !paths.is_empty(), "{heading}");
        for (example, path) in examples
            .iter()
            .flat_map(|e| paths.iter().map(move |p| (e, p)))
        {
            let path = path.replace("NAME", example);
            let file = root().join(&path);
            if !file.exists() {
                faults.push(format!("{heading}: {path} is not there"));
            } else if file.is_file() && !letters(&read(&file)).contains(&letters(example)) {
                faults.push(format!("{heading}: {path} does not speak of {example}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_rooms_are_those_of_the_crate_in_the_same_order() {
    let rooms = |text: &str, start: &str| -> Vec<String> {
        let rows = text.lines().filter_map(|line| line.split_once(start));
        rows.map(|(_, rest)| rest.split('`').next().expect("a name").to_owned())
            .collect()
    };
    let library = rooms(&read(&root().join("src/lib.rs")), "//! | [`");
    let table = rooms(&read(&root().join("CONTRIBUTING.md")), "| `src/");
    assert_eq!(table[0], "cli", "the program stands above the library");
    assert_eq!(table[1..], library);
}

#[test]
fn every_path_in_the_text_exists() {
    let text = prose(&read(&root().join("CONTRIBUTING.md")));
    let words = text.split('`').skip(1).step_by(2);
    let is_path = |word: &&str| word.contains('/') && !word.contains("NAME");
    for word in words.filter(is_path) {
        assert!(root().join(word).exists(), "{word} is not there");
    }
}
