//! Names that nobody knows, and the ones that were probably meant.

/// What to say of an unknown name: the known names that are near it, or `mend`.
pub fn unknown<S: AsRef<str>>(what: &str, name: &str, known: &[S], mend: &str) -> String {
    let near = nearest(name, known);
    let meant = match near.as_slice() {
        [] => mend.to_owned(),
        [rest @ .., last] if !rest.is_empty() => {
            format!("did you mean {} or {last}?", rest.join(", "))
        }
        [one, ..] => format!("did you mean {one}?"),
    };
    format!("there is no {what} \"{name}\"; {meant}")
}

/// The most names that are offered.
const MOST: usize = 3;

/// How alike two names must be, from 0 to 1.
const NEAR: f64 = 0.85;

/// The known names that are like this one, or have it as a part, nearest first.
fn nearest<'a, S: AsRef<str>>(name: &str, known: &'a [S]) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let likeness = |other: &'a str| {
        let is_part = name.len() >= 3 && other.contains(&name);
        let alike = strsim::jaro_winkler(&name, other);
        (if is_part { 1.0 + alike } else { alike }, other)
    };
    let mut near: Vec<(f64, &str)> = (known.iter())
        .map(|other| likeness(other.as_ref()))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_offered_if_it_is_near() {
        let known = ["exp", "tanh", "log1p", "one_step_contraction"];
        let near = |name| nearest(name, &known);
        assert_eq!(near("tahn"), ["tanh"]);
        assert_eq!(near("tanhf"), ["tanh"]);
        assert_eq!(near("LOG1P"), ["log1p"]);
        assert_eq!(near("contraction"), ["one_step_contraction"]);
        assert_eq!(near("one_step"), ["one_step_contraction"]);
        assert!(near("convolution").is_empty());
        assert!(near("").is_empty());
    }

    #[test]
    fn a_name_that_is_like_none_gets_the_mend() {
        let said = unknown("claim", "xyzzy", &["toy_escape"], "choose one of these");
        assert_eq!(said, "there is no claim \"xyzzy\"; choose one of these");
        let said = unknown("claim", "toy_escpe", &["toy_escape"], "");
        assert_eq!(
            said,
            "there is no claim \"toy_escpe\"; did you mean toy_escape?"
        );
        let said = unknown("kernel", "expo", &["exp", "expm1", "exp2"], "");
        assert!(said.contains(" or "), "{said}");
    }
}
