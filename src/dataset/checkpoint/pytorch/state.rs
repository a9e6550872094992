//! The tensors of a state dictionary.

use std::collections::{BTreeMap, HashSet};

use super::super::choice::Choice;
use super::super::pickle::{Id, Pickle, Storage, Value};
use super::super::tensor::{Alias, Dtype, Raw, Tensor};
use super::archive::Archive;
use super::dictionary::unknown;
use super::shared::{Named, Shared};
use super::view::View;
use crate::dataset::text::brief;
use crate::error::{Error, Result};

/// What a file has for a network.
#[derive(Debug, Default)]
pub struct Saved {
    /// The chosen tensors, in the order of the dictionary, under their first names.
    pub tensors: Vec<Tensor>,
    /// The further names of the chosen tensors.
    pub aliases: Vec<Alias>,
    /// The names of the entries that are not chosen.
    pub ignored: Vec<String>,
    /// The names of the chosen entries that hold no tensor, such as the number of an epoch.
    pub without_numbers: Vec<String>,
    /// Whether `Module.state_dict` made the dictionary, which keeps the order in which the modules were made.
    pub is_of_a_module: bool,
}

/// Reads the chosen tensors of a state dictionary.
pub fn read(
    place: &str,
    pickle: &Pickle<'_>,
    dictionary: Id,
    choice: &Choice,
    archive: &mut Archive<'_>,
) -> Result<Saved> {
    let mut saved = Saved::default();
    let by_storage = sort(place, pickle, dictionary, choice, &mut saved)?;
    for (key, of_storage) in by_storage {
        of_storage.read(place, archive.storage(key)?, &mut saved)?;
    }
    saved.tensors.sort_by_key(|tensor| tensor.start);
    Ok(saved)
}

/// The tensors of one storage.
struct OfStorage<'a> {
    /// The place of the storage that the first of them names.
    storage: Storage<'a>,
    named: Vec<Named<'a>>,
}

/// The chosen tensors by the keys of their storages; what else is in the dictionary goes to `saved`.
fn sort<'a>(
    place: &str,
    pickle: &Pickle<'a>,
    dictionary: Id,
    choice: &Choice,
    saved: &mut Saved,
) -> Result<BTreeMap<&'a str, OfStorage<'a>>> {
    let mut by_storage: BTreeMap<&str, OfStorage<'_>> = BTreeMap::new();
    let Value::Dictionary(dictionary) = pickle.value(dictionary) else {
        return Ok(by_storage);
    };
    saved.is_of_a_module = dictionary.is_of_a_module;
    let mut names = HashSet::new();
    for (number, entry) in dictionary.entries.iter().enumerate() {
        let Some(name) = pickle.text(entry.key) else {
            let fault = "has an entry whose key is no text; give the --key of the state dictionary";
            return Err(Error::input(place, "state dictionary", fault));
        };
        let refuse = |fault: String| Error::input(place, brief(name), fault);
        if !names.insert(name) {
            return Err(refuse("occurs twice; save the checkpoint again".to_owned()));
        }
        if choice.name(name).is_none() {
            saved.ignored.push(name.to_owned());
            continue;
        }
        match pickle.value(entry.value) {
            Value::Tensor(tensor) => {
                let (storage, view) = View::of(pickle, tensor).map_err(refuse)?;
                Dtype::of(name, storage.element.name()).map_err(refuse)?;
                let of_storage = by_storage.entry(storage.key).or_insert_with(|| OfStorage {
                    storage,
                    named: Vec::new(),
                });
                of_storage.named.push(Named {
                    name,
                    place: number,
                    view,
                });
            }
            Value::Object(object) => {
                let mend = format!(
                    "leave it out with --ignore {}, or save the tensors alone with \
                     torch.save(model.state_dict(), FILE)",
                    brief(name)
                );
                return Err(refuse(format!("{}; {mend}", unknown(object))));
            }
            _ => saved.without_numbers.push(name.to_owned()),
        }
    }
    Ok(by_storage)
}

impl OfStorage<'_> {
    /// Reads the tensors from the bytes of their storage.
    fn read(&self, place: &str, bytes: &[u8], saved: &mut Saved) -> Result<()> {
        self.check_length(place, bytes.len())?;
        for named in &self.named {
            let there = bytes.len() / named.view.element.width();
            let refuse = |fault| Error::input(place, brief(named.name), fault);
            named.view.check(there).map_err(refuse)?;
        }
        let shared = Shared::of(&self.named);
        if let Some([one, other]) = shared.overlap(bytes.len()) {
            let fault = format!(
                "has numbers that {} has too, in another order or only in part, so that they are trained as \
                 one, which no layer here is; save a .clone() of it if they are not",
                brief(one)
            );
            return Err(Error::input(place, brief(other), fault));
        }
        for named in shared.first {
            let raw = Raw {
                name: named.name,
                dtype: named.view.element.name(),
                shape: named.view.shape.clone(),
                start: named.place,
                data: &named.view.read(bytes),
            };
            saved.tensors.push(Tensor::read(place, raw)?);
        }
        let further = shared.further.iter().map(|further| Alias {
            name: further.named.name.to_owned(),
            of: further.of.name.to_owned(),
            start: Some(further.named.place),
        });
        saved.aliases.extend(further);
        Ok(())
    }

    /// Checks that the storage has as many bytes as the pickle says.
    fn check_length(&self, place: &str, length: usize) -> Result<()> {
        let width = self.storage.element.width();
        let promised = usize::try_from(self.storage.count).ok();
        let promised = promised.and_then(|count| count.checked_mul(width));
        if promised.is_some_and(|promised| promised <= length) {
            return Ok(());
        }
        let fault = format!(
            "is to have {} elements of {width} bytes and has {length} bytes; the file is cut short or damaged",
            self.storage.count
        );
        let field = format!("data/{}", brief(self.storage.key));
        Err(Error::input(place, field, fault))
    }
}
