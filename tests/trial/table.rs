//! The table with which runs are compared.

use sgd_stability::trial::{Comparison, Fault, FaultKind, Histogram, Table, Verdict, WorstInput};

fn verdict(inputs: u64, exhaustive: bool, max_ulp: f64) -> Verdict {
    Verdict {
        name: "exp".to_owned(),
        function: "exp".to_owned(),
        exhaustive,
        inputs,
        mistrusted: 0,
        left_out: Default::default(),
        max_ulp: Some(max_ulp),
        allowed_ulp: Some(1.0),
        max_ratio: None,
        worst_input: Some(WorstInput {
            bits: "0x3f800000".to_owned(),
            value: "0x1p+0".to_owned(),
        }),
        histogram: Histogram::default(),
        density: Vec::new(),
        conditioned: Vec::new(),
        nanoseconds: None,
        faults: Vec::new(),
        passed: true,
    }
}

fn table(verdict: &Verdict) -> Table {
    Table::default().recorded([(Some("avx2"), verdict)])
}

fn compare(then: &Verdict, now: &Verdict) -> (Comparison, Verdict) {
    let mut now = now.clone();
    (table(then).compare(Some("avx2"), &mut now), now)
}

#[test]
fn a_table_is_what_was_written() {
    let table = table(&verdict(100, true, 0.1 + 0.2));
    assert_eq!(Table::parse(&table.text(), "a.json"), Ok(table.clone()));
    let empty = Table::default();
    assert_eq!(Table::parse(&empty.text(), "a.json"), Ok(empty));
    let again = table
        .clone()
        .recorded([(Some("avx2"), &verdict(7, false, 2.0))]);
    assert_eq!(again.rows().len(), 1);
    assert_eq!(again.rows()[0].inputs, 7);
    let other = table.recorded([(None, &verdict(7, false, 2.0))]);
    assert_eq!(other.rows().len(), 2);
}

#[test]
fn the_committed_table_can_be_read() {
    let table = Table::ours().expect("a table");
    let again = Table::parse(&table.text(), "again").expect("a table");
    assert_eq!(table, again);
}

#[test]
fn worse_is_a_fault_with_both_numbers() {
    let then = verdict(100, true, 0.5);
    for (now, numbers) in [
        (verdict(100, true, 0.625), ["0.625", "0.5"]),
        (verdict(90, true, 0.5), ["90", "100"]),
        // What a sample finds, every input would show.
        (verdict(10, false, 0.625), ["0.625", "0.5"]),
    ] {
        let (comparison, now) = compare(&then, &now);
        let Comparison::Worse(words) = comparison else {
            panic!("{comparison:?}");
        };
        assert!(
            numbers.iter().all(|number| words.contains(number)),
            "{words}"
        );
        let [fault] = &now.faults[..] else {
            panic!("{:?}", now.faults);
        };
        assert!(fault.kind == FaultKind::Worse && !now.passed);
        assert_eq!(fault.came, words);
        assert!(fault.right.contains("0.5"), "{}", fault.right);
    }
}

#[test]
fn a_new_fault_is_worse_and_a_known_one_is_not() {
    let then = verdict(100, true, 0.5);
    let mut faulty = then.clone();
    faulty.faults.push(Fault {
        kind: FaultKind::SignOfZero,
        count: 1,
        input: String::new(),
        came: String::new(),
        right: String::new(),
        replay: String::new(),
    });
    assert!(matches!(compare(&then, &faulty).0, Comparison::Worse(_)));
    assert_eq!(compare(&faulty, &faulty).0, Comparison::Same);
    assert!(matches!(compare(&faulty, &then).0, Comparison::Better(_)));
}

#[test]
fn better_same_and_new_are_told_apart() {
    let then = verdict(100, true, 0.5);
    assert_eq!(compare(&then, &then).0, Comparison::Same);
    for better in [verdict(100, true, 0.25), verdict(120, true, 0.5)] {
        let (comparison, now) = compare(&then, &better);
        assert!(matches!(comparison, Comparison::Better(_)) && now.passed);
    }
    let mut now = then.clone();
    assert_eq!(table(&then).compare(None, &mut now), Comparison::New);
    assert_eq!(
        table(&then).compare(Some("avx512"), &mut now),
        Comparison::New
    );
}

#[test]
fn a_sample_and_every_input_are_not_compared_silently() {
    let (exhaustive, sampled) = (verdict(100, true, 0.5), verdict(10, false, 0.25));
    for (then, now) in [(&exhaustive, &sampled), (&sampled, &exhaustive)] {
        let (comparison, after) = compare(then, now);
        let Comparison::Incomparable(words) = comparison else {
            panic!("{comparison:?}");
        };
        assert!(
            words.contains("a sample") && words.contains("every input"),
            "{words}"
        );
        assert_eq!(after, *now);
    }
}

#[test]
fn a_broken_table_is_refused_with_the_place() {
    let good = table(&verdict(100, true, 0.5)).text();
    let row = good.lines().nth(2).expect("the row").trim();
    let twice = good.replace(row, &format!("{row}, {row}"));
    for (text, words) in [
        ("".to_owned(), ["kernels", "--record"]),
        ("{}".to_owned(), ["kernels", "--record"]),
        (
            good.replace("0.5", "-0.5"),
            ["kernels[0].max_ulp", "from 0 up"],
        ),
        (
            good.replace("\"inputs\":100", "\"inputs\":0"),
            ["kernels[0].inputs", "--record"],
        ),
        (
            good.replace("\"inputs\"", "\"imputs\""),
            ["imputs", "--record"],
        ),
        (twice, ["kernels[1].name", "remove one"]),
    ] {
        let error = Table::parse(&text, "a.json").expect_err("a broken table");
        let message = &error.message;
        assert!(message.starts_with("a.json: "), "{message}");
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}
