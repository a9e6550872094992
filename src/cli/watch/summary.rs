//! The summary at the end of a watch.

use std::path::Path;

use serde_json::json;
use sgd_stability::diagnosis::follow::{Course, Line, figure, threshold_figure};
use sgd_stability::diagnosis::{Setting, counted, padded, width};
use sgd_stability::error::{Error, Result, shown};
use sgd_stability::report;
use sgd_stability::write::write_file;

use super::super::output::{Answer, Ending};

/// The most names that the error lists; the page lists all of them.
const MOST: usize = 8;

/// The results of a watch.
pub struct Summary<'a> {
    /// The loss and the activations in words, if a checkpoint was read.
    pub about: Option<String>,
    /// The folder that was watched.
    pub folder: &'a Path,
    /// All lines, in the natural order of their names.
    pub lines: Vec<Line>,
    /// The number of new lines.
    pub measured: usize,
    /// The checkpoints that could not be measured: the name of each, and the error.
    pub faults: Vec<(String, Error)>,
    /// Whether a `done` file of an earlier run was ignored.
    pub leftover: bool,
}

impl Summary<'_> {
    /// Draws the path, and builds the answer.
    pub fn answer(self, setting: &Setting) -> Result<Answer> {
        let Summary {
            folder,
            lines,
            faults,
            ..
        } = &self;
        if lines.is_empty() && faults.is_empty() {
            let fault = "holds no *.safetensors, *.pt, *.pth or *.ckpt; save checkpoints there";
            return Err(Error::input(folder.display(), "folder", fault));
        }
        let path = folder.join("watch.svg");
        let figure = figure(lines, setting);
        if let Some(figure) = &figure {
            write_file(&path, report::draw(figure).svg.as_bytes())?;
        }
        let path = path.display().to_string();
        let mut drawn = match figure {
            Some(_) => format!("The run is drawn in {path}."),
            None => "Nothing is drawn: no checkpoint has an s.".to_owned(),
        };
        let shares = threshold_figure(lines, setting);
        let shares_path = folder.join("watch-threshold.svg");
        if let Some(figure) = &shares {
            write_file(&shares_path, report::draw(figure).svg.as_bytes())?;
            drawn += &format!("\nη/η* is drawn in {}.", shares_path.display());
        }
        if !lines.is_empty() {
            drawn += &self.write_series(setting)?;
        }
        let mut json = json!({
            "about": self.about,
            "checkpoints": lines.len(),
            "measured": self.measured,
            "lines": folder.join("watch.jsonl").display().to_string(),
            "figure": figure.is_some().then_some(path),
            "threshold_figure": shares.map(|_| shares_path.display().to_string()),
            "last": lines.last(),
            "faults": self.told_faults(),
            "leftover_done": self.leftover,
        });
        if let Some(error) = self.error() {
            json["error"] = json!({"kind": error.kind.name(), "message": error.message});
        }
        Ok(Answer {
            text: self.text(&drawn),
            json,
            ending: if faults.is_empty() {
                Ending::Done
            } else {
                Ending::Faulty
            },
        })
    }

    /// Writes what was measured against the step, as figures and as a table. Returns the sentence about it.
    fn write_series(&self, setting: &Setting) -> Result<String> {
        let course = Course::new(&self.lines, setting);
        let mut names = Vec::new();
        for figure in course.figures() {
            let name = format!("{}.svg", figure.name);
            write_file(
                &self.folder.join(&name),
                report::draw(&figure).svg.as_bytes(),
            )?;
            names.push(name);
        }
        write_file(&self.folder.join("watch.csv"), &course.table()?)?;
        Ok(format!(
            "\nAgainst the step: {}; as numbers: watch.csv.",
            names.join(", ")
        ))
    }

    fn told_faults(&self) -> Vec<serde_json::Value> {
        let told =
            |(name, error): &(String, Error)| json!({"name": name, "message": error.message});
        self.faults.iter().map(told).collect()
    }

    /// The table of the lines, followed by the checkpoints without a line.
    fn text(&self, drawn: &str) -> String {
        let mut parts: Vec<String> = self.about.iter().cloned().collect();
        if !self.lines.is_empty() {
            parts.push(table(&self.lines));
        }
        if !self.faults.is_empty() {
            let row = |(_, error): &(String, Error)| format!("* {error}");
            let rows: Vec<String> = self.faults.iter().map(row).collect();
            parts.push(format!("Not measured:\n{}", rows.join("\n")));
        }
        if self.leftover {
            parts.push("A file done of an earlier run was passed over.".to_owned());
        }
        parts.push(drawn.to_owned());
        parts.join("\n\n")
    }

    /// The checkpoints that could not be measured, in one sentence.
    fn error(&self) -> Option<Error> {
        let first = &self.faults.first()?.1;
        let mut names: Vec<&str> = self.faults.iter().map(|(name, _)| &name[..]).collect();
        let more = format!("{} more", names.len().saturating_sub(MOST));
        if names.len() > MOST {
            names.truncate(MOST);
            names.push(&more);
        }
        let mut fault = match names.len() {
            1 => format!("cannot be measured: {first}"),
            _ => format!("cannot be measured, the first because {first}"),
        };
        if !self.lines.is_empty() {
            let lines = counted(self.lines.len(), "checkpoint");
            fault += &format!("; {lines} measured, in watch.jsonl");
        }
        let names = names.join(", ");
        Some(Error::input(self.folder.display(), names, fault))
    }
}

