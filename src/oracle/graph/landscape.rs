//! The loss over samples as a function of the parameters, near one point.

use rayon::prelude::*;

use super::jet::{Jet, number};
use super::sign::{Sign, absolute};
use super::switches::{Closest, Switches};
use super::{Graph, SecondDerivative, Values};
use crate::number::Real;

/// The loss of a graph over samples, near one point in parameter space.
#[derive(Clone, Debug)]
pub struct Landscape<T> {
    pub(super) graph: Graph,
    pub(super) terms: Sign,
    pub(super) parameters: Vec<T>,
    pub(super) statistics: Vec<f32>,
    pub(super) inputs: Vec<T>,
    pub(super) targets: Vec<f32>,
    pub(super) switches: Vec<Switches>,
    pub(super) closest: Closest<T>,
}

impl<T: Real + Send + Sync> Landscape<T> {
    /// The landscape of this graph at these values.
    ///
    /// # Panics
    /// When a number is not finite, or a length does not match.
    pub fn new(graph: &Graph, values: &Values<'_>) -> Self {
        let samples = values.samples(graph);
        let numbers = |values: &[f32]| values.iter().map(|&x| number(x)).collect();
        let mut landscape = Landscape {
            graph: graph.clone(),
            terms: Sign::AsIs,
            parameters: numbers(values.parameters),
            statistics: values.statistics.to_vec(),
            inputs: numbers(values.inputs),
            targets: values.targets.to_vec(),
            switches: vec![Switches::default(); samples],
            closest: Closest(None),
        };
        landscape.set_switches();
        landscape
    }

    /// The number of parameters.
    pub fn dimension(&self) -> usize {
        self.parameters.len()
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.switches.len()
    }

    /// The smallest distance from a switch, over all samples. A switch is a number before a ReLU, the
    /// lead of the largest number in a max-pool, or a margin of the hinge. `None` if there is no switch.
    /// At distance zero the loss has no second derivative.
    pub fn closest_switch(&self) -> Option<&T> {
        self.closest.0.as_ref()
    }

    /// The mean loss, including the weight-decay penalty.
    pub fn loss(&self) -> T {
        let point = self.at(None, None);
        let sum = self.groups().fold(T::zero(), |sum, group| {
            sum + self
                .group_loss(&group, &point, SecondDerivative::Hessian)
                .value
        });
        sum * self.share()
    }

    /// `∇f = (1/n) Σ ∇f_i`.
    pub fn gradient(&self) -> Vec<T> {
        let groups = self.groups().map(|group| self.group_gradient(&group));
        self.mean(groups)
    }

    /// `H v` with `H = (1/n) Σ H_i`.
    pub fn hessian_product(&self, direction: &[T], second: SecondDerivative) -> Vec<T> {
        let groups = self.groups();
        self.mean(groups.map(|group| self.group_product(&group, direction, second)))
    }

    /// `Σ v = (1/n) Σ H_i (H_i v − H v)`; with positive terms, the difference is replaced by a sum.
    ///
    /// # Panics
    /// When the samples are coupled, because then there is no `H_i`.
    pub fn covariance_product(&self, direction: &[T], second: SecondDerivative) -> Vec<T> {
        assert!(!self.graph.is_coupled(), "coupled samples have no Hessians");
        let groups = || self.groups();
        let own: Vec<Vec<T>> = groups()
            .map(|group| self.group_product(&group, direction, second))
            .collect();
        let mean = self.mean(own.iter().cloned());
        let products = groups().zip(&own).map(|(group, own)| {
            let pairs = own.iter().zip(&mean);
            let difference = pairs.map(|(own, mean)| match self.terms {
                Sign::AsIs => own - mean,
                Sign::Positive => own + mean,
            });
            self.group_product(&group, &difference.collect::<Vec<_>>(), second)
        });
        self.mean(products)
    }

    /// `∇f_i` of sample `sample`.
    pub fn sample_gradient(&self, sample: usize) -> Vec<T> {
        self.group_gradient(&[sample])
    }

    /// `H_i` of sample `sample`, row by row.
    pub fn sample_hessian(&self, sample: usize) -> Vec<Vec<T>> {
        let size = self.dimension();
        let unit = |j: usize| {
            let entry = |i: usize| if i == j { T::one() } else { T::zero() };
            (0..size).map(entry).collect::<Vec<T>>()
        };
        (0..size)
            .map(|j| self.group_product(&[sample], &unit(j), SecondDerivative::Hessian))
            .collect()
    }

    /// The landscape with every term of every sum taken positive and with unchanged switches.
    pub(super) fn with_positive_terms(&self) -> Self {
        Landscape {
            terms: Sign::Positive,
            parameters: absolute(&self.parameters),
            inputs: absolute(&self.inputs),
            ..self.clone()
        }
    }

    fn share(&self) -> T {
        T::ratio(1, self.samples() as u64)
    }

    /// The groups of samples to be evaluated together: each sample alone, or all together if they are
    /// coupled.
    pub(super) fn groups(&self) -> impl Iterator<Item = Vec<usize>> + use<T> {
        let all: Vec<usize> = (0..self.samples()).collect();
        let length = if self.graph.is_coupled() {
            all.len()
        } else {
            1
        };
        let groups: Vec<Vec<usize>> = all.chunks(length).map(<[usize]>::to_vec).collect();
        groups.into_iter()
    }

    fn mean(&self, vectors: impl Iterator<Item = Vec<T>>) -> Vec<T> {
        let mut sum = vec![T::zero(); self.dimension()];
        for vector in vectors {
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
        }
        let share = self.share();
        sum.into_iter().map(|sum| sum * &share).collect()
    }

    /// The parameters `w + s·e_j + t·v`.
    pub(super) fn at(&self, j: Option<usize>, v: Option<&[T]>) -> Vec<Jet<T>> {
        let jets = self.parameters.iter().enumerate().map(|(i, value)| Jet {
            first: if Some(i) == j { T::one() } else { T::zero() },
            second: v.map_or_else(T::zero, |v| v[i].clone()),
            ..Jet::constant(value.clone())
        });
        jets.collect()
    }

    fn group_gradient(&self, group: &[usize]) -> Vec<T> {
        let entry = |j| {
            let loss = self.group_loss(group, &self.at(Some(j), None), SecondDerivative::Hessian);
            loss.first
        };
        (0..self.dimension()).into_par_iter().map(entry).collect()
    }

    fn group_product(&self, group: &[usize], direction: &[T], second: SecondDerivative) -> Vec<T> {
        let entry = |j| {
            let loss = self.group_loss(group, &self.at(Some(j), Some(direction)), second);
            loss.mixed
        };
        (0..self.dimension()).into_par_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests;
