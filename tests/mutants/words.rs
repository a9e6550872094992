//! Which operator, method or instruction stands in for which.

use syn::BinOp;

/// Another binary operator of the same type.
pub fn operator(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "-",
        BinOp::Sub(_) => "+",
        BinOp::Mul(_) => "+",
        BinOp::Div(_) => "*",
        BinOp::Rem(_) => "/",
        BinOp::And(_) => "||",
        BinOp::Or(_) => "&&",
        BinOp::BitXor(_) => "|",
        BinOp::BitAnd(_) => "|",
        BinOp::BitOr(_) => "&",
        BinOp::Shl(_) => ">>",
        BinOp::Shr(_) => "<<",
        BinOp::Eq(_) => "!=",
        BinOp::Ne(_) => "==",
        BinOp::Lt(_) => "<=",
        BinOp::Le(_) => "<",
        BinOp::Gt(_) => ">=",
        BinOp::Ge(_) => ">",
        BinOp::AddAssign(_) => "-=",
        BinOp::SubAssign(_) => "+=",
        BinOp::MulAssign(_) => "+=",
        BinOp::DivAssign(_) => "*=",
        BinOp::BitAndAssign(_) => "|=",
        BinOp::BitOrAssign(_) => "&=",
        BinOp::BitXorAssign(_) => "|=",
        BinOp::ShlAssign(_) => ">>=",
        BinOp::ShrAssign(_) => "<<=",
        _ => return None,
    })
}

/// Pairs of methods of the same type; each stands in for the other.
const METHODS: [(&str, &str); 17] = [
    ("add", "mul"),
    ("min", "max"),
    ("any", "all"),
    ("take", "skip"),
    ("floor", "ceil"),
    ("is_some", "is_none"),
    ("is_ok", "is_err"),
    ("is_some_and", "is_none_or"),
    ("is_positive", "is_negative"),
    ("is_sign_positive", "is_sign_negative"),
    ("is_nan", "is_finite"),
    ("next_up", "next_down"),
    ("wrapping_add", "wrapping_sub"),
    ("saturating_add", "saturating_sub"),
    ("checked_add", "checked_sub"),
    ("fetch_add", "fetch_sub"),
    ("first", "last"),
];

/// Methods that another one replaces, but not the reverse.
const ONE_WAY: [(&str, &str); 7] = [
    ("sub", "add"),
    ("div", "mul"),
    ("div_ceil", "div_euclid"),
    ("round", "trunc"),
    ("round_ties_even", "trunc"),
    ("abs", "clone"),
    ("is_infinite", "is_nan"),
];

/// The method that stands in for another.
pub fn method(name: &str) -> Option<&'static str> {
    let pairs = METHODS.iter().flat_map(|&(a, b)| [(a, b), (b, a)]);
    let mut all = pairs.chain(ONE_WAY);
    all.find(|(from, _)| *from == name).map(|(_, to)| to)
}

/// Methods whose last two operands have the same type, but different meanings.
pub const ORDERED: [&str; 10] = [
    "fma",
    "wide_fma",
    "mul_add",
    "sub",
    "wide_sub",
    "div",
    "where_above",
    "where_equal",
    "where_positive",
    "interleave",
];

/// Parts of the names of instructions and what stands in for them.
const INSTRUCTIONS: [(&str, &str); 16] = [
    ("_add_p", "_sub_p"),
    ("_sub_p", "_add_p"),
    ("_mul_p", "_add_p"),
    ("_div_p", "_mul_p"),
    ("_max_", "_min_"),
    ("_min_", "_max_"),
    ("_fmadd_", "_fmsub_"),
    ("_fnmadd_", "_fmadd_"),
    ("_add_epi", "_sub_epi"),
    ("_sub_epi", "_add_epi"),
    ("unpacklo", "unpackhi"),
    ("unpackhi", "unpacklo"),
    ("_GT_OQ", "_GE_OQ"),
    ("_EQ_OQ", "_LE_OQ"),
    ("_UNORD_Q", "_ORD_Q"),
    ("_NEQ_UQ", "_NEQ_OQ"),
];

/// The name of the instruction that stands in for another.
pub fn instruction(name: &str) -> Option<String> {
    let part = INSTRUCTIONS.iter().find(|(part, _)| name.contains(part));
    part.map(|(part, other)| name.replacen(part, other, 1))
}
