//! A graph with its numbers in f64.

use crate::oracle::graph::{Graph, Statistics, Values};

/// A graph with the numbers on which it is evaluated, as in [`Values`].
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub graph: Graph,
    pub parameters: Vec<f64>,
    pub statistics: Vec<f64>,
    pub inputs: Vec<f64>,
    pub targets: Vec<f64>,
    pub samples: usize,
}

impl Numbers {
    /// # Panics
    /// When a length does not match the graph.
    pub fn new(graph: Graph, values: &Values<'_>) -> Self {
        let wide = |values: &[f32]| values.iter().map(|&x| f64::from(x)).collect();
        Numbers {
            samples: values.samples(&graph),
            parameters: wide(values.parameters),
            statistics: wide(values.statistics),
            inputs: wide(values.inputs),
            targets: wide(values.targets),
            graph,
        }
    }

    /// Returns the numbers with these statistics for batch normalisation.
    pub fn with_statistics(self, statistics: Statistics) -> Self {
        Numbers {
            graph: self.graph.with_statistics(statistics),
            ..self
        }
    }

    /// Returns the numbers with the given ones replaced by their unrounded values.
    ///
    /// # Panics
    /// When a length changes.
    pub fn with_unrounded(mut self, unrounded: Unrounded) -> Self {
        let replace = |here: &mut Vec<f64>, there: Option<Vec<f64>>| {
            if let Some(there) = there {
                assert_eq!(there.len(), here.len(), "as many numbers as before");
                *here = there;
            }
        };
        replace(&mut self.parameters, unrounded.parameters);
        replace(&mut self.statistics, unrounded.statistics);
        replace(&mut self.inputs, unrounded.inputs);
        replace(&mut self.targets, unrounded.targets);
        self
    }
}

/// Numbers as in their files, where f32 would round them. `None` means that f32 represents them exactly.
#[derive(Clone, Debug, Default)]
pub struct Unrounded {
    /// All weights and biases, in PyTorch's order.
    pub parameters: Option<Vec<f64>>,
    /// The means, then the variances, layer after layer.
    pub statistics: Option<Vec<f64>>,
    /// The inputs: samples × channels × height × width.
    pub inputs: Option<Vec<f64>>,
    /// The targets: samples × outputs.
    pub targets: Option<Vec<f64>>,
}

impl Unrounded {
    /// The memory that these numbers take, in bytes.
    pub fn bytes(&self) -> u64 {
        let all = [
            &self.parameters,
            &self.statistics,
            &self.inputs,
            &self.targets,
        ];
        let numbers = all.into_iter().flatten();
        numbers
            .map(|numbers| size_of_val(&numbers[..]) as u64)
            .sum()
    }
}
