//! Room **kernel**: f32 SIMD kernels, one kernel one file. All unsafe code of the crate lives here.
