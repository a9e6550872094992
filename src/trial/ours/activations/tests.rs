//! Wrong kernels are refused, and the oracle is sharp.

use super::*;
use crate::trial::verdict::FaultKind;

/// Our kernel.
fn ours(derivative: Derivative, z: &[f32], x: &mut [f32]) {
    let (isa, kernel) = (Isa::portable(), derivative.function.kernel);
    match derivative.part {
        Part::Value => {
            x.copy_from_slice(z);
            nonlinear(isa, kernel, x);
        }
        Part::First => nonlinear_derivative(isa, kernel, z, x),
        Part::Second => nonlinear_second_derivative(isa, kernel, z, x),
    }
}

/// The derivatives of this name.
fn named(name: &str) -> Derivative {
    let mut all = all();
    all.find(|one| one.name() == name).expect("a derivative")
}

#[track_caller]
fn refused(derivative: Derivative, what: &str, kernel: &dyn Fn(&[f32], &mut [f32])) -> Verdict {
    let verdict = derivative.check_kernel(&Options::default(), kernel);
    assert!(!verdict.passed, "{}: {what}", derivative.name());
    assert!(!verdict.faults.is_empty(), "{}: {what}", derivative.name());
    verdict
}

#[test]
fn ours_pass_and_a_third_of_the_results_prove_something() {
    for derivative in all() {
        let verdict = derivative.check(Isa::portable(), &Options::default());
        let name = derivative.name();
        assert!(verdict.passed, "{name}: {:#?}", verdict.faults);
        assert!(
            verdict.mistrusted * 3 < verdict.inputs * 2,
            "{name}: {verdict:?}"
        );
    }
}

#[test]
fn every_way_to_spoil_results_is_found_in_every_derivative() {
    type Spoil = fn(usize, f32) -> f32;
    let ways: [(&str, Spoil); 6] = [
        ("one lane is one unit too large", |i, y| {
            if i % 16 == 7 { y.next_up() } else { y }
        }),
        ("subnormal results are lost", |_, y| {
            if y.is_subnormal() { 0.0 } else { y }
        }),
        ("NaN is swallowed", |_, y| if y.is_nan() { 0.0 } else { y }),
        ("the sign is lost", |_, y| y.abs()),
        ("results have eight bits", |_, y| {
            f32::from_bits(y.to_bits() & 0xffff_0000)
        }),
        ("results end at 10¹⁵", |_, y| {
            if y.is_nan() { y } else { y.clamp(-1e15, 1e15) }
        }),
    ];
    for derivative in all() {
        for (what, spoil) in ways {
            // A hard tanh is nowhere above 1.
            let is_in_vain = what.ends_with("10¹⁵") && derivative.name() == "hardtanh";
            if is_in_vain {
                continue;
            }
            refused(derivative, what, &|z, x| {
                ours(derivative, z, x);
                for (i, x) in x.iter_mut().enumerate() {
                    *x = spoil(i, *x);
                }
            });
        }
    }
}

#[test]
fn a_tail_that_is_left_out_is_found_in_every_derivative() {
    for derivative in all() {
        refused(derivative, "a tail is left out", &|z, x| {
            let whole = z.len() / 16 * 16;
            ours(derivative, &z[..whole], &mut x[..whole]);
        });
    }
}

#[test]
fn a_derivative_of_the_wrong_order_or_side_is_found() {
    for derivative in all().filter(|one| one.part != Part::Value) {
        let other = match derivative.part {
            Part::First => Part::Second,
            _ => Part::First,
        };
        refused(derivative, "the wrong order", &|z, x| {
            ours(
                Derivative {
                    part: other,
                    ..derivative
                },
                z,
                x,
            );
        });
        // These first derivatives are even, and hardtanh and its derivative are odd and even.
        let name = derivative.name();
        let is_even = matches!(derivative.part, Part::First)
            && ["tanh", "sigmoid", "hardtanh"].contains(&derivative.function.name);
        let is_even_second = matches!(derivative.part, Part::Second)
            && ["softplus", "gelu", "gelu-tanh", "silu"].contains(&derivative.function.name);
        if is_even || is_even_second {
            continue;
        }
        refused(derivative, &name, &|z, x| {
            let minus: Vec<f32> = z.iter().map(|z| -z).collect();
            ours(derivative, &minus, x);
        });
    }
}

