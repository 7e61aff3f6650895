//! Domain values and their grammars. No input, no output: text and numbers in, values out.

pub mod annotation;
pub mod birads;
pub mod breast;
pub mod column;
pub mod contour;
pub mod diagnosis;
pub mod histology;
pub mod identifying;
pub mod image;
pub mod issue;
pub mod laterality;
pub mod lesion;
pub mod location;
pub mod patient;
pub mod reading;
pub mod size;
pub mod source;
pub mod stage;
pub mod text;
pub mod value;
pub mod vendor;
pub mod view;
mod vocabulary;
pub mod word;
