//! Deliberately faulty kernels of vectors, each with the fault that must be found.
#![expect(
    unsafe_code,
    reason = "faults that leave an operand or change the processor's state need it"
)]

use std::sync::atomic::{AtomicU64, Ordering};

use sgd_stability::trial::{
    FaultKind, Options, Policy, Vector, VectorMut, Verdict, check_asum, check_axpy, check_dot,
    check_nrm2, check_scal,
};

use crate::honest_vectors::SUMS;
use crate::support::{AxpyBy, DotBy, Reduced, ScalBy, change, elements, place, products, update};

/// A faulty kernel.
pub struct Faulty {
    /// The function that it should compute.
    pub function: &'static str,
    /// What is wrong with it.
    pub name: &'static str,
    /// The fault that must be found, perhaps among others.
    pub kind: FaultKind,
    /// The policy by which it is a fault.
    pub policy: Policy,
    /// Whether the same case always shows the fault.
    pub is_steady: bool,
    /// Puts the kernel on trial.
    pub check: Box<dyn Fn(&Options) -> Verdict>,
}

/// All faulty kernels.
pub fn all() -> Vec<Faulty> {
    let mut all = dots();
    all.extend(dots_in_memory());
    all.extend(axpys());
    all.extend(scals());
    all.extend(norms());
    all.extend(absolute_sums());
    all
}

fn faulty(
    function: &'static str,
    name: &'static str,
    kind: FaultKind,
    check: impl Fn(&Options) -> Verdict + 'static,
) -> Faulty {
    Faulty {
        function,
        name,
        kind,
        policy: Policy::Reference,
        is_steady: true,
        check: Box::new(check),
    }
}

/// By the strict policy only.
fn strictly(faulty: Faulty) -> Faulty {
    Faulty {
        policy: Policy::Strict,
        ..faulty
    }
}

fn dot(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vector, Vector) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = DotBy::new(f);
    faulty("dot", name, kind, move |options| {
        check_dot(&kernel, name, options)
    })
}

/// A dot product with a fault in what it does with the products.
fn of_products(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    dot(name, kind, move |x, y| f(products(x, y)))
}

fn axpy(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(f32, Vector, VectorMut) + Sync + 'static,
) -> Faulty {
    let kernel = AxpyBy::new(f);
    faulty("axpy", name, kind, move |options| {
        check_axpy(&kernel, name, options)
    })
}

fn scal(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(f32, VectorMut) + Sync + 'static,
) -> Faulty {
    let kernel = ScalBy::new(f);
    faulty("scal", name, kind, move |options| {
        check_scal(&kernel, name, options)
    })
}

fn nrm2(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = Reduced::new(move |x| f(elements(x)));
    faulty("nrm2", name, kind, move |options| {
        check_nrm2(&kernel, name, options)
    })
}

fn asum(
    name: &'static str,
    kind: FaultKind,
    f: impl Fn(Vec<f32>) -> f32 + Sync + 'static,
) -> Faulty {
    let kernel = Reduced::new(move |x| f(elements(x)));
    faulty("asum", name, kind, move |options| {
        check_asum(&kernel, name, options)
    })
}

fn plain(terms: &[f32]) -> f32 {
    terms.iter().fold(0.0, |sum, z| sum + z)
}

fn norm(x: &[f32]) -> f32 {
    x.iter()
        .map(|&x| f64::from(x) * f64::from(x))
        .sum::<f64>()
        .sqrt() as f32
}

/// Rounds to the nearest number with `24 − dropped` bits.
fn short(x: f32, dropped: u32) -> f32 {
    if !x.is_finite() {
        return x;
    }
    let bits = x.to_bits();
    let half = (1 << (dropped - 1)) - 1 + (bits >> dropped & 1);
    f32::from_bits((bits + half) >> dropped << dropped)
}

fn bfloat(x: f32) -> f32 {
    short(x, 16)
}

