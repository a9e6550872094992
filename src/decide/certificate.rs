//! Certificates: a verdict on mean-square stability with everything needed to check it.
//!
//! ```json
//! {"claim": "mean_square_stable", "model": {"kind": "linear", "inputs": [["1", "0"]]},
//!  "lr": "1/2", "batch": 1, "sampling": "without-replacement", "witness": [["1", "0"], ["0", "0"]]}
//! ```
//!
//! The witness of *stable* is a symmetric `X ⪰ 0` with `ker X = ker H` and `X − T(X) ⪰ 0`: a multiple
//! of `X` bounds the projector onto the range of `H` from above, and the second moment of SGD started
//! at `X` never grows. The witness of *unstable* is a symmetric `Y` with `⟨Y, T(Y)⟩ > ⟨Y, Y⟩`, which
//! shows that the self-adjoint `T` has an eigenvalue above 1. Exactly on the edge there may be neither.
//! The certificate then has `"witness": null, "method": "exact-edge"`, and the checker decides
//! `C − ηD ⪰ 0` on Sym(d) itself.
//!
//! Linear regression with few inputs in many dimensions has short witnesses: `"basis": "inputs"` says
//! that the witness is the symmetric `W` (n × n) of `Σ W_ij x_i x_jᵀ`. Such a matrix vanishes on the
//! kernel of `H` by construction, and the Gram matrix of the inputs suffices to check it. The inputs of a
//! model of Jacobians are the N rows of these.
//!
//! The grammar is in `docs/formats.md`; the checker in plain Python follows it too.

use std::path::Path;

use nalgebra::DMatrix;
use num_traits::Zero;
use serde::{Deserialize, Serialize, Serializer};

use super::exact_test::MeanSquareTest;
use super::mean_square::{Decided, LARGEST_EDGE};
use super::subject::{Subject, is_smaller_by_rows};
use super::witness::Witness;
use crate::error::{Error, Result};
use crate::matrix::{Fractions, definite, fraction_free};
use crate::model::document::Value;
use crate::model::quadratic::rows;
use crate::model::{Model, Samples, Sampling, file};
use crate::number::{Exact, LONGEST_NUMBER, Verdict};
use crate::read;

/// The largest dimension in which a witness is written as a d × d matrix.
const LARGEST_WRITTEN: usize = 64;

/// What a certificate claims about SGD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// `E‖x_t‖²` stays bounded from every start.
    MeanSquareStable,
    /// `E‖x_t‖²` grows without bound from some start.
    MeanSquareUnstable,
}

/// The form of a witness that is not written as a d × d matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The `W` (N × N) of `Σ W_kl x_k x_lᵀ` for the N inputs, or rows of Jacobians, `x_k`.
    Inputs,
}

/// How to check a claim without a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Decide `C − ηD ⪰ 0` on Sym(d) exactly.
    ExactEdge,
}

/// A verdict and its witness.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Certificate {
    /// What is claimed.
    pub claim: Statement,
    /// The model, in the form in which it was read.
    pub model: Model,
    /// The learning rate `η`.
    pub lr: Exact,
    /// The batch size `B`.
    pub batch: usize,
    /// How a batch is drawn.
    pub sampling: Sampling,
    /// The symmetric witness (d × d, or N × N in the basis of the inputs), if any.
    #[serde(serialize_with = "as_rows")]
    pub witness: Option<DMatrix<Exact>>,
    /// The form of the witness; `None` for a d × d matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// How to check the claim when there is no witness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What the model is of, in words; no part of the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// The fields of a certificate file.
const FIELDS: [&str; 9] = [
    "claim", "model", "lr", "batch", "sampling", "witness", "basis", "method", "about",
];

impl Certificate {
    /// The certificate of a decision. `None` when there is no decision, or when it is not on the edge
    /// and no witness was found.
    pub(super) fn of(
        model: &Model,
        lr: &Exact,
        batch: usize,
        sampling: Sampling,
        decided: &Decided,
    ) -> Option<Self> {
        use Statement::{MeanSquareStable, MeanSquareUnstable};
        let (claim, witness) = match decided {
            Decided::By(Witness::Stable(x)) => (MeanSquareStable, Some(x)),
            Decided::By(Witness::Unstable(y)) => (MeanSquareUnstable, Some(y)),
            Decided::OnTheEdge => (MeanSquareStable, None),
            Decided::ByElimination(_) | Decided::Not(_) => return None,
        };
        let (witness, basis) = match witness {
            Some(held) => {
                let (written, basis) = written(model, held);
                (Some(written.to_exact()), basis)
            }
            None => (None, None),
        };
        Some(Certificate {
            claim,
            model: model.clone(),
            lr: lr.clone(),
            batch,
            sampling,
            method: witness.is_none().then_some(Method::ExactEdge),
            witness,
            basis,
            about: None,
        })
    }

