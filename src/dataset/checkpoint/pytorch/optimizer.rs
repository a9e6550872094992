//! The state of an optimiser, as `torch.save(optimizer.state_dict(), FILE)` writes it.
//!
//! It is `{"state": {0: {"step": …, "exp_avg_sq": …}, 1: …}, "param_groups": [{"lr": …, "betas": …, …}]}`, where the
//! integers count the parameters in the order in which the optimiser was given them. Source: PyTorch,
//! `torch/optim/optimizer.py`, `adam.py`, `rmsprop.py`.

use super::super::pickle::{self, Id, Pickle, Value};
use super::super::tensor::{Raw, Tensor, Values};
use super::archive::Archive;
use super::view::View;
use crate::error::{Error, Result};

/// The state of one parameter tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondMoments {
    /// The dimensions.
    pub shape: Vec<usize>,
    /// The running mean of squared gradients, row major.
    pub values: Vec<f32>,
    /// The number of steps.
    pub steps: f64,
}

/// The state of an optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimizerState {
    /// The learning rate.
    pub lr: f64,
    /// β₁ and β₂ of Adam; `None` for RMSprop.
    pub betas: Option<[f64; 2]>,
    /// RMSprop's momentum; 0 for Adam.
    pub momentum: f64,
    /// ε.
    pub epsilon: f64,
    /// The state of each parameter tensor, in the order of the optimiser.
    pub moments: Vec<SecondMoments>,
}

const SAVE: &str = "save it with torch.save(optimizer.state_dict(), FILE)";

impl OptimizerState {
    /// Reads the state of Adam, AdamW or RMSprop from the bytes of its file; `place` names it in errors.
    ///
    /// # Errors
    /// Returns an error if the bytes are no such state, if there are several groups of parameters, or if the state has
    /// numbers whose meaning is another one (`amsgrad`, `centered`).
    pub fn parse(place: &str, bytes: &[u8]) -> Result<Self> {
        let mut archive = Archive::open(place, bytes)?;
        let pickled = archive.pickle()?;
        let pickle = pickle::interpret(place, pickled)?;
        Reader {
            place,
            pickle: &pickle,
        }
        .read(&mut archive)
    }
}

struct Reader<'a> {
    place: &'a str,
    pickle: &'a Pickle<'a>,
}

impl<'a> Reader<'a> {
    fn fault<T>(&self, field: &str, fault: impl Into<String>) -> Result<T> {
        Err(Error::input(self.place, field, fault.into()))
    }

    fn read(&self, archive: &mut Archive<'a>) -> Result<OptimizerState> {
        let pickle = self.pickle;
        let of = |key| pickle.entry(pickle.root, key);
        let (Some(state), Some(groups)) = (of("state"), of("param_groups")) else {
            return self.fault("file", format!("is no state of an optimiser; {SAVE}"));
        };
        let group = match pickle.value(groups) {
            Value::List(groups) if groups.len() == 1 => groups[0],
            _ => {
                let fault = "has not exactly one group, so that the order of the parameters is not known; give \
                             the optimiser model.parameters() as one group";
                return self.fault("param_groups", fault);
            }
        };
        let number = |key| pickle.entry(group, key).and_then(|id| pickle.number(id));
        let (Some(lr), Some(epsilon)) = (number("lr"), number("eps")) else {
            return self.fault(
                "param_groups",
                "has no numbers lr and eps, as Adam and RMSprop have them",
            );
        };
        let betas = pickle.entry(group, "betas");
        let betas = betas.map(|id| self.betas(id)).transpose()?;
        let key = if betas.is_some() {
            "exp_avg_sq"
        } else {
            "square_avg"
        };
        let Value::Dictionary(states) = pickle.value(state) else {
            return self.fault("state", format!("is no dictionary; {SAVE}"));
        };
        let mut moments = Vec::new();
        for (count, entry) in states.entries.iter().enumerate() {
            if pickle.value(entry.key) != &Value::Number(count as i64) {
                let fault = "does not count the parameters 0, 1, 2, …: some have never had a gradient, or the order \
                             is not that of the model";
                return self.fault("state", fault);
            }
            moments.push(self.moments(archive, count, entry.value, key)?);
        }
        if moments.is_empty() {
            return self.fault("state", "is empty: the optimiser has not made a step yet");
        }
        Ok(OptimizerState {
            lr,
            betas,
            momentum: number("momentum").unwrap_or(0.0),
            epsilon,
            moments,
        })
    }

    fn betas(&self, id: Id) -> Result<[f64; 2]> {
        let (Value::Tuple(pair) | Value::List(pair)) = self.pickle.value(id) else {
            return self.fault("betas", "are not two numbers");
        };
        let numbers: Vec<f64> = pair
            .iter()
            .filter_map(|&id| self.pickle.number(id))
            .collect();
        match numbers[..] {
            [first, second] if [first, second].iter().all(|b| (0.0..1.0).contains(b)) => {
                Ok([first, second])
            }
            _ => self.fault("betas", "are not two numbers from 0 to below 1"),
        }
    }

    fn moments(
        &self,
        archive: &mut Archive<'a>,
        count: usize,
        state: Id,
        key: &str,
    ) -> Result<SecondMoments> {
        for other in ["max_exp_avg_sq", "grad_avg", "mu_product"] {
            if self.pickle.entry(state, other).is_some() {
                let fault = "belongs to amsgrad, centered RMSprop or NAdam, whose preconditioner is another one";
                return self.fault(&format!("state.{count}.{other}"), fault);
            }
        }
        let steps = self.pickle.entry(state, "step");
        let steps = match steps.map(|id| (id, self.pickle.value(id))) {
            Some((id, Value::Tensor(_))) => {
                let step = self.tensor(archive, &format!("state.{count}.step"), id)?;
                step.1.first().copied().map(f64::from)
            }
            Some((id, _)) => self.pickle.number(id),
            None => None,
        };
        let Some(steps) = steps.filter(|steps| *steps >= 1.0) else {
            return self.fault(
                &format!("state.{count}.step"),
                "is no number of steps from 1 on",
            );
        };
        let field = format!("state.{count}.{key}");
        let Some(id) = self.pickle.entry(state, key) else {
            let fault = "is missing; only the states of Adam, AdamW and RMSprop are read";
            return self.fault(&field, fault);
        };
        let (shape, values) = self.tensor(archive, &field, id)?;
        if values.iter().any(|value| *value < 0.0) {
            return self.fault(&field, "has a negative number, and is no mean of squares");
        }
        Ok(SecondMoments {
            shape,
            values,
            steps,
        })
    }

    /// The shape and the numbers of a tensor of floating-point numbers.
    fn tensor(
        &self,
        archive: &mut Archive<'a>,
        field: &str,
        id: Id,
    ) -> Result<(Vec<usize>, Vec<f32>)> {
        let Value::Tensor(view) = self.pickle.value(id) else {
            return self.fault(field, "is no tensor");
        };
        let refuse = |fault: String| Error::input(self.place, field, fault);
        let (storage, view) = View::of(self.pickle, view).map_err(refuse)?;
        let bytes = archive.storage(storage.key)?;
        view.check(bytes.len() / view.element.width())
            .map_err(refuse)?;
        let tensor = Tensor::read(
            self.place,
            Raw {
                name: field,
                dtype: view.element.name(),
                shape: view.shape.clone(),
                start: 0,
                data: &view.read(bytes),
            },
        )?;
        match tensor.values {
            Values::Whole(_) => self.fault(field, "holds integers, and is no mean of squares"),
            Values::Real { values, .. } => Ok((tensor.shape, values)),
        }
    }
}
