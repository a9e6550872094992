//! Tiny networks with the layers that the networks of the report do not have.

/// Networks that normalise within samples, networks with branches, and networks of sequences. Where there
/// is normalisation or attention, the loss is no polynomial of the inputs.
pub(super) const FURTHER: [(&str, &str); 9] = [
    (
        "branch",
        r#"
        input = [2, 4, 3]
        layer = [
            { type = "convolution", outputs = 2, kernel = 3, padding = 1 },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "relu" },
            { type = "convolution", outputs = 3, kernel = 3, stride = 2, padding = 1, bias = false },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "branch", from = 3, layer = [
                { type = "convolution", outputs = 3, kernel = 1, stride = 2, bias = false },
                { type = "batch-norm", epsilon = 0.0625 },
            ] },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "branches",
        r#"
        input = [3]
        layer = [
            { type = "dense", outputs = 2 },
            { type = "branch", from = 0, layer = [
                { type = "relu" },
                { type = "dense", outputs = 2 },
                { type = "branch", from = 1, layer = [
                    { type = "relu" },
                    { type = "dense", outputs = 2, bias = false },
                ] },
                { type = "relu" },
            ] },
            { type = "branch", from = 2, layer = [ { type = "dense", outputs = 2 } ] },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "group-norm",
        r#"
        input = [2, 3, 2]
        layer = [
            { type = "group-norm", groups = 1, epsilon = 0.0625 },
            { type = "convolution", outputs = 4, kernel = 2, bias = false },
            { type = "group-norm", groups = 2, epsilon = 0.0625 },
            { type = "relu" },
            { type = "convolution", outputs = 4, kernel = 2, padding = 1 },
            { type = "group-norm", groups = 4, affine = false },
            { type = "tanh" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "layer-norm",
        r#"
        input = [2, 2, 3]
        layer = [
            { type = "convolution", outputs = 2, kernel = 2, padding = 1 },
            { type = "layer-norm", epsilon = 0.0625 },
            { type = "relu" },
            { type = "convolution", outputs = 3, kernel = 2 },
            { type = "layer-norm", over = "position", epsilon = 0.125, bias = false },
            { type = "silu" },
            { type = "dense", outputs = 4 },
            { type = "layer-norm", bias = false },
            { type = "relu" },
            { type = "dense", outputs = 3 },
            { type = "layer-norm", affine = false },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "rms-norm",
        r#"
        input = [2, 2, 2]
        layer = [
            { type = "rms-norm", over = "position", epsilon = 0.0625 },
            { type = "convolution", outputs = 3, kernel = 2, padding = 1 },
            { type = "rms-norm", over = "position", epsilon = 0.25 },
            { type = "relu" },
            { type = "rms-norm", epsilon = 0.5 },
            { type = "dense", outputs = 4 },
            { type = "rms-norm" },
            { type = "gelu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "tokens",
        r#"
        input = [3]
        layer = [
            { type = "embedding", vocabulary = 4, dimension = 2 },
            { type = "positions", length = 5 },
            { type = "dense", outputs = 3 },
            { type = "relu" },
            { type = "branch", from = 2, layer = [ { type = "dense", outputs = 3, bias = false } ] },
            { type = "first-position" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "attention",
        r#"
        input = [3]
        layer = [
            { type = "embedding", vocabulary = 3, dimension = 4 },
            { type = "positions", kind = "sinusoidal" },
            { type = "attention", heads = 2 },
            { type = "tanh" },
            { type = "mean-position" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "decoder",
        r#"
        input = [4]
        layer = [
            { type = "embedding", vocabulary = 3, dimension = 4 },
            { type = "positions" },
            { type = "branch", from = 2, layer = [
                { type = "layer-norm", epsilon = 0.0625, bias = false },
                { type = "attention", heads = 2, causal = true, bias = false, tensors = "linear" },
            ] },
            { type = "branch", from = 3, layer = [
                { type = "rms-norm", epsilon = 0.0625 },
                { type = "dense", outputs = 5 },
                { type = "gelu" },
                { type = "dense", outputs = 4 },
            ] },
            { type = "layer-norm", epsilon = 0.0625 },
            { type = "last-position" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "norms-in-branches",
        r#"
        input = [4]
        layer = [
            { type = "dense", outputs = 4 },
            { type = "branch", from = 1, layer = [
                { type = "layer-norm", epsilon = 0.0625 },
                { type = "dense", outputs = 5 },
                { type = "gelu" },
                { type = "dense", outputs = 4 },
            ] },
            { type = "branch", from = 2, layer = [
                { type = "rms-norm", epsilon = 0.0625 },
                { type = "dense", outputs = 4 },
            ] },
            { type = "layer-norm", epsilon = 0.0625 },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
];
