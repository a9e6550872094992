//! An interpreter of the pickles that `torch.save` writes. It runs nothing: a function or a class is only a
//! name to it, and what another program would build by calling one becomes an [`Value::Object`] that keeps
//! the name. Only the names with which PyTorch writes dictionaries and tensors have a meaning
//! ([`globals`]).
//!
//! A pickle is a program for a stack machine. This one knows the opcodes of protocol 2, in which
//! `torch.save` writes:
//!
//! | opcodes | what they do |
//! |---|---|
//! | `PROTO`, `STOP` | begin and end |
//! | `NONE`, `NEWTRUE`, `NEWFALSE`, `BININT`, `BININT1`, `BININT2`, `LONG1`, `LONG4`, `BINFLOAT`, `BINUNICODE` | push a value |
//! | `EMPTY_DICT`, `EMPTY_LIST`, `EMPTY_TUPLE`, `TUPLE`, `TUPLE1`, `TUPLE2`, `TUPLE3` | push a collection |
//! | `SETITEM`, `SETITEMS`, `APPEND`, `APPENDS` | fill one |
//! | `MARK`, `POP`, `POP_MARK` | move on the stack |
//! | `BINPUT`, `LONG_BINPUT`, `BINGET`, `LONG_BINGET` | remember a value |
//! | `GLOBAL`, `REDUCE`, `NEWOBJ`, `BUILD` | name a function or a class, "call" it, set the state of an object |
//! | `BINPERSID` | name a storage |
//!
//! Source: CPython, `Lib/pickletools.py`; PyTorch, `torch/serialization.py`.
//!
//! Values are kept in one list and name each other by their places in it, so that neither a loop nor a deep
//! nesting costs anything. Memory is bounded by the length of the pickle: texts are slices of it, an opcode
//! makes at most one value, and there is a limit on their number.
//!
//! | file | contents |
//! |---|---|
//! | `value` | the values |
//! | `reader` | the bytes in order |
//! | `globals` | what the known names mean |
//! | `machine` | the opcodes |

mod globals;
mod machine;
mod reader;
mod value;

pub(super) use value::{Dictionary, Element, Global, Id, Pickle, Storage, TensorView, Value};

use crate::error::{Error, Result};

/// The longest pickle that is read, in bytes. The numbers of a checkpoint are not in it.
pub(super) const LONGEST: usize = 1 << 26;

/// Interprets a pickle; `place` names it in errors.
///
/// # Errors
/// Returns an error when the pickle is too long, is cut short, is of another protocol, has an opcode that is
/// not known, takes more from the stack than is there, or gives a tensor what is no tensor's.
pub(super) fn interpret<'a>(place: &str, bytes: &'a [u8]) -> Result<Pickle<'a>> {
    if bytes.len() > LONGEST {
        let fault = format!(
            "has {} bytes, and up to {LONGEST} are read; save the weights alone: \
             torch.save(model.state_dict(), FILE)",
            bytes.len()
        );
        return Err(Error::input(place, "data.pkl", fault));
    }
    machine::run(bytes).map_err(|stop| {
        let field = format!("data.pkl: byte {}", stop.at);
        Error::input(place, field, stop.fault)
    })
}

#[cfg(test)]
mod tests;
