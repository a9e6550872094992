//! Verdicts as text and as JSON.

use serde_json::{Value, json};
use sgd_stability::trial::{Fault, Verdict};

use super::baseline::Standing;

/// The verdict on one kernel, and what is said beside it.
pub struct Tried {
    pub verdict: Verdict,
    /// The arguments of `kernels check` that try this kernel.
    pub flags: String,
    /// Whether order and symmetry are asked for too.
    pub is_strict: bool,
    /// The instruction set, of a kernel of ours.
    pub isa: Option<String>,
    /// How the verdict stands to the baseline, if there is one.
    pub standing: Option<Standing>,
}

impl Tried {
    /// Whether the kernel is as it should be: within its bounds, or as bad as recorded.
    pub fn is_accepted(&self) -> bool {
        match &self.standing {
            Some(standing) => standing.is_accepted(&self.verdict),
            None => self.verdict.passed,
        }
    }

    /// What is added to a fault that does not make the kernel fail.
    fn remark(&self, fault: &Fault) -> &'static str {
        if fault.kind.is_of_order() && !self.is_strict {
            " (not asked)"
        } else {
            ""
        }
    }

    /// The command line that tries just the example of this fault again.
    fn replay(&self, fault: &Fault) -> String {
        // Neighbours and opposites of ours are compared only where every input is tried.
        let every = if fault.kind.is_of_order() && self.isa.is_some() {
            " --every-input"
        } else {
            ""
        };
        let line = format!(
            "sgd-stability kernels check {}{every} {}",
            self.flags, fault.replay
        );
        line.trim_end().to_owned()
    }
}

/// The widths of the columns but the last; all fits into 80.
const WIDTHS: [usize; 4] = [20, 12, 20, 22];

/// The table, with the faults below their kernels.
pub fn text(tried: &[Tried]) -> String {
    let mut text = row(["kernel", "function", "largest error", "inputs"], "verdict");
    for one in tried {
        let verdict = &one.verdict;
        let (error, extent) = (error(verdict), extent(verdict));
        text += &row(
            [&verdict.name, &verdict.function, &error, &extent],
            word(one),
        );
        text += &notes(one);
    }
    let accepted = tried.iter().filter(|one| one.is_accepted()).count();
    let ending = if tried.iter().any(|one| one.standing.is_some()) {
        "are within their bounds or as recorded"
    } else {
        "are within their bounds"
    };
    text + &format!("{accepted} of {} kernels {ending}", tried.len())
}

/// One line of the table. A name that is too long has a line of its own.
fn row(cells: [&str; 4], last: &str) -> String {
    let mut row = String::new();
    for (cell, width) in cells.into_iter().zip(WIDTHS) {
        let length = cell.chars().count();
        if length < width {
            row += &format!("{cell:<width$}");
        } else {
            row += &format!("{cell}\n{:1$}", "", row.chars().count() + width);
        }
    }
    format!("{row}{last}\n")
}

fn word(one: &Tried) -> &'static str {
    match (one.verdict.passed, one.is_accepted()) {
        (true, true) => "passed",
        (false, true) => "known",
        (_, false) => "FAILED",
    }
}

/// The largest error: in ulps, or as a part of its bound.
fn error(verdict: &Verdict) -> String {
    match (verdict.max_ulp, verdict.max_ratio) {
        (Some(ulps), _) => format!("{} ulp", number(ulps)),
        (None, Some(ratio)) => format!("{} of its bound", number(ratio)),
        (None, None) => "–".to_owned(),
    }
}

fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e4).contains(&x) {
        format!("{x:.4}")
    } else {
        format!("{x:.1e}")
    }
}

fn extent(verdict: &Verdict) -> String {
    if verdict.exhaustive {
        "exhaustive".to_owned()
    } else {
        format!("≥ (sampled, {})", verdict.inputs)
    }
}

/// The worst input, what was left out, and the faults.
fn notes(one: &Tried) -> String {
    let verdict = &one.verdict;
    let mut notes = String::new();
    if let Some(worst) = &verdict.worst_input {
        let sign = if worst.bits.starts_with("case") {
            ":"
        } else {
            " ="
        };
        notes += &format!("  worst at {}{sign} {}\n", worst.bits, worst.value);
    }
    if verdict.mistrusted > 0 {
        notes += &format!(
            "  mistrusted: {} results that prove little\n",
            verdict.mistrusted
        );
    }
    for (reason, count) in &verdict.left_out {
        notes += &format!("  left out: {count}, {reason}\n");
    }
    if let Some(said) = one.standing.as_ref().and_then(Standing::sentence) {
        notes += &format!("  {said}\n");
    }
    for fault in &verdict.faults {
        let (count, words) = (times(fault.count), fault.kind.words());
        notes += &format!("  {count}: {words}{}\n", one.remark(fault));
        notes += &format!("    input  {}\n", fault.input);
        notes += &format!("    came   {}\n", fault.came);
        notes += &format!("    right  {}\n", fault.right);
        notes += &format!("    again  {}\n", one.replay(fault));
    }
    notes
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// The verdicts as JSON: those fields of [`Verdict`], the flags that try the kernel, and each fault with
/// its command line. What is only for
/// figures is left out where it is the same as on an instruction set before.
pub fn json(tried: &[Tried]) -> Vec<Value> {
    let kernel = |(index, one): (usize, &Tried)| {
        let mut value = json!(one.verdict);
        if tried[..index]
            .iter()
            .any(|before| is_drawn_alike(&before.verdict, &one.verdict))
        {
            value["density"] = json!([]);
            value["conditioned"] = json!([]);
        }
        for (index, fault) in one.verdict.faults.iter().enumerate() {
            value["faults"][index]["command"] = json!(one.replay(fault));
        }
        value["flags"] = json!(one.flags);
        value["strict"] = json!(one.is_strict);
        if let Some(isa) = &one.isa {
            value["isa"] = json!(isa);
        }
        if let Some(standing) = &one.standing {
            value["baseline"] = json!(standing.name());
        }
        value
    };
    tried.iter().enumerate().map(kernel).collect()
}

/// Whether two verdicts on a kernel have the same figures.
fn is_drawn_alike(a: &Verdict, b: &Verdict) -> bool {
    let drawn = |v: &Verdict| !v.density.is_empty() || !v.conditioned.is_empty();
    let same = (&a.name, &a.function, &a.density) == (&b.name, &b.function, &b.density);
    drawn(b) && same && a.conditioned == b.conditioned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_into_eighty_columns_and_a_long_name_has_its_own() {
        let cells = [
            "cblas_sdot",
            "log-sum-exp",
            "1.2e-5 of its bound",
            "≥ (sampled, 33554432)",
        ];
        assert_eq!(row(cells, "FAILED").lines().count(), 1);
        for line in row(cells, "passed")
            .lines()
            .chain(row(["name"; 4], "FAILED").lines())
        {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let long = "a_kernel_with_a_name_that_has_no_space";
        let two = row([long, "tanh", "1 ulp", "exhaustive"], "passed");
        assert!(two.starts_with(&format!("{long}\n")), "{two}");
        assert_eq!(two.lines().nth(1).unwrap().find("tanh"), Some(WIDTHS[0]));
    }
}
