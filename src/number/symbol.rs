//! A scalar that records the formula it is computed by.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use num_traits::{One, Zero};

use super::ops::operators;
use super::{Exact, Field, Real};

/// An expression. Evaluating a formula over symbols instead of numbers gives the LaTeX of the code that
/// ran, so a report cannot drift from the code.
///
/// `0 + x`, `1·x`, `x − 0` and the like are simplified while the expression is built; nothing else is,
/// so the printed formula has the shape of the computation. Comparison abstains unless the two
/// expressions are identical. A symbol may also stand for a matrix (products keep their order).
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol(Rc<Node>);

#[derive(Debug, PartialEq)]
enum Node {
    Constant(Exact),
    Name(String),
    Pi,
    Sum(Symbol, Symbol),
    Difference(Symbol, Symbol),
    Product(Symbol, Symbol),
    Quotient(Symbol, Symbol),
    Negative(Symbol),
    Square(Symbol),
    Function(&'static str, Symbol),
}

use Node::{Constant, Difference, Function, Name, Negative, Pi, Product, Quotient, Square, Sum};

impl Symbol {
    /// A variable, written in LaTeX: `Symbol::named(r"\eta")`.
    pub fn named(latex: &str) -> Self {
        Symbol::node(Name(latex.to_owned()))
    }

    /// The value of the expression when each variable has the value that `value` gives it.
    ///
    /// # Errors
    /// The LaTeX name of the first variable without a value.
    pub fn evaluate<T: Real>(&self, value: &impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let of = |symbol: &Symbol| symbol.evaluate(value);
        Ok(match &*self.0 {
            Constant(constant) => T::from_exact(constant),
            Pi => T::pi(),
            Name(name) => value(name).ok_or_else(|| name.clone())?,
            Sum(a, b) => of(a)? + of(b)?,
            Difference(a, b) => of(a)? - of(b)?,
            Product(a, b) => of(a)? * of(b)?,
            Quotient(a, b) => of(a)? / of(b)?,
            Negative(a) => -of(a)?,
            Square(a) => of(a)?.square(),
            Function("\\sqrt", a) => of(a)?.sqrt(),
            Function("\\exp", a) => of(a)?.exp(),
            Function("\\operatorname{erf}", a) => of(a)?.erf(),
            Function(_, a) => of(a)?.ln(),
        })
    }

    fn node(node: Node) -> Self {
        Symbol(Rc::new(node))
    }

    fn constant(&self) -> Option<&Exact> {
        match &*self.0 {
            Constant(value) => Some(value),
            _ => None,
        }
    }

    fn add_ref(&self, other: &Self) -> Self {
        match (self.is_zero(), other.is_zero()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Symbol::node(Sum(self.clone(), other.clone())),
        }
    }

    fn sub_ref(&self, other: &Self) -> Self {
        match (self.is_zero(), other.is_zero()) {
            (true, _) => other.neg_ref(),
            (_, true) => self.clone(),
            _ => Symbol::node(Difference(self.clone(), other.clone())),
        }
    }

    fn mul_ref(&self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Symbol::zero();
        }
        match (self.is_one(), other.is_one()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Symbol::node(Product(self.clone(), other.clone())),
        }
    }

    fn div_ref(&self, other: &Self) -> Self {
        if other.is_one() {
            return self.clone();
        }
        Symbol::node(Quotient(self.clone(), other.clone()))
    }

    fn neg_ref(&self) -> Self {
        match &*self.0 {
            Constant(value) => Symbol::node(Constant(-value)),
            Negative(inner) => inner.clone(),
            _ => Symbol::node(Negative(self.clone())),
        }
    }

    /// How tightly the top operation binds: 1 for sums, 2 for signs and products, 3 for atoms.
    fn binding(&self) -> u8 {
        match &*self.0 {
            Sum(..) | Difference(..) => 1,
            Negative(_) | Product(..) => 2,
            Constant(value) if *value < Exact::zero() => 2,
            _ => 3,
        }
    }

    /// Writes the expression, in parentheses when it binds less tightly than `tightness`.
    fn write(&self, f: &mut fmt::Formatter<'_>, tightness: u8) -> fmt::Result {
        if self.binding() < tightness {
            f.write_str("\\left(")?;
            self.write_open(f)?;
            return f.write_str("\\right)");
        }
        self.write_open(f)
    }

