//! The bits of every function, which are a promise: a change of any of them is a decision.
//!
//! Most coefficients could change a little without breaking the promised error. This test sees that.

use sgd_stability::kernel::Isa;

use super::bits::kernels;
use crate::support::bits;

/// The names of the kernels and their sums ([`sum`]).
const PINNED: [(&str, u64); 41] = [
    ("exp", 0x2bb3_17a4_badd_5d77),
    ("expm1", 0x98d4_04ff_a998_37c1),
    ("log", 0x4770_994f_971c_6007),
    ("log1p", 0x0092_20f6_9f0b_b616),
    ("tanh", 0xdebe_a7fe_62c0_affb),
    ("sigmoid", 0x85d5_d04d_9042_aaf3),
    ("softplus", 0x798a_0481_4aa5_7fa4),
    ("erf", 0xe6fa_1444_29d7_76eb),
    ("LeakyRelu { slope: 0.01 }", 0x88de_1fa6_2435_39a1),
    (
        "first derivative of LeakyRelu { slope: 0.01 }",
        0x503b_7ac4_f8a7_067d,
    ),
    (
        "second derivative of LeakyRelu { slope: 0.01 }",
        0xebc5_ff61_9224_ae65,
    ),
    ("Elu { alpha: 1.0 }", 0x3405_64c1_e8cb_4d14),
    (
        "first derivative of Elu { alpha: 1.0 }",
        0xcb0c_21e5_ffe4_ccc4,
    ),
    (
        "second derivative of Elu { alpha: 1.0 }",
        0x1267_6f06_0515_39ac,
    ),
    ("Elu { alpha: -0.7 }", 0x65ea_17da_1269_a93e),
    (
        "first derivative of Elu { alpha: -0.7 }",
        0x10d6_5a56_b98f_d578,
    ),
    (
        "second derivative of Elu { alpha: -0.7 }",
        0x91e1_9be3_1a79_8248,
    ),
    ("Selu", 0x4877_61d4_8021_eab1),
    ("first derivative of Selu", 0xe37a_e5be_d5f6_2d32),
    ("second derivative of Selu", 0xc2b1_b0c7_7416_aa6b),
    ("Tanh", 0xdebe_a7fe_62c0_affb),
    ("first derivative of Tanh", 0xc3e1_e380_d2e2_da5a),
    ("second derivative of Tanh", 0x72a9_5ef6_510b_68b1),
    ("Sigmoid", 0x85d5_d04d_9042_aaf3),
    ("first derivative of Sigmoid", 0x5f16_6233_63eb_b3c9),
    ("second derivative of Sigmoid", 0xb9b9_71af_4636_6148),
    ("Softplus", 0x798a_0481_4aa5_7fa4),
    ("first derivative of Softplus", 0xe0bc_23d6_de6a_7bd6),
    ("second derivative of Softplus", 0x5f16_6233_63eb_b3c9),
    ("Hardtanh", 0x1256_156a_d59e_1993),
    ("first derivative of Hardtanh", 0x53a6_a9b0_3df5_034d),
    ("second derivative of Hardtanh", 0xebc5_ff61_9224_ae65),
    ("Gelu", 0xf682_e8bd_dca5_d9dc),
    ("first derivative of Gelu", 0x9e1b_96ca_b53c_44e7),
    ("second derivative of Gelu", 0x553b_be86_7bba_cb5b),
    ("GeluTanh", 0x604c_d98e_d7fb_88fd),
    ("first derivative of GeluTanh", 0x8f83_453a_0c65_3c8f),
    ("second derivative of GeluTanh", 0x6b69_8737_8b06_1e29),
    ("Silu", 0x5830_b341_f4c3_3286),
    ("first derivative of Silu", 0xf376_feb3_e10b_65d7),
    ("second derivative of Silu", 0x2230_6ab6_eee7_1cea),
];

/// Numbers of both signs from 2⁻²⁷ to 2⁹, 131 thousand of them.
fn arguments() -> Vec<f32> {
    let fields = (100_u32 << 23..136 << 23).step_by(4603);
    let magnitudes = fields.map(f32::from_bits);
    magnitudes.flat_map(|x| [x, -x]).collect()
}

/// FNV-1a of the bits of all results, the words in order.
fn sum(results: &[f32]) -> u64 {
    results.iter().fold(0xcbf2_9ce4_8422_2325, |sum, result| {
        (sum ^ u64::from(bits(*result))).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn the_bits_are_those_that_were_promised() {
    let z = arguments();
    let found = kernels().into_iter().map(|(name, kernel)| {
        // Elementary functions are of `x`; derivatives at `z` are multiplied by `x`.
        let mut x = z.clone();
        x.rotate_left(if name.contains("derivative") { 1009 } else { 0 });
        kernel(Isa::best(), &z, &mut x);
        format!("(\"{name}\", {:#018x}),\n", sum(&x))
    });
    let pinned = PINNED.map(|(name, sum)| format!("(\"{name}\", {sum:#018x}),\n"));
    let (found, pinned) = (found.collect::<String>(), pinned.concat());
    assert!(found == pinned, "these bits are new:\n{found}");
}
