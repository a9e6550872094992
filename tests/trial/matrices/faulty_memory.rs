//! Faulty products that touch what they should not.

#![expect(
    unsafe_code,
    reason = "kernels that go wrong with memory and the processor"
)]

#[cfg(target_arch = "x86_64")]
use std::arch::asm;
use std::sync::atomic::{AtomicU32, Ordering};

use sgd_stability::trial::Product;

use super::support::{Call, each, each_sum, place, split, whole};

/// Sets bits of the control register of the processor, and leaves them set. Another processor has other
/// registers, and its trial is without the two kernels that use this.
#[cfg(target_arch = "x86_64")]
fn set(bits: u32) {
    let mut word = 0_u32;
    // SAFETY: the instructions read and write four bytes; the trial puts the register back.
    unsafe {
        asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack));
        word |= bits;
        asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack));
    }
}

#[cfg(target_arch = "x86_64")]
pub fn rounds_down(p: Product) {
    let is_long = p.k > 8;
    each_sum(p, whole);
    if is_long {
        set(1 << 13);
    }
}

#[cfg(target_arch = "x86_64")]
pub fn flushes(p: Product) {
    let is_wide = p.n > 16;
    each_sum(p, whole);
    if is_wide {
        set(1 << 15);
    }
}

pub fn writes_input(p: Product) {
    let a = p.a.as_ptr().cast_mut();
    let (alpha, len) = (p.alpha, p.a.len());
    each_sum(p, whole);
    for i in 0..len {
        // SAFETY: the memory of A is writable and no reference to it is used any more.
        unsafe { a.add(i).write_volatile(a.add(i).read_volatile() * alpha) };
    }
}

pub fn writes_gap(p: Product) {
    let (call, c, leading) = split(p);
    for i in 0..call.m {
        for j in 0..call.n {
            let place = place(call.order, false, leading, i, j);
            c[place] = call.finish(call.whole(i, j), c[place]);
            if leading > call.n.max(call.m)
                && place + 1 < c.len()
                && place % leading + 1 == leading - 1
            {
                c[place + 1] = 0.0;
            }
        }
    }
    if leading > call.m.max(call.n) {
        let line = if call.order == sgd_stability::trial::Order::RowMajor {
            call.n
        } else {
            call.m
        };
        if c.len() > line && line > 0 {
            c[line] = 0.0;
        }
    }
}

/// Writes one number behind C, where that number is in the same page.
pub fn writes_beyond(p: Product) {
    let end = p.c.as_mut_ptr_range().end;
    let is_odd = !p.c.len().is_multiple_of(8);
    each_sum(p, whole);
    if is_odd && !end.addr().is_multiple_of(4096) {
        // SAFETY: the page is accessible, as the trial keeps canaries there.
        unsafe { end.write_volatile(0.0) };
    }
}

/// Adds the number before B times zero, where that number is in the same page.
pub fn reads_before(p: Product) {
    let first = p.b.as_ptr();
    let before = if first.addr().is_multiple_of(4096) || p.b.is_empty() {
        0.0
    } else {
        // SAFETY: the page is accessible, as the trial keeps canaries there.
        unsafe { first.sub(1).read_volatile() }
    };
    each_sum(p, |call, i, j| call.whole(i, j) + 0.0 * before);
}

/// Adds the gap behind the first line of A times zero.
pub fn reads_gaps(p: Product) {
    each(p, |call, i, j, old| {
        let by_rows = (call.order == sgd_stability::trial::Order::RowMajor) != call.transposes[0];
        let line = if by_rows { call.k } else { call.m };
        let is_gap = line < call.leading[0] && line < call.a_memory.len();
        let padding = if is_gap && call.alpha != 0.0 {
            0.0 * call.a_memory[line]
        } else {
            0.0
        };
        call.finish(call.whole(i, j), old) + padding
    });
}

pub fn misaligned(p: Product) {
    let is_aligned = p.c.as_ptr().addr().is_multiple_of(16);
    each_sum(p, |call, i, j| {
        let terms = if is_aligned || call.m < 8 {
            call.k
        } else {
            call.k.saturating_sub(1)
        };
        call.sum(i, j, 0..terms)
    });
}

/// Two threads add to the same elements; one may overwrite what the other has added.
pub fn races(p: Product) {
    let (call, c, leading) = split(p);
    let is_shared = call.k >= 96 && call.m * call.n > 4;
    for i in 0..call.m {
        for j in 0..call.n {
            let c = &mut c[place(call.order, false, leading, i, j)];
            let sum = if is_shared {
                race(&call, i, j)
            } else {
                call.whole(i, j)
            };
            *c = call.finish(sum, *c);
        }
    }
}

fn race(call: &Call, i: usize, j: usize) -> f32 {
    let sum = AtomicU32::new(0);
    let add = |term: f32| {
        let old = f32::from_bits(sum.load(Ordering::Relaxed));
        std::thread::yield_now();
        sum.store((old + term).to_bits(), Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        for first in 0..2 {
            let terms = (0..call.k).skip(first).step_by(2);
            scope.spawn(move || terms.for_each(|l| add(call.a(i, l) * call.b(l, j))));
        }
    });
    f32::from_bits(sum.into_inner())
}