    /// Reads a certificate file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a certificate; the message names the file and the field.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&path.display().to_string(), &read::text(path)?)
    }

    /// Parses a certificate from text that came from `place`, the name used in errors.
    ///
    /// # Errors
    /// When the text is not a certificate; the message names the place and the field.
    pub fn parse(place: &str, text: &str) -> Result<Self> {
        let within = format!("{place}: model");
        let fields = Value::document(place, "certificate", text).object(place, &FIELDS)?;
        let field = |name| fields.required(name, "a certificate needs it");
        let model = Model::of_value(&field("model")?, &within)?;
        let basis: Option<Basis> = match fields.field("basis") {
            Some(basis) => Some(basis.word("\"inputs\", or left out")?),
            None => None,
        };
        let method: Option<Method> = match fields.field("method") {
            Some(method) => Some(method.word("\"exact-edge\", or left out")?),
            None => None,
        };
        let size = match basis {
            None => model.dimension(),
            Some(Basis::Inputs) => model.factor_rows().unwrap_or(model.samples()),
        };
        let witness = field("witness")?;
        let certificate = Certificate {
            claim: field("claim")?.word("\"mean_square_stable\" or \"mean_square_unstable\"")?,
            lr: field("lr")?.number()?,
            batch: batch(&field("batch")?, model.samples())?,
            sampling: field("sampling")?.word("\"with-replacement\" or \"without-replacement\"")?,
            witness: if witness.is_null() {
                None
            } else {
                Some(square(&witness, size)?)
            },
            basis,
            method,
            about: fields
                .field("about")
                .map(|about| about.sentence())
                .transpose()?,
            model,
        };
        certificate.checked(place)
    }

    /// The text of a certificate file.
    ///
    /// # Errors
    /// When the text or one of its numbers would be longer than the grammar allows.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(Error::internal)? + "\n";
        let fault = |fault: String| Err(Error::input("certificate", "witness", fault));
        if text.len() > read::LONGEST_TEXT {
            let longest = read::LONGEST_TEXT;
            return fault(format!(
                "makes the file longer than {longest} bytes; none is written"
            ));
        }
        if text.split('"').any(|word| word.len() > LONGEST_NUMBER) {
            return fault(format!(
                "has a number of more than {LONGEST_NUMBER} characters; none is written"
            ));
        }
        Ok(text)
    }

    fn checked(self, place: &str) -> Result<Self> {
        let fault = |field: &str, fault: &str| Err(Error::input(place, field, fault));
        if self.lr <= Exact::zero() {
            return fault("lr", "must be above 0");
        }
        match (&self.witness, self.method) {
            (None, None) => fault("witness", "is null; then \"method\" must be \"exact-edge\""),
            (Some(_), Some(_)) => fault("method", "does not belong beside a witness; remove it"),
            (None, Some(Method::ExactEdge)) if self.rank() > LARGEST_EDGE => fault(
                "method",
                &format!("the exact test is made up to rank {LARGEST_EDGE} of H; give a witness"),
            ),
            _ if self.basis.is_some() && !self.has_inputs_for_its_witness() => fault(
                "basis",
                "belongs to a witness of a model with inputs or jacobians; remove it",
            ),
            _ => Ok(self),
        }
    }

    fn has_inputs_for_its_witness(&self) -> bool {
        self.model.factor_rows().is_some() && self.witness.is_some()
    }

    /// The rank of `H`.
    fn rank(&self) -> usize {
        Subject::of(&self.model, &Exact::zero()).range.rank()
    }

    /// Checks the claim, using only the contents of the certificate.
    ///
    /// # Errors
    /// When the witness does not prove the claim; the message says in one sentence which condition
    /// fails.
    pub fn check(&self) -> Result<()> {
        let weight = self.sampling.weight(self.model.samples(), self.batch)?;
        let Some(witness) = &self.witness else {
            return self.check_by_exact_test(&weight);
        };
        let witness = Fractions::of(witness);
        if !witness.is_symmetric() {
            return Err(Error::check("the witness is not symmetric"));
        }
        let by_inputs = self
            .basis
            .and_then(|Basis::Inputs| Samples::gram(&self.model));
        let samples = by_inputs.unwrap_or_else(|| Samples::from(&self.model));
        let subject = Subject::with(samples, &weight);
        match self.claim {
            Statement::MeanSquareStable => check_stable(&subject, &witness, &self.lr),
            Statement::MeanSquareUnstable => check_unstable(&subject, &witness, &self.lr),
        }
    }

    fn check_by_exact_test(&self, weight: &Exact) -> Result<()> {
        let test = MeanSquareTest::of(&Subject::of(&self.model, weight));
        let stable = test.sign(&self.lr).is_semidefinite();
        if stable == (self.claim == Statement::MeanSquareStable) {
            return Ok(());
        }
        Err(Error::check(
            "the exact test of C − ηD on the symmetric matrices says the contrary",
        ))
    }
}

