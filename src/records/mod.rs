//! Domain values and their grammars. No input, no output: text and numbers in, values out.

pub mod annotation;
pub mod breast;
pub mod contour;
pub mod image;
pub mod issue;
pub mod source;
pub mod value;
