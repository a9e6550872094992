//! The signatures of C functions that can be tried.

use std::fmt;
use std::str::FromStr;

/// The signature of a C function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signature {
    /// `cblas_sdot`.
    Sdot,
    /// `cblas_saxpy`.
    Saxpy,
    /// `cblas_sscal`.
    Sscal,
    /// `cblas_snrm2`.
    Snrm2,
    /// `cblas_sasum`.
    Sasum,
    /// `cblas_sgemv`.
    Sgemv,
    /// `cblas_sgemm`.
    Sgemm,
    /// A function of one number.
    Unary,
    /// A function of one number, applied to an array.
    VectorUnary,
    /// A function of two numbers.
    Binary,
}

impl Signature {
    /// All signatures.
    pub const ALL: [Signature; 10] = [
        Signature::Sdot,
        Signature::Saxpy,
        Signature::Sscal,
        Signature::Snrm2,
        Signature::Sasum,
        Signature::Sgemv,
        Signature::Sgemm,
        Signature::Unary,
        Signature::VectorUnary,
        Signature::Binary,
    ];

    /// The word for it, such as `sdot` or `vector-unary`.
    pub fn name(self) -> &'static str {
        match self {
            Signature::Sdot => "sdot",
            Signature::Saxpy => "saxpy",
            Signature::Sscal => "sscal",
            Signature::Snrm2 => "snrm2",
            Signature::Sasum => "sasum",
            Signature::Sgemv => "sgemv",
            Signature::Sgemm => "sgemm",
            Signature::Unary => "unary",
            Signature::VectorUnary => "vector-unary",
            Signature::Binary => "binary",
        }
    }

    /// The declaration in C; `f` stands for the name of the function. An `enum` of CBLAS is an `int`.
    pub fn declaration(self) -> &'static str {
        match self {
            Signature::Sdot => "float f(int n, const float *x, int incx, const float *y, int incy)",
            Signature::Saxpy => {
                "void f(int n, float alpha, const float *x, int incx, float *y, int incy)"
            }
            Signature::Sscal => "void f(int n, float alpha, float *x, int incx)",
            Signature::Snrm2 | Signature::Sasum => "float f(int n, const float *x, int incx)",
            Signature::Sgemv => {
                "void f(int order, int trans, int m, int n, float alpha, const float *a, int lda, \
                 const float *x, int incx, float beta, float *y, int incy)"
            }
            Signature::Sgemm => {
                "void f(int order, int transa, int transb, int m, int n, int k, float alpha, \
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)"
            }
            Signature::Unary => "float f(float x)",
            Signature::VectorUnary => "void f(size_t n, const float *x, float *y)",
            Signature::Binary => "float f(float x, float y)",
        }
    }

    /// Whether it is a function of one number.
    pub fn is_of_one_number(self) -> bool {
        matches!(self, Signature::Unary | Signature::VectorUnary)
    }

    /// Whether the signature alone does not say which function is computed.
    pub fn needs_function(self) -> bool {
        matches!(
            self,
            Signature::Unary | Signature::VectorUnary | Signature::Binary
        )
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.pad(self.name())
    }
}

impl FromStr for Signature {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Signature::ALL
            .into_iter()
            .find(|known| known.name() == text);
        found.ok_or_else(|| {
            let known = Signature::ALL.map(Signature::name).join(", ");
            format!("there is no signature \"{text}\"; choose from {known}")
        })
    }
}
