//! Room **model**: losses with known per-sample curvature: linear, quadratic, toy; sampling schemes; exact moments.
