//! Loads a shared library and finds a symbol in it.

use std::error::Error;
use std::ffi::OsStr;
use std::sync::Arc;

use super::board::{self, LOADING, NO_CASE};
use super::call::{self, Inputs};
use super::supervision;

/// A loaded library. It stays loaded as long as this value or a function of it is alive.
#[derive(Clone, Debug)]
pub struct Library(Arc<libloading::Library>);

/// Why a library could not be loaded, or a function not be found in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The system did not load the library.
    #[error("cannot be loaded: {0}")]
    Library(String),
    /// The library has no such symbol. The other name, if any, is one that it has.
    #[error("{}", no_symbol(.0, .1.as_deref()))]
    Symbol(String, Option<String>),
}

fn no_symbol(name: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("has no symbol {name}; did you mean {near}?"),
        None => format!("has no symbol {name}; `nm -D` lists those that it has"),
    }
}

/// What the system said; the error itself says only which of its functions failed.
fn said(error: &dyn Error) -> String {
    error.source().unwrap_or(error).to_string()
}

impl Library {
    /// Loads a library by its path, or by a name that the system's loader searches for. Code of the
    /// library may run at once, so this belongs into a process that may die.
    ///
    /// # Errors
    /// Returns what the system says if it does not load the library.
    pub fn load(path: &OsStr) -> Result<Library, LoadError> {
        board::set_case(LOADING);
        let entry = call::enter(Inputs::None, []);
        // SAFETY: initialisers of the library run here. The caller gave this library to be tried, and
        // does so in a process of its own, in which nothing else depends on them.
        let loaded = unsafe { libloading::Library::new(path) };
        supervision::forgive_output();
        drop(entry);
        board::set_case(NO_CASE);
        let loaded = loaded.map_err(|error| LoadError::Library(said(&error)))?;
        Ok(Library(Arc::new(loaded)))
    }

    /// The address of a symbol.
    pub(super) fn address(&self, symbol: &str) -> Option<*mut ()> {
        // SAFETY: the symbol is only looked up; nothing is read through the pointer.
        let found = unsafe { self.0.get::<*mut ()>(symbol) };
        found
            .ok()
            .map(|found| *found)
            .filter(|address| !address.is_null())
    }
}
