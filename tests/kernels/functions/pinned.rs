//! The bits of every function, which are a promise: a change of any of them is a decision.
//!
//! Most coefficients could change a little without breaking the promised error. This test sees that.

use sgd_stability::kernel::{Isa, MatrixMut, MatrixRef, log_sum_exp_rows, softmax_rows};

use super::bits::kernels;
use crate::support::bits;

/// The names of the kernels and their sums ([`sum`]).
const PINNED: [(&str, u64); 41] = [
    ("exp", 0xc521_2104_5893_5ac8),
    ("expm1", 0x1fb6_f691_7a7e_6b9c),
    ("log", 0xa289_a883_74c6_e301),
    ("log1p", 0x9937_9636_e27b_f75c),
    ("tanh", 0xb7cc_b1e9_41d2_9197),
    ("sigmoid", 0x7380_e102_acf8_03e6),
    ("softplus", 0x7e6a_7461_7d25_3e4d),
    ("erf", 0xdbab_56fa_ef99_abeb),
    ("LeakyRelu { slope: 0.01 }", 0x48e9_de6c_c24a_2f22),
    (
        "first derivative of LeakyRelu { slope: 0.01 }",
        0x90a2_4f85_ee36_7696,
    ),
    (
        "second derivative of LeakyRelu { slope: 0.01 }",
        0x80c8_d706_7846_7b55,
    ),
    ("Elu { alpha: 1.0 }", 0x91f4_3cc2_eb4e_0560),
    (
        "first derivative of Elu { alpha: 1.0 }",
        0xa490_072f_60c5_de79,
    ),
    (
        "second derivative of Elu { alpha: 1.0 }",
        0x12ca_7190_0fab_7b38,
    ),
    ("Elu { alpha: -0.7 }", 0x5dc4_182a_0e03_50d8),
    (
        "first derivative of Elu { alpha: -0.7 }",
        0x2939_c576_aa3c_d171,
    ),
    (
        "second derivative of Elu { alpha: -0.7 }",
        0xca7b_58b2_3a88_0970,
    ),
    ("Selu", 0xdadb_14b9_250e_965e),
    ("first derivative of Selu", 0x5085_d299_3066_53f0),
    ("second derivative of Selu", 0x8cfd_29df_d362_ad2e),
    ("Tanh", 0xb7cc_b1e9_41d2_9197),
    ("first derivative of Tanh", 0xff66_419d_e174_9d64),
    ("second derivative of Tanh", 0x51d5_9ad4_e007_d901),
    ("Sigmoid", 0x7380_e102_acf8_03e6),
    ("first derivative of Sigmoid", 0x5d29_e38c_ac43_6e55),
    ("second derivative of Sigmoid", 0x4c05_c672_3d27_a0dc),
    ("Softplus", 0x7e6a_7461_7d25_3e4d),
    ("first derivative of Softplus", 0xc845_c3ac_5e85_88f2),
    ("second derivative of Softplus", 0x5d29_e38c_ac43_6e55),
    ("Hardtanh", 0x8a1c_dd5b_c840_a257),
    ("first derivative of Hardtanh", 0x46c9_b61e_02f4_81ce),
    ("second derivative of Hardtanh", 0x80c8_d706_7846_7b55),
    ("Gelu", 0xb3c5_3418_c22d_e710),
    ("first derivative of Gelu", 0x0c70_4a23_f310_5aea),
    ("second derivative of Gelu", 0xe16b_01e9_1a5a_3b6d),
    ("GeluTanh", 0xd54f_b5e2_1705_2d85),
    ("first derivative of GeluTanh", 0xa3eb_133d_fbd2_f23f),
    ("second derivative of GeluTanh", 0xe79b_6043_e5cb_c985),
    ("Silu", 0x3acf_4453_4668_2c63),
    ("first derivative of Silu", 0x289f_7f24_a66f_c782),
    ("second derivative of Silu", 0x2d27_359b_e01f_3cb3),
];

/// The sums of the logarithms of [`rows`], and of their shares.
const PINNED_ROWS: [u64; 2] = [0xbad2_774d_ce37_6b76, 0x0d98_16b1_3096_c475];

/// Numbers of both signs from 2⁻²⁷ to 2⁹, 9.9 million of them: a change that moves one result in a million is seen.
fn arguments() -> Vec<f32> {
    let fields = (100_u32 << 23..136 << 23).step_by(61);
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
        x.rotate_left(if name.contains("derivative") {
            76_129
        } else {
            0
        });
        kernel(Isa::best(), &z, &mut x);
        format!("(\"{name}\", {:#018x}),\n", sum(&x))
    });
    let pinned = PINNED.map(|(name, sum)| format!("(\"{name}\", {sum:#018x}),\n"));
    let (found, pinned) = (found.collect::<String>(), pinned.concat());
    assert!(found == pinned, "these bits are new:\n{found}");
}

/// Rows of two logits: the larger one from 0 down to −0.8, so that it and the logarithm of the sum of powers
/// cancel in some.
fn rows() -> Vec<f32> {
    let row = |i: u16| {
        let larger = f32::from(i) * -1.25e-5;
        (0..8_u8).flat_map(move |k| [larger, larger - f32::from(k) * 0.37])
    };
    (0..64_000).flat_map(row).collect()
}

#[test]
fn the_bits_of_rows_are_those_that_were_promised() {
    let mut m = rows();
    let count = m.len() / 2;
    let mut logs = vec![0.0; count];
    log_sum_exp_rows(Isa::best(), MatrixRef::new(&m, count, 2), &mut logs);
    softmax_rows(Isa::best(), MatrixMut::new(&mut m, count, 2));
    let found = [sum(&logs), sum(&m)];
    assert!(found == PINNED_ROWS, "these bits are new: {found:#018x?}");
}
