//! Products by pieces beside those of the whole batch, and with kept base passes beside new ones.

use std::path::Path;

use rand::RngExt;

use super::*;
use crate::network::{Network, Normalisation, State, description};
use crate::train::random::{Purpose, stream};

/// A product with H, one with Σ, and that with H again, whose base passes are those of the first.
#[test]
fn kept_base_passes_give_the_bits_of_new_ones() {
    let text = "input = [2, 6, 6]\nlayer = [{ type = \"convolution\", outputs = 3, kernel = 3 }, { type = \"tanh\" },\
                { type = \"max-pool\", window = 2 }, { type = \"dense\", outputs = 2 }]";
    let network = description::parse(text, Path::new("net.toml")).expect("a network");
    let mut random = stream(2, Purpose::Initial, 0);
    let state = State::initial(&network, &mut random);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| random.random::<f32>() - 0.5).collect() };
    let (inputs, targets) = (numbers(20 * 72), numbers(20 * 2));
    let direction = numbers(network.parameters());
    let batch = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: 20,
    };
    assert!(keeps_bases(&network, batch.samples));
    let point = state.point(&network, Normalisation::Fixed);
    let operator = || CurvatureOperator::new(Isa::best(), point, batch, CurvatureMatrix::Hessian);
    let hessian = |operator: &mut CurvatureOperator<'_>| {
        let mut product = vec![0.0; direction.len()];
        operator.hessian_product(&direction, &mut product);
        product
    };
    let covariance = |operator: &mut CurvatureOperator<'_>| {
        let mut product = vec![0.0; direction.len()];
        operator.covariance_product(&direction, &mut product);
        product
    };
    let mut kept = operator();
    let products = [
        hessian(&mut kept),
        covariance(&mut kept),
        hessian(&mut kept),
        covariance(&mut kept),
    ];
    let new = [hessian(&mut operator()), covariance(&mut operator())];
    assert_eq!(products[..2], new);
    assert_eq!(products[2..], new);
    assert!(new.iter().flatten().any(|x| *x != 0.0));
}

/// Pieces differ from the whole by the rounding of a few sums only.
#[test]
fn a_chain_in_pieces_has_the_products_of_the_whole() {
    let network = Network::fnn(&[5, 8, 3]);
    let mut random = stream(1, Purpose::Initial, 0);
    let state = State::initial(&network, &mut random);
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| random.random::<f32>() - 0.5).collect() };
    let (inputs, targets) = (numbers(17 * 5), numbers(17 * 3));
    let direction = numbers(network.parameters());
    let batch = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: 17,
    };
    let point = state.point(&network, Normalisation::Fixed);
    let products = |rows| {
        let matrix = CurvatureMatrix::Hessian;
        let mut operator = CurvatureOperator::by_pieces(Isa::best(), point, batch, matrix, rows);
        let mut product = vec![0.0; direction.len()];
        operator.hessian_product(&direction, &mut product);
        let mut all = product.clone();
        operator.covariance_product(&direction, &mut product);
        all.extend(&product);
        let quotients = operator.sample_quotients(&direction);
        all.extend(quotients.iter().map(|q| *q as f32));
        all.push(operator.loss() as f32);
        all
    };
    let whole = products(17);
    for rows in [1, 4, 16] {
        for (piece, whole) in products(rows).iter().zip(&whole) {
            assert!(
                (piece - whole).abs() <= 1e-6 * (1.0 + whole.abs()),
                "{rows}: {piece}, {whole}"
            );
        }
    }
}
