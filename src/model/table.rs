//! Models from arrays of exact numbers, as NumPy and CSV files hold them.
//!
//! An array does not say what its numbers are, so a [`Legend`] does. The numbers are taken as they are: the
//! Hessians of Jacobians are formed over ℚ, so that no rounding makes them indefinite.

use std::fmt;
use std::str::FromStr;

use nalgebra::{DMatrix, DVector};
use num_traits::One;

use super::{Jacobians, Linear, Model, Quadratic};
use crate::error::{Error, Result};
use crate::number::Exact;

/// An array of exact numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    shape: Vec<usize>,
    numbers: Vec<Exact>,
}

/// What the numbers of an array are. The names are those of the fields of a model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The inputs x_i of linear regression, n × d.
    Inputs,
    /// The Hessians H_i, n × d × d.
    Hessians,
    /// The Jacobians J_i of c outputs, n × c × d.
    Jacobians,
}

/// What the user says of an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// What the numbers are.
    pub meaning: Meaning,
    /// The number of rows of each Jacobian, c, where the array has two dimensions.
    pub outputs: Option<usize>,
    /// The curvature φ of the loss in each output of a model of Jacobians; 1 if `None`.
    pub factor: Option<Exact>,
}

/// The sizes of n matrices that lie one after the other.
struct Blocks {
    rows: usize,
    columns: usize,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 3] = [Meaning::Inputs, Meaning::Hessians, Meaning::Jacobians];

    /// The name of the field of a model file.
    pub fn name(self) -> &'static str {
        match self {
            Meaning::Inputs => "inputs",
            Meaning::Hessians => "hessians",
            Meaning::Jacobians => "jacobians",
        }
    }

    /// The dimensions that an array of this meaning has.
    pub fn dimensions(self) -> &'static str {
        match self {
            Meaning::Inputs => "n × d, an input of linear regression in each row",
            Meaning::Hessians => "n × d × d, or the matrices one below the other",
            Meaning::Jacobians => {
                "n × c × d, or with --outputs C the matrices of C rows one below the other"
            }
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Meaning {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let named = Meaning::ALL
            .into_iter()
            .find(|meaning| meaning.name() == text);
        named.ok_or_else(|| "give inputs, hessians or jacobians".to_owned())
    }
}

impl Table {
    /// An array of this shape, its numbers in C order (last dimension fastest).
    ///
    /// # Panics
    /// When the shape is not that of so many numbers.
    pub fn new(shape: Vec<usize>, numbers: Vec<Exact>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), numbers.len(), "the shape");
        Table { shape, numbers }
    }

    /// The model that this array is; `place` names its origin in errors.
    ///
    /// # Errors
    /// When the shape is not one of the meaning, when the legend says what does not belong to it, or when the
    /// numbers are no model.
    pub fn model(self, place: &str, legend: &Legend) -> Result<Model> {
        legend.check()?;
        let blocks = legend.blocks(place, &self.shape)?;
        match legend.meaning {
            Meaning::Inputs => Linear::checked(place, self.rows(&blocks)).map(Model::Linear),
            Meaning::Hessians => {
                Quadratic::checked(place, self.matrices(&blocks)).map(Model::Quadratic)
            }
            Meaning::Jacobians => {
                let factor = legend.factor.clone().unwrap_or_else(Exact::one);
                Jacobians::checked(place, factor, self.matrices(&blocks)).map(Model::Jacobians)
            }
        }
    }

    fn rows(self, blocks: &Blocks) -> Vec<DVector<Exact>> {
        let rows = self.numbers.chunks(blocks.columns.max(1));
        rows.map(DVector::from_column_slice).collect()
    }

    fn matrices(self, blocks: &Blocks) -> Vec<DMatrix<Exact>> {
        let Blocks { rows, columns } = *blocks;
        let matrices = self.numbers.chunks((rows * columns).max(1));
        let matrix = |numbers: &[Exact]| DMatrix::from_row_slice(rows, columns, numbers);
        matrices.map(matrix).collect()
    }
}

impl Legend {
    /// Checks that the legend says nothing that does not belong to its meaning.
    fn check(&self) -> Result<()> {
        let refuse = |flag, value: String| {
            let fault = format!(
                "belongs to jacobians, and these are {}; leave it out",
                self.meaning
            );
            Err(Error::input(flag, value, fault))
        };
        if self.meaning == Meaning::Jacobians {
            return Ok(());
        }
        match (&self.outputs, &self.factor) {
            (Some(outputs), _) => refuse("--outputs", outputs.to_string()),
            (None, Some(factor)) => refuse("--factor", factor.to_string()),
            (None, None) => Ok(()),
        }
    }

