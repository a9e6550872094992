//! Features of PyTorch's layers that architecture files lack, and what to write instead.

/// PyTorch's word as it appears in the parser's message, with the advice to add.
const WORDS: [(&str, &str); 13] = [
    (
        "`ceil_mode`",
        "windows are cut as with PyTorch's default, ceil_mode=False; a network that was trained with \
         ceil_mode=True cannot be described yet, unless the windows come out even, where both are the same",
    ),
    (
        "`count_include_pad`",
        "the padding counts as zeros in the mean, as with PyTorch's default, count_include_pad=True; \
         without padding both are the same",
    ),
    ("`return_indices`", "leave it out: it changes no output"),
    ("`inplace`", "leave it out: it changes no output"),
    ("`negative_slope`", "its word here is slope"),
    ("`eps`", "its word here is epsilon"),
    ("`num_groups`", "its word here is groups"),
    ("`elementwise_affine`", "its word here is affine"),
    (
        "`normalized_shape`",
        "leave it out: over = \"sample\" normalises all numbers of a sample, over = \"position\" the \
         channels at each position",
    ),
    (
        "`momentum`",
        "leave it out: it moves running statistics while a network is trained, and changes no output",
    ),
    (
        "`min_val`",
        "hardtanh is cut at −1 and 1, PyTorch's defaults; other ends cannot be described yet",
    ),
    // Convolutions do have this key, so the parser never rejects it there.
    (
        "unknown field `dilation`",
        "pools are computed with PyTorch's default, dilation=1; another one cannot be described yet",
    ),
    (
        "\"same\"",
        "write the padding as numbers: behind an odd kernel with stride 1, \"same\" is \
         dilation·(kernel − 1)/2, such as 1 for kernel 3",
    ),
];

/// The advice to append to the parser's message, starting with `; `; empty if there is none.
pub(super) fn mend(told: &str) -> String {
    let known = WORDS.iter().find(|(word, _)| told.contains(word));
    known.map_or(String::new(), |(_, mend)| format!("; {mend}"))
}
