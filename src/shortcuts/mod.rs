//! Shortcuts: how well a label follows from attributes of the acquisition alone.
//!
//! A model that is trained on the images can learn the manufacturer instead of the tumour. What the attributes of
//! `schema/shortcuts` predict, each alone and all together, is what such a model could reach without looking
//! at the breast.

mod attribute;
mod data;
mod error;
mod levels;
mod measure;
mod prevalence;
mod remedy;
mod request;
mod result;
mod summary;

pub use attribute::{AttributeKind, ShortcutAttribute, attributes};
pub use error::ShortcutError;
pub use remedy::Remedy;
pub use request::ShortcutRequest;
pub use result::{AttributeResult, LevelShare};
pub use summary::{ShortcutSummary, measure_shortcuts};
