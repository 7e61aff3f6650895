//! Domain values and their grammars: text and numbers in, values out. No I/O.

pub mod annotation;
mod assertion;
pub mod attribute;
pub mod birads;
pub mod breast;
pub mod clinical;
pub mod column;
pub mod contour;
pub mod diagnosis;
pub mod histology;
mod histology_words;
pub mod identifying;
pub mod image;
pub mod issue;
pub mod keyword;
pub mod laterality;
pub mod lesion;
pub mod location;
pub mod outcome;
pub mod patient;
pub mod size;
pub mod source;
pub mod stage;
pub mod text;
pub mod vendor;
pub mod view;
mod vocabulary;
