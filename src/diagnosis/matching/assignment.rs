//! Which tensor fills which layer, and what the user is told about it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::dataset::checkpoint::{Alias, Checkpoint, Values};

use super::super::text::counted;
use super::order::OrderedBy;

/// A tensor and the parameter that it fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assigned {
    /// The number of the module among those with parameters, counted from 1 in the order of the network.
    pub module: usize,
    /// A description of the layer.
    pub layer: String,
    /// `weight`, `bias`, `running_mean` or `running_var`.
    pub part: &'static str,
    /// The name of the tensor.
    pub tensor: String,
}

/// Modules that could be exchanged, in the order in which they were assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchangeable {
    /// The names of the modules.
    pub modules: Vec<String>,
    /// Where the order comes from.
    pub ordered_by: OrderedBy,
}

/// How a checkpoint fills a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Every tensor that is used, in the order of the network.
    pub mapping: Vec<Assigned>,
    /// The groups of modules that could be exchanged.
    pub exchangeable: Vec<Exchangeable>,
    /// Parameters that are shared with an earlier layer: their own name and the name there.
    pub tied: Vec<Alias>,
    /// Pairs of weights that are equal bit by bit but remain two parameters.
    pub equal: Vec<[String; 2]>,
    /// Weights that were stored with inputs before outputs and have been transposed.
    pub turned: Vec<String>,
    /// The tensors of the file that were ignored.
    pub ignored: Vec<String>,
    /// What was dropped without being asked for.
    pub dropped: Dropped,
}

/// What of a checkpoint is no part of a network, whatever the network, and is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// The prefix of wrappers in all names; empty if there is none.
    pub wrapper: String,
    /// The names of the counters of batches.
    pub counters: Vec<String>,
    /// The names of entries that hold no tensor.
    pub without_numbers: Vec<String>,
}

impl Dropped {
    /// What is dropped from this checkpoint.
    pub fn of(checkpoint: &Checkpoint) -> Self {
        let counters = checkpoint.tensors.iter();
        let counters = counters.filter(|tensor| matches!(tensor.values, Values::Whole(_)));
        Dropped {
            wrapper: checkpoint.wrapper.clone(),
            counters: counters.map(|tensor| tensor.name.clone()).collect(),
            without_numbers: checkpoint.without_numbers.clone(),
        }
    }

    /// The lines of a page, one for each kind.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.wrapper.is_empty() {
            lines.push(format!(
                "names    all begin with {}, which is left out",
                self.wrapper
            ));
        }
        let mut dropped = Vec::new();
        if !self.counters.is_empty() {
            dropped.push(counted(self.counters.len(), "counter") + " num_batches_tracked");
        }
        if !self.without_numbers.is_empty() {
            dropped.push(format!(
                "{}, which hold no tensor",
                some_of(&self.without_numbers, ", ")
            ));
        }
        if !dropped.is_empty() {
            lines.push(format!("dropped  {}", dropped.join("; ")));
        }
        lines
    }
}

impl Assignment {
    /// The first lines of a page: what was dropped, orders that do not come from the exporter, and ties.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.dropped.lines();
        for ordered_by in OrderedBy::NAMED {
            let of = self.exchangeable.iter();
            let of = of.filter(|some| some.ordered_by == ordered_by);
            let lists: Vec<String> = of.map(|some| some_of(&some.modules, " < ")).collect();
            if !lists.is_empty() {
                let lists = some_of(&lists, "; ");
                lines.push(format!("order    {}: {lists}", ordered_by.text()));
            }
        }
        if !self.tied.is_empty() {
            let ties = self.tied.iter();
            let ties: Vec<String> = ties
                .map(|tie| format!("{} = {}", tie.name, tie.of))
                .collect();
            lines.push(format!("tied     {}: one parameter", some_of(&ties, ", ")));
        }
        lines
    }

    /// One line for each module: `1 dense 3 → 4, relu: fc.0.weight, fc.0.bias`.
    pub fn table(&self) -> Vec<String> {
        let modules = self.mapping.chunk_by(|a, b| a.module == b.module);
        let line = |fillers: &[Assigned]| {
            let tensors: Vec<&str> = fillers.iter().map(|filler| &filler.tensor[..]).collect();
            let (number, layer) = (fillers[0].module, &fillers[0].layer);
            format!("{number} {layer}: {}", tensors.join(", "))
        };
        modules.map(line).collect()
    }

    /// What a user must know besides the verdict, in one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some([one, other]) = self.equal.first() {
            let more = match self.equal.len() - 1 {
                0 => String::new(),
                more => format!(" (as are {} more)", counted(more, "pair")),
            };
            notes.push(format!(
                "{one} and {other} are equal bit by bit{more} but counted as separate parameters. If the \
                 model ties them, export it as docs/your-own-network.md shows, so that they become one; until then \
                 this is the curvature of another network."
            ));
        }
        if let Some(first) = self.turned.first() {
            let what = match self.turned.len() {
                1 => first.clone(),
                count => format!("{first} and {} other kernels", count - 1),
            };
            notes.push(format!(
                "Read as Keras and JAX have it, inputs before outputs: {what}. Images are read \
                 channels first here."
            ));
        }
        if !self.ignored.is_empty() {
            notes.push(format!(
                "Left out as asked: {} ({}).",
                counted(self.ignored.len(), "tensor"),
                some_of(&self.ignored, ", ")
            ));
        }
        notes
    }

    /// The assignment as JSON.
    pub fn json(&self) -> Value {
        let order = self.exchangeable.iter();
        let order = order.map(|some| json!({"modules": some.modules, "grounds": some.ordered_by}));
        let tied = self.tied.iter();
        let tied = tied.map(|tie| json!({"tensor": tie.name, "of": tie.of}));
        json!({
            "mapping": self.mapping,
            "order": order.collect::<Vec<_>>(),
            "tied": tied.collect::<Vec<_>>(),
            "equal": self.equal,
            "transposed": self.turned,
            "ignored": self.ignored,
            "wrapper": self.dropped.wrapper,
            "counters": self.dropped.counters,
            "without_tensor": self.dropped.without_numbers,
        })
    }
}

/// The first of these texts, and the number of the others.
fn some_of(texts: &[String], between: &str) -> String {
    const MOST: usize = 8;
    match texts.len() {
        count if count > MOST => format!(
            "{}{between}… ({} more)",
            texts[..MOST].join(between),
            count - MOST
        ),
        _ => texts.join(between),
    }
}
