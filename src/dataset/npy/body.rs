//! Reads the elements of an npy file.

use std::io::{ErrorKind, Read};

use half::f16;

use super::array::Elements;
use super::element::{Element, Reach, refuse};
use super::header::Header;
use crate::error::{Error, Result};

/// How many bytes are read at a time; a multiple of every element size.
const CHUNK: usize = 1 << 16;

/// Reads the elements up to the end of the source and arranges them in C order.
pub(super) fn read(
    place: &str,
    header: &Header,
    source: &mut impl Read,
    reach: Reach,
) -> Result<Elements> {
    let mut body = Body {
        place,
        header,
        source,
        reach,
    };
    let elements = match header.element {
        Element::Uint(1) => Elements::Bytes(body.decode(|[byte]: [u8; 1]| Some(byte))?),
        Element::Bool => Elements::Whole(body.decode(|[byte]| (byte < 2).then_some(byte.into()))?),
        Element::Int(1) => Elements::Whole(body.whole(i8::from_le_bytes)?),
        Element::Int(2) => Elements::Whole(body.whole(i16::from_le_bytes)?),
        Element::Int(4) => Elements::Whole(body.whole(i32::from_le_bytes)?),
        Element::Int(_) => Elements::Whole(body.whole(i64::from_le_bytes)?),
        Element::Uint(2) => Elements::Whole(body.whole(u16::from_le_bytes)?),
        Element::Uint(4) => Elements::Whole(body.whole(u32::from_le_bytes)?),
        Element::Uint(_) => Elements::Whole(body.whole(u64::from_le_bytes)?),
        Element::Float(2) => Elements::Real(body.real(|bytes| f16::from_le_bytes(bytes).into())?),
        Element::Float(4) => Elements::Real(body.real(f32::from_le_bytes)?),
        Element::Float(_) => body.double()?,
    };
    Ok(elements)
}

struct Body<'a, R> {
    place: &'a str,
    header: &'a Header,
    source: &'a mut R,
    reach: Reach,
}

impl<R: Read> Body<'_, R> {
    fn real<const W: usize>(&mut self, of: impl Fn([u8; W]) -> f32) -> Result<Vec<f32>> {
        self.decode(|bytes| Some(of(bytes)).filter(|value| value.is_finite()))
    }

    /// Reads f64 elements; they become f32 if it represents them all exactly.
    fn double(&mut self) -> Result<Elements> {
        let reach = self.reach;
        let numbers = self.decode(|bytes| {
            let number = f64::from_le_bytes(bytes);
            reach.has(number).then_some(number)
        })?;
        let is_held = |&number: &f64| f64::from(number as f32) == number;
        Ok(if numbers.iter().all(is_held) {
            Elements::Real(numbers.into_iter().map(|number| number as f32).collect())
        } else {
            Elements::Double(numbers)
        })
    }

    fn whole<const W: usize, T: TryInto<i64>>(
        &mut self,
        of: impl Fn([u8; W]) -> T,
    ) -> Result<Vec<i64>> {
        self.decode(|bytes| of(bytes).try_into().ok())
    }

    /// Reads all elements in C order; `of` converts the bytes of one element, least significant first.
    fn decode<const W: usize, T: Copy>(
        &mut self,
        of: impl Fn([u8; W]) -> Option<T>,
    ) -> Result<Vec<T>> {
        let mut elements: Vec<T> = Vec::new();
        let mut left = self.header.bytes();
        let mut buffer = vec![0; CHUNK.min(left as usize)];
        while left > 0 {
            let chunk = &mut buffer[..CHUNK.min(left as usize)];
            self.fill(chunk, left)?;
            for bytes in chunk.as_chunks_mut::<W>().0 {
                if self.header.is_big_endian {
                    bytes.reverse();
                }
                match of(*bytes) {
                    Some(element) => elements.push(element),
                    None => return self.out_of_range(elements.len()),
                }
            }
            left -= chunk.len() as u64;
        }
        self.end()?;
        if self.header.is_fortran_order && self.header.shape.len() > 1 {
            return Ok(in_c_order(&self.header.shape, &elements));
        }
        Ok(elements)
    }

    /// Fills `bytes` with elements; `left` bytes of all elements are yet to be read.
    fn fill(&mut self, bytes: &mut [u8], left: u64) -> Result<()> {
        let unreadable = |cause| unreadable(self.place, &cause);
        let mut filled = 0;
        while filled < bytes.len() {
            match self.source.read(&mut bytes[filled..]) {
                Ok(0) => {
                    let total = self.header.bytes();
                    let come = total - left + filled as u64;
                    let fault = format!("end after {come} of {total} bytes; write the file again");
                    return refuse(self.place, "elements", fault);
                }
                Ok(read) => filled += read,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(unreadable(cause)),
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        match self.source.read_exact(&mut [0]) {
            Ok(()) => {
                let fault = "go on after the last; write one array to a file";
                refuse(self.place, "elements", fault)
            }
            Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => Ok(()),
            Err(cause) => Err(unreadable(self.place, &cause)),
        }
    }

    fn out_of_range<T>(&self, position: usize) -> Result<T> {
        let at = self.index(position);
        let fault = match self.header.element {
            Element::Float(_) => self.reach.fault(),
            Element::Bool => "is a truth value that is neither 0 nor 1; the file is damaged",
            Element::Int(_) | Element::Uint(_) => "is beyond the range of int64; use int64",
        };
        refuse(self.place, &format!("element {at:?}"), fault)
    }

    /// The index of the element at this position in the file.
    fn index(&self, mut position: usize) -> Vec<usize> {
        let shape = &self.header.shape;
        let mut index = vec![0; shape.len()];
        let mut step = |axis: usize| {
            index[axis] = position % shape[axis];
            position /= shape[axis];
        };
        if self.header.is_fortran_order {
            (0..shape.len()).for_each(&mut step);
        } else {
            (0..shape.len()).rev().for_each(&mut step);
        }
        index
    }
}

fn unreadable(place: &str, cause: &std::io::Error) -> Error {
    let fault = format!("cannot be read ({cause}): damaged; write the file again");
    Error::input(place, "elements", fault)
}

/// Rearranges elements from Fortran order to C order.
fn in_c_order<T: Copy>(shape: &[usize], elements: &[T]) -> Vec<T> {
    let mut strides = vec![1; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let (mut index, mut at) = (vec![0; shape.len()], 0);
    let mut ordered = Vec::with_capacity(elements.len());
    for _ in 0..elements.len() {
        ordered.push(elements[at]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    ordered
}
