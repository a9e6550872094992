//! The conjectures that are searched by name.

use nalgebra::DMatrix;

use super::Goal;
use crate::claim::{Conjecture, Ends, Implication, Instance, Side, Wording};
use crate::criterion::{gradient_descent, mean_square, non_uniformity, one_step};
use crate::matrix::{Algebra, positive_semidefinite};
use crate::model::{Curvature, Quadratic};
use crate::number::{Exact, Field, Symbol, Verdict};

const STABLE: &[&str] = &["η is mean-square stable"];

/// Refuted (G1): mean-square stability needs `s ≤ 1/(η√p)`.
pub const NON_UNIFORMITY_BOUND_IS_NECESSARY: Implication = Implication {
    wording: Wording {
        id: "non_uniformity_bound_is_necessary",
        title: "mean-square stability needs s ≤ 1/(η√p)",
        statement: "If SGD is mean-square stable then I − η²pΣ ⪰ 0.",
        source: "Wu, Ma and E 2018, consequence of Theorem 1.",
        hypotheses: STABLE,
    },
    formula: || non_uniformity::latex() + r" \succeq 0",
    hypotheses: Side::MEAN_SQUARE,
    conclusion: Side::NON_UNIFORMITY,
};

/// Refuted (G2): mean-square stability needs Theorem 1.
pub const THEOREM_ONE_IS_NECESSARY: Implication = Implication {
    wording: Wording {
        id: "theorem_one_is_necessary",
        title: "mean-square stability needs Theorem 1",
        statement: "If SGD is mean-square stable then 2H − η(H² + pΣ) ⪰ 0.",
        source: "The converse of Theorem 1 of Wu, Ma and E 2018.",
        hypotheses: STABLE,
    },
    formula: || one_step::latex() + r" \succeq 0",
    hypotheses: Side::MEAN_SQUARE,
    conclusion: Side::ONE_STEP,
};

/// Refuted (G6): more curvature is less stable. Asked of pairs of which the model shown is the raised
/// one, and the lower one has its first sample flat.
pub const MORE_CURVATURE_IS_LESS_STABLE: Flattened = Flattened(Implication {
    wording: Wording {
        id: "more_curvature_is_less_stable",
        title: "more curvature is less stable",
        statement: "Adding a semi-definite matrix to the curvature of a sample never raises the critical learning rate.",
        source: "Ours; the intuition is common.",
        hypotheses: &[
            "the lower model is the raised one with its first sample flat",
            "the raised model is mean-square stable at η",
        ],
    },
    formula: || format!(r"X \mapsto {} \succeq 0", mean_square::latex()),
    hypotheses: Side::MEAN_SQUARE,
    conclusion: Side {
        verdict: |asked| {
            let flattened = flattened(&asked.model);
            mean_square::verdict(&flattened, &asked.learning_rate, &asked.weight)
        },
        end: |model, p| match flattened(model) {
            flat if flat.is_flat() => f64::INFINITY,
            flattened => (Side::MEAN_SQUARE.end)(&flattened, p),
        },
    },
});

/// An implication from a model to itself with its first sample flat.
#[derive(Clone, Copy, Debug)]
pub struct Flattened(pub Implication);

impl Conjecture for Flattened {
    fn wording(&self) -> Wording {
        self.0.wording()
    }

    fn formula(&self) -> String {
        self.0.formula()
    }

    fn hypotheses(&self, instance: &Instance) -> Verdict {
        self.0.hypotheses(instance)
    }

    fn conclusion(&self, instance: &Instance) -> Verdict {
        self.0.conclusion(instance)
    }

    fn counterpart(&self, model: &Quadratic) -> Option<Quadratic> {
        Some(flattened(model))
    }

    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        self.0.ends(model, weight)
    }
}

fn flattened<T: Field>(model: &Quadratic<T>) -> Quadratic<T> {
    let mut hessians = model.hessians().to_vec();
    hessians[0].fill(T::zero());
    Quadratic::of_symmetric(hessians)
}

