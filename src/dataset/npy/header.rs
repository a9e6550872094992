//! The header of an npy file, which precedes the elements.

use std::io::{ErrorKind, Read};

use super::dictionary::{dimensions, element, entry};
use super::element::{Element, refuse};
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// The first bytes of every npy file.
const MAGIC: [u8; 6] = *b"\x93NUMPY";

/// The longest text that is read, the limit of version 1. Only structured types need more.
const LONGEST: usize = 0xffff;

/// The header of an npy file: six magic bytes, two bytes of the version, the length of the text (u16 in
/// version 1, u32 in versions 2 and 3), and the text, a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The element type.
    pub element: Element,
    /// Whether the elements are big endian.
    pub is_big_endian: bool,
    /// Whether the elements are in Fortran order, the first dimension fastest.
    pub is_fortran_order: bool,
    /// The dimensions.
    pub shape: Vec<usize>,
}

impl Header {
    /// Reads a header from `source`; `place` names the array in errors.
    ///
    /// # Errors
    /// Returns an error when the header is truncated or malformed, or describes an unsupported array
    /// (see [`super::read`]).
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

    /// The size of all elements in bytes.
    pub fn bytes(&self) -> u64 {
        self.size() * self.element.width() as u64
    }

    /// Describes the array, such as `60000 × 28 × 28, uint8`, with NumPy's name of the type.
    pub(in crate::dataset) fn describe(&self) -> String {
        let sides: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let shape = if sides.is_empty() {
            "one number".to_owned()
        } else {
            sides.join(" × ")
        };
        let kind = match self.element {
            Element::Bool => "bool".to_owned(),
            Element::Int(width) => format!("int{}", 8 * width),
            Element::Uint(width) => format!("uint{}", 8 * width),
            Element::Float(width) => format!("float{}", 8 * width),
        };
        format!("{shape}, {kind}")
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