    /// The matrices in an array of this shape.
    fn blocks(&self, place: &str, shape: &[usize]) -> Result<Blocks> {
        let refuse = |fault: String| Err(Error::input(place, self.meaning, fault));
        match (self.meaning, shape) {
            (Meaning::Inputs, &[_, columns]) => Ok(Blocks { rows: 1, columns }),
            (Meaning::Hessians, &[_, rows, columns]) => Ok(Blocks { rows, columns }),
            (Meaning::Hessians, &[rows, columns]) => self.stacked(place, rows, columns, columns),
            (Meaning::Jacobians, &[_, rows, columns]) => match self.outputs {
                Some(outputs) if outputs != rows => refuse(format!(
                    "each matrix has {rows} rows, and --outputs says {outputs}; leave it out"
                )),
                _ => Ok(Blocks { rows, columns }),
            },
            (Meaning::Jacobians, &[rows, columns]) => match self.outputs {
                Some(outputs) => self.stacked(place, rows, columns, outputs),
                None => refuse(format!(
                    "has {rows} rows of {columns} numbers; say with --outputs C how many of them a sample \
                     has, or give an array n × c × d"
                )),
            },
            _ => {
                let (found, wanted) = (sides(shape), self.meaning.dimensions());
                refuse(format!("has the shape {found}; it must be {wanted}"))
            }
        }
    }

    /// Matrices of so many rows, one below the other.
    fn stacked(&self, place: &str, all: usize, columns: usize, rows: usize) -> Result<Blocks> {
        if rows > 0 && all.is_multiple_of(rows) {
            return Ok(Blocks { rows, columns });
        }
        let fault = format!(
            "has {all} rows, which are no matrices of {rows} rows one below the other; give n × {rows} rows"
        );
        Err(Error::input(place, self.meaning, fault))
    }
}

/// The shape as text: `2 × 3`.
fn sides(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    if sides.is_empty() {
        "of one number".to_owned()
    } else {
        sides.join(" × ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::expect;
    use crate::model::golden;

    fn table(shape: &[usize], numbers: &[i64]) -> Table {
        let numbers = numbers.iter().map(|&number| Exact::from(number)).collect();
        Table::new(shape.to_vec(), numbers)
    }

    fn legend(meaning: Meaning) -> Legend {
        Legend {
            meaning,
            outputs: None,
            factor: None,
        }
    }

    #[test]
    fn an_array_is_what_its_legend_says() {
        let plane = [1, 0, 0, 1, 1, 1];
        let inputs = table(&[3, 2], &plane).model("m", &legend(Meaning::Inputs));
        assert_eq!(inputs.unwrap().quadratic(), golden::three_inputs());
        let jacobians = Legend {
            outputs: Some(1),
            ..legend(Meaning::Jacobians)
        };
        for shape in [&[3, 2][..], &[3, 1, 2]] {
            let model = table(shape, &plane).model("m", &jacobians).unwrap();
            assert_eq!(model.quadratic(), golden::three_inputs());
        }
        for shape in [&[2, 2, 2][..], &[4, 2]] {
            let model =
                table(shape, &[1, 0, 0, 0, 2, 1, 1, 2]).model("m", &legend(Meaning::Hessians));
            assert_eq!(
                (model.clone().unwrap().samples(), model.unwrap().dimension()),
                (2, 2)
            );
        }
    }

    #[test]
    fn the_factor_scales_the_products() {
        let legend = Legend {
            factor: Some(Exact::fraction(2, 3)),
            ..legend(Meaning::Jacobians)
        };
        let model = table(&[1, 2, 1], &[1, 2]).model("m", &legend).unwrap();
        assert_eq!(model.quadratic().hessian()[(0, 0)], Exact::fraction(10, 3));
    }

    #[test]
    fn a_shape_that_does_not_fit_says_which_does() {
        let refused = |shape: &[usize], legend: &Legend, words: &[&str]| {
            let count = shape.iter().product();
            expect(table(shape, &vec![1; count]).model("m.npy", legend), words);
        };
        let inputs = legend(Meaning::Inputs);
        refused(
            &[3],
            &inputs,
            &["m.npy: inputs: has the shape 3; ", "n × d"],
        );
        refused(&[], &inputs, &["of one number"]);
        refused(&[1, 2, 3], &inputs, &["1 × 2 × 3"]);
        let hessians = legend(Meaning::Hessians);
        refused(&[3, 2], &hessians, &["hessians: has 3 rows", "n × 2 rows"]);
        refused(&[1, 2, 3], &hessians, &["hessians[0]: is 2 × 3"]);
        let jacobians = legend(Meaning::Jacobians);
        refused(
            &[4, 2],
            &jacobians,
            &["jacobians: has 4 rows", "--outputs C"],
        );
        let of = |outputs| Legend {
            outputs: Some(outputs),
            ..legend(Meaning::Jacobians)
        };
        refused(&[4, 2], &of(3), &["no matrices of 3 rows"]);
        refused(&[4, 2], &of(0), &["no matrices of 0 rows"]);
        refused(&[2, 2, 2], &of(3), &["2 rows, and --outputs says 3"]);
    }

    #[test]
    fn a_legend_has_only_what_belongs_to_its_meaning() {
        let model = |legend: &Legend| table(&[1, 1], &[1]).model("m", legend);
        let outputs = Legend {
            outputs: Some(1),
            ..legend(Meaning::Inputs)
        };
        expect(model(&outputs), &["--outputs: 1: belongs to jacobians"]);
        let factor = Legend {
            factor: Some(Exact::one()),
            ..legend(Meaning::Hessians)
        };
        expect(model(&factor), &["--factor: 1: belongs to jacobians"]);
    }
}
