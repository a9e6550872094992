//! The order that the user asks for with `--order`.

use std::convert::Infallible;
use std::str::FromStr;

/// The value of `--order`: how exchangeable modules are to be ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedOrder {
    /// In the order of this list, which names modules or their tensors.
    Names(Vec<String>),
    /// In the order of their elements in the file: the word `file`.
    File,
    /// In the natural order of their names, with numbers compared by value: the word `natural`.
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
