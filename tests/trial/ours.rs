//! Our own kernels.

use sgd_stability::kernel::Isa;
use sgd_stability::trial::{Options, Table, ours};

#[test]
fn every_kernel_of_ours_passes_its_trial() {
    let options = Options::default();
    for entry in ours::entries() {
        let place = format!("{} on {}", entry.name, entry.isa.name());
        let verdict = entry.run(&options);
        assert!(verdict.passed, "{place}: {:#?}", verdict.faults);
        assert_eq!(verdict.function, entry.function, "{place}");
        let is_within = match verdict.max_ratio {
            Some(ratio) => ratio <= 1.0,
            None => verdict.max_ulp.is_some() && verdict.max_ulp <= verdict.allowed_ulp,
        };
        assert!(
            is_within,
            "{place}: {:?} {:?}",
            verdict.max_ratio, verdict.max_ulp
        );
        assert_eq!(
            entry.is_of_one_number(),
            verdict.max_ulp.is_some(),
            "{place}"
        );
        println!(
            "| {place} | {} | {} | {:?} | {:?} | {} |",
            verdict.inputs,
            verdict.mistrusted,
            verdict.max_ratio,
            verdict.max_ulp,
            verdict
                .worst_input
                .map_or(String::new(), |worst| worst.value)
        );
    }
}

#[test]
fn every_instruction_set_has_every_kernel() {
    let entries = ours::entries();
    let names = |isa: Isa| -> Vec<&str> {
        let entries = entries.iter().filter(|entry| entry.isa == isa);
        entries.map(|entry| entry.name.as_str()).collect()
    };
    let portable = names(Isa::portable());
    assert!(portable.len() > 20);
    for isa in Isa::available() {
        assert_eq!(names(isa), portable, "{}", isa.name());
    }
    let mut once = portable.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), portable.len(), "a name for one kernel only");
}

#[test]
fn the_committed_table_has_every_kernel_and_no_other() {
    let table = Table::ours().unwrap();
    let kernel = |name: &str, isa: &str, function: &str| [name, isa, function].map(str::to_owned);
    let rows = table.rows().iter();
    let mut rows: Vec<_> = rows
        .map(|row| kernel(&row.name, row.isa.as_deref().unwrap_or(""), &row.function))
        .collect();
    // This machine may not have all instruction sets of the table.
    let sets = Isa::available();
    rows.retain(|[_, isa, _]| sets.iter().any(|set| set.name() == isa));
    let entries = ours::entries().into_iter();
    let mut entries: Vec<_> = entries
        .map(|entry| kernel(&entry.name, entry.isa.name(), &entry.function))
        .collect();
    rows.sort_unstable();
    entries.sort_unstable();
    assert_eq!(rows, entries);
}