    fn write_open(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Constant(value) => write_constant(f, value),
            Name(name) => f.write_str(name),
            Pi => f.write_str("\\pi"),
            Sum(a, b) => {
                a.write(f, 1)?;
                f.write_str(" + ")?;
                b.write(f, 2)
            }
            Difference(a, b) => {
                a.write(f, 1)?;
                f.write_str(" - ")?;
                b.write(f, 2)
            }
            Product(a, b) => {
                a.write(f, 2)?;
                f.write_str("\\,")?;
                b.write(f, 3)
            }
            Quotient(a, b) => write!(f, "\\frac{{{a}}}{{{b}}}"),
            Negative(a) => {
                f.write_str("-")?;
                a.write(f, 3)
            }
            Square(a) => {
                let atom = matches!(&*a.0, Name(_) | Pi);
                a.write(f, if atom { 3 } else { 4 })?;
                f.write_str("^2")
            }
            Function(name, a) if *name == "\\sqrt" => write!(f, "\\sqrt{{{a}}}"),
            Function(name, a) => write!(f, "{name}\\left({a}\\right)"),
        }
    }
}

fn write_constant(f: &mut fmt::Formatter<'_>, value: &Exact) -> fmt::Result {
    let (numerator, denominator) = value.abs().parts();
    if *value < Exact::zero() {
        f.write_str("-")?;
    }
    match denominator.as_str() {
        "1" => f.write_str(&numerator),
        _ => write!(f, "\\frac{{{numerator}}}{{{denominator}}}"),
    }
}

operators!([] Symbol);

impl Zero for Symbol {
    fn zero() -> Self {
        Symbol::node(Constant(Exact::zero()))
    }

    fn is_zero(&self) -> bool {
        self.constant().is_some_and(Zero::is_zero)
    }
}

impl One for Symbol {
    fn one() -> Self {
        Symbol::node(Constant(Exact::one()))
    }

    fn is_one(&self) -> bool {
        self.constant().is_some_and(One::is_one)
    }
}

impl Field for Symbol {
    fn from_exact(value: &Exact) -> Self {
        Symbol::node(Constant(value.clone()))
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self.constant(), other.constant()) {
            (Some(a), Some(b)) => a.compare(b),
            _ => (self == other).then_some(Ordering::Equal),
        }
    }

    fn square(&self) -> Self {
        Symbol::node(Square(self.clone()))
    }
}

impl Real for Symbol {
    fn sqrt(&self) -> Self {
        Symbol::node(Function("\\sqrt", self.clone()))
    }

    fn exp(&self) -> Self {
        Symbol::node(Function("\\exp", self.clone()))
    }

    fn ln(&self) -> Self {
        Symbol::node(Function("\\ln", self.clone()))
    }

    fn erf(&self) -> Self {
        Symbol::node(Function("\\operatorname{erf}", self.clone()))
    }

    fn pi() -> Self {
        Symbol::node(Pi)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (Symbol, Symbol) {
        (Symbol::named("a"), Symbol::named("b"))
    }

    #[test]
    fn parentheses_stand_exactly_where_they_must() {
        let (a, b) = names();
        let sum = &a + &b;
        for (symbol, latex) in [
            (&sum * &sum, r"\left(a + b\right)\,\left(a + b\right)"),
            (sum.square(), r"\left(a + b\right)^2"),
            (a.square(), "a^2"),
            (a.square().square(), r"\left(a^2\right)^2"),
            (
                Symbol::pi().sqrt() * a.erf(),
                r"\sqrt{\pi}\,\operatorname{erf}\left(a\right)",
            ),
            (&a - (&b - &a), r"a - \left(b - a\right)"),
            (&a - &b - &a, "a - b - a"),
            (-(&a * &b), r"-\left(a\,b\right)"),
            (&a * -&b, r"a\,\left(-b\right)"),
            (Symbol::ratio(-1, 2) * &a, r"-\frac{1}{2}\,a"),
            (&a / (&a + &b), r"\frac{a}{a + b}"),
            ((&a * &b).sqrt(), r"\sqrt{a\,b}"),
            (&a * Symbol::zero() + Symbol::one() * &b, "b"),
        ] {
            assert_eq!(symbol.to_string(), latex);
        }
    }

    #[test]
    fn the_expression_evaluates_to_what_the_formula_computes() {
        fn formula<T: Real>(a: &T, b: &T) -> T {
            (a - b).square() / (a + T::ratio(3, 2)) - (a * b).sqrt() * T::int(-2)
                + (a / T::pi()).erf() / b.exp()
        }
        let (a, b) = names();
        let value = |name: &str| Some(if name == "a" { 3.25 } else { 1.5 });
        let by_symbol: f64 = formula(&a, &b).evaluate(&value).unwrap();
        assert_eq!(by_symbol, formula(&3.25, &1.5));
        assert_eq!(a.evaluate::<f64>(&|_| None), Err("a".to_owned()));
    }
}
