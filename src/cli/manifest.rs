//! What a run was made of: the one part of a report that may differ between two machines.

use sgd_stability::dataset::{Split, fashion_mnist};
use sgd_stability::error::{Error, Result};
use sgd_stability::experiment::Context;
use sgd_stability::kernel::Isa;

/// The manifest as JSON: a list of (what, value), in the report's order.
pub fn text(context: &Context) -> Result<String> {
    let digest = |split| {
        let data = fashion_mnist::load(context.data_dir.as_deref(), split)?;
        let (samples, digest) = (data.samples(), data.digest());
        Ok(format!("{samples} samples, SHA-256 {digest}"))
    };
    let isas: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
    let source = match &context.data_dir {
        Some(_) => "idx files",
        None => "embedded subset",
    };
    let version = env!("CARGO_PKG_VERSION");
    let revision = git_version::git_version!(fallback = "unknown");
    let entries = [
        ("program", format!("sgd-stability {version}")),
        ("revision", revision.to_owned()),
        (
            "compiler",
            format!("rustc {}", rustc_version_runtime::version()),
        ),
        ("instruction sets", isas.join(", ")),
        ("instruction set used", context.isa.name().to_owned()),
        ("threads", rayon::current_num_threads().to_string()),
        ("Fashion-MNIST", source.to_owned()),
        ("training images", digest(Split::Train)?),
        ("test images", digest(Split::Test)?),
    ];
    let text = serde_json::to_string_pretty(&entries).map_err(Error::internal)?;
    Ok(text + "\n")
}
