//! The text of a header: a Python dictionary with three flat values.

use super::element::{Element, refuse};
use crate::dataset::text::{LARGEST, brief};
use crate::error::Result;

/// The largest number of dimensions of a NumPy array.
const MOST_DIMENSIONS: usize = 64;

/// The first entry of a dictionary: its key, the text of its value, and the text after it.
pub(super) fn entry(text: &str) -> Option<(&str, &str, &str)> {
    let quote = text.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    let (key, rest) = text[1..].split_once(quote)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let end = end_of_value(rest)?;
    let (value, rest) = rest.split_at(end);
    let rest = rest.trim_start();
    let after = match rest.strip_prefix(',') {
        Some(after) => after.trim_start(),
        None if rest.is_empty() => rest,
        None => return None,
    };
    Some((key, value.trim_end(), after))
}

/// Where the value at the start of `text` ends: at a comma outside brackets and quotation marks, or at
/// the end of the text. `None` if there is a colon before, which would belong to the next key.
fn end_of_value(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0usize, None);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.checked_sub(1)?,
            (None, ',') if depth == 0 => return Some(i),
            (None, ':') if depth == 0 => return None,
            (None, _) => {}
        }
    }
    (depth == 0 && quote.is_none()).then_some(text.len())
}

/// Parses a type string such as `<f4`: returns the element type and whether it is big endian.
pub(super) fn element(place: &str, descr: &str) -> Result<(Element, bool)> {
    const READ: &str = "use float16, float32, float64, uint8, int64 or another whole number";
    let no = |what: &str| refuse(place, "dtype", format!("{what}; {READ}"));
    let quoted = ['\'', '"'].iter().find_map(|&quote| {
        let inside = descr.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inside.contains(quote)).then_some(inside)
    });
    let Some(name) = quoted else {
        return no(&format!("is the structure {}", brief(descr)));
    };
    let (order, code) = match name.chars().next() {
        Some(order @ ('<' | '>' | '|' | '=')) => (order, &name[1..]),
        _ => ('=', name),
    };
    if code.starts_with('O') {
        return no("is Python objects, which are not read");
    }
    if code.starts_with(['U', 'S']) {
        let name = brief(name);
        let fault = format!(
            "is {name:?}, which is text; number the classes: numpy.unique(y, return_inverse=True)[1]"
        );
        return refuse(place, "dtype", fault);
    }
    let element = match code {
        "b1" => Element::Bool,
        "i1" => Element::Int(1),
        "i2" => Element::Int(2),
        "i4" => Element::Int(4),
        "i8" => Element::Int(8),
        "u1" => Element::Uint(1),
        "u2" => Element::Uint(2),
        "u4" => Element::Uint(4),
        "u8" => Element::Uint(8),
        "f2" => Element::Float(2),
        "f4" => Element::Float(4),
        "f8" => Element::Float(8),
        _ => return no(&format!("is {:?}, which is not read", brief(name))),
    };
    if element.width() > 1 && !['<', '>'].contains(&order) {
        return no(&format!("is {name:?}, which does not say its byte order"));
    }
    Ok((element, order == '>'))
}

const EMPTY: &str = "is an empty array; save at least one sample";

/// Parses the dimensions from a tuple such as `(3, 4)`, if such an array may be read.
pub(super) fn dimensions(place: &str, tuple: &str) -> Result<Vec<usize>> {
    let no = |what: String| refuse(place, "shape", format!("{} {what}", brief(tuple)));
    let inside = tuple
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let Some(inside) = inside.map(str::trim) else {
        return no("is not a tuple".to_owned());
    };
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    let mut shape = Vec::new();
    for number in inside.split(',').filter(|_| !inside.is_empty()) {
        // Python 2 appends an L to long integers.
        let digits = number.trim().trim_end_matches('L');
        match digits.parse() {
            Ok(dimension) if shape.len() < MOST_DIMENSIONS => shape.push(dimension),
            Ok(_) => return no(format!("has more than {MOST_DIMENSIONS} dimensions")),
            Err(_) => {
                return no(format!(
                    "has the dimension {:?}; the file is damaged",
                    brief(number)
                ));
            }
        }
    }
    let product = |size: u64, &dimension: &usize| size.checked_mul(dimension as u64);
    match shape.iter().try_fold(1, product) {
        Some(0) => no(EMPTY.to_owned()),
        Some(size) if size <= LARGEST => Ok(shape),
        _ if shape.contains(&0) => no(EMPTY.to_owned()),
        _ => no(format!(
            "is more than the {LARGEST} elements that are read; save fewer samples"
        )),
    }
}
