use proptest::prelude::*;

use super::*;

fn matrix() -> impl Strategy<Value = DMatrix<Exact>> {
    proptest::collection::vec((-9i64..10, 1u64..7), 9).prop_map(|entries| {
        let entries = entries.iter().map(|&(p, q)| Exact::fraction(p, q));
        DMatrix::from_iterator(3, 3, entries)
    })
}

proptest! {
    #[test]
    fn every_operation_is_that_of_rationals(a in matrix(), b in matrix(), p in -3i64..4) {
        let c = Exact::fraction(p, 5);
        let (x, y) = (Fractions::of(&a), Fractions::of(&b));
        prop_assert_eq!((x.clone() + y.clone()).to_exact(), &a + &b);
        prop_assert_eq!((x.clone() - y.clone()).to_exact(), &a - &b);
        prop_assert_eq!((x.clone() * y.clone()).to_exact(), &a * &b);
        prop_assert_eq!(x.squared().to_exact(), &a * &a);
        prop_assert_eq!(x.clone().scaled(&c).to_exact(), Algebra::scaled(a.clone(), &c));
        prop_assert_eq!(x.dot(&y), (a.transpose() * &b).trace());
        prop_assert_eq!(x.trace(), a.trace());
        prop_assert_eq!(x.diagonal(1).to_exact().column(0).into_owned(), a.diagonal());
        let some = a.select_rows(&[2, 0]);
        prop_assert_eq!(x.select_rows(&[2, 0]).to_exact(), some);
        prop_assert_eq!(x.symmetric_product(&x.transpose()).to_exact(), &a * a.transpose());
        prop_assert!(x == x.clone().scaled(&Exact::from(2)).scaled(&Exact::fraction(1, 2)));
        let near = x.in_units_of(10).to_exact() - &a;
        prop_assert!(near.iter().all(|e| e.abs() <= Exact::power_of_two(-11)));
        let machine = x.scaled_to_f64(3);
        let close = |(m, e): (&f64, &Exact)| (m - 8.0 * e.to_f64()).abs() <= 1e-14 * m.abs();
        prop_assert!(machine.iter().zip(a.iter()).all(close));
    }
}

#[test]
fn zero_has_no_exponent_and_others_have_theirs() {
    assert_eq!(Fractions::zeros(2, 3).exponent(), None);
    assert_eq!(Fractions::zeros(0, 0).exponent(), None);
    let scaled = |text: &str| Fractions::identity(2).scaled(&text.parse().unwrap());
    for (text, log) in [("1024", 10), ("1/1024", -10), ("5", 2), ("3/100", -5)] {
        let found = scaled(text).exponent().unwrap();
        assert!((found - log).abs() <= 2, "{text}: {found}");
    }
}

/// The matrix `1/(q_i q_j)` is congruent to the matrix of ones, which is shorter than its entries over
/// the common denominator.
#[test]
fn the_shorter_congruent_form_is_given() {
    let q = [2i64, 3, 5, 7];
    let matrix = DMatrix::from_fn(4, 4, |i, j| Exact::fraction(1, (q[i] * q[j]) as u64));
    let rows = Fractions::of(&matrix).short_congruent_triangle();
    assert!(rows.iter().flatten().all(|entry| *entry == Whole::one()));
}
