//! Faulty products of matrices: each is refused, for its fault.

use sgd_stability::trial::FaultKind::{self, *};
use sgd_stability::trial::{Order, Product};

use super::faulty_memory;
use super::refuse::{FaultyProduct, refuse};
use super::support::{Call, each, each_sum, place, split, whole};

/// A product that drops some terms.
fn drops(p: Product, is_dropped: impl Fn(&Call, usize) -> bool) {
    each_sum(p, |call, i, j| {
        call.sum(i, j, (0..call.k).filter(|&l| !is_dropped(call, l)))
    });
}

/// A product whose sums are changed.
fn changes(p: Product, change: impl Fn(&Call, usize, usize, f32) -> f32) {
    each_sum(p, |call, i, j| change(call, i, j, call.whole(i, j)));
}

/// A number without its last bits.
fn shortened(x: f32, bits: u32) -> f32 {
    f32::from_bits(x.to_bits() >> bits << bits)
}

/// The faulty products, with the faults that a trial may find first.
const FAULTY: &[(&str, &[FaultKind], FaultyProduct)] = &[
    (
        "skips the last block of terms if it has 3",
        &[TooLarge, LostNan, Infinity],
        |p| {
            drops(p, |call, l| {
                call.k > 64 && call.k % 64 == 3 && l >= call.k / 64 * 64
            });
        },
    ),
    (
        "skips a whole block of terms",
        &[TooLarge, LostNan, Infinity],
        |p| {
            drops(p, |call, l| call.k >= 32 && l / 16 == 1);
        },
    ),
    (
        "does not write the last corner tile",
        &[TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            each(p, |call, i, j, old| {
                let is_corner = i >= call.m / 4 * 4 && j >= call.n / 4 * 4;
                let sum = call.whole(i, j);
                if is_corner && call.m > 4 {
                    old
                } else {
                    call.finish(sum, old)
                }
            });
        },
    ),
    (
        "takes lda for ldb",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let leading_b = p.leading_a;
            each_sum(Product { leading_b, ..p }, whole);
        },
    ),
    (
        "takes the transposes for each other",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let (transpose_a, transpose_b) = (p.transpose_b, p.transpose_a);
            each_sum(
                Product {
                    transpose_a,
                    transpose_b,
                    ..p
                },
                whole,
            );
        },
    ),
    (
        "never transposes a square B",
        &[ReadOutside, TooLarge, LostNan, MadeNan, Infinity],
        |p| {
            let transpose_b = p.transpose_b && p.k != p.n;
            each_sum(Product { transpose_b, ..p }, whole);
        },
    ),
    (
        "takes columns for rows if m ≠ n",
        &[TooLarge, LostNan, MadeNan, Infinity, GapWritten],
        |p| {
            let square = p.m == p.n;
            let (call, c, leading) = split(p);
            for i in 0..call.m {
                for j in 0..call.n {
                    let order = if square { call.order } else { Order::RowMajor };
                    let place = place(order, false, leading, i, j);
                    if let Some(c) = c.get_mut(place) {
                        *c = call.finish(call.whole(i, j), *c);
                    }
                }
            }
        },
    ),
    ("ignores beta", &[TooLarge, MadeNan], |p| {
        each_sum(Product { beta: 1.0, ..p }, whole);
    }),
    ("multiplies what stands in C by beta = 0", &[MadeNan], |p| {
        each(p, |call, i, j, old| {
            let sum = if call.alpha == 0.0 {
                0.0
            } else {
                call.alpha * call.whole(i, j)
            };
            sum + call.beta * old
        });
    }),
    ("applies beta in every block of terms", &[TooLarge], |p| {
        each(p, |call, i, j, old| {
            let blocks = (0..call.k).step_by(64).skip(1);
            let old = blocks.fold(old, |old, _| {
                if call.beta == 0.0 {
                    old
                } else {
                    old * call.beta
                }
            });
            call.finish(call.whole(i, j), old)
        });
    }),
    ("applies alpha twice", &[TooLarge, Infinity], |p| {
        changes(p, |call, _, _, sum| call.alpha * sum);
    }),
    ("applies alpha to C too", &[TooLarge], |p| {
        each(p, |call, i, j, old| {
            let old = if call.alpha == 0.0 {
                old
            } else {
                old * call.alpha
            };
            call.finish(call.whole(i, j), old)
        });
    }),
    ("reads A if alpha = 0", &[MadeNan], |p| {
        each(p, |call, i, j, old| {
            call.alpha * call.whole(i, j) + call.finish(0.0, old)
        });
    }),
    ("returns early if k = 0", &[TooLarge, MadeNan], |p| {
        if p.k > 0 {
            each_sum(p, whole);
        }
    }),
    (
        "is wrong only for k = 67",
        &[TooLarge, LostNan, Infinity],
        |p| {
            drops(p, |call, l| call.k == 67 && l == 66);
        },
    ),
    ("is wrong only for k > 256", &[TooLarge], |p| {
        drops(p, |_, l| l == 256);
    }),
    (
        "is wrong only for m = 1",
        &[TooLarge, LostNan, Infinity],
        |p| {
            drops(p, |call, l| {
                call.m == 1 && call.n % 4 == 2 && l + 1 == call.k
            });
        },
    ),
    (
        "is wrong in one element of 33 × 33 × 33",
        &[TooLarge],
        |p| {
            each(p, |call, i, j, old| {
                let right = call.finish(call.whole(i, j), old);
                let is_there = [call.m, call.n, call.k] == [33; 3] && (i, j) == (32, 17);
                if is_there { right.next_up() } else { right }
            });
        },
    ),
    ("counts the first term of a block twice", &[TooLarge], |p| {
        changes(p, |call, i, j, sum| {
            if call.k > 16 {
                sum + call.a(i, 16) * call.b(16, j)
            } else {
                sum
            }
        });
    }),
    (
        "exchanges two terms of B",
        &[TooLarge, MadeNan, LostNan, Infinity],
        |p| {
            each_sum(p, |call, i, j| {
                let other = |l: usize| if call.k == 8 && l > 5 { 13 - l } else { l };
                (0..call.k).fold(0.0, |sum, l| sum + call.a(i, l) * call.b(other(l), j))
            });
        },
    ),
    (
        "repeats a column at the end of a tile",
        &[TooLarge, MadeNan, LostNan, Infinity],
        |p| {
            each_sum(p, |call, i, j| {
                call.whole(i, if j % 16 == 15 { j - 1 } else { j })
            });
        },
    ),
    ("forgets the columns beyond 1024", &[TooLarge], |p| {
        changes(p, |_, _, j, sum| if j >= 1024 { 0.0 } else { sum });
    }),
    ("adds in bf16", &[TooLarge], |p| {
        each_sum(p, |call, i, j| {
            (0..call.k).fold(0.0, |sum, l| {
                shortened(sum + call.a(i, l) * call.b(l, j), 16)
            })
        });
    }),
    ("multiplies in tf32", &[TooLarge], |p| {
        each_sum(p, |call, i, j| {
            let term = |l| shortened(call.a(i, l), 13) * shortened(call.b(l, j), 13);
            (0..call.k).fold(0.0, |sum, l| sum + term(l))
        });
    }),
    ("skips terms whose A is zero", &[LostNan], |p| {
        each_sum(p, |call, i, j| {
            call.sum(i, j, (0..call.k).filter(|&l| call.a(i, l) != 0.0))
        });
    }),
    ("swallows NaN", &[TooLarge, LostNan], |p| {
        changes(p, |_, _, _, sum| if sum.is_nan() { 0.0 } else { sum });
    }),
    ("spreads NaN over a tile", &[MadeNan], |p| {
        changes(p, |call, i, j, sum| {
            let row = i / 4 * 4;
            let is_hit = (row..call.m.min(row + 4)).any(|i| call.whole(i, j).is_nan());
            if is_hit { f32::NAN } else { sum }
        });
    }),
    (
        "returns the largest number for an infinity",
        &[TooLarge, Infinity],
        |p| {
            changes(p, |_, _, _, sum| sum.clamp(f32::MIN, f32::MAX));
        },
    ),
    ("makes subnormal results zero", &[TooLarge], |p| {
        changes(p, |_, _, _, sum| if sum.is_subnormal() { 0.0 } else { sum });
    }),
    ("takes subnormal factors for zeros", &[TooLarge], |p| {
        each_sum(p, |call, i, j| {
            call.sum(i, j, (0..call.k).filter(|&l| !call.a(i, l).is_subnormal()))
        });
    }),
    ("takes a tiny alpha for zero", &[TooLarge, LostNan], |p| {
        let alpha = if p.alpha.is_subnormal() { 0.0 } else { p.alpha };
        each_sum(Product { alpha, ..p }, whole);
    }),
    ("panics for long sums", &[Crash], |p| {
        if p.k > 2000 {
            // As a panic, but without a message on the terminal.
            std::panic::resume_unwind(Box::new("a long sum"));
        }
        each_sum(p, whole);
    }),
    (
        "has uninitialised accumulators in the last rows",
        &[Differs, ReadOutside, TooLarge, MadeNan],
        |p| {
            thread_local!(static LEFT: std::cell::Cell<f32> = const { std::cell::Cell::new(0.0) });
            changes(p, |call, i, _, sum| {
                let first = if call.m % 4 == 3 && i + 1 == call.m {
                    LEFT.get()
                } else {
                    0.0
                };
                LEFT.set(sum);
                first + sum
            });
        },
    ),
    (
        "adds in two threads without waiting",
        &[Differs, TooLarge, ReadOutside],
        faulty_memory::races,
    ),
    #[cfg(target_arch = "x86_64")]
    (
        "leaves the rounding mode changed",
        &[RoundingMode],
        faulty_memory::rounds_down,
    ),
    #[cfg(target_arch = "x86_64")]
    (
        "leaves flush-to-zero on",
        &[FlushToZero],
        faulty_memory::flushes,
    ),
    (
        "multiplies A by alpha in place",
        &[GapWritten, InputWritten],
        faulty_memory::writes_input,
    ),
    (
        "writes the gap behind each row of C",
        &[GapWritten],
        faulty_memory::writes_gap,
    ),
    (
        "writes whole vectors at the end of C",
        &[WrittenOutside],
        faulty_memory::writes_beyond,
    ),
    (
        "reads before B, times zero",
        &[MadeNan, ReadOutside],
        faulty_memory::reads_before,
    ),
    (
        "reads the gaps of A, times zero",
        &[ReadOutside, MadeNan],
        faulty_memory::reads_gaps,
    ),
    (
        "is wrong only if C is not aligned",
        &[TooLarge, MadeNan, LostNan, Infinity, Differs],
        faulty_memory::misaligned,
    ),
];

#[test]
pub fn every_faulty_product_is_refused() {
    refuse(FAULTY, super::refuse::gemm);
}
