//! A matrix of exact numbers in CSV: a row a line, commas between, quotation marks around a number or not. Empty
//! lines count for nothing.

use super::count::check_count;
use crate::error::{Error, Result};
use crate::model::Table;
use crate::number::Exact;

/// Reads a matrix; `place` names the file in errors.
pub fn read(place: &str, text: &str) -> Result<Table> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let (mut numbers, mut rows, mut columns) = (Vec::new(), 0, 0);
    for (above, line) in lines {
        let refuse = |field: &str, fault: String| {
            let at = format!("line {}{field}", above + 1);
            Err(Error::input(place, at, fault))
        };
        let count = line.split(',').count();
        if rows > 0 && count != columns {
            let fault =
                format!("has {count} numbers; the lines above have {columns}, so write as many");
            return refuse("", fault);
        }
        (rows, columns) = (rows + 1, count);
        check_count(place, (rows * columns) as u64)?;
        for (before, field) in line.split(',').enumerate() {
            match number(field) {
                Ok(number) => numbers.push(number),
                Err(fault) => {
                    let at = format!(", column {}", before + 1);
                    return refuse(&at, fault + mend(rows, field));
                }
            }
        }
    }
    if rows == 0 {
        let fault = "is empty; write a line of numbers for each row, with commas between them";
        return Err(Error::input(place, "text", fault));
    }
    Ok(Table::new(vec![rows, columns], numbers))
}

fn number(field: &str) -> std::result::Result<Exact, String> {
    let bare = field.trim();
    let quoted = bare
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted.unwrap_or(bare) {
        "" => Err("is empty; write a number".to_owned()),
        text => text.parse(),
    }
}

/// What else may be wrong where a field is no number.
fn mend(row: usize, field: &str) -> &'static str {
    let separators = |c: char| c == ';' || c.is_whitespace();
    let mut parts = field.split(separators).filter(|part| !part.is_empty());
    let are_numbers = parts.clone().count() > 1 && parts.all(|part| number(part).is_ok());
    if are_numbers {
        "; separate the numbers by commas"
    } else if row == 1 {
        "; if this is a line of names, leave it out"
    } else {
        ""
    }
}
