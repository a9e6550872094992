//! The same bits on every instruction set, for every length and place, and any number of threads.

use sgd_stability::kernel::{
    Elementary, Isa, elementary, nonlinear, nonlinear_derivative, nonlinear_second_derivative,
};

use super::activations::FUNCTIONS;
use super::everything;
use crate::support::{Guarded, all_bits, same_everywhere};

pub type Kernel = Box<dyn Fn(Isa, &[f32], &mut [f32]) + Sync>;

/// Every kernel of this module, as one that changes `x` and reads `z`.
pub fn kernels() -> Vec<(String, Kernel)> {
    let mut all: Vec<(String, Kernel)> = Vec::new();
    for f in Elementary::ALL {
        let run: Kernel = Box::new(move |isa, _, x| elementary(isa, f, x));
        all.push((f.name().to_owned(), run));
    }
    for f in FUNCTIONS {
        all.push((
            format!("{f:?}"),
            Box::new(move |isa, _, x| nonlinear(isa, f, x)),
        ));
        let first: Kernel = Box::new(move |isa, z, x| nonlinear_derivative(isa, f, z, x));
        all.push((format!("first derivative of {f:?}"), first));
        let second: Kernel = Box::new(move |isa, z, x| nonlinear_second_derivative(isa, f, z, x));
        all.push((format!("second derivative of {f:?}"), second));
    }
    all
}

/// Arguments and factors that both take every exponent.
fn operands() -> (Vec<f32>, Vec<f32>) {
    let z = everything();
    let mut x = z.clone();
    x.rotate_left(z.len() / 2 + 7);
    // More than one piece of parallel work.
    (z.repeat(3), x.repeat(3))
}

#[test]
fn every_isa_and_any_number_of_threads_give_the_same_bits() {
    let (z, x) = operands();
    assert!(x.len() > 2 << 14);
    for (name, kernel) in kernels() {
        same_everywhere(&name, |isa| {
            let mut x = Guarded::new(&x);
            kernel(isa, &z, x.numbers());
            all_bits(&x.checked(&name))
        });
    }
}

#[test]
fn the_place_of_an_element_does_not_matter() {
    let (z, x) = operands();
    for (name, kernel) in kernels() {
        let mut whole = x[..600].to_vec();
        kernel(Isa::portable(), &z[..600], &mut whole);
        for isa in Isa::available() {
            for length in 0..=50 {
                let first = 11 * length;
                let place = first..first + length;
                let mut part = Guarded::new(&x[place.clone()]);
                kernel(isa, &z[place.clone()], part.numbers());
                let part = part.checked(&name);
                let right = all_bits(&whole[place]);
                assert_eq!(all_bits(&part), right, "{name}, length {length}");
            }
        }
    }
}