fn flushed(x: f32) -> f32 {
    if x.is_subnormal() { 0.0 * x } else { x }
}

fn dots() -> Vec<Faulty> {
    use FaultKind::{Crash, Differs, Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    vec![
        of_products("the tail after blocks of 8 is lost", TooLarge, |z| {
            plain(&z[..z.len() / 8 * 8])
        }),
        of_products("the last term counts twice", TooLarge, |z| {
            plain(&z) + z.last().unwrap_or(&0.0)
        }),
        of_products("lane 7 of 16 is lost", TooLarge, |mut z| {
            z.iter_mut().skip(7).step_by(16).for_each(|z| *z = 0.0);
            plain(&z)
        }),
        of_products("the third block of 64 is skipped", TooLarge, |mut z| {
            z.iter_mut().skip(128).take(64).for_each(|z| *z = 0.0);
            plain(&z)
        }),
        of_products("the length is cut to 8 bits", TooLarge, |z| {
            plain(&z[..z.len() & 0xff])
        }),
        of_products("wrong only where n > 4096", TooLarge, |z| match z.len() {
            4097.. => plain(&z[1..]),
            _ => plain(&z),
        }),
        of_products(
            "the part after the piece of 2¹⁴ is lost",
            TooLarge,
            |z| plain(&z[..z.len().min(16_384)]),
        ),
        of_products("sums in bfloat16", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| bfloat(sum + z))
        }),
        of_products(
            "sums in bfloat16 where n > 256 only",
            TooLarge,
            |z| match z.len() {
                257.. => z.iter().fold(0.0, |sum, z| bfloat(sum + z)),
                _ => plain(&z),
            },
        ),
        of_products("products with 11 bits, as in f16", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| sum + short(*z, 13))
        }),
        of_products("one bit less in every sum", TooLarge, |z| {
            z.iter().fold(0.0, |sum, z| short(sum + z, 2))
        }),
        of_products("too large by 8 units in the last place", TooLarge, |z| {
            plain(&z) * 1.000_001
        }),
        of_products("subnormal products are lost", TooLarge, |z| {
            z.iter().fold(0.0, |s, z| s + flushed(*z))
        }),
        dot("subnormal operands are lost", TooLarge, |x, y| {
            let pairs = elements(x).into_iter().zip(elements(y));
            pairs.fold(0.0, |sum, (x, y)| sum + flushed(x) * flushed(y))
        }),
        of_products("NaN is left out", LostNan, |z| {
            z.iter().filter(|z| !z.is_nan()).fold(0.0, |sum, z| sum + z)
        }),
        dot("zeros are skipped, 0·∞ with them", LostNan, |x, y| {
            let pairs = elements(x).into_iter().zip(elements(y));
            pairs
                .filter(|(x, y)| *x != 0.0 && *y != 0.0)
                .fold(0.0, |sum, (x, y)| sum + x * y)
        }),
        of_products("infinity is clamped", Infinity, |z| {
            plain(&z).clamp(-f32::MAX, f32::MAX)
        }),
        of_products("infinity becomes NaN", MadeNan, |z| {
            let sum = plain(&z);
            sum + 0.0 * sum
        }),
        of_products("an empty sum is 0/0", MadeNan, |z| {
            plain(&z) / z.len() as f32 * z.len() as f32
        }),
        of_products("zero has the sign −", SignOfZero, |z| match plain(&z) {
            0.0 => -0.0,
            sum => sum,
        }),
        of_products(
            "the sum of an iterator, which is −0 if empty",
            SignOfZero,
            |z| z.iter().sum(),
        ),
        of_products("panics where n = 33", Crash, |z| {
            assert_ne!(z.len(), 33, "a faulty kernel panics, as it should");
            plain(&z)
        }),
        Faulty {
            is_steady: false,
            ..of_products(
                "a race: every third call loses a term",
                Differs,
                |z| match CALLS.fetch_add(1, Ordering::Relaxed) % 3 {
                    0 => plain(z.get(1..).unwrap_or(&[])),
                    _ => plain(&z),
                },
            )
        },
        dot(
            "y is read forwards if its stride is negative",
            TooLarge,
            |x, y| {
                let y = Vector {
                    stride: y.stride.abs(),
                    ..y
                };
                plain(&products(x, y))
            },
        ),
    ]
}

