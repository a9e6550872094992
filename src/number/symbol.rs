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
/// An expression is simplified while it is built, as one would on paper: `0 + x` and `1·x` are `x`,
/// constants are computed and stand first in a product, neighbouring powers are joined (`x·x²` is `x³`),
/// fractions of fractions become one, and a sign goes before its product. Otherwise the printed formula
/// has the shape of the computation. Comparison abstains unless the two expressions are identical. A symbol
/// may also stand for a matrix (products keep their order).
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
    Power(Symbol, u32),
    Function(&'static str, Symbol),
}

use Node::{Constant, Difference, Function, Name, Negative, Pi, Power, Product, Quotient, Sum};

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
            Power(a, 2) => of(a)?.square(),
            Power(a, exponent) if exponent.is_multiple_of(2) => {
                of(&a.power(exponent / 2))?.square()
            }
            Power(a, exponent) => of(&a.power(exponent - 1))? * of(a)?,
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
        match (self.constant(), other.constant(), &*other.0) {
            (Some(a), Some(b), _) => Symbol::from_exact(&(a + b)),
            (Some(a), _, _) if a.is_zero() => other.clone(),
            (_, Some(b), _) if b.is_zero() => self.clone(),
            (_, _, Negative(b)) => self.sub_ref(b),
            _ => Symbol::node(Sum(self.clone(), other.clone())),
        }
    }

    fn sub_ref(&self, other: &Self) -> Self {
        match (self.constant(), other.constant(), &*other.0) {
            (Some(a), Some(b), _) => Symbol::from_exact(&(a - b)),
            (Some(a), _, _) if a.is_zero() => other.neg_ref(),
            (_, Some(b), _) if b.is_zero() => self.clone(),
            (_, _, Negative(b)) => self.add_ref(b),
            _ => Symbol::node(Difference(self.clone(), other.clone())),
        }
    }

    fn mul_ref(&self, other: &Self) -> Self {
        match (self.constant(), other.constant()) {
            (Some(a), Some(b)) => return Symbol::from_exact(&(a * b)),
            (Some(a), _) | (_, Some(a)) if a.is_zero() => return Symbol::zero(),
            (Some(a), _) if a.is_one() => return other.clone(),
            (_, Some(_)) => return other.mul_ref(self),
            _ => {}
        }
        match (&*self.0, &*other.0) {
            (Constant(a), Product(b, c)) if b.constant().is_some() => {
                Symbol::from_exact(a).mul_ref(b).mul_ref(c)
            }
            (_, Negative(b)) => self.mul_ref(b).neg_ref(),
            (_, Product(b, c)) if b.constant().is_some() => b.mul_ref(&self.mul_ref(c)),
            (_, Product(b, c)) => self.mul_ref(b).mul_ref(c),
            (Product(a, b), _) if b.constant().is_none() && b.base() == other.base() => {
                a.mul_ref(&b.times_power(other))
            }
            _ if self.base() == other.base() => self.times_power(other),
            _ => Symbol::node(Product(self.clone(), other.clone())),
        }
    }

    /// The product of two powers of the same base.
    fn times_power(&self, other: &Self) -> Self {
        self.base().power(self.exponent() + other.exponent())
    }

    fn power(&self, exponent: u32) -> Self {
        match exponent {
            1 => self.clone(),
            _ => Symbol::node(Power(self.clone(), exponent)),
        }
    }

    /// The symbol of which this is a power.
    fn base(&self) -> &Symbol {
        match &*self.0 {
            Power(base, _) => base,
            _ => self,
        }
    }

    fn exponent(&self) -> u32 {
        match &*self.0 {
            Power(_, exponent) => *exponent,
            _ => 1,
        }
    }

    fn div_ref(&self, other: &Self) -> Self {
        match &*self.0 {
            _ if other.is_one() => self.clone(),
            Quotient(a, b) => a.div_ref(&b.mul_ref(other)),
            _ => Symbol::node(Quotient(self.clone(), other.clone())),
        }
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
                a.write(f, 2)
            }
            Power(a, exponent) => {
                let atom = matches!(&*a.0, Name(name) if !name.contains('^')) || *a.0 == Pi;
                a.write(f, if atom { 3 } else { 4 })?;
                match exponent {
                    ..10 => write!(f, "^{exponent}"),
                    _ => write!(f, "^{{{exponent}}}"),
                }
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
        match &*self.0 {
            Constant(value) => Symbol::from_exact(&value.square()),
            Power(base, exponent) => base.power(2 * exponent),
            Quotient(a, b) => a.square().div_ref(&b.square()),
            Negative(a) => a.square(),
            _ => self.power(2),
        }
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
            (&sum * &sum, r"\left(a + b\right)^2"),
            (sum.square(), r"\left(a + b\right)^2"),
            (a.square(), "a^2"),
            (a.square().square(), "a^4"),
            (&b * &a * a.square(), r"b\,a^3"),
            (&a * (&b * &a), r"a\,b\,a"),
            (Symbol::int(2).square() * &a * Symbol::ratio(1, 2), r"2\,a"),
            (&a * &b * Symbol::ratio(1, 2), r"\frac{1}{2}\,a\,b"),
            (&a * (Symbol::ratio(1, 2) * &b), r"\frac{1}{2}\,a\,b"),
            (a.square() / &b / &b, r"\frac{a^2}{b^2}"),
            ((Symbol::one() / &a).square(), r"\frac{1}{a^2}"),
            (&a + -&b, "a - b"),
            (Symbol::int(2) + Symbol::int(3), "5"),
            (
                Symbol::pi().sqrt() * a.erf(),
                r"\sqrt{\pi}\,\operatorname{erf}\left(a\right)",
            ),
            (&a - (&b - &a), r"a - \left(b - a\right)"),
            (&a - &b - &a, "a - b - a"),
            (-(&a * &b), r"-a\,b"),
            (&a * -&b, r"-a\,b"),
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