/// Upheld: mean-square stability needs `λ_max(H) ≤ 2/η`.
pub const SHARPNESS_BOUND_IS_NECESSARY: Implication = Implication {
    wording: Wording {
        id: "sharpness_bound_is_necessary",
        title: "mean-square stability needs λ_max(H) ≤ 2/η",
        statement: "If SGD with independent batches is mean-square stable then λ_max(H) ≤ 2/η.",
        source: "Wu, Ma and E 2018, section 3.",
        hypotheses: STABLE,
    },
    formula: || gradient_descent::latex() + r" \succeq 0",
    hypotheses: Side::MEAN_SQUARE,
    conclusion: Side::GRADIENT_DESCENT,
};

/// Upheld: with two samples the non-uniformity bound is necessary.
pub const NON_UNIFORMITY_BOUND_TWO_SAMPLES: Implication = Implication {
    wording: Wording {
        id: "non_uniformity_bound_two_samples",
        title: "with two samples, mean-square stability needs s ≤ 1/(η√p)",
        statement: "With two samples, mean-square stable implies I − η²pΣ ⪰ 0 in any dimension.",
        source: "Ours.",
        hypotheses: &["there are two samples", "η is mean-square stable"],
    },
    formula: || non_uniformity::latex() + r" \succeq 0",
    hypotheses: Side {
        verdict: |asked| {
            let two = Verdict::from(asked.model.samples() == 2);
            two.and((Side::MEAN_SQUARE.verdict)(asked))
        },
        end: |model, p| match model.samples() {
            2 => (Side::MEAN_SQUARE.end)(model, p),
            _ => 0.0,
        },
    },
    conclusion: Side::NON_UNIFORMITY,
};

/// Upheld: the chain from single samples to gradient descent, every link of it.
pub const SANDWICH: Chain = Chain {
    wording: Wording {
        id: "sandwich",
        title: "from single samples to gradient descent",
        statement: "2I − ηH_i ⪰ 0 for every i implies Theorem 1, which implies mean-square stability, which implies λ_max(H) ≤ 2/η.",
        source: "Ours.",
        hypotheses: &["the premise of a link holds"],
    },
    formula: || one_step::latex() + r" \succeq 0",
    sides: [
        Side {
            verdict: every_sample_contracts,
            end: |model, _| {
                let ends = model.hessians().iter().map(|h| {
                    let single = Quadratic::of_symmetric(vec![h.clone()]);
                    (Side::GRADIENT_DESCENT.end)(&single, 0.0)
                });
                ends.fold(f64::INFINITY, f64::min)
            },
        },
        Side::ONE_STEP,
        Side::MEAN_SQUARE,
        Side::GRADIENT_DESCENT,
    ],
};

/// "The first implies the second, which implies the third, which implies the fourth." A
/// counter-example breaks one link; the search climbs the widest gap of all links.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    /// The words of it.
    pub wording: Wording,
    /// Its formula in LaTeX.
    pub formula: fn() -> String,
    /// What implies what.
    pub sides: [Side; 4],
}

impl Conjecture for Chain {
    fn wording(&self) -> Wording {
        self.wording
    }

    fn formula(&self) -> String {
        (self.formula)()
    }

    /// Does the premise of some link hold?
    fn hypotheses(&self, instance: &Instance) -> Verdict {
        let [premises @ .., _] = self.sides.map(|side| (side.verdict)(instance));
        let none = premises.map(|premise| !premise);
        !none.into_iter().fold(Verdict::Holds, Verdict::and)
    }

    /// Does every link hold?
    fn conclusion(&self, instance: &Instance) -> Verdict {
        let verdicts = self.sides.map(|side| (side.verdict)(instance));
        let links = verdicts.windows(2).map(|link| link[0].implies(link[1]));
        links.fold(Verdict::Holds, Verdict::and)
    }

    /// Of the link with the widest gap.
    fn ends(&self, model: &Quadratic<f64>, weight: f64) -> Ends {
        let ends = self.sides.map(|side| (side.end)(model, weight));
        let links = ends.windows(2).map(|link| Ends {
            hypotheses: link[0],
            conclusion: link[1],
        });
        let gap = |ends: &Ends| ends.gap().unwrap_or(0.0);
        let widest = links.max_by(|a, b| gap(a).total_cmp(&gap(b)));
        widest.expect("a chain has links")
    }
}