/// Checks that `X` vanishes on the kernel of `H`, is definite on its range, and satisfies
/// `(C − ηD)(X) ⪰ 0`.
fn check_stable(subject: &Subject, x: &Fractions, learning_rate: &Exact) -> Result<()> {
    let range = &subject.range;
    if !range.carries(x) {
        return Err(Error::check(
            "the witness does not vanish on the kernel of H",
        ));
    }
    let definite = range.seen(x);
    let full_rank = fraction_free::independent_rows(&definite).len() == range.rank();
    if !full_rank || !is_semidefinite(&definite) {
        return Err(Error::check(
            "the witness is not positive definite on the range of H",
        ));
    }
    let slack = range.seen(&subject.slack(x, learning_rate));
    if is_semidefinite(&slack) {
        return Ok(());
    }
    Err(Error::check("X − T(X) is not positive semi-definite"))
}

/// Is the matrix positive semi-definite? Unlike a verdict, this is never undecided, however long the
/// numbers are.
fn is_semidefinite(matrix: &Fractions) -> bool {
    match definite::semidefinite(matrix) {
        Verdict::Undecided => definite::exactly_semidefinite(&matrix.to_exact()),
        verdict => verdict.holds(),
    }
}

/// Checks that `⟨Y, (C − ηD)(Y)⟩ < 0`.
fn check_unstable(subject: &Subject, y: &Fractions, learning_rate: &Exact) -> Result<()> {
    if subject.dot(y, &subject.slack(y, learning_rate)) < Exact::zero() {
        return Ok(());
    }
    Err(Error::check("⟨Y, T(Y)⟩ is not above ⟨Y, Y⟩"))
}

/// Reads a batch size from 1 to the number of samples.
fn batch(value: &Value, samples: usize) -> Result<usize> {
    let whole = value.text().parse().ok();
    let within = whole.filter(|batch| (1..=samples).contains(batch));
    within.ok_or_else(|| {
        value.must_be(format!(
            "a whole number from 1 to {samples}, the number of samples"
        ))
    })
}

/// Reads a square matrix of this size.
fn square(value: &Value, size: usize) -> Result<DMatrix<Exact>> {
    let matrix = file::matrix(value)?;
    let (rows, columns) = matrix.shape();
    if (rows, columns) == (size, size) {
        return Ok(matrix);
    }
    let fault = format!("is {rows} × {columns}; it must be {size} × {size}");
    Err(value.refused(fault))
}

/// The form in which a witness is written: d × d where that is short, otherwise as it is held.
fn written(model: &Model, held: &Fractions) -> (Fractions, Option<Basis>) {
    let is_by_rows = is_smaller_by_rows(model);
    if is_by_rows && model.dimension() > LARGEST_WRITTEN {
        return (held.clone(), Some(Basis::Inputs));
    }
    match model.factors().filter(|_| is_by_rows) {
        None => (held.clone(), None),
        Some(factors) => {
            let rows = Fractions::of(&factors);
            let product = held.clone() * rows.clone();
            (rows.transpose().symmetric_product(&product), None)
        }
    }
}

fn as_rows<S: Serializer>(
    witness: &Option<DMatrix<Exact>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    witness.as_ref().map(rows).serialize(serializer)
}
