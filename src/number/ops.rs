//! A macro that derives every operator form of a number type from one function per operation.

/// Implements `Add`, `Sub`, `Mul`, `Div`, `Neg` and their assigning forms, over values and
/// borrows, from five associated functions `add_ref`, `sub_ref`, `mul_ref`, `div_ref`
/// (`&self, &other → Self`) and `neg_ref` (`&self → Self`).
macro_rules! operators {
    ([$($generics:tt)*] $number:ty) => {
        operators!(@binary [$($generics)*] $number, Add add AddAssign add_assign add_ref);
        operators!(@binary [$($generics)*] $number, Sub sub SubAssign sub_assign sub_ref);
        operators!(@binary [$($generics)*] $number, Mul mul MulAssign mul_assign mul_ref);
        operators!(@binary [$($generics)*] $number, Div div DivAssign div_assign div_ref);
        impl<$($generics)*> std::ops::Neg for $number {
            type Output = $number;
            fn neg(self) -> $number { self.neg_ref() }
        }
        impl<$($generics)*> std::ops::Neg for &$number {
            type Output = $number;
            fn neg(self) -> $number { self.neg_ref() }
        }
    };
    (@binary [$($generics:tt)*] $number:ty, $Op:ident $op:ident $Assign:ident $assign:ident $f:ident) => {
        operators!(@form [$($generics)*] $number, $number, $number, $Op $op $f);
        operators!(@form [$($generics)*] $number, &$number, $number, $Op $op $f);
        operators!(@form [$($generics)*] &$number, $number, $number, $Op $op $f);
        operators!(@form [$($generics)*] &$number, &$number, $number, $Op $op $f);
        impl<$($generics)*> std::ops::$Assign for $number {
            fn $assign(&mut self, other: $number) { *self = self.$f(&other); }
        }
        impl<$($generics)*> std::ops::$Assign<&$number> for $number {
            fn $assign(&mut self, other: &$number) { *self = self.$f(other); }
        }
    };
    (@form [$($generics:tt)*] $left:ty, $right:ty, $number:ty, $Op:ident $op:ident $f:ident) => {
        impl<$($generics)*> std::ops::$Op<$right> for $left {
            type Output = $number;
            fn $op(self, other: $right) -> $number {
                <$number>::$f(&self, &other)
            }
        }
    };
}

pub(super) use operators;
