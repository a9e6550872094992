//! `dot`, `dot_wide` and `sum`.

use sgd_stability::kernel::{Isa, dot, dot_wide, sum};
use sgd_stability::oracle::{Case, Expected, Format, Order, Outcome, Terms, cases, judge};

use crate::support::{LONG, bits, bits64, same_everywhere, short_lengths};

/// The order of the sums, as the kernels document it.
const LANES: Order = Order::Lanes(64);
const PIECES: Order = Order::Pieces {
    lanes: 64,
    length: 1 << 14,
};

fn all_cases() -> Vec<Case> {
    let lengths = [short_lengths(), LONG.to_vec()].concat();
    cases(&lengths, 0x5d07)
}

/// The results that the oracle expects of a kernel on two vectors, case by case.
fn expectations(
    cases: &[Case],
    terms: impl Fn(&Case) -> Terms,
    format: &Format,
    order: Order,
) -> Vec<Expected> {
    let expected = |case| terms(case).expected(format, order);
    cases.iter().map(expected).collect()
}

/// Judges the results of a kernel on every instruction set. They must be within their bounds, and most of
/// them must be evidence; some families cannot give evidence.
fn assert_within_bounds(
    name: &str,
    cases: &[Case],
    expected: &[Expected],
    kernel: impl Fn(Isa, &Case) -> f64,
) {
    for isa in Isa::available() {
        let computed: Vec<f64> = cases.iter().map(|case| kernel(isa, case)).collect();
        let judgement = judge(&computed, expected);
        let broken: Vec<String> = judgement.broken.iter().map(|&i| cases[i].name()).collect();
        assert_eq!(
            judgement.outcome,
            Outcome::Holds,
            "{name} on {}: {broken:?}",
            isa.name()
        );
        // Zeros, NaN, overflows and empty cases give no evidence; the seven other families do.
        assert!(
            judgement.telling > judgement.silent,
            "{name}: {} telling cases against {} silent ones",
            judgement.telling,
            judgement.silent
        );
    }
}

#[test]
fn dot_stays_within_its_proved_bound() {
    let cases = all_cases();
    let terms = |case: &Case| Terms::dot(&case.x, &case.y);
    let expected = expectations(&cases, terms, &Format::single(), LANES);
    assert_within_bounds("dot", &cases, &expected, |isa, case| {
        f64::from(dot(isa, &case.x, &case.y))
    });
}

#[test]
fn dot_wide_stays_within_its_proved_bound() {
    let cases = all_cases();
    let terms = |case: &Case| Terms::dot(&case.x, &case.y);
    let expected = expectations(&cases, terms, &Format::double(), PIECES);
    assert_within_bounds("dot_wide", &cases, &expected, |isa, case| {
        dot_wide(isa, &case.x, &case.y)
    });
}

#[test]
fn sum_stays_within_its_proved_bound() {
    let cases = all_cases();
    let terms = |case: &Case| Terms::sum(case.x.iter().copied());
    let expected = expectations(&cases, terms, &Format::double(), PIECES);
    assert_within_bounds("sum", &cases, &expected, |isa, case| sum(isa, &case.x));
}

#[test]
fn sums_have_the_same_bits_on_every_isa_and_any_number_of_threads() {
    same_everywhere("sums", |isa| {
        let results = |case: &Case| {
            let (x, y) = (&case.x, &case.y);
            (
                bits(dot(isa, x, y)),
                bits64(dot_wide(isa, x, y)),
                bits64(sum(isa, x)),
            )
        };
        all_cases().iter().map(results).collect::<Vec<_>>()
    });
}

/// The same tests must catch kernels with small errors.
#[test]
fn broken_sums_are_caught() {
    let cases = cases(&short_lengths(), 3);
    let terms = |case: &Case| Terms::dot(&case.x, &case.y);
    let expected = expectations(&cases, terms, &Format::single(), LANES);
    let outcome = |broken: &dyn Fn(&Case) -> f32| {
        let computed: Vec<f64> = cases.iter().map(|case| f64::from(broken(case))).collect();
        judge(&computed, &expected).outcome
    };
    let isa = Isa::best();
    assert_eq!(
        outcome(&|case| dot(isa, &case.x, &case.y)),
        Outcome::Holds,
        "the right kernel"
    );
    let shortened = |case: &Case, by: usize| {
        let length = case.x.len().saturating_sub(by);
        dot(isa, &case.x[..length], &case.y[..length])
    };
    let without_last = |case: &Case| shortened(case, 1);
    let without_tail = |case: &Case| shortened(case, case.x.len() % 64);
    let doubled = |case: &Case| {
        let extra = case.x.first().map_or(0.0, |x| x * case.y[0]);
        dot(isa, &case.x, &case.y) + extra
    };
    let flushed = |case: &Case| match dot(isa, &case.x, &case.y) {
        result if result.is_subnormal() => 0.0,
        result => result,
    };
    let without_nan = |case: &Case| dot(isa, &case.x, &case.y).max(f32::MIN);
    assert_eq!(outcome(&without_last), Outcome::Broken);
    assert_eq!(outcome(&without_tail), Outcome::Broken);
    assert_eq!(outcome(&doubled), Outcome::Broken);
    assert_eq!(outcome(&flushed), Outcome::Broken);
    assert_eq!(outcome(&without_nan), Outcome::Broken);
}

#[test]
#[should_panic(expected = "lengths of the two vectors")]
fn vectors_of_two_lengths_have_no_dot_product() {
    dot(Isa::portable(), &[1.0], &[1.0, 2.0]);
}
