//! Finds every place of a file where it can be changed.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Block, Expr, ExprLit, ExprRange, Lit, RangeLimits, ReturnType, Signature, Token};

use crate::mutant::{Kind, Mutant};
use crate::numbers::{self, Use};

/// Every mutant of a file, in the order of its places.
pub fn places(file: &str, source: &str) -> Vec<Mutant> {
    let mut places = Places {
        file,
        source,
        numbers: Use::Count,
        mutants: Vec::new(),
    };
    places.visit_file(&syn::parse_file(source).expect("a Rust file"));
    let mut mutants = places.mutants;
    mutants.sort_by_key(|mutant| (mutant.bytes.start, mutant.bytes.end));
    mutants
}

/// What has been found of one file.
pub struct Places<'a> {
    file: &'a str,
    source: &'a str,
    /// What the integers that come next are used for.
    pub numbers: Use,
    mutants: Vec<Mutant>,
}

impl Places<'_> {
    /// Adds a mutant.
    pub fn change(&mut self, kind: Kind, place: Span, becomes: impl Into<String>) {
        let bytes = place.byte_range();
        self.mutants.push(Mutant {
            file: self.file.to_owned(),
            line: place.start().line,
            kind,
            was: self.source[bytes.clone()].to_owned(),
            becomes: becomes.into(),
            bytes,
        });
    }

    /// The text of a place.
    pub fn text(&self, place: &impl Spanned) -> String {
        self.source[place.span().byte_range()].to_owned()
    }

    /// Changes a number, or `true` and `false`.
    pub fn literal(&mut self, literal: &ExprLit) {
        let changed = match &literal.lit {
            Lit::Float(number) => numbers::float(number),
            Lit::Int(number) => numbers::integer(number, self.numbers),
            Lit::Bool(word) => vec![(!word.value).to_string()],
            _ => return,
        };
        for becomes in changed {
            let kind = match &literal.lit {
                Lit::Float(_) if becomes.starts_with("(-") => Kind::Sign,
                _ => Kind::Number,
            };
            self.change(kind, literal.span(), becomes);
        }
    }

    /// Makes a range shorter by one.
    pub fn range(&mut self, range: &ExprRange) {
        match (&range.end, &range.limits) {
            (Some(end), RangeLimits::HalfOpen(_)) => {
                let shorter = format!("({}) - 1", self.text(&**end));
                self.change(Kind::Range, end.span(), shorter);
            }
            (Some(_), RangeLimits::Closed(limits)) => {
                self.change(Kind::Range, limits.span(), "..");
            }
            (None, _) => {}
        }
    }

    /// Turns a condition round.
    pub fn condition(&mut self, condition: &Expr) {
        let text = self.text(condition);
        if !text.split_whitespace().any(|word| word == "let") {
            self.change(Kind::Sign, condition.span(), format!("!({text})"));
        }
    }

    /// Makes a function do nothing.
    pub fn body(&mut self, signature: &Signature, block: &Block) {
        // A default value instead of `default` itself would be an endless call.
        let is_default = signature.ident == "default";
        if block.stmts.is_empty() || signature.constness.is_some() || is_default {
            return;
        }
        let ReturnType::Type(_, kind) = &signature.output else {
            return self.change(Kind::Body, block.span(), "{}");
        };
        match self.text(&**kind).as_str() {
            "bool" => {
                self.change(Kind::Body, block.span(), "{ true }");
                self.change(Kind::Body, block.span(), "{ false }");
            }
            text if text.starts_with("Result<") => {
                self.change(Kind::Body, block.span(), "{ Ok(Default::default()) }");
            }
            text if text.contains("impl ") || text == "!" => {}
            _ => self.change(Kind::Body, block.span(), "{ Default::default() }"),
        }
    }

    /// Exchanges the last two operands.
    pub fn exchange(&mut self, operands: &Punctuated<Expr, Token![,]>) {
        let mut last = operands.iter().rev();
        if let (Some(b), Some(a)) = (last.next(), last.next()) {
            let (from, to) = (a.span().byte_range(), b.span().byte_range());
            let between = &self.source[from.end..to.start];
            let becomes = [self.text(b).as_str(), between, &self.text(a)].concat();
            let place = a.span().join(b.span()).expect("operands of one file");
            self.change(Kind::Method, place, becomes);
        }
    }
}
