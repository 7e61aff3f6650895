//! Domain values and their grammars. No input, no output: text and numbers in, values out.

pub mod breast;
pub mod issue;
pub mod source;
