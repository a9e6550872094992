//! The authors' runs with heavy ball momentum.
//!
//! Source: the result files in the authors' repository (revision 0570d94). The networks are those of the
//! paper: 784-500-500-500-10 with ReLU on the first 1000 images of Fashion-MNIST, and a VGG on the first 1000
//! images of two classes of CIFAR-10. The files give no spread of the runs of SGD.

/// The learning rate of the runs on Fashion-MNIST, with all samples and with batches of [`BATCH`].
pub const FASHION_MNIST_RATE: f64 = 0.1;

/// The learning rate of the runs on CIFAR-10, with all samples and with batches of [`BATCH`].
pub const CIFAR_RATE: f64 = 0.01;

/// The batch size of the runs of SGD, out of n = 1000.
pub const BATCH: usize = 10;

/// The runs, from no momentum to the largest.
pub const MOMENTUM: [MomentumRow; 6] = [
    MomentumRow::new(0.0, [19.53, 197.8], [8.00, 20.8], [128.6, 237.8]),
    MomentumRow::new(0.2, [23.50, 238.8], [7.04, 19.0], [130.7, 231.9]),
    MomentumRow::new(0.4, [27.50, 278.6], [5.17, 14.9], [93.6, 165.6]),
    MomentumRow::new(0.6, [31.57, 320.1], [3.23, 10.4], [70.5, 134.2]),
    MomentumRow::new(0.8, [35.44, 343.3], [1.19, 4.36], [22.2, 50.1]),
    MomentumRow::new(0.9, [37.31, 344.9], [0.62, 2.04], [7.4, 16.6]),
];

/// A row of [`MOMENTUM`].
#[derive(Clone, Copy, Debug)]
pub struct MomentumRow {
    /// The momentum β.
    pub momentum: f64,
    /// The mean sharpness where gradient descent ends: of 7 runs on Fashion-MNIST, and of 5 on CIFAR-10.
    pub descent: [f64; 2],
    /// The mean sharpness a and the mean non-uniformity s where SGD ends on Fashion-MNIST.
    pub fashion_mnist: [f64; 2],
    /// The same on CIFAR-10.
    pub cifar: [f64; 2],
}

impl MomentumRow {
    const fn new(
        momentum: f64,
        descent: [f64; 2],
        fashion_mnist: [f64; 2],
        cifar: [f64; 2],
    ) -> Self {
        MomentumRow {
            momentum,
            descent,
            fashion_mnist,
            cifar,
        }
    }

    /// `aη/2` where gradient descent ends, on Fashion-MNIST and on CIFAR-10; its bound is 1 + β.
    pub fn scaled_descent(&self) -> [f64; 2] {
        let [fashion_mnist, cifar] = self.descent;
        [
            fashion_mnist * FASHION_MNIST_RATE / 2.0,
            cifar * CIFAR_RATE / 2.0,
        ]
    }

    /// `aη/2` and `sη√p` where SGD ends on Fashion-MNIST, with the weight `p = (n − B)/(B(n − 1))`.
    pub fn scaled_fashion_mnist(&self) -> [f64; 2] {
        scaled(self.fashion_mnist, FASHION_MNIST_RATE)
    }

    /// `aη/2` and `sη√p` where SGD ends on CIFAR-10.
    pub fn scaled_cifar(&self) -> [f64; 2] {
        scaled(self.cifar, CIFAR_RATE)
    }
}

fn scaled([sharpness, non_uniformity]: [f64; 2], rate: f64) -> [f64; 2] {
    let (n, b) = (1000.0, BATCH as f64);
    let weight: f64 = (n - b) / (b * (n - 1.0));
    [
        sharpness * rate / 2.0,
        non_uniformity * rate * weight.sqrt(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_runs_are_in_units_of_their_bounds() {
        let last = MOMENTUM[5];
        assert!((last.scaled_descent()[0] - 1.8655).abs() < 1e-9);
        let [a, s] = last.scaled_fashion_mnist();
        assert!((a - 0.031).abs() < 1e-9);
        // √p = √(990/9990) = 0.31480.
        assert!((s - 0.0642).abs() < 1e-4, "{s}");
    }
}
