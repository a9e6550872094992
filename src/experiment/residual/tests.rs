//! Tests of the experiment.

use super::*;
use crate::kernel::Isa;

#[test]
fn its_cells_survive_their_files_and_make_a_record() {
    let context = Context {
        isa: Isa::best(),
        data_dir: None,
    };
    let cells = Residual::cells(Scale::Smoke).into_iter();
    let results: Vec<_> = cells
        .map(|(_, settings)| {
            let outcome = Residual::run(&settings, &context).expect("an outcome");
            let text = serde_json::to_string(&outcome).expect("JSON");
            assert_eq!(serde_json::from_str(&text).ok().as_ref(), Some(&outcome));
            assert!(Residual::fits(&settings, &outcome));
            (settings, outcome)
        })
        .collect();
    let record = Residual::record(&results);
    assert!(record.findings.len() >= 2, "{:?}", record.findings);
    for table in &record.tables {
        let columns = table.columns.len();
        assert!(
            table.rows.iter().all(|row| row.len() == columns),
            "{}",
            table.name
        );
    }
    assert!(Residual::record(&[]).comparisons.is_empty());
}
