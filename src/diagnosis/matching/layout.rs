//! Weights as Keras and JAX store them: `kernel`, inputs before outputs, images with channels last.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::network::{Module, Network, Operation, TensorRole};

use super::group::{Group, Named};

/// The elements of a kernel (inputs × outputs, or height × width × inputs × outputs) in PyTorch's order:
/// outputs × inputs (× height × width).
fn turned<T: Copy>(shape: &[usize], numbers: &[T]) -> Vec<T> {
    let (taps, channels) = shape.split_at(shape.len() - 2);
    let (inputs, outputs) = (channels[0], channels[1]);
    let taps: usize = taps.iter().product();
    let mut turned = Vec::with_capacity(numbers.len());
    for output in 0..outputs {
        for input in 0..inputs {
            turned.extend((0..taps).map(|tap| numbers[(tap * inputs + input) * outputs + output]));
        }
    }
    turned
}

/// The elements of a tensor in PyTorch's order.
pub fn in_pytorch<'a, T: Copy>(named: &Named<'_>, numbers: &'a [T]) -> Cow<'a, [T]> {
    if named.is_kernel() {
        Cow::Owned(turned(&named.tensor.shape, numbers))
    } else {
        Cow::Borrowed(numbers)
    }
}

/// Returns an error if a kernel could also be meant without transposing it, or if its layer reads a
/// flattened image, which Keras and PyTorch flatten in different orders.
pub fn check(place: &str, network: &Network, pairs: &[(&Module, &Group<'_>)]) -> Result<()> {
    let weight = |module: &Module| {
        let mut tensors = module.tensors.iter();
        let weight = tensors.find(|(part, _)| *part == TensorRole::Weight);
        weight.map(|(_, shape)| shape.clone())
    };
    for (module, group) in pairs {
        let kernel = group.tensor(TensorRole::Weight).filter(Named::is_kernel);
        let Some(kernel) = kernel else { continue };
        let as_it_stands = Some(kernel.tensor.shape.clone());
        let is_open = pairs.iter().any(|(other, _)| weight(other) == as_it_stands);
        if is_open {
            return Err(Error::input(place, kernel.in_file(), both_ways(&kernel)));
        }
        if flattens_an_image(network, module) {
            let fault = "reads a flattened image, which Keras and JAX flatten channels last, and \
                         PyTorch channels first; export it as `….weight` with its inputs in the order \
                         channels × rows × columns";
            return Err(Error::input(place, kernel.in_file(), fault));
        }
    }
    Ok(())
}

/// The advice for a kernel that fits both as it is and transposed.
fn both_ways(kernel: &Named<'_>) -> String {
    let turn = match kernel.tensor.shape.len() {
        2 => "T",
        _ => "transpose(3, 2, 0, 1)",
    };
    format!(
        "{:?} fits as it stands and turned, and Keras and JAX have inputs before outputs; write it as \
         PyTorch has it: weights[\"….weight\"] = kernel.{turn}",
        kernel.tensor.shape
    )
}

/// Whether the layer reads an image with several channels and several pixels as one vector.
fn flattens_an_image(network: &Network, module: &Module) -> bool {
    let layers = network.layers();
    let flattened = match layers[module.layer].reads.checked_sub(1) {
        None => Some(network.sample()),
        Some(before) => {
            let is_flatten = matches!(layers[before].operation, Operation::Flatten(_));
            is_flatten.then_some(layers[before].input)
        }
    };
    flattened.is_some_and(|image| image.channels > 1 && image.positions() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_turned_to_outputs_before_inputs() {
        assert_eq!(turned(&[2, 3], &[1, 2, 3, 4, 5, 6]), [1, 4, 2, 5, 3, 6]);
        // Two pixels, two inputs, three outputs.
        let numbers: Vec<usize> = (0..12).collect();
        let expected = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11];
        assert_eq!(turned(&[1, 2, 2, 3], &numbers), expected);
    }
}
