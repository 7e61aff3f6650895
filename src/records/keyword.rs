//! Words of vocabularies, interned when they are read back from a file.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// The text for the life of the program, stored once. Only for texts with few distinct values: they are
/// never freed.
pub fn intern(text: &str) -> &'static str {
    static WORDS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(text) {
        return known;
    }
    let interned: &'static str = Box::leak(text.to_owned().into_boxed_str());
    words.insert(interned);
    interned
}

/// A serialised word, interned when it is read.
pub(super) struct KeywordField(pub &'static str);

impl<'de> Deserialize<'de> for KeywordField {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(intern(&String::deserialize(from)?)))
    }
}

/// Reads a list of words, interned.
pub(super) fn deserialize_keywords<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Vec<&'static str>, D::Error> {
    Ok(Vec::<KeywordField>::deserialize(from)?.into_iter().map(|word| word.0).collect())
}