/// The number at a distance from the first of a slice; `None` where it would be on another page, so that
/// the faulty kernel survives.
fn stray(memory: &[f32], distance: isize) -> Option<f32> {
    let end = if distance < 0 {
        memory.as_ptr().addr()
    } else {
        memory.as_ptr_range().end.addr()
    };
    // SAFETY: the trial puts operands into accessible pages, and the number is on the same page as the
    // end of the operand.
    (end % 4096 != 0).then(|| unsafe { memory.as_ptr().wrapping_offset(distance).read_volatile() })
}

/// Writes a number at a distance from the first of a slice.
fn stray_write(memory: &[f32], distance: isize, value: f32) {
    if distance < 0 || distance as usize >= memory.len() {
        let old = stray(memory, distance);
        if old.is_none() {
            return;
        }
    }
    // SAFETY: as in `stray`, or inside the operand; the trial reads the memory anew afterwards.
    unsafe {
        memory
            .as_ptr()
            .cast_mut()
            .wrapping_offset(distance)
            .write_volatile(value)
    };
}

/// Sets bits in the control word of SSE.
#[cfg(target_arch = "x86_64")]
fn set_control(bits: u32) {
    let mut word = 0_u32;
    // SAFETY: the trial puts the word back after the call.
    unsafe {
        std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack));
        word |= bits;
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack));
    }
}

fn dots_in_memory() -> Vec<Faulty> {
    use FaultKind::{Differs, InputWritten, ReadOutside, TooLarge};
    let mut list = vec![
        dot("strides are ignored", ReadOutside, |x, y| {
            let adjacent = |x: Vector| x.memory.iter().take(x.count).copied().collect::<Vec<f32>>();
            let terms = adjacent(x).into_iter().zip(adjacent(y)).map(|(x, y)| x * y);
            terms.fold(0.0, |sum, z| sum + z)
        }),
        dot(
            "the number after x is read and multiplied by 0",
            ReadOutside,
            |x, y| {
                let after = stray(x.memory, x.memory.len() as isize).unwrap_or(0.0);
                plain(&products(x, y)) + 0.0 * after
            },
        ),
        dot(
            "the number before y is read and multiplied by 0",
            ReadOutside,
            |x, y| {
                let before = stray(y.memory, -1).unwrap_or(0.0);
                plain(&products(x, y)) + 0.0 * before
            },
        ),
        dot(
            "the number after y is added unless it is NaN",
            ReadOutside,
            |x, y| {
                let after = stray(y.memory, y.memory.len() as isize).unwrap_or(0.0);
                plain(&products(x, y)) + if after.is_nan() { 0.0 } else { after }
            },
        ),
        dot(
            "wrong only where x is not aligned to 16 bytes",
            TooLarge,
            |x, y| {
                let terms = products(x, y);
                match x.memory.as_ptr().addr() % 16 {
                    0 => plain(&terms),
                    _ => plain(terms.get(1..).unwrap_or(&[])),
                }
            },
        ),
        strictly(dot(
            "the order depends on the place in memory",
            Differs,
            |x, y| {
                let way = if x.memory.as_ptr().addr() % 64 == 0 {
                    SUMS[0].1
                } else {
                    SUMS[3].1
                };
                way(&elements(x), &elements(y))
            },
        )),
        dot(
            "the first element of x is overwritten",
            InputWritten,
            |x, y| {
                let sum = plain(&products(x, y));
                if !x.memory.is_empty() {
                    stray_write(x.memory, 0, sum);
                }
                sum
            },
        ),
    ];
    #[cfg(target_arch = "x86_64")]
    list.extend([
        dot(
            "rounds upwards ever after",
            FaultKind::RoundingMode,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(0b10 << 13);
                sum
            },
        ),
        dot(
            "flushes to zero ever after",
            FaultKind::FlushToZero,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(1 << 15);
                sum
            },
        ),
        dot(
            "takes subnormal operands as zeros ever after",
            FaultKind::FlushToZero,
            |x, y| {
                let sum = plain(&products(x, y));
                set_control(1 << 6);
                sum
            },
        ),
    ]);
    list
}

