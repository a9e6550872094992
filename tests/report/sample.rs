//! A report with everything a report can hold.

use sgd_stability::claim::{Check, Claim, Evidence, Status};
use sgd_stability::experiment::record::{
    Agreement, Axis, Figure, Finding, Point, Record, Scale, Series, Style, Table,
};
use sgd_stability::number::Verdict;
use sgd_stability::report::{ReportInput, RollEntry};

/// Two claims, two experiments, four figures, three tables.
pub fn report() -> ReportInput {
    let text = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let pair = |(a, b): &(&str, &str)| (a.to_string(), b.to_string());
        pairs.iter().map(pair).collect()
    };
    ReportInput {
        title: "Which minima SGD can reach: theory, simulation & the published numbers".into(),
        manifest: text(&[
            ("version", "0.1.0"),
            ("seed", "12345"),
            (
                "data",
                "fashion-mnist 5b1c0ed0f8a7f4c2d3a09f5c6f2c1e0b7a9d8c6b5a4f3e2d1c0b9a8f7e6d5c4b",
            ),
        ]),
        roll: [UPHELD, REFUTED]
            .map(|claim| RollEntry::new(&claim, claim.check()))
            .into(),
        records: vec![
            sharpness(text(&[("samples", "1000"), ("loss", "½ mean square")])),
            escape(),
        ],
    }
}

fn evidence(holds: u64, fails: u64, unmet: u64) -> Evidence {
    let mut evidence = Evidence::new();
    for (count, hypotheses, conclusion) in [
        (holds, Verdict::Holds, Verdict::Holds),
        (fails, Verdict::Holds, Verdict::Fails),
        (unmet, Verdict::Fails, Verdict::Holds),
    ] {
        for i in 0..count {
            let margin = if conclusion.fails() {
                -0.041_666
            } else {
                1e-7 * (i + 1) as f64
            };
            evidence.record(hypotheses, conclusion, margin, || {
                format!("inputs (1,0), (0,1), (1,1); η = 5/4; B = 1; instance {i} of n < 5 & d < 4")
            });
        }
    }
    evidence
}

const UPHELD: Claim = Claim {
    id: "one-step-non-expansion",
    title: "One step never expands exactly when Theorem 1 holds",
    statement: "The expected squared distance to the minimum does not grow in one step, from any \
                start, exactly when the largest eigenvalue of the one-step matrix is at most 1.",
    formula: || {
        r"\lambda_{\max}\left(\left(I - \eta\,H\right)^2 + \eta^2\,\frac{n - B}{B\,\left(n - 1\right)}\,\Sigma\right) \le 1 \quad\Longleftrightarrow\quad 2\,H - \eta\,\left(H^2 + p\,\Sigma\right) \succeq 0".into()
    },
    source: "Wu, Ma & E 2018, Theorem 1; batches without replacement, f with Hessian f'' (no ½).",
    hypotheses: &[
        "each H_i is symmetric and positive semi-definite",
        "1 ≤ B ≤ n",
    ],
    reading: "Sufficient for mean-square stability; necessary only in one dimension.",
    status: Status::Upheld,
    exact: Check::Run(|| evidence(120, 0, 3)),
    outside: Check::Run(|| evidence(0, 4, 0)),
    certified: Check::Without("the criterion has no roots, so the exact check says it all"),
    empirical: Check::Run(|| evidence(5, 0, 0)),
};

const REFUTED: Claim = Claim {
    id: "non-uniformity-bound-is-necessary",
    title: "The non-uniformity bound is necessary for stability",
    statement: "Every mean-square stable minimum has non-uniformity s at most its bound.",
    formula: || r"s \le \frac{1}{\eta}\,\sqrt{\frac{B\,\left(n - 1\right)}{n - B}}".into(),
    source: "Often read out of Wu, Ma & E 2018; false for d ≥ 2 and n ≥ 3.",
    hypotheses: &[],
    reading: "The counter-example has three inputs in the plane.",
    status: Status::Refuted,
    exact: Check::Run(|| evidence(10, 1, 0)),
    outside: Check::Without("the claim is false inside its hypotheses already"),
    certified: Check::Without("the counter-example is rational"),
    empirical: Check::Without("one exact counter-example is enough"),
};

fn axis(label: &str, scale: Scale) -> Axis {
    Axis {
        label: label.into(),
        scale,
    }
}

fn series(label: &str, style: Style, points: Vec<Point>) -> Series {
    Series {
        label: label.into(),
        style,
        points,
    }
}

