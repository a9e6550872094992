//! Converts LaTeX to MathML, which browsers typeset without a script.

use std::convert::Infallible;

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Event, Parser, RenderConfig, Storage, push_mathml};

/// The `<math>` element of a displayed formula.
///
/// # Errors
/// Returns what is wrong with the LaTeX.
pub fn to_mathml(latex: &str) -> Result<String, String> {
    let storage = Storage::new();
    let events: Result<Vec<Event<'_>>, _> = Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| error.to_string())?;
    let config = RenderConfig {
        display_mode: DisplayMode::Block,
        xml: true,
        ..RenderConfig::default()
    };
    let mut mathml = String::new();
    push_mathml(
        &mut mathml,
        events.into_iter().map(Ok::<_, Infallible>),
        config,
    )
    .map_err(|error| error.to_string())?;
    // The renderer does not escape the operators < and &; `<<` and `>&<` occur nowhere else.
    Ok(mathml.replace("<<", "&lt;<").replace(">&<", ">&amp;<"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Field, Real, Symbol};

    #[test]
    fn everything_a_symbol_prints_becomes_well_formed_mathml() {
        let (a, s) = (Symbol::named(r"\eta"), Symbol::named(r"\Sigma_{i}"));
        let p = (&a + &s).square() / (-(&a * Symbol::ratio(-3, 2)) - s.sqrt()).ln();
        let latex = format!(r"{p} \succeq 0,\quad \lambda_{{\max}} \le \frac{{2}}{{\eta}}");
        let mathml = to_mathml(&latex).unwrap();
        let document = roxmltree::Document::parse(&mathml).unwrap();
        let has = |tag: &str| {
            document
                .descendants()
                .any(|node| node.has_tag_name(tag_name(tag)))
        };
        for tag in ["math", "mfrac", "msqrt", "msup", "msub"] {
            assert!(has(tag), "no {tag} in {mathml}");
        }
        for symbol in ["η", "Σ", "⪰", "≤", "λ", "ln"] {
            assert!(mathml.contains(symbol), "no {symbol} in {mathml}");
        }
    }

    fn tag_name(tag: &str) -> (&str, &str) {
        ("http://www.w3.org/1998/Math/MathML", tag)
    }

    #[test]
    fn broken_latex_is_an_error_not_a_broken_page() {
        for latex in [r"\frac{1}{", r"\nosuchcommand", r"\left( a"] {
            assert!(to_mathml(latex).is_err(), "{latex}");
        }
    }

    #[test]
    fn the_characters_of_markup_are_escaped() {
        for latex in [
            r"a < b \And c > d",
            r"a \& b",
            r"x_{i<j}",
            r"\text{a < b \& c}",
        ] {
            let mathml = to_mathml(latex).unwrap();
            assert!(roxmltree::Document::parse(&mathml).is_ok(), "{mathml}");
        }
    }
}
