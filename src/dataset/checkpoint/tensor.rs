//! A tensor: its name, its shape, its elements.

use std::borrow::Cow;

use half::{bf16, f16};

use crate::dataset::exact::count_rounded;
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// A named array.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// The name, such as `fc.0.weight`.
    pub name: String,
    /// The dimensions, the slowest first.
    pub shape: Vec<usize>,
    /// The type of an element in the file.
    pub dtype: Dtype,
    /// The place of the tensor among those of its file: in a safetensors file the offset of its first byte in
    /// the data section, in a file of PyTorch the number of entries before it in the state dictionary.
    pub start: usize,
    /// The elements, row major; as many as the product of the dimensions.
    pub values: Values,
}

/// Another name of a tensor. In a file of PyTorch it is the name of a tensor that is the same view of the same
/// storage. Source for safetensors: `safetensors.torch.save_model`, which writes only one of several
/// tensors that share their memory, and a metadata entry `"other name": "name"` for each of the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// The other name.
    pub name: String,
    /// The name under which the file has the tensor.
    pub of: String,
    /// The place of this name, if the file has one for it ([`Tensor::start`]).
    pub start: Option<usize>,
}

/// A tensor as its file has it.
pub(super) struct Raw<'a> {
    /// The name.
    pub name: &'a str,
    /// The name of its type in a header of safetensors.
    pub dtype: &'a str,
    /// The dimensions.
    pub shape: Vec<usize>,
    /// The place of the tensor ([`Tensor::start`]).
    pub start: usize,
    /// The elements, row major and little endian.
    pub data: &'a [u8],
}

/// The type of the elements in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
    /// 32-bit floating-point numbers.
    F32,
    /// 64-bit floating-point numbers.
    F64,
    /// 16-bit floating-point numbers of IEEE 754.
    F16,
    /// bfloat16: the upper 16 bits of an F32.
    Bf16,
    /// 64-bit integers: counters.
    I64,
}

impl Dtype {
    /// The type that a header calls `text`, if a tensor of this name may have it.
    pub(super) fn of(name: &str, text: &str) -> std::result::Result<Self, String> {
        let is_counter = name.rsplit('.').next() == Some(COUNTER);
        match (text, is_counter) {
            ("I64", true) => Ok(Dtype::I64),
            ("F32", false) => Ok(Dtype::F32),
            ("F64", false) => Ok(Dtype::F64),
            ("F16", false) => Ok(Dtype::F16),
            ("BF16", false) => Ok(Dtype::Bf16),
            (_, true) => Err(format!("is {}; a counter of batches is I64", brief(text))),
            _ if is_whole(text) && !is_of_a_layer(name) => Err(format!(
                "is {text}: a counter or an index, not a weight; leave it out with --ignore {}",
                brief(name)
            )),
            (_, false) => Err(format!(
                "is {}; weights are F32, F64, F16 or BF16: convert them with .float()",
                brief(text)
            )),
        }
    }

    /// The size of one element in bytes.
    pub fn width(self) -> usize {
        match self {
            Dtype::F16 | Dtype::Bf16 => 2,
            Dtype::F32 => 4,
            Dtype::F64 | Dtype::I64 => 8,
        }
    }

    /// The name of the type in a header.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::F32 => "F32",
            Dtype::F64 => "F64",
            Dtype::F16 => "F16",
            Dtype::Bf16 => "BF16",
            Dtype::I64 => "I64",
        }
    }
}

/// Whether `text` names an integer type.
fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['I', 'U']);
    text == "BOOL" || digits.is_some_and(|digits| digits.parse::<u8>().is_ok())
}

/// Whether this is the name of a weight or a bias, which might have been quantised.
fn is_of_a_layer(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("weight" | "bias"))
}

/// The last part of a counter's name.
const COUNTER: &str = "num_batches_tracked";

/// The elements of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Finite floating-point numbers.
    Real {
        /// The elements, rounded to the nearest f32.
        values: Vec<f32>,
        /// How many elements f32 does not represent exactly.
        rounded: usize,
        /// The elements as they are in the file, if f32 does not represent them all.
        exact: Option<Vec<f64>>,
    },
    /// The counter of a batch normalisation.
    Whole(Vec<i64>),
}

impl Values {
    /// Keeps the f64 numbers in `data` in addition to the f32 ones, if they differ.
    fn keep(&mut self, data: &[u8]) {
        let Values::Real {
            values,
            rounded,
            exact,
        } = self
        else {
            return;
        };
        let numbers = data.as_chunks().0.iter();
        let numbers: Vec<f64> = numbers.map(|&bytes| f64::from_le_bytes(bytes)).collect();
        *rounded = count_rounded(values, &numbers);
        *exact = (*rounded > 0).then_some(numbers);
    }
}

impl Tensor {
    /// The elements, unless they are integers.
    pub fn real(&self) -> Option<&[f32]> {
        match &self.values {
            Values::Real { values, .. } => Some(values),
            Values::Whole(_) => None,
        }
    }

    /// The elements as they are in the file, unless they are integers.
    pub fn exact(&self) -> Option<Cow<'_, [f64]>> {
        match &self.values {
            Values::Real {
                exact: Some(exact), ..
            } => Some(Cow::Borrowed(exact)),
            Values::Real { values, .. } => {
                Some(values.iter().map(|&value| f64::from(value)).collect())
            }
            Values::Whole(_) => None,
        }
    }

    /// Reads a tensor that has as many bytes as its shape and its type require.
    pub(super) fn read(place: &str, raw: Raw<'_>) -> Result<Self> {
        let Raw { name, data, .. } = raw;
        let refuse = |fault: String| Error::input(place, brief(name), fault);
        let dtype = Dtype::of(name, raw.dtype).map_err(refuse)?;
        let values = match dtype {
            Dtype::F32 => real(data, f32::from_le_bytes),
            Dtype::F16 => real(data, |bytes| f16::from_le_bytes(bytes).into()),
            Dtype::Bf16 => real(data, |bytes| bf16::from_le_bytes(bytes).into()),
            Dtype::F64 => real(data, |bytes| f64::from_le_bytes(bytes) as f32),
            Dtype::I64 => {
                let numbers = data.as_chunks().0.iter();
                let numbers = numbers.map(|&bytes| i64::from_le_bytes(bytes)).collect();
                Ok(Values::Whole(numbers))
            }
        };
        let mut values = values.map_err(|i| {
            let fault = "is NaN, infinite or beyond the range of f32; the training diverged, or \
                         the file is damaged";
            refuse(format!("element {i} {fault}"))
        })?;
        if dtype == Dtype::F64 {
            values.keep(data);
        }
        Ok(Tensor {
            shape: raw.shape,
            start: raw.start,
            name: name.to_owned(),
            dtype,
            values,
        })
    }
}

/// The elements, or the position of the first that is not finite.
fn real<const W: usize>(
    data: &[u8],
    mut of: impl FnMut([u8; W]) -> f32,
) -> std::result::Result<Values, usize> {
    let elements = data.as_chunks().0.iter().enumerate();
    let finite = |(i, &bytes): (usize, &[u8; W])| {
        let value = of(bytes);
        if value.is_finite() { Ok(value) } else { Err(i) }
    };
    let values = elements
        .map(finite)
        .collect::<std::result::Result<_, _>>()?;
    Ok(Values::Real {
        values,
        rounded: 0,
        exact: None,
    })
}
