//! An architecture file that is open where the tensors of a checkpoint tell nothing.

use std::path::Path;

use crate::error::{Error, Result};
use crate::network::{Activation, Loss, Network, description};

use super::super::architecture::AUTO;
use super::super::matching::order::RequestedOrder;
use super::super::text::wrap;

/// What stands in a proposal where the tensors tell nothing.
pub const OPEN: &str = "\"?\"";

/// What stands in a proposal for an activation.
pub const ACTIVATION: &str = "type = \"?\" # the activation";

/// What the user says of a network that is to be proposed.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub activation: Option<Activation>,
    pub loss: Option<Loss>,
    pub order: Option<&'a RequestedOrder>,
}

/// The architecture that a checkpoint seems to have, as a TOML file, and what must be said to complete it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What it is, in words: `resnet18`, `a chain of dense layers`.
    pub what: String,
    /// The architecture file, with `"?"` where something is not known.
    pub toml: String,
    /// What is not known, and how to say it.
    pub asks: Vec<String>,
}

impl Proposal {
    /// Writes down what the user says, and asks for the rest.
    pub fn fill(&mut self, told: Told<'_>) {
        if let Some(own) = told.activation {
            self.toml = self.toml.replace(ACTIVATION, own.to_toml().trim_end());
        } else if self.toml.contains(ACTIVATION) {
            let names = Activation::NAMED.map(Activation::name).join(", ");
            self.asks
                .push(format!("the activation: --activation {names}"));
        }
        let loss = told.loss.map(Loss::name);
        let written = loss.map_or(OPEN.to_owned(), |loss| format!("\"{loss}\""));
        self.toml = self
            .toml
            .replacen("loss = \"mean-squared\"", &format!("loss = {written}"), 1);
        if loss.is_none() {
            let names = Loss::ALL.map(Loss::name).join(", ");
            self.asks.push(format!("the loss: --loss {names}"));
        }
    }

    /// The network, if nothing is left to ask.
    ///
    /// # Errors
    /// Returns an error if something is.
    pub fn network(&self) -> Result<Network> {
        if self.asks.is_empty() {
            return description::parse(&self.toml, Path::new(AUTO));
        }
        Err(Error::input("--arch", AUTO, self.fault()))
    }

    /// What is asked for, in one sentence.
    pub fn fault(&self) -> String {
        format!(
            "proposes {}; the tensors do not tell {}",
            self.what,
            self.asks.join("; nor ")
        )
    }

    /// The architecture file, below comments that say what to do with it.
    pub fn text(&self) -> String {
        let mut lines = wrap(&format!("proposed by --arch auto: {}", self.what), "");
        if self.toml.contains("\nepsilon = ") {
            lines.extend(wrap("epsilon is PyTorch's default; no tensor tells it", ""));
        }
        lines.push("the tensors do not tell".to_owned());
        for ask in &self.asks {
            lines.extend(wrap(&format!("* {ask}"), "  "));
        }
        lines.extend(wrap(
            "Give the flags that are named here. Or write something in place of each \"?\", save this text as net.toml, and \
             give --arch net.toml.",
            "",
        ));
        let comments: Vec<String> = lines.iter().map(|line| format!("# {line}")).collect();
        format!("{}\n\n{}", comments.join("\n"), self.toml.trim_end())
    }
}
