//! Faulty kernels that change the elements of a vector.

use sgd_stability::trial::{FaultKind, Vector, VectorMut};

use super::stray::stray_write;
use super::{Faulty, axpy, bfloat, flushed, scal, strictly};
use crate::support::{change, place, update};

fn right(a: f32, x: Vector, y: VectorMut) {
    update(x, y, |_, x, y| a.mul_add(x, y));
}

/// Scaled additions.
pub fn axpys() -> Vec<Faulty> {
    use FaultKind::{GapWritten, Infinity, InputWritten, LostNan, TooLarge, WrittenOutside};
    let cut = |a: f32, x: Vector, y: VectorMut, end: usize| {
        update(x, y, |i, x, y| if i < end { a.mul_add(x, y) } else { y });
    };
    vec![
        axpy("α is squared", TooLarge, |a, x, y| {
            update(x, y, |_, x, y| (a * a).mul_add(x, y))
        }),
        axpy("α is rounded to bfloat16", TooLarge, |a, x, y| {
            update(x, y, |_, x, y| bfloat(a).mul_add(x, y));
        }),
        axpy("y is overwritten where α = 1", TooLarge, |a, x, y| {
            update(x, y, |_, x, y| if a == 1.0 { x } else { a.mul_add(x, y) });
        }),
        axpy(
            "the tail after blocks of 16 is lost",
            TooLarge,
            move |a, x, y| {
                let end = x.count / 16 * 16;
                cut(a, x, y, end);
            },
        ),
        axpy("the last element is done twice", TooLarge, |a, x, y| {
            let last = x.count.wrapping_sub(1);
            update(x, y, |i, x, y| {
                let once = a.mul_add(x, y);
                if i == last { a.mul_add(x, once) } else { once }
            });
        }),
        axpy("subnormal results are lost", TooLarge, |a, x, y| {
            update(x, y, |_, x, y| flushed(a.mul_add(x, y)));
        }),
        axpy("rounded to the next float upwards", TooLarge, |a, x, y| {
            update(x, y, |_, x, y| {
                let sum = a.mul_add(x, y);
                if sum.is_normal() { sum.next_up() } else { sum }
            });
        }),
        axpy("infinity is clamped", Infinity, |a, x, y| {
            update(x, y, |_, x, y| a.mul_add(x, y).clamp(-f32::MAX, f32::MAX));
        }),
        axpy("NaN in y is lost where x = 0", LostNan, |a, x, y| {
            update(x, y, |_, x, y| {
                if x == 0.0 && y.is_nan() {
                    0.0
                } else {
                    a.mul_add(x, y)
                }
            });
        }),
        axpy("NaN becomes 0", LostNan, |a, x, y| {
            update(x, y, |_, x, y| {
                Some(a.mul_add(x, y)).filter(|y| !y.is_nan()).unwrap_or(0.0)
            });
        }),
        strictly(axpy("returns where α = 0", LostNan, move |a, x, y| {
            if a != 0.0 {
                right(a, x, y);
            }
        })),
        axpy(
            "y is taken forwards if its stride is negative",
            TooLarge,
            move |a, x, y| {
                let stride = y.stride.abs();
                right(a, x, VectorMut { stride, ..y });
            },
        ),
        axpy("gaps of y are cleared", GapWritten, |a, x, y| {
            let (count, stride) = (y.count, y.stride);
            let memory = &mut *y.memory;
            if let (2.., Some(gap)) = (stride.abs(), memory.get_mut(1)) {
                *gap = 0.0;
            }
            update(
                x,
                VectorMut {
                    memory,
                    count,
                    stride,
                },
                |_, x, y| a.mul_add(x, y),
            );
        }),
        axpy("x is changed too", InputWritten, move |a, x, y| {
            let places: Vec<usize> = (0..x.count).map(|i| place(i, x.count, x.stride)).collect();
            right(a, x, y);
            for p in places {
                stray_write(x.memory, p as isize, 0.5);
            }
        }),
        axpy(
            "the number after y is written",
            WrittenOutside,
            move |a, x, y| {
                let len = y.memory.len() as isize;
                stray_write(y.memory, len, 1.0);
                right(a, x, y);
            },
        ),
        axpy(
            "the number before y is written",
            WrittenOutside,
            move |a, x, y| {
                stray_write(y.memory, -1, 1.0);
                right(a, x, y);
            },
        ),
        axpy(
            "the number after x is written",
            WrittenOutside,
            move |a, x, y| {
                stray_write(x.memory, x.memory.len() as isize, 1.0);
                right(a, x, y);
            },
        ),
    ]
}

/// Scalings.
pub fn scals() -> Vec<Faulty> {
    use FaultKind::{GapWritten, LostNan, SignOfZero, TooLarge};
    vec![
        scal("the last element is left out", TooLarge, |a, x| {
            let last = x.count.wrapping_sub(1);
            change(x, |i, x| if i == last { x } else { a * x });
        }),
        scal("gaps are scaled too", GapWritten, |_, x| {
            x.memory
                .iter_mut()
                .for_each(|x| *x = f32::from_bits(x.to_bits() ^ 1));
        }),
        scal("0 is added, so that −0 is lost", SignOfZero, |a, x| {
            change(x, |_, x| a.mul_add(x, 0.0))
        }),
        scal("the product is truncated", TooLarge, |a, x| {
            change(x, |_, x| {
                let exact = f64::from(a) * f64::from(x);
                let near = exact as f32;
                match near.is_normal() && f64::from(near).abs() > exact.abs() {
                    true => f32::from_bits(near.to_bits() - 1),
                    false => near,
                }
            });
        }),
        scal("subnormal results are lost", TooLarge, |a, x| {
            change(x, |_, x| flushed(a * x))
        }),
        scal("subnormal α is taken as 0", TooLarge, |a, x| {
            change(x, |_, x| flushed(a) * x)
        }),
        strictly(scal("clears where α = 0", LostNan, |a, x| {
            change(x, |_, x| if a == 0.0 { 0.0 } else { a * x });
        })),
        scal("divides by a rounded 1/α", TooLarge, |a, x| {
            change(x, |_, x| if a.is_normal() { x / (1.0 / a) } else { a * x });
        }),
    ]
}
