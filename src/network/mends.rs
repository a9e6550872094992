//! What PyTorch's layers can do and those of an architecture file cannot, and what to write in its place.

/// PyTorch's word, as it stands in the message of the reader, and what to say of it.
const WORDS: [(&str, &str); 5] = [
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
    // Of convolutions it is known, so that the reader never refuses it there.
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

/// What to add to the message of the reader, `; ` in front; empty where nothing more is known.
pub(super) fn mend(told: &str) -> String {
    let known = WORDS.iter().find(|(word, _)| told.contains(word));
    known.map_or(String::new(), |(_, mend)| format!("; {mend}"))
}
