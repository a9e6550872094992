//! What the names mean with which PyTorch writes dictionaries and tensors.

use super::value::{Dictionary, Element, Global, Id, Storage, TensorView, Value};

/// The type of the elements of a storage, by the class of the storage.
fn element(class: &Global<'_>) -> Option<Element> {
    match class.module {
        "torch" | "torch.storage" | "torch.cuda" => Element::of_storage(class.name),
        _ => None,
    }
}

/// The value that a call of `function` with these arguments stands for.
///
/// # Errors
/// Returns an error if a function that rebuilds tensors is given what is no tensor's.
pub fn call<'a>(
    values: &[Value<'a>],
    function: Global<'a>,
    arguments: &[Id],
) -> Result<Value<'a>, String> {
    let unknown = Ok(Value::Object(function));
    match (function.module, function.name) {
        ("collections", "OrderedDict") if arguments.is_empty() => {
            Ok(Value::Dictionary(Dictionary::default()))
        }
        ("collections", "defaultdict") if arguments.len() <= 1 => {
            Ok(Value::Dictionary(Dictionary::default()))
        }
        ("torch._utils", "_rebuild_tensor_v2") => tensor(values, function, arguments),
        // Arguments after the tensor say whether it is trained, and what else was attached to it.
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
            match arguments.first().map(|&first| at(values, first)) {
                Some(tensor @ (Value::Tensor(_) | Value::Object(_))) => Ok(tensor.clone()),
                _ => Err(format!(
                    "{} is not given a tensor; {DAMAGED}",
                    function.name
                )),
            }
        }
        _ => unknown,
    }
}

const DAMAGED: &str = "the file is damaged";

/// The tensor that `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)` builds. A
/// further argument says that its numbers are to be negated or conjugated; such a tensor stays an object.
fn tensor<'a>(
    values: &[Value<'a>],
    function: Global<'a>,
    arguments: &[Id],
) -> Result<Value<'a>, String> {
    let wrong = || {
        let fault = "is not given a storage, an offset, a shape and strides";
        Err(format!("{} {fault}; {DAMAGED}", function.name))
    };
    let [storage, offset, shape, strides, _, _, more @ ..] = arguments else {
        return wrong();
    };
    if more.len() > 1 {
        return wrong();
    }
    let is_empty =
        |&id: &Id| matches!(at(values, id), Value::Plain) || is_empty_dictionary(at(values, id));
    if !more.iter().all(is_empty) {
        return Ok(Value::Object(function));
    }
    match [storage, offset, shape, strides].map(|&id| at(values, id)) {
        // A storage of a type that is not known.
        [Value::Object(class), ..] => Ok(Value::Object(*class)),
        [
            Value::Storage(_),
            Value::Number(offset),
            Value::Tuple(_),
            Value::Tuple(_),
        ] => Ok(Value::Tensor(TensorView {
            storage: *storage,
            offset: *offset,
            shape: *shape,
            strides: *strides,
        })),
        _ => wrong(),
    }
}

fn is_empty_dictionary(value: &Value<'_>) -> bool {
    matches!(value, Value::Dictionary(dictionary) if dictionary.entries.is_empty())
}

/// The storage that the tuple `("storage", class, key, device, count)` names.
///
/// # Errors
/// Returns an error if the value is no such tuple.
pub fn storage<'a>(values: &[Value<'a>], named: &Value<'a>) -> Result<Value<'a>, String> {
    let wrong = || {
        Err(format!(
            "what is outside the pickle is no storage; {DAMAGED}"
        ))
    };
    let Value::Tuple(parts) = named else {
        return wrong();
    };
    let [word, class, key, _, count] = parts[..] else {
        return wrong();
    };
    match [word, class, key, count].map(|id| at(values, id)) {
        [
            Value::Text("storage"),
            Value::Global(class),
            Value::Text(key),
            Value::Number(count),
        ] => Ok(match element(class) {
            Some(element) => Value::Storage(Storage {
                element,
                key,
                count: *count,
            }),
            None => Value::Object(*class),
        }),
        _ => wrong(),
    }
}

fn at<'b, 'a>(values: &'b [Value<'a>], id: Id) -> &'b Value<'a> {
    &values[id.0 as usize]
}
