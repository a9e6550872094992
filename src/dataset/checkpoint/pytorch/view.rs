//! A tensor as a view of a storage: which elements, in which order.

use std::borrow::Cow;

use super::super::pickle::{Element, Pickle, Storage, TensorView, Value};

/// The elements of a storage that a tensor has. The numbers are those of elements, not of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// The type of an element.
    pub element: Element,
    /// The dimensions.
    pub shape: Vec<usize>,
    /// The distance between neighbours along each dimension; 0 along a dimension of size 1.
    strides: Vec<usize>,
    /// The first element.
    offset: usize,
    /// The number of elements.
    count: usize,
}

const DAMAGED: &str = "the file is damaged";

impl View {
    /// The view that a pickle describes, with its storage. No element has been looked for yet.
    ///
    /// # Errors
    /// Returns an error if the numbers are not those of a view.
    pub fn of<'a>(pickle: &Pickle<'a>, tensor: &TensorView) -> Result<(Storage<'a>, Self), String> {
        let Value::Storage(storage) = pickle.value(tensor.storage) else {
            return Err(format!("has no storage; {DAMAGED}"));
        };
        let wrong =
            || format!("has a shape, strides or an offset that are none of a tensor; {DAMAGED}");
        let sizes = |id| {
            let numbers = pickle.numbers(id)?.into_iter();
            numbers
                .map(|number| usize::try_from(number).ok())
                .collect::<Option<Vec<_>>>()
        };
        let shape: Vec<usize> = sizes(tensor.shape).ok_or_else(wrong)?;
        let strides: Vec<usize> = sizes(tensor.strides).ok_or_else(wrong)?;
        let offset = usize::try_from(tensor.offset).map_err(|_| wrong())?;
        if strides.len() != shape.len() {
            return Err(wrong());
        }
        let count = if shape.contains(&0) {
            Some(0)
        } else {
            shape
                .iter()
                .try_fold(1_usize, |count, &size| count.checked_mul(size))
        };
        let strides = strides.iter().zip(&shape);
        let strides = strides.map(|(&stride, &size)| if size == 1 { 0 } else { stride });
        let view = View {
            element: storage.element,
            strides: strides.collect(),
            offset,
            count: count.ok_or_else(wrong)?,
            shape,
        };
        Ok((*storage, view))
    }

    /// Checks that all elements are among the first `there` of the storage, and that no two of them are the
    /// same, so that the view is not larger than its storage.
    ///
    /// # Errors
    /// Returns an error if one of these conditions fails.
    pub fn check(&self, there: usize) -> Result<(), String> {
        if self.count == 0 {
            return Ok(());
        }
        let last = self
            .reach()
            .and_then(|reach| reach.checked_add(self.offset));
        if last.is_none_or(|last| last >= there) {
            return Err(format!(
                "reaches beyond the {there} elements of its storage; the file is cut short or damaged"
            ));
        }
        if self.repeats() {
            return Err(
                "has elements that share their memory, as `expand` makes them, so that they are one \
                 weight; save the tensor's .contiguous() if each is a weight of its own"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The distance from the first element to the last one in the storage.
    fn reach(&self) -> Option<usize> {
        let sides = self.strides.iter().zip(&self.shape);
        sides
            .map(|(stride, size)| stride.checked_mul(size - 1))
            .try_fold(0_usize, |sum, side| sum.checked_add(side?))
    }

    /// Whether two elements may be the same: whether a step along some dimension is not longer than all
    /// smaller ones together.
    fn repeats(&self) -> bool {
        let sides = self.strides.iter().zip(&self.shape);
        let mut sides: Vec<(usize, usize)> = sides
            .filter(|(_, size)| **size > 1)
            .map(|(&stride, &size)| (stride, size))
            .collect();
        sides.sort_unstable();
        let mut reach = 0;
        sides.iter().any(|(stride, size)| {
            let is_short = *stride <= reach;
            reach += stride * (size - 1);
            is_short
        })
    }

    /// The places of the first byte and of the byte behind the last one.
    pub fn bytes(&self) -> (usize, usize) {
        if self.count == 0 {
            return (0, 0);
        }
        let width = self.element.width();
        let end = self.offset + self.reach().unwrap_or_default() + 1;
        (self.offset * width, end * width)
    }

    /// Whether the elements stand in the storage one after the other.
    fn is_contiguous(&self) -> bool {
        let mut step = 1;
        let mut sides = self.strides.iter().zip(&self.shape).rev();
        sides.all(|(stride, size)| {
            let fits = *size == 1 || *stride == step;
            step *= size;
            fits
        })
    }

    /// Calls `visit` with the place of each element in the storage, row major.
    pub fn places(&self, mut visit: impl FnMut(usize)) {
        let mut index = vec![0; self.shape.len()];
        let mut at = self.offset;
        for _ in 0..self.count {
            visit(at);
            for side in (0..index.len()).rev() {
                index[side] += 1;
                at += self.strides[side];
                if index[side] < self.shape[side] {
                    break;
                }
                at -= self.strides[side] * self.shape[side];
                index[side] = 0;
            }
        }
    }

    /// The elements in the bytes of the storage, row major. The view has been checked.
    pub fn read<'a>(&self, storage: &'a [u8]) -> Cow<'a, [u8]> {
        let width = self.element.width();
        if self.count == 0 || self.is_contiguous() {
            let (start, end) = self.bytes();
            return Cow::Borrowed(&storage[start..end]);
        }
        let mut read = Vec::with_capacity(self.count * width);
        self.places(|at| read.extend_from_slice(&storage[at * width..(at + 1) * width]));
        Cow::Owned(read)
    }
}
