//! The central flow at the edge of stability (Cohen et al. 2025): the smooth path around which gradient
//! descent oscillates while its sharpness stays at `S = 2/η`.
//!
//! `dw/dt = −η(∇L + ½σ²∇S)` with the variance of the oscillation `σ² = 2⟨−∇L, ∇S⟩/‖∇S‖²`, chosen so
//! that `dS/dt = 0`. It models the time average for one critical eigenvalue and `⟨−∇L, ∇S⟩ ≥ 0`;
//! several critical eigenvalues need a matrix in place of `σ²`.

use nalgebra::DVector;

use crate::number::Field;

/// `σ² = 2⟨−∇L, ∇S⟩/‖∇S‖²`, from the gradients of loss and sharpness (both of length d). A negative
/// value means that the sharpness falls by itself: the run leaves the edge and does not oscillate.
///
/// # Panics
/// When the gradients differ in length; over ℚ when `∇S = 0`.
pub fn oscillation<T: Field>(loss: &DVector<T>, sharpness: &DVector<T>) -> T {
    T::int(-2) * loss.dot(sharpness) / sharpness.dot(sharpness)
}

/// The velocity `dw/dt = −η(∇L + ½σ²∇S)`, of length d.
///
/// # Panics
/// As [`oscillation`].
pub fn velocity<T: Field>(
    loss: &DVector<T>,
    sharpness: &DVector<T>,
    learning_rate: &T,
) -> DVector<T> {
    let half = T::ratio(1, 2) * oscillation(loss, sharpness);
    let pull = loss + sharpness.map(|entry| entry * &half);
    pull.map(|entry| -(learning_rate * entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Exact;

    #[test]
    fn the_sharpness_stands_still_and_the_loss_falls() {
        let vector = |entries: [i64; 3]| DVector::from_row_slice(&entries.map(Exact::from));
        let (loss, sharpness) = (vector([1, -2, 3]), vector([-1, 4, 2]));
        let velocity = velocity(&loss, &sharpness, &Exact::fraction(1, 7));
        assert_eq!(velocity.dot(&sharpness), Exact::from(0));
        assert!(velocity.dot(&loss) < Exact::from(0));
        assert_eq!(oscillation(&loss, &sharpness), Exact::fraction(6, 21));
    }
}
