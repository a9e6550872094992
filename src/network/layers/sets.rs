//! Sets of numbers of one sample: sums over each, and affine maps with a factor for each.
//!
//! The numbers of a sample, channels last, are cut into units of rows × channels, and each unit into
//! groups of neighbouring channels. A set is one group of one unit. Sums are computed in f64.

use crate::kernel::{self, Isa, MatrixMut, MatrixRef, Start};
use crate::network::shape::Shape;

/// How the numbers of samples are cut into sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sets {
    rows: usize,
    channels: usize,
    groups: usize,
}

impl Sets {
    /// The sets that each hold a group of channels at all positions of a sample.
    pub fn of_groups(shape: Shape, groups: usize) -> Self {
        // One group of all channels is one row of all numbers, whose sums are faster.
        let (rows, channels) = if groups == 1 {
            (1, shape.numbers())
        } else {
            (shape.positions(), shape.channels)
        };
        Sets {
            rows,
            channels,
            groups,
        }
    }

    /// The sets that each hold all channels at one position of a sample.
    pub fn of_positions(shape: Shape) -> Self {
        Sets {
            rows: 1,
            channels: shape.channels,
            groups: 1,
        }
    }

    /// How many numbers a set has.
    pub fn size(&self) -> usize {
        self.rows * self.channels / self.groups
    }

    /// How many sets `numbers` numbers have.
    pub fn count(&self, numbers: usize) -> usize {
        numbers / self.size()
    }

    /// The mean of each set of `x`.
    pub fn means(&self, isa: Isa, x: &[f32]) -> Vec<f64> {
        let by_channel = |unit: &[f32], out: &mut [f64]| {
            kernel::channel_sums(isa, unit, Start::Zero, out);
        };
        let units = x.chunks_exact(self.unit());
        let mut sums = Sums::new(self, x.len());
        for unit in units {
            if self.rows == 1 {
                sums.extend(self.slices(unit).map(|set| kernel::sum(isa, set)));
            } else {
                sums.add_channels(|out| by_channel(unit, out));
            }
        }
        sums.means()
    }

    /// The mean of the products of `x` and `y` in each set.
    pub fn overlaps(&self, isa: Isa, x: &[f32], y: &[f32]) -> Vec<f64> {
        let pairs = x.chunks_exact(self.unit()).zip(y.chunks_exact(self.unit()));
        let mut sums = Sums::new(self, x.len());
        for (x, y) in pairs {
            if self.rows == 1 {
                let sets = self.slices(x).zip(self.slices(y));
                sums.extend(sets.map(|(x, y)| kernel::dot_wide(isa, x, y)));
            } else {
                sums.add_channels(|out| kernel::channel_dots(isa, x, y, Start::Zero, out));
            }
        }
        sums.means()
    }

    /// `y ← factor·x + shift`, with a factor and a shift for each set.
    pub fn map(&self, isa: Isa, of: Affine, x: &[f32], y: &mut [f32]) {
        let mut rows = Rows::new(self);
        let units = x
            .chunks_exact(self.unit())
            .zip(y.chunks_exact_mut(self.unit()));
        for (unit, (x, y)) in units.enumerate() {
            rows.fill(self, unit, &of);
            kernel::scale_shift(isa, &rows.factor, &rows.shift, false, x, y);
        }
    }

    /// `y ← y + factor·x + shift`, with a factor and a shift for each set.
    pub fn add(&self, isa: Isa, of: Affine, x: &[f32], y: &mut [f32]) {
        if (self.rows, self.groups) == (1, 1) {
            return self.add_rows(isa, of, x, y);
        }
        let mut rows = Rows::new(self);
        let ones = vec![1.0; self.channels];
        let units = x
            .chunks_exact(self.unit())
            .zip(y.chunks_exact_mut(self.unit()));
        for (unit, (x, y)) in units.enumerate() {
            rows.fill(self, unit, &of);
            kernel::blend(isa, [&ones, &rows.factor, &rows.shift], x, y);
        }
    }

    /// [`Sets::add`] where each set is a row of its own.
    fn add_rows(&self, isa: Isa, of: Affine, x: &[f32], y: &mut [f32]) {
        let shape @ (rows, columns) = (self.count(x.len()), self.channels);
        let mut add = |factor: &[f32], x: MatrixRef| {
            kernel::row_axpy(isa, factor, x, MatrixMut::new(y, rows, columns));
        };
        add(of.factor, MatrixRef::new(x, rows, columns));
        if let Some(shift) = of.shift {
            let ones = vec![1.0; columns];
            add(shift, MatrixRef::strided(&ones, shape, (0, 1)));
        }
    }

    /// How many numbers a unit has.
    fn unit(&self) -> usize {
        self.rows * self.channels
    }

    /// How many channels a group has.
    fn width(&self) -> usize {
        self.channels / self.groups
    }

    /// The sets of a unit of one row.
    fn slices<'a>(&self, unit: &'a [f32]) -> impl Iterator<Item = &'a [f32]> + use<'a> {
        unit.chunks_exact(self.width())
    }
}

/// A factor for each set, and a shift; without shifts they are zero.
#[derive(Clone, Copy)]
pub(super) struct Affine<'a> {
    pub factor: &'a [f32],
    pub shift: Option<&'a [f32]>,
}

/// The sums of the sets so far.
struct Sums {
    sums: Vec<f64>,
    of_channels: Vec<f64>,
    width: usize,
    size: usize,
}

impl Sums {
    fn new(sets: &Sets, numbers: usize) -> Self {
        Sums {
            sums: Vec::with_capacity(sets.count(numbers)),
            of_channels: vec![0.0; sets.channels],
            width: sets.width(),
            size: sets.size(),
        }
    }

    fn extend(&mut self, sums: impl Iterator<Item = f64>) {
        self.sums.extend(sums);
    }

    /// Adds the sums of a unit, given those of its channels, which `write` writes.
    fn add_channels(&mut self, write: impl FnOnce(&mut [f64])) {
        write(&mut self.of_channels);
        let groups = self.of_channels.chunks_exact(self.width);
        self.sums
            .extend(groups.map(|group| group.iter().sum::<f64>()));
    }

    fn means(self) -> Vec<f64> {
        let size = self.size as f64;
        self.sums.into_iter().map(|sum| sum / size).collect()
    }
}

/// The factors and shifts of one unit, channel by channel.
struct Rows {
    factor: Vec<f32>,
    shift: Vec<f32>,
}

impl Rows {
    fn new(sets: &Sets) -> Self {
        Rows {
            factor: vec![0.0; sets.channels],
            shift: vec![0.0; sets.channels],
        }
    }

    fn fill(&mut self, sets: &Sets, unit: usize, of: &Affine) {
        let first = unit * sets.groups;
        let spread = |row: &mut [f32], numbers: &[f32]| {
            let numbers = &numbers[first..first + sets.groups];
            for (row, number) in row.chunks_exact_mut(sets.width()).zip(numbers) {
                row.fill(*number);
            }
        };
        spread(&mut self.factor, of.factor);
        if let Some(shift) = of.shift {
            spread(&mut self.shift, shift);
        }
    }
}
