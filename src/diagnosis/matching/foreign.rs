//! Tensors that do not belong to the model, or that PyTorch's modules do not have in this form, and how
//! the user can correct each.

use crate::dataset::checkpoint::Choice;
use crate::error::{Error, Result};

use super::group::{Group, Named};

/// Tensors that belong to a training run and not to its network: words in their names, and what they are.
const FOREIGN: [(&[&str], &str); 5] = [
    (
        &[
            "optimizer",
            "optimizers",
            "optimiser",
            "optim",
            "opt_state",
            "exp_avg",
            "exp_avg_sq",
            "max_exp_avg_sq",
            "momentum_buffer",
            "momentum",
            "square_avg",
            "grad_avg",
            "acc_delta",
            "master_params",
        ],
        "a state of the optimiser",
    ),
    (
        &[
            "ema",
            "ema_model",
            "model_ema",
            "shadow_params",
            "swa_model",
            "averaged_model",
        ],
        "an average of the weights over the training",
    ),
    (
        &["criterion", "loss", "loss_fn", "loss_func", "loss_function"],
        "a part of the loss",
    ),
    (
        &[
            "step",
            "steps",
            "global_step",
            "epoch",
            "n_averaged",
            "num_updates",
        ],
        "a counter of the training",
    ),
    (&["_forward_module"], "a wrapper's copy of the model"),
];

/// Tensors that replace a weight under a parametrisation: words in their names, what they are, and how
/// the parametrisation is removed.
const PARAMETRISED: [(&[&str], &str, &str); 4] = [
    (
        &["weight_g", "original0", "original1"],
        "one half of a weight under weight normalisation",
        "torch.nn.utils.remove_weight_norm(MODULE) or \
         torch.nn.utils.parametrize.remove_parametrizations(MODULE, \"weight\")",
    ),
    (
        &["weight_u", "_u", "_v"],
        "a vector of a weight under spectral normalisation",
        "torch.nn.utils.remove_spectral_norm(MODULE) or \
         torch.nn.utils.parametrize.remove_parametrizations(MODULE, \"weight\")",
    ),
    (
        &["weight_mask", "bias_mask"],
        "the mask of a pruned weight",
        "torch.nn.utils.prune.remove(MODULE, \"weight\")",
    ),
    (
        &["original"],
        "a weight under a parametrisation",
        "torch.nn.utils.parametrize.remove_parametrizations(MODULE, \"weight\")",
    ),
];

/// The names that Keras and JAX give to the tensors of a normalisation.
const NORMALISATION: [&str; 5] = ["gamma", "beta", "moving_mean", "moving_variance", "scale"];

/// The last components of the names that PyTorch uses, and `kernel`.
const KNOWN: [&str; 6] = [
    "weight",
    "bias",
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "kernel",
];

/// Returns an error for the first of these modules that is foreign; `all` are the modules of the
/// checkpoint.
pub fn check<'a>(
    place: &str,
    groups: impl IntoIterator<Item = &'a Group<'a>>,
    all: &[Group<'_>],
) -> Result<()> {
    let named: Vec<Named<'_>> = (groups.into_iter())
        .flat_map(|group| group.tensors.iter().copied())
        .collect();
    let refuse =
        |named: &Named<'_>, fault: String| Err(Error::input(place, named.in_file(), fault));
    let everything = || all.iter().flat_map(|group| &group.tensors);
    let parametrised = PARAMETRISED.iter().find_map(|(words, what, mend)| {
        let mut tensors = everything();
        let named = tensors.find(|named| words.contains(&named.part()))?;
        Some((named, what, mend))
    });
    if let Some((named, what, mend)) = parametrised {
        let fault = format!("is {what}: call {mend} for the module before the export");
        return refuse(named, fault);
    }
    if let Some((named, what)) = named
        .iter()
        .find_map(|named| Some((named, foreign(named.name)?.0)))
    {
        let mends = mends(all);
        return refuse(
            named,
            format!("looks like {what}, which is not part of the network; {mends}"),
        );
    }
    if let Some(named) = named
        .iter()
        .find(|named| NORMALISATION.contains(&named.part()))
    {
        let fault = format!(
            "{:?} has a name that Keras and JAX give to tensors of a normalisation; rename it as PyTorch \
             does (weight, bias, running_mean, running_var, in one module) and give the epsilon in a \
             TOML file, or leave it out with --ignore {}",
            named.tensor.shape,
            named.in_file()
        );
        return refuse(named, fault);
    }
    match named.iter().find(|named| !KNOWN.contains(&named.part())) {
        Some(named) => {
            let fault = bare(named);
            refuse(named, fault)
        }
        None => Ok(()),
    }
}