fn every_sample_contracts(asked: &Instance) -> Verdict {
    let eta = &asked.learning_rate;
    let (d, two) = (asked.model.dimension(), Field::int(2));
    let slack = |h: &DMatrix<_>| DMatrix::identity(d, d).scaled(&two) - h.clone().scaled(eta);
    let verdicts = asked
        .model
        .hessians()
        .iter()
        .map(|h| positive_semidefinite(&slack(h)));
    verdicts.fold(Verdict::Holds, Verdict::and)
}

/// Open: the bound on s with the factor `½√(d + 3)`, which is 1 in one dimension. No search has
/// found a wider gap; in two and three dimensions searches reach this one.
pub const NON_UNIFORMITY_BOUND_BY_DIMENSION: Implication = Implication {
    wording: Wording {
        id: "non_uniformity_bound_by_dimension",
        title: "mean-square stability in dimension d needs s ≤ ½√(d + 3)/(η√p)",
        statement: "If SGD is mean-square stable in dimension d then ((d + 3)/4)·I − η²pΣ ⪰ 0.",
        source: "Ours: read off the widest gaps found in dimensions 1 to 3. Not proved.",
        hypotheses: STABLE,
    },
    formula: || {
        let [p, eta, d] = ["p", r"\eta", "d"].map(Symbol::named);
        let curvature = Curvature::of_matrix_symbols();
        let slack = non_uniformity::slack(&curvature, &eta, &(p * per_dimension(&d)));
        format!(r"{slack} \succeq 0")
    },
    hypotheses: Side::MEAN_SQUARE,
    conclusion: Side {
        verdict: |asked| {
            let weight =
                &asked.weight * per_dimension(&Exact::from(asked.model.dimension() as i64));
            non_uniformity::verdict(&asked.model, &asked.learning_rate, &weight)
        },
        end: |model, p| {
            let weight = p * per_dimension(&(model.dimension() as f64));
            (Side::NON_UNIFORMITY.end)(model, weight)
        },
    },
};

/// `4/(d + 3)`: the part of the noise weight that the wider bound counts.
fn per_dimension<T: Field>(dimension: &T) -> T {
    T::int(4) / (dimension + T::int(3))
}

/// A conjecture and what is wanted of it.
#[derive(Clone, Copy)]
pub struct Known {
    /// The name on the command line: that of the claim, `open:` and that of a conjecture that is
    /// not on the roll, or `gap:` and that of a criterion.
    pub name: &'static str,
    /// What is searched.
    pub conjecture: &'static (dyn Conjecture + Sync),
    /// What is wanted.
    pub goal: Goal,
}

/// Everything that is searched by name. A `gap:` is that of mean-square stability over a criterion:
/// `η*·s·√p` and `η*/η₁`.
pub const KNOWN: [Known; 9] = [
    smallest(&NON_UNIFORMITY_BOUND_IS_NECESSARY),
    smallest(&THEOREM_ONE_IS_NECESSARY),
    Known {
        name: MORE_CURVATURE_IS_LESS_STABLE.0.wording.id,
        conjecture: &MORE_CURVATURE_IS_LESS_STABLE,
        goal: Goal::Smallest,
    },
    smallest(&SHARPNESS_BOUND_IS_NECESSARY),
    smallest(&NON_UNIFORMITY_BOUND_TWO_SAMPLES),
    Known {
        name: SANDWICH.wording.id,
        conjecture: &SANDWICH,
        goal: Goal::Smallest,
    },
    Known {
        name: "open:non_uniformity_bound_by_dimension",
        conjecture: &NON_UNIFORMITY_BOUND_BY_DIMENSION,
        goal: Goal::Smallest,
    },
    Known {
        name: "gap:non_uniformity",
        conjecture: &NON_UNIFORMITY_BOUND_IS_NECESSARY,
        goal: Goal::WidestGap,
    },
    Known {
        name: "gap:one_step",
        conjecture: &THEOREM_ONE_IS_NECESSARY,
        goal: Goal::WidestGap,
    },
];

const fn smallest(implication: &'static Implication) -> Known {
    Known {
        name: implication.wording.id,
        conjecture: implication,
        goal: Goal::Smallest,
    }
}
