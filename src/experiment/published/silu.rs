//! A public table of where SGD, heavy ball and Nesterov's momentum end on a smooth network.
//!
//! The network is 3072-512-512-10 with SiLU on n = 8192 images of CIFAR-10, with the sum-squared loss
//! `Σ_k (o_k − y_k)²`; the number is λ_max(H) at the end of the run. The table names no seeds and no spread.
//! It was made apart from the theory here, and nothing here was fitted to it.

/// The number of samples n.
pub const SAMPLES: usize = 8192;

/// The momentum β of heavy ball and of Nesterov's method.
pub const MOMENTUM: f64 = 0.9;

/// The batch sizes B, the columns of the table.
pub const BATCHES: [usize; 4] = [8, 64, 256, 1024];

/// The learning rate and the sharpness at the end, for each of [`BATCHES`].
#[derive(Clone, Copy, Debug)]
pub struct SiluRow {
    /// The learning rate η.
    pub learning_rate: f64,
    /// λ_max(H) at the end of the run with each batch size.
    pub sharpness: [f64; 4],
}

/// SGD without momentum; the edge 2/η of gradient descent is 200.
pub const PLAIN: SiluRow = SiluRow {
    learning_rate: 0.01,
    sharpness: [34.7, 191.0, 217.0, 216.0],
};

/// Heavy ball; the edge 2(1 + β)/η of its descent is 3800.
pub const HEAVY_BALL: SiluRow = SiluRow {
    learning_rate: 0.001,
    sharpness: [35.2, 721.0, 2701.0, 3717.0],
};

/// Nesterov's momentum; the edge (2 + 2β)/(η(1 + 2β)) of its descent is 1357.
pub const NESTEROV: SiluRow = SiluRow {
    learning_rate: 0.001,
    sharpness: [38.4, 1107.0, 1416.0, 1419.0],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::criterion::{gradient_descent, heavy_ball, nesterov};

    #[test]
    fn the_edges_are_those_of_the_criteria() {
        let edge = gradient_descent::largest_sharpness(&PLAIN.learning_rate);
        assert_eq!(edge, 200.0);
        let edge = heavy_ball::largest_sharpness(&HEAVY_BALL.learning_rate, &MOMENTUM);
        assert!((edge - 3800.0).abs() < 1e-9, "{edge}");
        let edge = nesterov::largest_sharpness(&NESTEROV.learning_rate, &MOMENTUM);
        assert!((edge - 3.8 / 0.0028).abs() < 1e-9 && (edge - 1357.0).abs() < 0.5);
    }
}
