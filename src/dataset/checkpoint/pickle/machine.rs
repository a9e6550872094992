//! The opcodes.

use std::collections::HashMap;

use super::globals;
use super::reader::Reader;
use super::value::{Dictionary, Entry, Global, Id, Pickle, Value};

/// The largest number of values: those of some hundred thousand tensors.
const MOST_VALUES: usize = 1 << 22;

/// The protocol in which `torch.save` writes.
const PROTOCOL: u8 = 2;

/// The place of [`Value::Plain`], of which there is one.
const PLAIN: Id = Id(0);

/// Where and why a pickle is not read further.
pub struct Stop {
    /// The number of bytes before the opcode.
    pub at: usize,
    /// What is wrong there.
    pub fault: String,
}

type Step<T = ()> = Result<T, String>;

/// Interprets a whole pickle.
pub fn run(bytes: &[u8]) -> Result<Pickle<'_>, Stop> {
    let mut machine = Machine {
        reader: Reader::new(bytes),
        values: vec![Value::Plain],
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let at = machine.reader.at();
        match machine.step() {
            Ok(None) => {}
            Ok(Some(root)) => {
                let values = machine.values;
                return Ok(Pickle { values, root });
            }
            Err(fault) => return Err(Stop { at, fault }),
        }
    }
}

/// The state of the stack machine.
struct Machine<'a> {
    reader: Reader<'a>,
    values: Vec<Value<'a>>,
    stack: Vec<Id>,
    /// The heights of the stack at the marks.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

fn cut<T>() -> Step<T> {
    Err("is cut short; save the checkpoint again".to_owned())
}

fn too_little<T>() -> Step<T> {
    Err("takes more from the stack than is there; the file is damaged".to_owned())
}

impl<'a> Machine<'a> {
    /// Executes one opcode. Returns the value of the whole pickle at its end.
    fn step(&mut self) -> Step<Option<Id>> {
        let Some(code) = self.reader.byte() else {
            return cut().map(|()| None);
        };
        match code {
            0x80 => self.check_protocol()?,
            b'.' => return self.pop().map(Some),
            b'N' | 0x88 | 0x89 => self.stack.push(PLAIN),
            b'G' => {
                let number = f64::from_be_bytes(self.bytes()?);
                self.push(Value::Float(number))?;
            }
            b'K' => {
                let [byte] = self.bytes()?;
                self.push(Value::Number(byte.into()))?;
            }
            b'M' => {
                let number = u16::from_le_bytes(self.bytes()?);
                self.push(Value::Number(number.into()))?;
            }
            b'J' => {
                let number = i32::from_le_bytes(self.bytes()?);
                self.push(Value::Number(number.into()))?;
            }
            0x8a => {
                let [length] = self.bytes()?;
                self.long(length.into())?;
            }
            0x8b => {
                let length = self.word()?;
                self.long(length as usize)?;
            }
            b'X' => self.text()?,
            b'c' => self.global()?,
            _ => self.compose(code)?,
        }
        Ok(None)
    }