/// The lines as a table.
fn table(lines: &[Line]) -> String {
    let names: Vec<String> = lines.iter().map(|line| shown(line.name.as_ref())).collect();
    let head = "checkpoint";
    let widest = names.iter().map(|name| width(name)).max();
    let widest = widest.unwrap_or(0).max(head.len());
    let has_thresholds = lines.iter().any(|line| line.threshold.is_some());
    let column = |share: &str| {
        if has_thresholds {
            format!("{share:>8}")
        } else {
            String::new()
        }
    };
    let mut text = format!(
        "{:<widest$}{:>11}{:>10}{:>10}{:>8}{}{:>5}  verdict",
        head,
        "loss",
        "a",
        "s",
        "margin",
        column("η/η*"),
        "Hv"
    );
    for (line, name) in lines.iter().zip(&names) {
        let number = |number: Option<f64>, places| {
            number.map_or("none".to_owned(), |number| format!("{number:.places$}"))
        };
        text += &format!(
            "\n{}{:>11.4e}{:>10}{:>10}{:>8}{}{:>5}  {}",
            padded(name, widest),
            line.loss,
            number(Some(line.a), 4),
            number(line.s, 4),
            number(line.margin, 2),
            column(
                &line
                    .share_of_threshold
                    .map_or(String::new(), |share| format!("{share:.4}"))
            ),
            line.products,
            line.state()
        );
    }
    text += "\nmargin: the larger of a and s over its bound; 1 is the edge. Hv: products.";
    if has_thresholds {
        text += "\nη/η*: over the exact threshold of the network linearised there";
        text += &match lines.iter().find_map(|line| line.threshold_samples) {
            Some(samples) => format!(", of {samples} samples only."),
            None => ".".to_owned(),
        };
    }
    text
}

/// A line of the log as one line of text.
pub fn brief(line: &Line) -> String {
    let s = line.s.map_or("none".to_owned(), |s| format!("{s:.4}"));
    let margin = line
        .margin
        .map_or("none".to_owned(), |margin| format!("{margin:.2}"));
    let share =
        (line.share_of_threshold).map_or(String::new(), |share| format!(", η/η* {share:.4}"));
    format!(
        "loss {:.4e}, a {:.4}, s {s}, margin {margin}{share}, {} products, {}",
        line.loss,
        line.a,
        line.products,
        line.state()
    )
}
