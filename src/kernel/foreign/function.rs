//! A function of a library, called by its signature.

use super::blas::{Sasum, Saxpy, Sdot, Sgemm, Sgemv, Snrm2, Sscal};
use super::functions::{FloatBinary, FloatUnary, FloatVector};
use super::library::{Library, LoadError};
use super::signature::Signature;

/// A function of a library, by its signature.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names of Signature")]
pub enum Foreign {
    Sdot(Sdot),
    Saxpy(Saxpy),
    Sscal(Sscal),
    Snrm2(Snrm2),
    Sasum(Sasum),
    Sgemv(Sgemv),
    Sgemm(Sgemm),
    Unary(FloatUnary),
    VectorUnary(FloatVector),
    Binary(FloatBinary),
}

impl Library {
    /// The function of this name, which the caller says has this signature.
    ///
    /// # Errors
    /// Returns an error if the library has no such symbol.
    pub fn function(&self, symbol: &str, signature: Signature) -> Result<Foreign, LoadError> {
        let Some(address) = self.address(symbol) else {
            let near = neighbours(symbol).into_iter();
            let near = near.clone().find(|name| self.address(name).is_some());
            return Err(LoadError::Symbol(symbol.to_owned(), near));
        };
        let library = self.clone();
        macro_rules! bound {
            ($kind:ident, $of:ident) => {{
                // SAFETY: the caller says that the symbol is a function with this signature; a symbol
                // and a function pointer have the same size on every system with `dlsym`.
                let function = unsafe { std::mem::transmute::<*mut (), _>(address) };
                Foreign::$kind($of::new(function, library))
            }};
        }
        Ok(match signature {
            Signature::Sdot => bound!(Sdot, Sdot),
            Signature::Saxpy => bound!(Saxpy, Saxpy),
            Signature::Sscal => bound!(Sscal, Sscal),
            Signature::Snrm2 => bound!(Snrm2, Snrm2),
            Signature::Sasum => bound!(Sasum, Sasum),
            Signature::Sgemv => bound!(Sgemv, Sgemv),
            Signature::Sgemm => bound!(Sgemm, Sgemm),
            Signature::Unary => bound!(Unary, FloatUnary),
            Signature::VectorUnary => bound!(VectorUnary, FloatVector),
            Signature::Binary => bound!(Binary, FloatBinary),
        })
    }
}

/// Names that people write for one another.
fn neighbours(symbol: &str) -> Vec<String> {
    let plain = symbol.strip_prefix("cblas_").unwrap_or(symbol);
    let plain = plain.trim_end_matches('_');
    let mut names = vec![
        format!("cblas_{plain}"),
        format!("cblas_s{plain}"),
        format!("{plain}f"),
        plain.to_owned(),
        plain.to_lowercase(),
        format!("{plain}_"),
    ];
    names.retain(|name| name != symbol);
    names
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn what_is_missing_is_said_with_its_neighbour() {
        let no_library = Library::load(OsStr::new("/nowhere/libnone.so")).unwrap_err();
        assert!(
            no_library.to_string().contains("libnone.so"),
            "{no_library}"
        );
        let library = Library::load(OsStr::new("libm.so.6")).unwrap();
        let of = |symbol| library.function(symbol, Signature::Unary);
        assert!(matches!(of("tanhf"), Ok(Foreign::Unary(_))));
        let error = of("cblas_tanh").unwrap_err().to_string();
        assert_eq!(error, "has no symbol cblas_tanh; did you mean tanhf?");
        let error = of("no_such_function").unwrap_err().to_string();
        assert!(error.contains("nm -D"), "{error}");
    }
}
