//! What an optimiser remembers from step to step.

use serde::{Deserialize, Serialize};

use crate::kernel::{self, Isa};

use super::Optimiser;
use super::ada_grad::SumSquares;
use super::adam::Moments;
use super::heavy_ball::Velocity;
use super::lbfgs::History;
use super::nesterov::Lookahead;
use super::rms_prop::MeanSquares;

/// The state of an optimiser. Serialised, it holds everything but its vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Memory {
    /// Nothing.
    Plain,
    /// The velocity.
    HeavyBall(Velocity),
    /// The velocity.
    Nesterov(Lookahead),
    /// The mean of squares.
    RmsProp(MeanSquares),
    /// The means of gradients and of squares, and the count of steps.
    Adam(Moments),
    /// The sum of squares.
    AdaGrad(SumSquares),
    /// Pairs of differences, and the gradient where the run stands.
    Lbfgs(History),
}

impl Memory {
    /// The memory before the first step on so many parameters.
    pub fn new(optimiser: Optimiser, dimension: usize) -> Self {
        let mut memory = match optimiser {
            Optimiser::Plain => Memory::Plain,
            Optimiser::HeavyBall(_) => Memory::HeavyBall(Velocity::default()),
            Optimiser::Nesterov(_) => Memory::Nesterov(Lookahead::default()),
            Optimiser::RmsProp(_) => Memory::RmsProp(MeanSquares::default()),
            Optimiser::Adam(_) => Memory::Adam(Moments::default()),
            Optimiser::AdaGrad(_) => Memory::AdaGrad(SumSquares::default()),
            Optimiser::Lbfgs(_) => Memory::Lbfgs(History::default()),
        };
        for vector in memory.vectors_mut() {
            vector.resize(dimension, 0.0);
        }
        memory
    }

    /// Is it the memory of this optimiser?
    pub fn belongs_to(&self, optimiser: Optimiser) -> bool {
        let fresh = Memory::new(optimiser, 0);
        std::mem::discriminant(self) == std::mem::discriminant(&fresh)
    }

    /// Its vectors, each as long as the parameters, in a fixed order.
    pub(crate) fn vectors_mut(&mut self) -> Vec<&mut Vec<f32>> {
        match self {
            Memory::Plain => Vec::new(),
            Memory::HeavyBall(memory) => vec![&mut memory.velocity],
            Memory::Nesterov(memory) => vec![&mut memory.velocity],
            Memory::RmsProp(memory) => vec![&mut memory.squares],
            Memory::Adam(memory) => vec![&mut memory.mean, &mut memory.squares],
            Memory::AdaGrad(memory) => vec![&mut memory.squares],
            Memory::Lbfgs(memory) => memory.vectors_mut(),
        }
    }

    /// One step of an optimiser that asks for one gradient; `gradient` is used up.
    ///
    /// # Panics
    /// When the memory is not that of the optimiser, or the optimiser asks for more: plain steps
    /// are taken by [`crate::network::Pass::descend`], those of L-BFGS by its line search.
    pub(crate) fn fall(
        &mut self,
        isa: Isa,
        (optimiser, learning_rate): (Optimiser, f32),
        gradient: &mut [f32],
        parameters: &mut [f32],
    ) {
        match (self, optimiser) {
            (Memory::HeavyBall(memory), Optimiser::HeavyBall(settings)) => {
                memory.fall(isa, (settings, learning_rate), gradient, parameters);
            }
            (Memory::Nesterov(memory), Optimiser::Nesterov(settings)) => {
                memory.fall(isa, (settings, learning_rate), gradient, parameters);
            }
            (Memory::RmsProp(memory), Optimiser::RmsProp(settings)) => {
                memory.fall(isa, (settings, learning_rate), gradient, parameters);
            }
            (Memory::Adam(memory), Optimiser::Adam(settings)) => {
                memory.fall(isa, (settings, learning_rate), gradient, parameters);
            }
            (Memory::AdaGrad(memory), Optimiser::AdaGrad(settings)) => {
                memory.fall(isa, (settings, learning_rate), gradient, parameters);
            }
            (_, optimiser) => panic!("no step of {} from one gradient", optimiser.name()),
        }
    }

    /// The diagonal `P` of a step `w ← w − ηP⁻¹m`: `√v + ε`, for Adam `√v̂ + ε`. `None` where the
    /// optimiser has none, and for Adam before its first step, where `v̂` is 0/0.
    pub fn preconditioner(&self, isa: Isa, optimiser: Optimiser) -> Option<Vec<f32>> {
        let (adaptive, squares) = match (self, optimiser) {
            (Memory::RmsProp(memory), Optimiser::RmsProp(settings)) => {
                (settings.adaptive(), &memory.squares)
            }
            (Memory::Adam(memory), Optimiser::Adam(settings)) => {
                (memory.adaptive(settings)?, &memory.squares)
            }
            (Memory::AdaGrad(memory), Optimiser::AdaGrad(settings)) => {
                (settings.adaptive(), &memory.squares)
            }
            _ => return None,
        };
        let mut preconditioner = vec![0.0; squares.len()];
        kernel::denominators(isa, adaptive, squares, &mut preconditioner);
        Some(preconditioner)
    }
}
