//! The certificate of the linearised network: what it proves, and in which words it says so.

use serde_json::{Value, json};

use crate::decide::{Certificate, Statement};
use crate::network::Gram;
use crate::threshold::{Linearised, Run};

use super::super::setting::Setting;
use super::super::task::Task;

/// The most rows of a Gram matrix of which a certificate is made.
const MOST_ROWS: usize = 1000;

/// The answer to a request for a certificate.
#[derive(Clone, Debug, PartialEq)]
pub enum CertificateAnswer {
    /// It was made, and checked over the rationals.
    Proved(Box<ProvedCertificate>),
    /// There is none, for the reason given.
    LeftOut(String),
}

/// A certificate, and how far its model is from the network's.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvedCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The distance of the Gram matrix of its rows from that of the network, as a share of its norm.
    pub gram_distance: f64,
}

/// Makes the certificate of a run on the linearised model. `gram` computes the Gram matrix of
/// the network, of which the model was made.
pub(super) fn certify(
    task: &Task<'_>,
    model: &Linearised,
    gram: impl FnOnce() -> Gram,
) -> CertificateAnswer {
    let setting = task.setting;
    if let Some(reason) = left_out(setting, model) {
        return CertificateAnswer::LeftOut(reason);
    }
    let run = Run {
        lr: setting.lr.clone(),
        batch: setting.batch,
        sampling: setting.sampling,
    };
    let proved = model.certificate(&run).zip(model.distance_to(gram()));
    let Some((certificate, gram_distance)) = proved else {
        let reason = "η is too near to η* for a proof in numbers of this length".to_owned();
        return CertificateAnswer::LeftOut(reason);
    };
    CertificateAnswer::Proved(Box::new(ProvedCertificate {
        certificate: Certificate {
            about: Some(about(task, model, gram_distance)),
            ..certificate
        },
        gram_distance,
    }))
}

/// Why there is no certificate of this run; `None` if there may be one.
fn left_out(setting: &Setting, model: &Linearised) -> Option<String> {
    let rows = model.summary().size;
    if rows > MOST_ROWS {
        let samples = MOST_ROWS / model.outputs();
        return Some(format!(
            "its Gram matrix has {rows} rows, and a certificate is of at most {MOST_ROWS}; measure {samples} \
             samples"
        ));
    }
    let chosen = model.samples();
    if chosen < setting.samples {
        return Some(format!(
            "its batches are drawn from all {} samples, and the thresholds are of {chosen}; leave \
             --threshold-samples out",
            setting.samples
        ));
    }
    if !setting.is_plain() {
        return Some("certificates are of SGD without momentum".to_owned());
    }
    (model.decay() != 0.0).then(|| "certificates are of losses without weight decay".to_owned())
}

/// What is certified and what is not, for the document itself.
fn about(task: &Task<'_>, model: &Linearised, gram_distance: f64) -> String {
    let (network, summary) = (&task.model.network, model.summary());
    format!(
        "The linearised model of a network ({}, loss {}, sha256 of its weights {}) on {} samples (sha256 {}). \
         H_i = factor * J_i'J_i is the Gauss-Newton matrix of sample i, in an orthonormal basis of the range of \
         all of them (dimension {}; the rest, {:.1e} of the trace, cannot be told from rounding). The rows J_i are \
         rounded to whole numbers; their Gram matrix differs from the one that was computed of the network in \
         f32, with sums in f64, by {gram_distance:.1e} of its norm. Certified: SGD on exactly these H_i, with \
         this learning rate and batch size, is stable (or unstable) in mean square. Not certified: that these \
         are the numbers of that network, and what the rest of its Hessian or steps of finite length do.",
        network.name(),
        network.loss().name(),
        task.model.digest,
        model.samples(),
        task.samples.digest,
        summary.rank,
        summary.dropped.abs(),
    )
}

impl CertificateAnswer {
    /// The answer in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            CertificateAnswer::LeftOut(reason) => format!("No certificate is made: {reason}."),
            CertificateAnswer::Proved(proved) => {
                let claim = match proved.certificate.claim {
                    Statement::MeanSquareStable => "stable",
                    Statement::MeanSquareUnstable => "unstable",
                };
                format!(
                    "Certified, over the rationals: SGD on this linearised model, with its rows rounded (by \
                     {:.0e} of the Gram matrix), is {claim} in mean square.",
                    proved.gram_distance
                )
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        match self {
            CertificateAnswer::LeftOut(reason) => json!({"left_out": reason}),
            CertificateAnswer::Proved(proved) => json!({
                "claim": proved.certificate.claim,
                "gram_distance": proved.gram_distance,
            }),
        }
    }
}
