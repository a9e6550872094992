//! Parameters that a graph uses in several places (tied weights).

/// The matrix `E` that copies every parameter to the places where it is used.
#[derive(Clone, Debug)]
pub(super) struct Ties {
    places: Vec<usize>,
    dimension: usize,
}

impl Ties {
    /// Number `k` of the graph's weights and biases is parameter `places[k]`.
    pub fn new(places: Vec<usize>) -> Self {
        let dimension = places.iter().max().map_or(0, |last| last + 1);
        let mut is_used = vec![false; dimension];
        places.iter().for_each(|&place| is_used[place] = true);
        assert!(is_used.into_iter().all(|is| is), "each parameter has a use");
        Ties { places, dimension }
    }

    /// How many parameters there are.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// `E v`.
    pub fn spread(&self, vector: &[f64]) -> Vec<f64> {
        self.places.iter().map(|&place| vector[place]).collect()
    }

    /// The `v` for which `u = E v`.
    pub fn values(&self, spread: &[f64]) -> Vec<f64> {
        let mut values = vec![0.0; self.dimension];
        let pairs = self.places.iter().zip(spread);
        pairs.for_each(|(&place, &x)| values[place] = x);
        values
    }

    /// `Eᵀ u`.
    pub fn gather(&self, vector: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.dimension];
        let pairs = self.places.iter().zip(vector);
        pairs.for_each(|(&place, x)| sums[place] += x);
        sums
    }
}