fn sharpness(settings: Vec<(String, String)>) -> Record {
    let rates = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0];
    let at = |factor: f64| rates.map(|rate| Point::with_error(rate, factor / rate, 0.2 / rate));
    let bound = |factor: f64| rates.map(|rate| Point::new(rate, factor / rate)).to_vec();
    Record {
        name: "sharpness".into(),
        title: "Sharpness at the edge: gradient descent on Fashion-MNIST".into(),
        question: "Does gradient descent stop at sharpness 2/η, for η < 5 & up?".into(),
        settings,
        findings: [
            ("Sharpness is within 2 % of 2/η at 5 of 6 learning rates.", Agreement::Agrees),
            ("At η = 0.01 it stays at a quarter of the bound <after 10⁵ steps>.", Agreement::Differs),
            ("At η = 5 the error bar covers the bound.", Agreement::Undecided),
        ]
        .map(|(sentence, agreement)| Finding { sentence: sentence.into(), agreement })
        .into(),
        figures: vec![
            Figure {
                name: "sharpness-by-rate".into(),
                title: "Sharpness and learning rate".into(),
                caption: "Largest eigenvalue of the Hessian at the end of training; η is the step per batch.".into(),
                x: axis("learning rate η (per step)", Scale::Logarithmic),
                y: axis("sharpness λ_max(H), full Hessian, loss with ½ < 1 & mean over samples and outputs", Scale::Logarithmic),
                series: vec![
                    series("measured, B = n", Style::Points, at(1.9).to_vec()),
                    series("measured, B = 10", Style::Points, [0.1, 0.5, 1.0].map(|r| Point::with_error(r, 0.75 / r, 0.3 / r)).into()),
                    series("published", Style::Published, vec![Point::new(0.01, 53.48), Point::new(0.05, 39.32), Point::new(0.1, 19.62), Point::new(0.5, 3.857), Point::new(1.0, 1.925), Point::new(5.0, 0.3968)]),
                    series("2/η", Style::Bound, bound(2.0)),
                    series("2(1+β)/η with β = 0.9", Style::Bound, bound(3.8)),
                ],
            },
            Figure {
                name: "sharpness-histogram".into(),
                title: "A narrow band".into(),
                caption: "Sharpness at one learning rate, run by run.".into(),
                x: axis("run", Scale::Linear),
                y: axis("sharpness", Scale::Linear),
                series: vec![
                    series("measured", Style::Points, (1..=9).map(|i| Point::with_error(i.into(), 19.5 + 0.05 * f64::from(i % 4), 0.06)).collect()),
                    series("2/η", Style::Bound, vec![Point::new(1.0, 20.0), Point::new(9.0, 20.0)]),
                ],
            },
        ],
        tables: vec![table("sharpness-table", 6), table("wide-table", 16)],
    }
}

fn escape() -> Record {
    let run = |rate: f64, noise: u32| -> Vec<Point> {
        (0..200u32)
            .map(|i| {
                let wiggle = 1.0 + 0.3 * f64::from(i * noise % 17) / 17.0;
                let rise = f64::from(i) / 60.0;
                Point::new(f64::from(i * 5), 1e-5 * rise.exp2().powf(rate) * wiggle)
            })
            .collect()
    };
    let mut stuck = run(0.1, 3);
    stuck[7].y = 0.0;
    stuck[8].y = -1.0;
    stuck[9].y = f64::NAN;
    Record {
        name: "escape".into(),
        title: "Escape from a minimum that is too sharp".into(),
        question: "Does the loss rise when the learning rate is raised past the critical one?"
            .into(),
        settings: vec![],
        findings: vec![],
        figures: vec![
            Figure {
                name: "escape-loss".into(),
                title: "Training loss after the switch".into(),
                caption: "Training loss along four runs from one minimum.".into(),
                x: axis("step", Scale::Linear),
                y: axis("training loss", Scale::Logarithmic),
                series: vec![
                    series("GD, η = 0.3 (expected to escape)", Style::Line, run(4.0, 5)),
                    series("GD, η = 0.5", Style::Line, run(3.0, 7)),
                    series("SGD, η = 0.1, B = 4", Style::Line, run(2.0, 11)),
                    series("SGD, η = 0.1, B = 100", Style::Line, stuck),
                    series(
                        "divergence: 1",
                        Style::Bound,
                        vec![Point::new(0.0, 1.0), Point::new(995.0, 1.0)],
                    ),
                ],
            },
            Figure {
                name: "escape-plane".into(),
                title: "Sharpness and non-uniformity".into(),
                caption: "Each point is one run. The bounds are those of the theory at η = 0.1."
                    .into(),
                x: axis("sharpness", Scale::Linear),
                y: axis("non-uniformity", Scale::Linear),
                series: [4u32, 10, 25, 100, 1000]
                    .iter()
                    .enumerate()
                    .map(|(k, batch)| {
                        let points = (0..8).map(|i| {
                            Point::new(
                                4.0 + 3.5 * k as f64 + 0.3 * f64::from(i),
                                11.0 + 9.0 * k as f64 + f64::from(i * 5 % 7),
                            )
                        });
                        series(&format!("B = {batch}"), Style::Points, points.collect())
                    })
                    .chain([
                        series(
                            "2/η",
                            Style::Bound,
                            vec![Point::new(20.0, 0.0), Point::new(20.0, 55.0)],
                        ),
                        series(
                            "bound on s at B = 25",
                            Style::Bound,
                            vec![Point::new(0.0, 50.6), Point::new(24.0, 50.6)],
                        ),
                        series(
                            "bound on s at B = 10",
                            Style::Bound,
                            vec![Point::new(0.0, 31.8), Point::new(24.0, 31.8)],
                        ),
                        series(
                            "published, B = 10",
                            Style::Published,
                            vec![Point::new(5.13, 9.16), Point::new(7.853, 20.66)],
                        ),
                    ])
                    .collect(),
            },
        ],
        tables: vec![table("escape-table", 3)],
    }
}

fn table(name: &str, columns: usize) -> Table {
    let row = |i: usize| {
        let cell = |j: usize| match j {
            0 => format!("FMNIST <w{i}>, \"lr\" & B = {i}"),
            _ => format!("{}.{i}{j} ± 0.02", 17 + j),
        };
        (0..columns).map(cell).collect()
    };
    Table {
        name: name.into(),
        caption: "Sharpness at the end of training, mean ± standard error over five runs.".into(),
        columns: (0..columns)
            .map(|j| {
                if j == 0 {
                    "run".into()
                } else {
                    format!("a at η/{j}")
                }
            })
            .collect(),
        rows: (1..=4).map(row).collect(),
    }
}
