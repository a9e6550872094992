//! Rectangles, for placing text.

use super::canvas::Spot;

/// A rectangle: left, top, right and bottom.
#[derive(Clone, Copy)]
pub struct Area(pub f64, pub f64, pub f64, pub f64);

impl Area {
    /// The square whose sides are `radius` away from its middle.
    pub fn around((x, y): Spot, radius: f64) -> Self {
        Area(x - radius, y - radius, x + radius, y + radius)
    }

    pub fn middle(&self) -> Spot {
        (f64::midpoint(self.0, self.2), f64::midpoint(self.1, self.3))
    }

    pub fn encloses(&self, other: &Area) -> bool {
        self.contains((other.0, other.1)) && self.contains((other.2, other.3))
    }

    pub fn contains(&self, (x, y): Spot) -> bool {
        self.0 <= x && x <= self.2 && self.1 <= y && y <= self.3
    }

    pub fn overlaps(&self, other: &Area) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
}
