//! The layout of every help text: one sentence, an example, the usage, the options under their headings,
//! and the exit codes.

/// The template, which puts the sentence and the example first. The example of a command is its
/// `before_help`; a test runs every line of it that begins with `$`.
pub const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The headings under which options are listed.
pub mod headings {
    pub const NETWORK: &str = "Network";
    pub const DATA: &str = "Data";
    pub const RUN: &str = "Learning rate, batch and optimiser";
    pub const LOSS: &str = "Loss";
    pub const MEASUREMENT: &str = "Measurement";
    pub const SPECTRUM: &str = "Spectrum";
    pub const OUTPUT: &str = "Output";
}

/// The section on exit codes: those of a command, and the two that every command has.
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

/// Explanatory paragraphs, followed by the exit codes.
pub fn explained(text: &str, own: &[(u8, &str)]) -> String {
    format!("{text}\n\n{}", exit_codes(own))
}