    /// Executes an opcode that works on what is there already.
    fn compose(&mut self, code: u8) -> Step {
        match code {
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'0' => self.pop().map(drop),
            b'1' => self.pop_to_mark().map(drop),
            b'}' => self.push(Value::Dictionary(Dictionary::default())),
            b']' => self.push(Value::List(Vec::new())),
            b')' => self.push(Value::Tuple(Vec::new())),
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items))
            }
            0x85..=0x87 => {
                let items = self.pop_some(usize::from(code - 0x84))?;
                self.push(Value::Tuple(items))
            }
            b's' => {
                let items = self.pop_some(2)?;
                self.set(&items)
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.set(&items)
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.append(&items)
            }
            b'R' | 0x81 => self.call(),
            b'b' => self.build(),
            b'Q' => {
                let named = self.pop()?;
                let storage = globals::storage(&self.values, self.value(named))?;
                self.push(storage)
            }
            _ => self.remember(code),
        }
    }

    /// Executes an opcode of the memo.
    fn remember(&mut self, code: u8) -> Step {
        let key = match code {
            b'q' | b'h' => {
                let [key] = self.bytes()?;
                key.into()
            }
            b'r' | b'j' => self.word()?,
            _ => {
                return Err(format!(
                    "has the opcode {code:#04x}, which torch.save does not write; save the weights with \
                     torch.save(model.state_dict(), FILE)"
                ));
            }
        };
        if matches!(code, b'q' | b'r') {
            let top = self.top()?;
            self.memo.insert(key, top);
            return Ok(());
        }
        match self.memo.get(&key) {
            Some(&id) => {
                self.stack.push(id);
                Ok(())
            }
            None => Err(format!(
                "asks for value {key} of the memo, which is not there; the file is damaged"
            )),
        }
    }

    fn check_protocol(&mut self) -> Step {
        match self.bytes()? {
            [PROTOCOL] => Ok(()),
            [protocol] => Err(format!(
                "is of protocol {protocol}; save the checkpoint with torch.save without pickle_protocol"
            )),
        }
    }

    /// Pushes an integer of `length` bytes.
    fn long(&mut self, length: usize) -> Step {
        let Some(bytes) = self.reader.take(length) else {
            return cut();
        };
        if bytes.len() > size_of::<i64>() {
            self.stack.push(PLAIN);
            return Ok(());
        }
        let is_negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut all = [if is_negative { 0xff } else { 0 }; size_of::<i64>()];
        all[..bytes.len()].copy_from_slice(bytes);
        self.push(Value::Number(i64::from_le_bytes(all)))
    }

    fn text(&mut self) -> Step {
        let length = self.word()?;
        let Some(bytes) = self.reader.take(length as usize) else {
            return cut();
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(Value::Text(text)),
            Err(_) => {
                self.stack.push(PLAIN);
                Ok(())
            }
        }
    }

    fn global(&mut self) -> Step {
        let lines = [self.reader.line(), self.reader.line()];
        let [Some(module), Some(name)] = lines else {
            return cut();
        };
        match [module, name].map(std::str::from_utf8) {
            [Ok(module), Ok(name)] => self.push(Value::Global(Global { module, name })),
            _ => Err("names a function by what is no text; the file is damaged".to_owned()),
        }
    }

    /// Replaces a function and its arguments by what a call of it stands for.
    fn call(&mut self) -> Step {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let result = match (self.value(function), self.value(arguments)) {
            (Value::Global(function), Value::Tuple(arguments)) => {
                globals::call(&self.values, *function, arguments)?
            }
            (Value::Object(function), Value::Tuple(_)) => Value::Object(*function),
            _ => return Err("calls what is no function; the file is damaged".to_owned()),
        };
        self.push(result)
    }

    /// Gives a state to the object below it.
    fn build(&mut self) -> Step {
        let (state, object) = (self.pop()?, self.top()?);
        let is_metadata = |entry: &Entry| *self.value(entry.key) == Value::Text("_metadata");
        // No more than these are looked at, since one state may be given to many objects.
        const MOST_ATTRIBUTES: usize = 16;
        let is_of_a_module = match self.value(state) {
            Value::Dictionary(state) => state.entries.iter().take(MOST_ATTRIBUTES).any(is_metadata),
            _ => false,
        };
        if let Value::Dictionary(dictionary) = self.value_mut(object) {
            dictionary.is_of_a_module |= is_of_a_module;
        }
        Ok(())
    }

    /// Sets entries, keys and values in turn, of the dictionary on top of the stack.
    fn set(&mut self, items: &[Id]) -> Step {
        let top = self.top()?;
        let (pairs, rest) = items.as_chunks();
        match self.value_mut(top) {
            Value::Dictionary(dictionary) if rest.is_empty() => {
                let entries = pairs.iter().map(|&[key, value]| Entry { key, value });
                dictionary.entries.extend(entries);
                Ok(())
            }
            Value::Object(_) => Ok(()),
            _ => Err("sets an entry of what is no dictionary; the file is damaged".to_owned()),
        }
    }

    /// Appends items to the list on top of the stack.
    fn append(&mut self, items: &[Id]) -> Step {
        let top = self.top()?;
        match self.value_mut(top) {
            Value::List(list) => {
                list.extend_from_slice(items);
                Ok(())
            }
            Value::Object(_) => Ok(()),
            _ => Err("appends to what is no list; the file is damaged".to_owned()),
        }
    }

    fn value(&self, id: Id) -> &Value<'a> {
        &self.values[id.0 as usize]
    }

    fn value_mut(&mut self, id: Id) -> &mut Value<'a> {
        &mut self.values[id.0 as usize]
    }

    fn bytes<const N: usize>(&mut self) -> Step<[u8; N]> {
        self.reader.array().map_or_else(cut, Ok)
    }

    fn word(&mut self) -> Step<u32> {
        self.reader.word().map_or_else(cut, Ok)
    }

    fn push(&mut self, value: Value<'a>) -> Step {
        if self.values.len() >= MOST_VALUES {
            return Err(format!(
                "makes more than {MOST_VALUES} values; save the weights alone: \
                 torch.save(model.state_dict(), FILE)"
            ));
        }
        self.stack.push(Id(self.values.len() as u32));
        self.values.push(value);
        Ok(())
    }

    /// The height of the stack below which nothing may be taken.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Step<Id> {
        match self.stack.last() {
            Some(&top) if self.stack.len() > self.floor() => Ok(top),
            _ => too_little(),
        }
    }

    fn pop(&mut self) -> Step<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// Takes the last `count` values.
    fn pop_some(&mut self, count: usize) -> Step<Vec<Id>> {
        match self.stack.len().checked_sub(count) {
            Some(start) if start >= self.floor() => Ok(self.stack.split_off(start)),
            _ => too_little(),
        }
    }

    /// Takes all values above the last mark, and the mark.
    fn pop_to_mark(&mut self) -> Step<Vec<Id>> {
        match self.marks.pop() {
            Some(start) => Ok(self.stack.split_off(start)),
            None => too_little(),
        }
    }
}
