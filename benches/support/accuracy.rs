//! The largest errors of our kernels, from the committed table.

use serde_json::Value;

/// The committed table.
pub struct Accuracy(Vec<Value>);

impl Accuracy {
    /// Reads the table.
    pub fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/trial/ours.json");
        let table = std::fs::read_to_string(path).unwrap_or_default();
        let table: Value = serde_json::from_str(&table).unwrap_or_default();
        Accuracy(table["kernels"].as_array().cloned().unwrap_or_default())
    }

    /// The largest error of a kernel in words; a dash if it has not been recorded.
    pub fn of(&self, kernel: &str, isa: &str) -> String {
        let is_row = |row: &&Value| {
            let row_isa = row["isa"].as_str();
            row["name"] == kernel && row_isa.is_none_or(|known| known == isa)
        };
        let Some(row) = self.0.iter().find(is_row) else {
            return "–".to_owned();
        };
        let sampled = if row["exhaustive"] == true {
            ""
        } else {
            "≥ "
        };
        match (row["max_ulp"].as_f64(), row["max_ratio"].as_f64()) {
            (Some(ulps), _) => format!("{sampled}{ulps:.4} ulp"),
            (_, Some(ratio)) => format!("{sampled}{ratio:.4} of its bound"),
            _ => "–".to_owned(),
        }
    }
}
