//! A sample report that contains everything a report can contain.

mod figures;
pub mod trials;

use sgd_stability::claim::{Chapter, Check, Claim, Evidence, Hypothesis, Status};
use sgd_stability::number::Verdict;
use sgd_stability::record::{Agreement, Comparison, Finding, Published, Record, Table};
use sgd_stability::report::{ReportInput, RollEntry, Trials};

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
        trials: Trials::default(),
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
        Hypothesis::by_the_check("each H_i is symmetric and positive semi-definite"),
        Hypothesis::by_the_check("1 ≤ B ≤ n"),
    ],
    reading: "Sufficient for mean-square stability; necessary only in one dimension.",
    chapter: Chapter::ExactThresholds,
    status: Status::Upheld,
    guards: &[],
    exact: Check::Run(|_| evidence(120, 0, 3)),
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
    chapter: Chapter::ExactThresholds,
    status: Status::Refuted,
    guards: &[],
    exact: Check::Run(|_| evidence(10, 1, 0)),
    outside: Check::Without("the claim is false inside its hypotheses already"),
    certified: Check::Without("the counter-example is rational"),
    empirical: Check::Without("one exact counter-example is enough"),
};

fn sharpness(settings: Vec<(String, String)>) -> Record {
    let findings = [
        (
            "Sharpness is within 2 % of 2/η at 5 of 6 learning rates.",
            Agreement::Agrees,
        ),
        (
            "At η = 0.01 it stays at a quarter <after 10⁵ steps>.",
            Agreement::Differs,
        ),
        (
            "At η = 5 the error bar covers the bound.",
            Agreement::Undecided,
        ),
    ];
    let finding = |(sentence, agreement): (&str, Agreement)| Finding {
        sentence: sentence.into(),
        agreement,
        margin: None,
        claim: String::new(),
    };
    Record {
        name: "sharpness".into(),
        title: "Sharpness at the edge: gradient descent on Fashion-MNIST".into(),
        question: "Does gradient descent stop at sharpness 2/η, for η < 5 & up?".into(),
        settings,
        comparisons: comparisons(),
        findings: findings.map(finding).into(),
        figures: vec![figures::sharpness_by_rate(), figures::narrow_band()],
        tables: vec![table("sharpness-table", 6), table("wide-table", 16)],
    }
}

fn comparisons() -> Vec<Comparison> {
    let row = |subject: &str, with_theory, published| Comparison {
        subject: subject.into(),
        predicted: "a ≤ 4".into(),
        measured: "a = 1.8 [1.6, 2.0]".into(),
        with_theory,
        published,
        scale: "784-100-10, n < 500".into(),
    };
    let published = |ends, because| {
        Some(Published::compared(
            "a = 1.2".into(),
            [1.6, 2.0],
            ends,
            because,
        ))
    };
    vec![
        row(
            "Table 1, η = 0.5",
            Agreement::Agrees,
            published([1.2, 1.2], "another network and another n"),
        ),
        row(
            "Table 1, η = 1",
            Agreement::Beyond,
            published([1.9, 2.1], ""),
        ),
        row("not in the paper", Agreement::Undecided, None),
    ]
}

fn escape() -> Record {
    Record {
        name: "escape".into(),
        title: "Escape from a minimum that is too sharp".into(),
        question: "Does the loss rise when the learning rate is raised past the critical one?"
            .into(),
        settings: vec![],
        comparisons: vec![],
        findings: vec![],
        figures: vec![figures::escape_loss(), figures::escape_plane()],
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
