//! The names of functions, and the one that somebody may have meant.

use sgd_stability::kernel::foreign::Signature;

use super::trials;

/// The functions that a kernel with this signature can compute.
pub fn of(signature: Signature) -> Vec<String> {
    match signature {
        Signature::Unary | Signature::VectorUnary => trials::unary_names(),
        Signature::Binary => trials::binary_names(),
        blas => vec![blas.name().to_owned()],
    }
}

/// The name that is nearest to `word`, if one is near.
pub fn nearest<'a>(word: &str, names: &'a [String]) -> Option<&'a String> {
    let word = word.to_lowercase();
    let near = names.iter().map(|name| (distance(&word, name), name));
    let (steps, name) = near.min_by_key(|(steps, _)| *steps)?;
    (steps <= 2 && steps < name.chars().count()).then_some(name)
}

/// The least number of letters to insert, delete or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, letter_of_other) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *letter_of_other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_if_it_is_near() {
        let names = ["exp", "tanh", "log1p"].map(str::to_owned);
        let near = |word| nearest(word, &names).map(String::as_str);
        assert_eq!(near("tahn"), Some("tanh"));
        assert_eq!(near("tanhf"), Some("tanh"));
        assert_eq!(near("LOG1P"), Some("log1p"));
        assert_eq!(near("convolution"), None);
        assert_eq!(near(""), None);
    }
}
