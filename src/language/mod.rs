//! The language of messages, help and descriptions: English or Korean, chosen in one place.
//!
//! The program formats every text in English. Its Korean is looked up where people read it, in pairs that
//! `schema/` has beside each other, so that no table, file or error depends on the reader's language.

mod bilingual;
mod choice;
mod name;
mod pairs;
mod template;
mod translate;

pub use bilingual::BilingualText;
pub use choice::{choose, chosen};
pub use name::Language;
pub use pairs::{TextPair, pairs};
pub use translate::{korean, localized};
