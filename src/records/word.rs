//! Words that stay for the life of the program: those of vocabularies, when a file gives them back.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Deserializer};

/// The text for good: each different one is kept once. For texts of which there is a handful.
pub fn lasting(text: &str) -> &'static str {
    static WORDS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    words.insert(kept);
    kept
}

/// A word among serialised fields.
pub(super) struct KeywordField(pub &'static str);

impl<'de> Deserialize<'de> for KeywordField {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(lasting(&String::deserialize(from)?)))
    }
}

/// A list of words among serialised fields.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static str>, D::Error> {
    Ok(Vec::<KeywordField>::deserialize(from)?.into_iter().map(|word| word.0).collect())
}
