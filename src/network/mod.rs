//! Room **network**: networks: forward, backward, directional derivative, per-sample curvature products.
