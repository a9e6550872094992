//! The order that a user asks for, `--order`.

use std::convert::Infallible;
use std::str::FromStr;

/// What a user says of the order of the modules, `--order`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedOrder {
    /// Of these modules, named themselves or by a tensor, an earlier one comes first.
    Names(Vec<String>),
    /// As their elements stand in the file: the word `file`.
    File,
    /// In the natural order of their names, numbers by value: the word `natural`.
    Natural,
}

impl FromStr for RequestedOrder {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(match text {
            "file" => RequestedOrder::File,
            "natural" => RequestedOrder::Natural,
            names => RequestedOrder::Names(
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect(),
            ),
        })
    }
}
