//! The texts in the cells of the tables.

use super::group::Group;
use crate::record::numeral;
use crate::trial::{Fault, Verdict};

/// A whole number with its digits in groups of three.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The number of inputs of a function that were tried.
pub fn inputs(verdict: &Verdict) -> String {
    if verdict.exhaustive && verdict.inputs == 1 << 32 {
        return "all 2³²".to_owned();
    }
    if verdict.exhaustive {
        return format!("all {}", grouped(verdict.inputs));
    }
    format!("{}, sampled", grouped(verdict.inputs))
}

/// The largest error in ulps; a lower bound of it if not every input was tried.
pub fn largest_error(verdict: &Verdict) -> String {
    let Some(ulps) = verdict.max_ulp else {
        return "–".to_owned();
    };
    let number = if ulps < 1000.0 {
        numeral::fixed(ulps, 4)
    } else {
        numeral::significant(ulps)
    };
    if verdict.exhaustive {
        number
    } else {
        format!("≥ {number}")
    }
}

/// The input with the largest error: its bits and its value.
pub fn worst(verdict: &Verdict) -> String {
    match &verdict.worst_input {
        Some(worst) => format!("{} = {}", worst.bits, worst.value),
        None => "–".to_owned(),
    }
}

/// The times for one element in nanoseconds, with the instruction sets if there are several.
pub fn times(group: &Group<'_>) -> String {
    let pairs = group.entries.iter().zip(&group.nanoseconds);
    let pairs: Vec<_> = pairs
        .filter_map(|(entry, time)| Some((&entry.isa, (*time)?)))
        .collect();
    let number = numeral::significant;
    match &pairs[..] {
        [] => "–".to_owned(),
        [(_, time)] if group.entries.len() == 1 => number(*time),
        _ => {
            let named = pairs.iter().map(|(isa, time)| {
                let isa = isa.as_deref().unwrap_or("");
                format!("{isa} {}", number(*time))
            });
            named.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Whether the kernel passed.
pub fn ending(verdict: &Verdict) -> &'static str {
    if verdict.passed { "passed" } else { "refused" }
}

/// What is wrong, with the number of times.
pub fn faults(verdict: &Verdict) -> String {
    let kinds = verdict.faults.iter().map(|fault| {
        let times = grouped(fault.count);
        format!("{} ({times} ×)", fault.kind.words())
    });
    let text = kinds.collect::<Vec<_>>().join("; ");
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

/// The example of a fault in a sentence.
pub fn example(fault: &Fault) -> String {
    let Fault {
        input, came, right, ..
    } = fault;
    format!("{input}: came {came}, right is {right}")
}

/// Every fault with its first example, and how to see it again.
pub fn faults_with_examples(verdict: &Verdict) -> String {
    let told = verdict.faults.iter().map(|fault| {
        let (what, example, replay) = (fault.kind.words(), example(fault), &fault.replay);
        format!(
            "{what} ({} ×): {example}; again: {replay}",
            grouped(fault.count)
        )
    });
    let text = told.collect::<Vec<_>>().join(". ");
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

/// The cases outside of what the kernel takes, by reason.
pub fn left_out(verdict: &Verdict) -> String {
    let reasons = verdict.left_out.iter().filter(|(_, count)| **count > 0);
    let text = reasons.map(|(why, count)| format!("{} ({why})", grouped(*count)));
    let text = text.collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        "0".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1 << 32, "4,294,967,296"),
        ] {
            assert_eq!(grouped(count), text);
        }
    }
}
