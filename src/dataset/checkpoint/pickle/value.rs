//! The values of a pickle.

/// The largest number of dimensions of a tensor in PyTorch.
const MOST_DIMENSIONS: usize = 64;

/// The place of a value in the list of all values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub u32);

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A value that no weight is made of: `None`, a truth value, an integer beyond 64 bits, a text that is not
    /// UTF-8.
    Plain,
    /// A floating-point number.
    Float(f64),
    /// An integer.
    Number(i64),
    /// A text.
    Text(&'a str),
    /// A tuple.
    Tuple(Vec<Id>),
    /// A list.
    List(Vec<Id>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// The name of a function or a class.
    Global(Global<'a>),
    /// The memory of tensors.
    Storage(Storage<'a>),
    /// A tensor.
    Tensor(TensorView),
    /// What a function or a class of this name would have built. It has not been called.
    Object(Global<'a>),
}

/// A dictionary, in the order in which its entries were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Whether it has the attribute `_metadata`, which `Module.state_dict` gives to what it returns.
    pub is_of_a_module: bool,
}

/// An entry of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Id,
    /// The value.
    pub value: Id,
}

/// The name of a function or a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Global<'a> {
    /// The module that has it.
    pub module: &'a str,
    /// Its name there.
    pub name: &'a str,
}

/// The memory of tensors, which is an entry of the zip file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage<'a> {
    /// The type of an element.
    pub element: Element,
    /// The name of the entry.
    pub key: &'a str,
    /// The number of elements.
    pub count: i64,
}

/// A tensor: a view of a storage. Its numbers have not been checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorView {
    /// The storage.
    pub storage: Id,
    /// The number of elements in the storage before its first one.
    pub offset: i64,
    /// The tuple of its dimensions.
    pub shape: Id,
    /// The tuple of the distances between neighbours along each dimension, in elements.
    pub strides: Id,
}

/// The type of the elements of a storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// 32-bit floating-point numbers.
    F32,
    /// 64-bit floating-point numbers.
    F64,
    /// 16-bit floating-point numbers.
    F16,
    /// The upper 16 bits of 32-bit floating-point numbers.
    Bf16,
    /// 64-bit integers.
    I64,
    /// 32-bit integers.
    I32,
    /// 16-bit integers.
    I16,
    /// 8-bit integers.
    I8,
    /// Bytes.
    U8,
    /// Truth values.
    Bool,
    /// Pairs of 32-bit floating-point numbers.
    C64,
    /// Pairs of 64-bit floating-point numbers.
    C128,
}

impl Element {
    /// The element of a storage that PyTorch calls so.
    pub fn of_storage(name: &str) -> Option<Self> {
        Some(match name {
            "FloatStorage" => Element::F32,
            "DoubleStorage" => Element::F64,
            "HalfStorage" => Element::F16,
            "BFloat16Storage" => Element::Bf16,
            "LongStorage" => Element::I64,
            "IntStorage" => Element::I32,
            "ShortStorage" => Element::I16,
            "CharStorage" => Element::I8,
            "ByteStorage" => Element::U8,
            "BoolStorage" => Element::Bool,
            "ComplexFloatStorage" => Element::C64,
            "ComplexDoubleStorage" => Element::C128,
            _ => return None,
        })
    }

    /// The name of the type in a header of safetensors.
    pub fn name(self) -> &'static str {
        match self {
            Element::F32 => "F32",
            Element::F64 => "F64",
            Element::F16 => "F16",
            Element::Bf16 => "BF16",
            Element::I64 => "I64",
            Element::I32 => "I32",
            Element::I16 => "I16",
            Element::I8 => "I8",
            Element::U8 => "U8",
            Element::Bool => "BOOL",
            Element::C64 => "C64",
            Element::C128 => "C128",
        }
    }

    /// The size of one element in bytes.
    pub fn width(self) -> usize {
        match self {
            Element::I8 | Element::U8 | Element::Bool => 1,
            Element::F16 | Element::Bf16 | Element::I16 => 2,
            Element::F32 | Element::I32 => 4,
            Element::F64 | Element::I64 | Element::C64 => 8,
            Element::C128 => 16,
        }
    }
}

/// The values of a pickle, with the one that it stands for.
#[derive(Debug)]
pub struct Pickle<'a> {
    /// All values.
    pub values: Vec<Value<'a>>,
    /// The value of the whole pickle.
    pub root: Id,
}

impl<'a> Pickle<'a> {
    /// The value at a place.
    pub fn value(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    /// The text at a place, if the value there is one.
    pub fn text(&self, id: Id) -> Option<&'a str> {
        match self.value(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number at a place, if the value there is one.
    pub fn number(&self, id: Id) -> Option<f64> {
        match *self.value(id) {
            Value::Float(number) => Some(number),
            Value::Number(number) => Some(number as f64),
            _ => None,
        }
    }

    /// The value of an entry of the dictionary at a place, if there is one with this text as its key.
    pub fn entry(&self, dictionary: Id, key: &str) -> Option<Id> {
        let Value::Dictionary(dictionary) = self.value(dictionary) else {
            return None;
        };
        let mut entries = dictionary.entries.iter();
        let found = entries.find(|entry| self.text(entry.key) == Some(key))?;
        Some(found.value)
    }

    /// The integers of the tuple at a place, if the value there is a tuple of integers that are not more than a
    /// tensor can have dimensions.
    pub fn numbers(&self, id: Id) -> Option<Vec<i64>> {
        let Value::Tuple(items) = self.value(id) else {
            return None;
        };
        if items.len() > MOST_DIMENSIONS {
            return None;
        }
        let number = |&item: &Id| match self.value(item) {
            Value::Number(number) => Some(*number),
            _ => None,
        };
        items.iter().map(number).collect()
    }
}
