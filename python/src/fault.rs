//! Errors of the library as exceptions of Python, with the same sentences.

use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use sgd_stability::error::{Error, Kind};

/// The exception for an error.
pub fn raised(error: Error) -> PyErr {
    match error.kind {
        Kind::Input => PyValueError::new_err(error.message),
        Kind::Memory => PyMemoryError::new_err(error.message),
        Kind::Io => PyOSError::new_err(error.message),
        Kind::Check | Kind::Internal => PyRuntimeError::new_err(error.message),
    }
}
