//! The shape of every help text: one sentence, an example, the usage, the options under their headings, the
//! exit codes.

/// Sentence and example first. The example of a command is its `before_help`: every line that begins with
/// `$` is run by a test.
pub const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// What options are listed under.
pub mod headings {
    pub const NETWORK: &str = "Network";
    pub const DATA: &str = "Data";
    pub const RUN: &str = "Learning rate, batch and optimiser";
    pub const LOSS: &str = "Loss";
    pub const MEASUREMENT: &str = "Measurement";
    pub const OUTPUT: &str = "Output";
}

/// The exit codes of a command: its own, and the two that every command has.
pub fn exit_codes(own: &[(u8, &str)]) -> String {
    const ALL: [(u8, &str); 2] = [
        (1, "internal error, or output that cannot be written"),
        (
            2,
            "wrong usage or bad input; one sentence says what and how to mend it",
        ),
    ];
    let mut codes = [own, &ALL].concat();
    codes.sort_unstable();
    let lines = codes.iter().map(|(code, what)| format!("  {code}  {what}"));
    format!("Exit codes:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// Paragraphs that explain, then the exit codes.
pub fn explained(text: &str, own: &[(u8, &str)]) -> String {
    format!("{text}\n\n{}", exit_codes(own))
}
