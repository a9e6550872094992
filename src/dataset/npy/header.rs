//! What stands before the elements.

use std::io::{ErrorKind, Read};

use super::refuse;
use crate::dataset::{LARGEST, brief};
use crate::error::{Error, Result};

/// The first bytes of every npy file.
const MAGIC: [u8; 6] = *b"\x93NUMPY";

/// The longest text that is read: what a header of version 1 may hold. Only structures need more.
const LONGEST: usize = 0xffff;

/// The most dimensions an array of NumPy has.
const MOST_DIMENSIONS: usize = 64;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A byte that is 0 or 1.
    Bool,
    /// A signed number of so many bytes.
    Int(usize),
    /// An unsigned number of so many bytes.
    Uint(usize),
    /// A floating-point number of so many bytes.
    Float(usize),
}

impl Element {
    /// The bytes of one element.
    pub fn width(self) -> usize {
        match self {
            Element::Bool => 1,
            Element::Int(width) | Element::Uint(width) | Element::Float(width) => width,
        }
    }
}

/// The header of an npy file: six magic bytes, two of the version, the length of the text (u16 in
/// version 1, u32 in versions 2 and 3), and the text: a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What an element is.
    pub element: Element,
    /// Is the most significant byte of an element the first?
    pub is_big_endian: bool,
    /// Is the first dimension the fastest?
    pub is_fortran_order: bool,
    /// The dimensions.
    pub shape: Vec<usize>,
}

impl Header {
    /// Reads a header from `source`; `place` names the array in errors.
    ///
    /// # Errors
    /// When it is cut short or malformed, or of an array that is not read (see [`super::read`]).
    pub fn read(place: &str, source: &mut impl Read) -> Result<Self> {
        let mut head = [0; 8];
        fill(place, source, &mut head)?;
        if head[..6] != MAGIC {
            return refuse(
                place,
                "magic",
                "the file does not begin as an npy file does; write it with numpy.save",
            );
        }
        let length = match head[6..] {
            [1, 0] => {
                let mut bytes = [0; 2];
                fill(place, source, &mut bytes)?;
                usize::from(u16::from_le_bytes(bytes))
            }
            [2 | 3, 0] => {
                let mut bytes = [0; 4];
                fill(place, source, &mut bytes)?;
                u32::from_le_bytes(bytes) as usize
            }
            _ => {
                let fault = format!("is {}.{}; versions 1 to 3 are read", head[6], head[7]);
                return refuse(place, "version", fault);
            }
        };
        if length > LONGEST {
            let fault = format!("has {length} bytes; up to {LONGEST} are read");
            return refuse(place, "header", fault);
        }
        let mut text = vec![0; length];
        fill(place, source, &mut text)?;
        match std::str::from_utf8(&text) {
            Ok(text) => Self::parse(place, text),
            Err(_) => refuse(place, "header", "is not text; the file is damaged"),
        }
    }

    /// The number of elements.
    pub fn size(&self) -> u64 {
        self.shape
            .iter()
            .map(|&dimension| dimension as u64)
            .product()
    }

    /// The bytes of all elements.
    pub fn bytes(&self) -> u64 {
        self.size() * self.element.width() as u64
    }

    fn parse(place: &str, text: &str) -> Result<Self> {
        let [mut descr, mut fortran_order, mut shape] = [None; 3];
        let malformed = || {
            let fault = format!("is not a dictionary of NumPy: {:?}", brief(text.trim_end()));
            Error::input(place, "header", fault)
        };
        let inside = text.trim().strip_prefix('{').ok_or_else(malformed)?;
        let mut rest = inside.strip_suffix('}').ok_or_else(malformed)?.trim();
        while !rest.is_empty() {
            let (key, value, after) = entry(rest).ok_or_else(malformed)?;
            let slot = match key {
                "descr" => &mut descr,
                "fortran_order" => &mut fortran_order,
                "shape" => &mut shape,
                _ => return Err(malformed()),
            };
            if slot.replace(value).is_some() {
                return Err(malformed());
            }
            rest = after;
        }
        let (element, is_big_endian) = element(place, descr.ok_or_else(malformed)?)?;
        Ok(Header {
            element,
            is_big_endian,
            is_fortran_order: match fortran_order {
                Some("True") => true,
                Some("False") => false,
                _ => return Err(malformed()),
            },
            shape: dimensions(place, shape.ok_or_else(malformed)?)?,
        })
    }
}

fn fill(place: &str, source: &mut impl Read, bytes: &mut [u8]) -> Result<()> {
    source.read_exact(bytes).map_err(|cause| {
        let fault = match cause.kind() {
            ErrorKind::UnexpectedEof => "the file is cut short; write it again".to_owned(),
            _ => format!("cannot be read ({cause}); write the file again"),
        };
        Error::input(place, "header", fault)
    })
}

/// The first entry of a dictionary: the key, the text of the value, and what comes after.
fn entry(text: &str) -> Option<(&str, &str, &str)> {
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

/// Where the value at the start of `text` ends: at a comma outside brackets and quotation marks,
/// or with the text. A colon there would be that of the next key.
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

/// What a type string such as `<f4` says: the element, and whether it is big endian.
fn element(place: &str, descr: &str) -> Result<(Element, bool)> {
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

/// The dimensions of a tuple such as `(3, 4)`, when such an array may be read.
fn dimensions(place: &str, tuple: &str) -> Result<Vec<usize>> {
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
        // Python 2 writes long integers with an L after them.
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
        Some(0) => no("is an empty array".to_owned()),
        Some(size) if size <= LARGEST => Ok(shape),
        _ if shape.contains(&0) => no("is an empty array".to_owned()),
        _ => no(format!("is more than the {LARGEST} elements that are read")),
    }
}
