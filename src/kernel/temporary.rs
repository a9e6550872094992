//! x
#![allow(missing_docs)]
use super::{Isa, Start};
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub window: usize,
}
impl Pool {
    fn each(&self, samples: usize, mut f: impl FnMut(usize, usize)) {
        let (oh, ow) = (self.height / self.window, self.width / self.window);
        for s in 0..samples {
            for y in 0..oh * self.window {
                for x in 0..ow * self.window {
                    for c in 0..self.channels {
                        f(
                            ((s * self.height + y) * self.width + x) * self.channels + c,
                            ((s * oh + y / self.window) * ow + x / self.window) * self.channels + c,
                        )
                    }
                }
            }
        }
    }
    fn n(&self, y: &[f32]) -> usize {
        y.len() / ((self.height / self.window) * (self.width / self.window) * self.channels)
    }
}
pub fn max_pool(_: Isa, p: &Pool, x: &[f32], y: &mut [f32], places: &mut [u32]) {
    y.fill(f32::NEG_INFINITY);
    p.each(p.n(y), |i, o| {
        if x[i] > y[o] {
            y[o] = x[i];
            places[o] = i as u32;
        }
    })
}
pub fn pool_again(_: &Pool, x: &[f32], p: &[u32], y: &mut [f32]) {
    for (y, &i) in y.iter_mut().zip(p) {
        *y = x[i as usize];
    }
}
pub fn pool_back(_: &Pool, y: &[f32], p: &[u32], x: &mut [f32]) {
    for (y, &i) in y.iter().zip(p) {
        x[i as usize] += *y;
    }
}
pub fn average_pool(_: Isa, p: &Pool, x: &[f32], y: &mut [f32]) {
    y.fill(0.0);
    let s = 1.0 / (p.window * p.window) as f32;
    p.each(p.n(y), |i, o| y[o] += s * x[i]);
}
pub fn average_back(_: Isa, p: &Pool, y: &[f32], x: &mut [f32]) {
    let s = 1.0 / (p.window * p.window) as f32;
    p.each(p.n(y), |i, o| x[i] += s * y[o]);
}
pub fn channel_affine(_: Isa, x: &[f32], s: &[f32], t: &[f32], relu: bool, y: &mut [f32]) {
    let c = s.len();
    for i in 0..x.len() {
        let v = x[i].mul_add(s[i % c], t[i % c]);
        y[i] = if relu && v < 0.0 { 0.0 } else { v };
    }
}
pub fn channel_axpy(_: Isa, s: &[f32], x: &[f32], y: &mut [f32]) {
    let c = s.len();
    for i in 0..x.len() {
        y[i] = x[i].mul_add(s[i % c], y[i]);
    }
}
pub fn channel_dots(_: Isa, x: &[f32], y: &[f32], s: Start, o: &mut [f32]) {
    if s == Start::Zero {
        o.fill(0.0)
    }
    let c = o.len();
    for i in 0..x.len() {
        o[i % c] = x[i].mul_add(y[i], o[i % c]);
    }
}
pub fn channel_sums(_: Isa, x: &[f32], c: usize) -> Vec<f64> {
    let mut o = vec![0.0; c];
    for i in 0..x.len() {
        o[i % c] += f64::from(x[i]);
    }
    o
}
pub fn channel_products(_: Isa, x: &[f32], y: &[f32], c: usize) -> Vec<f64> {
    let mut o = vec![0.0; c];
    for i in 0..x.len() {
        o[i % c] += f64::from(x[i]) * f64::from(y[i]);
    }
    o
}