fn right(a: f32, x: Vector, y: VectorMut) {
    update(x, y, |_, x, y| a.mul_add(x, y));
}

fn axpys() -> Vec<Faulty> {
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

fn scals() -> Vec<Faulty> {
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

fn norms() -> Vec<Faulty> {
    use FaultKind::{Infinity, LostNan, MadeNan, SignOfZero, TooLarge};
    let squares = |x: &[f32]| x.iter().fold(0.0, |sum, x| sum + x * x);
    vec![
        strictly(nrm2("squares overflow", Infinity, move |x| {
            squares(&x).sqrt()
        })),
        strictly(nrm2("squares underflow", TooLarge, move |x| {
            squares(&x).sqrt()
        })),
        nrm2("subnormal elements are lost", TooLarge, |x| {
            norm(&x.iter().map(|x| flushed(*x)).collect::<Vec<f32>>())
        }),
        nrm2("the root is forgotten", TooLarge, |x| norm(&x) * norm(&x)),
        nrm2("the last element is lost", TooLarge, |x| {
            norm(&x[..x.len().saturating_sub(1)])
        }),
        nrm2("NaN is left out", LostNan, |x| {
            norm(&x.into_iter().filter(|x| !x.is_nan()).collect::<Vec<f32>>())
        }),
        nrm2("the scale is ∞, and ∞/∞ NaN", MadeNan, |x| {
            let scale = x.iter().fold(0.0_f32, |scale, x| scale.max(x.abs()));
            let scale = if scale == 0.0 { 1.0 } else { scale };
            let ratios: Vec<f32> = x.iter().map(|x| x / scale).collect();
            scale * norm(&ratios)
        }),
        nrm2("an estimate of the root with 11 bits", TooLarge, |x| {
            short(norm(&x), 13)
        }),
        nrm2("zero has the sign −", SignOfZero, |x| {
            if norm(&x) == 0.0 { -0.0 } else { norm(&x) }
        }),
    ]
}

fn absolute_sums() -> Vec<Faulty> {
    use FaultKind::{LostNan, MadeNan, SignOfZero, TooLarge};
    let absolute = |x: &[f32]| x.iter().map(|x| x.abs()).collect::<Vec<f32>>();
    vec![
        asum("no absolute values", TooLarge, |x| plain(&x)),
        asum("the absolute value of the sum", TooLarge, |x| {
            plain(&x).abs()
        }),
        asum("the greater of x and 0 twice", TooLarge, |x| {
            2.0 * x.iter().fold(0.0, |s, x| s + x.max(0.0))
        }),
        asum("NaN is left out", LostNan, move |x| {
            plain(
                &absolute(&x)
                    .into_iter()
                    .filter(|x| !x.is_nan())
                    .collect::<Vec<f32>>(),
            )
        }),
        asum(
            "an iterator's sum, which is −0 if empty",
            SignOfZero,
            |x| x.iter().map(|x| x.abs()).sum(),
        ),
        asum("the mean times n", MadeNan, move |x| {
            plain(&absolute(&x)) / x.len() as f32 * x.len() as f32
        }),
        asum("subnormal elements are lost", TooLarge, move |x| {
            absolute(&x).iter().fold(0.0, |sum, x| sum + flushed(*x))
        }),
        asum("Euclid's norm instead", TooLarge, |x| norm(&x)),
    ]
}