/// Formulas that lose digits, or take the other convention at a kink.
#[test]
fn plausible_formulas_that_are_wrong_are_found() {
    type Formula = fn(f32, f32) -> f32;
    let wrong: [(&str, Formula); 9] = [
        ("leaky-relu", |z, _| {
            if z >= 0.0 { z } else { SLOPE * 1.000_001 * z }
        }),
        ("leaky-relu, first derivative", |z, x| {
            if z >= 0.0 { x } else { SLOPE * x }
        }),
        ("hardtanh, first derivative", |z, x| {
            if z.abs() <= 1.0 { x } else { 0.0 }
        }),
        ("elu, first derivative", |z, x| {
            if z >= 0.0 {
                x
            } else {
                (f64::from(ALPHA) * f64::from(z).exp() * f64::from(x)) as f32
            }
        }),
        ("elu, second derivative", |z, x| {
            if z > 0.0 {
                0.0 * x
            } else {
                (f64::from(ALPHA) * f64::from(z).exp() * f64::from(x)) as f32
            }
        }),
        ("sigmoid, first derivative", |z, x| {
            let s = 1.0 / (1.0 + (-z).exp());
            s * (1.0 - s) * x
        }),
        ("tanh, second derivative", |z, x| {
            let t = f64::from(z).tanh();
            (-2.0 * t * (1.0 - t * t) * f64::from(x)) as f32
        }),
        ("softplus, first derivative", |z, x| {
            (0.5 * (1.0 + (0.5 * f64::from(z)).tanh()) * f64::from(x)) as f32
        }),
        ("gelu, first derivative", |z, x| {
            let z = f64::from(z);
            let phi = 0.5 * (1.0 + libm::erf(z * std::f64::consts::FRAC_1_SQRT_2));
            let density = (-0.5 * z * z).exp() * 0.398_942_280_401_432_7;
            ((phi + z * density) * f64::from(x)) as f32
        }),
    ];
    for (name, formula) in wrong {
        refused(named(name), name, &|z, x| {
            for (z, x) in z.iter().zip(x) {
                *x = formula(*z, *x);
            }
        });
    }
}

#[test]
fn a_number_read_beside_the_operands_or_kept_from_before_is_found() {
    let derivative = named("tanh, first derivative");
    let verdict = refused(derivative, "the argument is written", &|z, x| {
        ours(derivative, z, x);
        if let [.., last] = x {
            *last = last.next_up();
        }
    });
    assert!(
        verdict
            .faults
            .iter()
            .any(|fault| fault.kind == FaultKind::TooLarge)
    );
}

#[test]
fn the_oracle_encloses_every_value_within_a_thousandth_of_a_unit() {
    let (mut enclosed, most) = (0, Exact::fraction(502, 1000));
    let is_rounded_in_f64 = |one: &Derivative| one.function.name != "leaky-relu";
    for derivative in all().filter(is_rounded_in_f64) {
        for argument in (0..CASES).flat_map(arguments) {
            let Expected::Near { value, radius, .. } = derivative.expected(argument) else {
                continue;
            };
            let factor = Exact::from_f32(argument.x).unwrap_or(Exact::from(0)).abs();
            let unit = crate::trial::ours::setup::last_place(&value);
            let besides = factor * Exact::power_of_two(-48);
            assert!(
                radius <= &most * &unit + besides,
                "{} at {argument:?}: {value} ± {radius}",
                derivative.name()
            );
            enclosed += 1;
        }
    }
    assert!(enclosed > 10_000, "{enclosed}");
}
