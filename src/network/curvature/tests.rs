//! Products by pieces beside those of the whole batch.

use super::*;
use crate::network::{Network, Normalisation, State};
use crate::train::random::{Purpose, stream};

/// Pieces differ from the whole by the rounding of a few sums only.
#[test]
fn a_chain_in_pieces_has_the_products_of_the_whole() {
    let network = Network::fnn(&[5, 8, 3]);
    let mut random = stream(1, Purpose::Initial, 0);
    let state = State::initial(&network, &mut random);
    let mut numbers = |count: usize| -> Vec<f32> {
        use rand::RngExt;
        (0..count).map(|_| random.random::<f32>() - 0.5).collect()
    };
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