/// The advice for a tensor without a module name: `W1` is the weight of layer 1.
fn bare(named: &Named<'_>) -> String {
    let (part, sides) = match named.tensor.shape.len() {
        1 => ("bias", ""),
        _ => ("weight", " (outputs × inputs)"),
    };
    let number: String = named.name.chars().filter(char::is_ascii_digit).collect();
    format!(
        "{:?} does not have the name of a tensor of a module; name it as PyTorch would, as a {part}{sides}: \
         weights[\"fc.{}.{part}\"] = weights.pop({:?}), each layer by a number of its own",
        named.tensor.shape,
        if number.is_empty() { "0" } else { &number },
        named.in_file()
    )
}

/// What a tensor of this name is, and the prefix of the name that shows it.
fn foreign(name: &str) -> Option<(&'static str, &str)> {
    let mut end = 0;
    for part in name.split_inclusive(['.', '/']) {
        end += part.len();
        let word = part.trim_end_matches(['.', '/']);
        let of = |(words, what): &(&[&str], &'static str)| words.contains(&word).then_some(*what);
        if let Some(what) = FOREIGN.iter().find_map(of) {
            return Some((what, name[..end].trim_end_matches(['.', '/'])));
        }
    }
    None
}

/// The flags that leave out everything that is foreign.
fn mends(all: &[Group<'_>]) -> String {
    let mut named = all.iter().flat_map(|group| &group.tensors);
    let wrapper = named.next().map_or("", |named| named.wrapper);
    const MOST: usize = 6;
    let (mut prefixes, mut firsts) = (Vec::new(), Vec::new());
    for named in all.iter().flat_map(|group| &group.tensors) {
        match foreign(named.name) {
            Some((_, prefix)) if !prefixes.contains(&prefix) => prefixes.push(prefix),
            Some(_) => {}
            None => {
                let first = named.name.split_once(['.', '/']).map(|(first, _)| first);
                if !firsts.contains(&first) {
                    firsts.push(first);
                }
            }
        }
    }
    let ignore = match prefixes.len() {
        count if count > MOST => "save the model's own tensors alone".to_owned(),
        _ => {
            let flags: Vec<String> = (prefixes.iter())
                .map(|prefix| format!("--ignore {prefix}"))
                .collect();
            format!("leave it out with {}", flags.join(" "))
        }
    };
    match &firsts[..] {
        // The flag must accept this prefix, and nothing foreign may have it.
        [Some(only)]
            if Choice::new(Some((*only).to_owned()), Vec::new()).is_ok()
                && !prefixes
                    .iter()
                    .any(|prefix| prefix.split(['.', '/']).next() == Some(only)) =>
        {
            format!("{ignore}, or keep the model's own tensors with --prefix {wrapper}{only}")
        }
        _ => ignore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_no_part_of_a_network() {
        for (name, prefix) in [
            ("optimizer.state.0.exp_avg", "optimizer"),
            ("fc.0.weight.exp_avg", "fc.0.weight.exp_avg"),
            ("ema.fc.0.weight", "ema"),
            ("state/momentum_buffer/fc", "state/momentum_buffer"),
            ("step", "step"),
            ("criterion.weight", "criterion"),
            ("_forward_module.fc.weight", "_forward_module"),
        ] {
            assert_eq!(foreign(name).map(|(_, prefix)| prefix), Some(prefix));
        }
        for name in [
            "fc.0.weight",
            "steps2.weight",
            "schema.weight",
            "loss2.weight",
        ] {
            assert_eq!(foreign(name), None);
        }
    }
}
