//! The language of this process.

use std::sync::atomic::{AtomicBool, Ordering};

use super::name::Language;

static IS_KOREAN: AtomicBool = AtomicBool::new(false);

/// Sets the language in which messages are shown from now on; English until then.
pub fn choose(language: Language) {
    IS_KOREAN.store(language == Language::Korean, Ordering::Relaxed);
}

/// The language in which messages are shown.
pub fn chosen() -> Language {
    if IS_KOREAN.load(Ordering::Relaxed) { Language::Korean } else { Language::English }
}
